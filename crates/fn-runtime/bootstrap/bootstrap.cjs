// Runs a Node function: asks the Runtime API for invocations and hands them to the handler.
//
// CommonJS and a raw socket, because the module loader's and the HTTP client's start-up would be paid by each cold
// start. ES modules are imported when the handler is one.
'use strict';

const net = require('net');
const util = require('util');
const fs = require('fs');
const path = require('path');

const env = process.env;
let requestId;

// ---- Log lines -----------------------------------------------------------------------------------------------------

function writeLine(level, text) {
  const line = `${new Date().toISOString()}\t${requestId}\t${level}\t${text}`.replace(/\n/g, '\r');
  // Synchronous, so that what was logged is out before the answer is.
  writeAll(1, line + '\n');
}

function writeAll(fd, text) {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(fs.writeSync(fd, rest));
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
    }
  }
}

for (const [name, level] of Object.entries({
  log: 'INFO', info: 'INFO', debug: 'DEBUG', warn: 'WARN', error: 'ERROR', trace: 'TRACE', fatal: 'FATAL',
})) {
  console[name] = (...values) => writeLine(level, util.format(...values));
}

// ---- Runtime API ---------------------------------------------------------------------------------------------------

class Api {
  constructor(address) {
    const [host, port] = address.split(':');
    this.address = address;
    this.chunks = [];
    this.size = 0;
    this.socket = net.connect({ host, port: Number(port), noDelay: true });
    this.socket.on('data', (data) => this.receive(data));
    this.socket.on('error', () => process.exit(1));
    this.socket.on('close', () => process.exit(1));
  }

  // While the handler runs, the idle connection must not keep the event loop alive.
  exchange(method, resource, body, headers = '') {
    return new Promise((resolve) => {
      this.resolve = resolve;
      this.socket.ref();
      const data = body === undefined ? Buffer.alloc(0) : Buffer.from(body);
      const head =
        `${method} /2018-06-01/runtime/${resource} HTTP/1.1\r\nHost: ${this.address}\r\n${headers}` +
        `Content-Length: ${data.length}\r\n\r\n`;
      this.socket.write(Buffer.concat([Buffer.from(head), data]));
    });
  }

  receive(data) {
    this.chunks.push(data);
    this.size += data.length;
    if (this.wanted !== undefined && this.size < this.wanted) return;
    const all = this.chunks.length === 1 ? data : Buffer.concat(this.chunks);
    this.chunks = [all];
    const end = all.indexOf('\r\n\r\n');
    if (end < 0) return;
    const lines = all.toString('utf8', 0, end).split('\r\n');
    const headers = {};
    for (const line of lines.slice(1)) {
      const colon = line.indexOf(':');
      headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
    }
    this.wanted = end + 4 + Number(headers['content-length'] || 0);
    if (all.length < this.wanted) return;
    const body = all.subarray(end + 4, this.wanted);
    this.chunks = [];
    this.size = 0;
    this.wanted = undefined;
    this.socket.unref();
    this.resolve({ status: Number(lines[0].split(' ')[1]), headers, body });
  }

  error(resource, document) {
    const type = String(document.errorType).replace(/[^!-~]/g, '_');
    return this.exchange('POST', resource, JSON.stringify(document),
      `Lambda-Runtime-Function-Error-Type: ${type}\r\n`);
  }
}

// ---- Errors --------------------------------------------------------------------------------------------------------

function runtimeError(name, message) {
  const error = new Error(message);
  error.name = name;
  return error;
}

function document(error) {
  if (util.types.isNativeError(error) || (error && error.name && error.message && error.stack)) {
    return { errorType: error.name, errorMessage: error.message, trace: String(error.stack || '').split('\n') };
  }
  return { errorType: typeof error, errorMessage: String(error), trace: [] };
}

function described(error) {
  const { errorType, errorMessage, trace } = document(error);
  const own = error !== null && typeof error === 'object' ? error : {};
  try {
    return JSON.stringify({ errorType, errorMessage, ...own, stack: trace });
  } catch {
    return JSON.stringify({ errorType, errorMessage, stack: trace });
  }
}

// ---- Handler -------------------------------------------------------------------------------------------------------

function isModuleError(error) {
  return error && (error.code === 'MODULE_NOT_FOUND' || error.code === 'ERR_MODULE_NOT_FOUND');
}

async function loadModule(root, name) {
  const base = path.resolve(root, name);
  const found = ['', '.js', '.mjs', '.cjs'].map((end) => base + end).find((file) => {
    try {
      return fs.statSync(file).isFile();
    } catch {
      return false;
    }
  });
  if (found === undefined) return require(require.resolve(name, { paths: [root] }));
  if (found.endsWith('.cjs')) return require(found);
  if (found.endsWith('.mjs')) return import(found);
  try {
    return require(found);
  } catch (error) {
    const esm = error.code === 'ERR_REQUIRE_ESM' || error.code === 'ERR_REQUIRE_ASYNC_MODULE'
      || (error instanceof SyntaxError && isEsmPackage(path.dirname(found)));
    if (!esm) throw error;
    return import(found);
  }
}

function isEsmPackage(dir) {
  for (let at = dir; ; at = path.dirname(at)) {
    try {
      return JSON.parse(fs.readFileSync(path.join(at, 'package.json'), 'utf8')).type === 'module';
    } catch {
      if (at === '/') return false;
    }
  }
}

