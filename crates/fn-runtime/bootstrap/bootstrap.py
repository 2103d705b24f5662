"""Runs a Python function: asks the Runtime API for invocations and hands them to the handler.

Imports as little as it can: every module imported here is paid for by each cold start. The HTTP client is a raw socket
for that reason; `logging` is set up only if the function imports it.
"""

import sys

import _socket
import json
import os
import time

_request_id = ""


class _Api:
    """The Runtime API over one kept connection."""

    def __init__(self, address):
        host, _, port = address.rpartition(":")
        self._address = address
        self._socket = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
        self._socket.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
        self._socket.connect((host, int(port)))
        self._buffer = b""

    def _fill(self):
        data = self._socket.recv(65536)
        if not data:
            raise OSError("the Runtime API closed the connection")
        self._buffer += data

    def _exchange(self, request, body=b"", header=""):
        message = f"{request} HTTP/1.1\r\nHost: {self._address}\r\n{header}Content-Length: {len(body)}\r\n\r\n".encode()
        self._socket.sendall(message + body if len(body) < 65536 else message)
        if len(body) >= 65536:
            self._socket.sendall(body)
        while b"\r\n\r\n" not in self._buffer:
            self._fill()
        lines, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        lines = lines.decode("utf-8").split("\r\n")
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        length = int(headers.get("content-length", 0))
        while len(self._buffer) < length:
            self._fill()
        body, self._buffer = self._buffer[:length], self._buffer[length:]
        return int(lines[0].split(" ", 2)[1]), headers, body

    def next(self):
        _, headers, body = self._exchange("GET /2018-06-01/runtime/invocation/next")
        return headers, body

    def respond(self, request_id, body):
        self._exchange(f"POST /2018-06-01/runtime/invocation/{request_id}/response", body)

    def fail(self, request_id, error):
        self._post_error(f"invocation/{request_id}/error", error)

    def fail_init(self, error):
        self._post_error("init/error", error)

    def _post_error(self, path, error):
        header = f"Lambda-Runtime-Function-Error-Type: {_header(error['errorType'])}\r\n"
        body = json.dumps(error, ensure_ascii=False).encode("utf-8", "replace")
        self._exchange(f"POST /2018-06-01/runtime/{path}", body, header)


def _header(text):
    return "".join(c if " " < c < "\x7f" else "_" for c in text)


class _Fault(Exception):
    """The handler cannot be had; reported at each invoke, as AWS does."""

    def __init__(self, kind, message, frames=()):
        super().__init__(message)
        self.kind = kind
        self.frames = list(frames)


class CognitoIdentity:
    __slots__ = ("cognito_identity_id", "cognito_identity_pool_id")

    def __init__(self, fields):
        self.cognito_identity_id = fields.get("cognitoIdentityId")
        self.cognito_identity_pool_id = fields.get("cognitoIdentityPoolId")


class Client:
    __slots__ = ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name")

    def __init__(self, fields):
        for name in self.__slots__:
            setattr(self, name, fields.get(name))


class ClientContext:
    __slots__ = ("custom", "env", "client")

    def __init__(self, fields):
        self.custom = fields.get("custom")
        self.env = fields.get("env")
        self.client = Client(fields["client"]) if fields.get("client") else None


class LambdaContext:
    def __init__(self, headers):
        env = os.environ
        self.aws_request_id = headers["lambda-runtime-aws-request-id"]
        self.invoked_function_arn = headers.get("lambda-runtime-invoked-function-arn")
        self.function_name = env.get("AWS_LAMBDA_FUNCTION_NAME")
        self.function_version = env.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.memory_limit_in_mb = env.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.log_group_name = env.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = env.get("AWS_LAMBDA_LOG_STREAM_NAME")
        identity = headers.get("lambda-runtime-cognito-identity")
        self.identity = CognitoIdentity(json.loads(identity) if identity else {})
        client = headers.get("lambda-runtime-client-context")
        self.client_context = ClientContext(json.loads(client)) if client else None
        self.tenant_id = headers.get("lambda-runtime-aws-tenant-id")
        self._deadline_ms = int(headers["lambda-runtime-deadline-ms"])

    def get_remaining_time_in_millis(self):
        return max(self._deadline_ms - int(time.time() * 1000), 0)

    def log(self, message):
        sys.stdout.write(message if isinstance(message, str) else str(message))
        sys.stdout.flush()

    def __repr__(self):
        fields = ", ".join(f"{name}={value!r}" for name, value in vars(self).items() if name[0] != "_")
        return f"LambdaContext([{fields}])"


class _LoggingFinder:
    """Sets `logging` up as AWS does, at the moment the function imports it."""

    def find_spec(self, name, path=None, target=None):
        if name != "logging":
            return None
        sys.meta_path.remove(self)
        for finder in sys.meta_path:
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                spec.loader = _LoggingLoader(spec.loader)
                return spec
        return None


class _LoggingLoader:
    def __init__(self, loader):
        self._loader = loader

    def __getattr__(self, name):
        return getattr(self._loader, name)

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        self._loader.exec_module(module)
        _set_logging_up(module)


def _set_logging_up(logging):
    class Formatter(logging.Formatter):
        converter = time.gmtime

        def format(self, record):
            record.aws_request_id = _request_id
            # One event a line: a line end inside becomes a carriage return, which log viewers show as a line end.
            return super().format(record).replace("\n", "\r")

    class Handler(logging.Handler):
        def emit(self, record):
            sys.stdout.write(self.format(record) + "\n")

    handler = Handler()
    pattern = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s"
    handler.setFormatter(Formatter(pattern, "%Y-%m-%dT%H:%M:%S"))
    logging.root.addHandler(handler)
    level = os.environ.get("AWS_LAMBDA_LOG_LEVEL")
    if level in ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"):
        logging.root.setLevel({"TRACE": "DEBUG", "FATAL": "CRITICAL"}.get(level, level))


def _frames(error, skip):
    import traceback

    return traceback.format_list(traceback.extract_tb(error.__traceback__)[skip:])


def _load(handler):
    """The handler, or a function that raises what is wrong with it. Other errors of the module are init errors."""
    try:
        module_name, function_name = handler.rsplit(".", 1)
    except ValueError as error:
        return _faulty(_Fault("Runtime.MalformedHandlerName", f"Bad handler '{handler}': {error}"))
    module_name = module_name.replace("/", ".")
    try:
        __import__(module_name)
        module = sys.modules[module_name]
    except ImportError as error:
        return _faulty(_Fault("Runtime.ImportModuleError", f"Unable to import module '{module_name}': {error}"))
    except SyntaxError as error:
        place = f'  File "{error.filename}" Line {error.lineno}\n    {(error.text or "").strip()}\n'
        text = f"Syntax error in module '{module_name}': {error}"
        return _faulty(_Fault("Runtime.UserCodeSyntaxError", text, [place]))
    try:
        return getattr(module, function_name)
    except AttributeError:
        text = f"Handler '{function_name}' missing on module '{module_name}'"
        return _faulty(_Fault("Runtime.HandlerNotFound", text))


def _faulty(fault):
    def handler(event, context):
        raise fault

    return handler


def _plain(value):
    """What JSON has no word for."""
    if type(value).__name__ == "Decimal":
        return float(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def _document(kind, message, frames, request_id=None):
    document = {"errorMessage": message, "errorType": kind}
    if request_id is not None:
        document["requestId"] = request_id
    document["stackTrace"] = frames
    return document


def _log(document):
    kind, message, frames = document["errorType"], document["errorMessage"], document["stackTrace"]
    lines = [f"[ERROR] {kind}: {message}" if message else f"[ERROR] {kind}"]
    if frames:
        lines.append("Traceback (most recent call last):")
        lines.extend(frame.rstrip("\n") for frame in frames)
    sys.stdout.write("\r".join(lines).replace("\n", "\r") + "\n")


def _run(handler, headers, body):
    """(response body, None) or (None, error document)."""
    request_id = headers["lambda-runtime-aws-request-id"]
    try:
        try:
            event = json.loads(body)
        except Exception as error:
            raise _Fault("Runtime.UnmarshalError", f"Unable to unmarshal input: {error}") from None
        result = handler(event, LambdaContext(headers))
        try:
            return json.dumps(result, default=_plain, ensure_ascii=False).encode("utf-8"), None
        except Exception as error:
            raise _Fault("Runtime.MarshalError", f"Unable to marshal response: {error}") from None
    except _Fault as fault:
        return None, _document(fault.kind, str(fault), fault.frames, request_id)
    except Exception as error:
        return None, _document(type(error).__name__, str(error), _frames(error, 1), request_id)


def main():
    global _request_id
    env = os.environ
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True, encoding="utf-8", errors="backslashreplace")
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    root = env.get("LAMBDA_TASK_ROOT", "/var/task")
    added = [root, "/opt/python", f"/opt/python/lib/{version}/site-packages", "/var/runtime/python-packages"]
    given = [path for path in env.get("PYTHONPATH", "").split(":") if path and path not in added]
    standard = [path for path in sys.path if path not in given and path not in added and path != "/var/runtime"]
    sys.path[:] = [root, *given, *added[1:3], *standard, added[3]]
    import builtins

    # `site` would make these; it is left out, because it looks for the host's packages.
    builtins.exit = builtins.quit = sys.exit
    sys.meta_path.insert(0, _LoggingFinder())
    api = _Api(env["AWS_LAMBDA_RUNTIME_API"])
    try:
        handler = _load(env.get("_HANDLER", ""))
    except Exception as error:
        # Two frames: this one and `_load`'s.
        document = _document(type(error).__name__, str(error), _frames(error, 2))
        _log(document)
        sys.stdout.flush()
        api.fail_init(document)
        sys.exit(1)
    while True:
        headers, body = api.next()
        _request_id = headers["lambda-runtime-aws-request-id"]
        trace_id = headers.get("lambda-runtime-trace-id")
        if trace_id:
            env["_X_AMZN_TRACE_ID"] = trace_id
        response, error = _run(handler, headers, body)
        if error is not None:
            _log(error)
        sys.stdout.flush()
        sys.stderr.flush()
        if error is None:
            api.respond(_request_id, response)
        else:
            api.fail(_request_id, error)


if __name__ == "__main__":
    main()