async function loadHandler(root, handler) {
  const slash = handler.lastIndexOf('/') + 1;
  const parts = /^([^.]*)\.(.*)$/.exec(handler.slice(slash));
  if (!parts || handler.includes('..')) throw runtimeError('Runtime.MalformedHandlerName', `Bad handler '${handler}'`);
  let loaded;
  try {
    loaded = await loadModule(root, handler.slice(0, slash) + parts[1]);
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw Object.assign(runtimeError('Runtime.UserCodeSyntaxError', `SyntaxError: ${error.message}`), { stack: error.stack });
    }
    if (isModuleError(error)) {
      throw Object.assign(runtimeError('Runtime.ImportModuleError', `Error: ${error.message}`), { stack: error.stack });
    }
    throw error;
  }
  const pick = (from) => parts[2].split('.').reduce((value, key) => (value === undefined || value === null ? value : value[key]), from);
  const found = pick(loaded) ?? pick(loaded.default);
  if (found === undefined || found === null) {
    throw runtimeError('Runtime.HandlerNotFound', `${handler} is undefined or not exported`);
  }
  if (typeof found !== 'function') throw runtimeError('Runtime.HandlerNotFound', `${handler} is not a function`);
  if (found[STREAMING]) throw runtimeError('Runtime.StreamingNotBuilt', 'awslambda.streamifyResponse is not built');
  return found;
}

const STREAMING = Symbol.for('haneul.streaming');
globalThis.awslambda = {
  streamifyResponse(handler) {
    return Object.assign((...values) => handler(...values), { [STREAMING]: true });
  },
};

// ---- Invokes -------------------------------------------------------------------------------------------------------

function jsonHeader(headers, name) {
  return headers[name] === undefined ? undefined : JSON.parse(headers[name]);
}

/** Runs one invoke; resolves to `{ value }` or `{ error }`. */
function invoke(handler, headers, body) {
  return new Promise((resolve) => {
    let settled = false;
    const onEmptyLoop = () => settle({ value: null });
    const settle = (outcome) => {
      if (settled) return;
      settled = true;
      process.removeListener('beforeExit', onEmptyLoop);
      resolve(outcome);
    };
    let waits = true;
    // A callback's answer goes out when the event loop is empty, unless the handler asked otherwise.
    const answer = (outcome) => {
      if (!waits) return settle(outcome);
      process.removeListener('beforeExit', onEmptyLoop);
      process.once('beforeExit', () => settle(outcome));
    };
    const callback = (error, value) =>
      answer(error === undefined || error === null ? { value } : { error });
    const deadline = Number(headers['lambda-runtime-deadline-ms']);
    const context = {
      get callbackWaitsForEmptyEventLoop() { return waits; },
      set callbackWaitsForEmptyEventLoop(value) { waits = Boolean(value); },
      functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
      functionName: env.AWS_LAMBDA_FUNCTION_NAME,
      memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
      logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
      logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
      clientContext: jsonHeader(headers, 'lambda-runtime-client-context'),
      identity: jsonHeader(headers, 'lambda-runtime-cognito-identity'),
      invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
      awsRequestId: headers['lambda-runtime-aws-request-id'],
      getRemainingTimeInMillis: () => Math.max(deadline - Date.now(), 0),
      succeed: (value) => settle({ value }),
      fail: (error) => settle({ error }),
      done: (error, value) => settle(error === undefined || error === null ? { value } : { error }),
    };
    process.once('beforeExit', onEmptyLoop);
    try {
      const result = handler(JSON.parse(body.toString('utf8')), context, callback);
      if (result !== null && result !== undefined && typeof result.then === 'function') {
        result.then((value) => settle({ value }), (error) => settle({ error }));
      }
    } catch (error) {
      settle({ error });
    }
  });
}

function marshalled(value) {
  try {
    const text = JSON.stringify(value === undefined ? null : value);
    return { text: text === undefined ? 'null' : text };
  } catch (error) {
    return { error: runtimeError('Runtime.MarshalError', `Unable to stringify response body as json: ${error.message}`) };
  }
}

async function main() {
  const api = new Api(env.AWS_LAMBDA_RUNTIME_API);
  let inInvoke = false;
  const fatal = (label, error, code) => {
    writeLine('ERROR', `${label}\t${described(error)}`);
    const resource = inInvoke ? `invocation/${requestId}/error` : 'init/error';
    api.error(resource, document(error)).then(() => process.exit(code));
  };
  process.on('uncaughtException', (error) => fatal('Uncaught Exception', error, 129));
  process.on('unhandledRejection', (reason) => {
    const error = runtimeError('Runtime.UnhandledPromiseRejection', String(reason));
    error.reason = reason;
    if (reason && reason.stack) error.stack = `${error.name}: ${error.message}\n${reason.stack}`;
    fatal('Unhandled Promise Rejection', error, 128);
  });
  let handler;
  try {
    handler = await loadHandler(env.LAMBDA_TASK_ROOT || '/var/task', env._HANDLER || '');
  } catch (error) {
    writeLine('ERROR', `Uncaught Exception\t${described(error)}`);
    await api.error('init/error', document(error));
    process.exit(1);
  }
  for (;;) {
    const { headers, body } = await api.exchange('GET', 'invocation/next');
    requestId = headers['lambda-runtime-aws-request-id'];
    if (headers['lambda-runtime-trace-id']) env._X_AMZN_TRACE_ID = headers['lambda-runtime-trace-id'];
    inInvoke = true;
    let outcome = await invoke(handler, headers, body);
    const { text, error } = outcome.error === undefined && !('error' in outcome) ? marshalled(outcome.value) : outcome;
    if (text !== undefined) {
      await api.exchange('POST', `invocation/${requestId}/response`, text);
    } else {
      writeLine('ERROR', `Invoke Error\t${described(error)}`);
      await api.error(`invocation/${requestId}/error`, document(error));
    }
    inInvoke = false;
  }
}

main();
