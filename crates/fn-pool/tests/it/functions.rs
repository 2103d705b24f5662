//! Functions in each kind of runtime, run for real.
use std::sync::Arc;
use std::time::Duration;

use crate::support::{answer, error, world};
use serde_json::json as value;

#[tokio::test(flavor = "multi_thread")]
async fn python_answers_with_its_context_and_keeps_its_state() {
    let w = world().await;
    let f = Arc::new(w.python(
        "import os, logging\n\
         count = 0\n\
         logging.getLogger().setLevel('INFO')\n\
         def handler(event, context):\n\
        \x20   global count\n\
        \x20   count += 1\n\
        \x20   print('printed', count)\n\
        \x20   logging.info('logged')\n\
        \x20   open('/tmp/kept', 'a').write('x')\n\
        \x20   return dict(event=event, count=count, pid=os.getpid(), uid=os.getuid() != 0,\n\
        \x20       tmp=len(open('/tmp/kept').read()), arn=context.invoked_function_arn,\n\
        \x20       name=context.function_name, left=context.get_remaining_time_in_millis() > 5000,\n\
        \x20       custom=context.client_context.custom, memory=context.memory_limit_in_mb,\n\
        \x20       env={k: os.environ.get(k) for k in ('OWN', 'AWS_REGION', '_HANDLER', 'AWS_SESSION_TOKEN',\n\
        \x20           'AWS_ENDPOINT_URL', 'AWS_EXECUTION_ENV', 'TZ', 'AWS_LAMBDA_LOG_GROUP_NAME')})\n",
    ));
    let first = w.invoke(&f, r#"{"n": 1}"#).await;
    let got = answer(&first);
    assert_eq!(got["event"], value!({"n": 1}));
    assert_eq!(got["arn"], format!("{}:live", f.key.function_arn));
    assert_eq!(got["custom"], value!({"k": "v"}));
    assert_eq!((&got["uid"], &got["left"], &got["memory"]), (&value!(true), &value!(true), &value!("128")));
    assert_eq!(
        got["env"],
        value!({
            "OWN": "variable", "AWS_REGION": "us-east-1", "_HANDLER": "app.handler", "AWS_SESSION_TOKEN": "token",
            "AWS_ENDPOINT_URL": "http://127.0.0.1:4566", "AWS_EXECUTION_ENV": "AWS_Lambda_python3.11",
            "TZ": ":UTC", "AWS_LAMBDA_LOG_GROUP_NAME": f.log_group
        })
    );
    assert!(first.report.init_duration.is_some());
    let measured = first.report.max_memory_used_mb;
    assert!(if w.in_force("memory limit") {
        measured.is_some_and(|mb| mb > 0 && mb < 128)
    } else {
        measured.is_none()
    });
    let second = w.invoke(&f, "2").await;
    let again = answer(&second);
    assert_eq!((&again["count"], &again["tmp"], &again["pid"]), (&value!(2), &value!(2), &got["pid"]));
    assert_eq!(second.report.init_duration, None);
    assert_eq!(second.log_stream, first.log_stream);
    let tail = String::from_utf8(second.log_tail).unwrap();
    let lines: Vec<&str> = tail.lines().collect();
    assert!(lines[0].starts_with("START RequestId: ") && lines[0].ends_with(" Version: $LATEST"), "{tail}");
    assert_eq!(lines[1], "printed 2");
    assert!(lines[2].starts_with("[INFO]\t20") && lines[2].ends_with("\tlogged"), "{tail}");
    assert!(lines[3].starts_with("END RequestId: ") && lines[4].starts_with("REPORT RequestId: "), "{tail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn pythons_failures_carry_lambdas_types_and_texts() {
    let w = world().await;
    let cases = [
        (
            "import nothing_such\n",
            "Runtime.ImportModuleError",
            "Unable to import module 'app': No module named 'nothing_such'",
        ),
        ("x = 1\n", "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'app'"),
        ("def handler(:\n", "Runtime.UserCodeSyntaxError", "Syntax error in module 'app': "),
        (
            "def handler(e, c): return {1, 2}\n",
            "Runtime.MarshalError",
            "Unable to marshal response: Object of type set is not JSON serializable",
        ),
        ("def handler(e, c): raise ValueError('bad')\n", "ValueError", "bad"),
        (
            "import sys\ndef handler(e, c): sys.exit(3)\n",
            "Runtime.ExitError",
            "Runtime exited with error: exit status 3",
        ),
        (
            "import os\ndef handler(e, c): os.kill(os.getpid(), 11)\n",
            "Runtime.ExitError",
            "signal: segmentation fault",
        ),
        ("raise KeyError('at import')\n", "KeyError", "'at import'"),
    ];
    for (source, error_type, message) in cases {
        let outcome = w.invoke(&Arc::new(w.python(source)), "{}").await;
        let (got_type, got_message) = error(&outcome);
        assert_eq!(got_type, error_type, "{source}: {got_message}");
        assert!(got_message.contains(message), "{got_message}");
    }
    let raised =
        w.invoke(&Arc::new(w.python("def handler(e, c):\n    raise ValueError('bad')\n")), "{}").await;
    let document = crate::support::json(&raised);
    assert!(document["requestId"].is_string());
    let trace = document["stackTrace"][0].as_str().unwrap();
    assert!(trace.starts_with("  File \"/var/task/app.py\", line 2, in handler\n"), "{trace}");
    assert!(String::from_utf8_lossy(&raised.log_tail).contains("[ERROR] ValueError: bad\rTraceback"));
}

#[tokio::test(flavor = "multi_thread")]
async fn node_runs_commonjs_es_modules_callbacks_and_promises() {
    let w = world().await;
    let cjs = Arc::new(w.node(
        "let n = 0; exports.handler = async (event, context) => { console.log('hi', {a: 1}); \
         return { event, n: ++n, id: context.awsRequestId.length, left: context.getRemainingTimeInMillis() > 5000 } }",
    ));
    let outcome = w.invoke(&cjs, r#"{"x":"é"}"#).await;
    assert_eq!(answer(&outcome), value!({"event": {"x": "é"}, "n": 1, "id": 36, "left": true}));
    let tail = String::from_utf8(outcome.log_tail).unwrap();
    assert!(tail.lines().any(|l| l.starts_with("20") && l.ends_with("\tINFO\thi { a: 1 }")), "{tail}");
    assert_eq!(answer(&w.invoke(&cjs, "1").await)["n"], 2);

    let esm = w.function(
        "nodejs20.x",
        "lib/app.handler",
        &[(
            "lib/app.mjs",
            "import os from 'os'; const x = await Promise.resolve(4); export const handler = async () => x",
        )],
    );
    assert_eq!(answer(&w.invoke(&Arc::new(esm), "{}").await), 4);
    let package =
        [("package.json", r#"{"type":"module"}"#), ("index.js", "export const handler = async () => 5")];
    let module = w.function("nodejs20.x", "index.handler", &package);
    assert_eq!(answer(&w.invoke(&Arc::new(module), "{}").await), 5);

    let callback = Arc::new(w.node(
        "exports.handler = (e, c, cb) => { let late = false; setTimeout(() => { late = true; }, 50); \
         if (e.now) c.callbackWaitsForEmptyEventLoop = false; const r = {}; setTimeout(() => { r.late = late; }, 80); cb(null, r); }",
    ));
    assert_eq!(answer(&w.invoke(&callback, "{}").await), value!({"late": true}), "waits for the event loop");
    assert_eq!(answer(&w.invoke(&callback, r#"{"now":true}"#).await), value!({}), "unless told not to");
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_failures_carry_lambdas_types_and_texts() {
    let w = world().await;
    let cases = [
        ("require('nothing-such')", "Runtime.ImportModuleError", "Error: Cannot find module 'nothing-such'"),
        ("exports.other = 1", "Runtime.HandlerNotFound", "index.handler is undefined or not exported"),
        ("exports.handler = (", "Runtime.UserCodeSyntaxError", "SyntaxError: "),
        ("exports.handler = async () => { throw new RangeError('bad') }", "RangeError", "bad"),
        ("exports.handler = (e, c, cb) => cb('text')", "string", "text"),
        ("exports.handler = async () => ({ n: 1n })", "Runtime.MarshalError", "BigInt"),
        (
            "exports.handler = () => { Promise.reject(new Error('lost')); return new Promise(() => setTimeout(() => {}, 5000)) }",
            "Runtime.UnhandledPromiseRejection",
            "Error: lost",
        ),
        (
            "exports.handler = () => { setTimeout(() => { throw new Error('late') }, 1); return new Promise(() => setTimeout(() => {}, 5000)) }",
            "Error",
            "late",
        ),
        ("exports.handler = async () => process.exit(7)", "Runtime.ExitError", "exit status 7"),
        (
            "exports.handler = awslambda.streamifyResponse(async () => 1)",
            "Runtime.StreamingNotBuilt",
            "not built",
        ),
    ];
    for (source, error_type, message) in cases {
        let f = Arc::new(w.node(source));
        let (got_type, got_message) = error(&w.invoke(&f, "{}").await);
        assert_eq!(got_type, error_type, "{source}: {got_message}");
        assert!(got_message.contains(message), "{got_message}");
    }
}

const SHELL_BOOTSTRAP: &str = "#!/bin/bash\n\
    api=$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime\n\
    while true; do\n\
      exec 3<>/dev/tcp/127.0.0.1/${AWS_LAMBDA_RUNTIME_API#*:}\n\
      printf 'GET /2018-06-01/runtime/invocation/next HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n' >&3\n\
      while IFS= read -r line <&3; do line=${line%$'\\r'}; [ -z \"$line\" ] && break\n\
        case $line in Lambda-Runtime-Aws-Request-Id:*) id=${line#*: };; Content-Length:*) n=${line#*: };; esac\n\
      done\n\
      read -r -N $n body <&3\n\
      out=\"{\\\"got\\\": $body, \\\"handler\\\": \\\"$_HANDLER\\\"}\"\n\
      printf 'POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\\r\\nContent-Length: %d\\r\\n\\r\\n%s' $id ${#out} \"$out\" >&3\n\
      read -r line <&3; exec 3>&-\n\
    done\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_bootstrap_of_ones_own_runs_and_a_missing_one_is_said() {
    let w = world().await;
    let f = Arc::new(w.function("provided.al2023", "any.thing", &[("bootstrap", SHELL_BOOTSTRAP)]));
    assert_eq!(answer(&w.invoke(&f, r#"{"a":1}"#).await), value!({"got": {"a": 1}, "handler": "any.thing"}));
    assert_eq!(answer(&w.invoke(&f, "2").await)["got"], 2);
    let none = Arc::new(w.function("provided.al2023", "x", &[("readme", "")]));
    let (error_type, message) = error(&w.invoke(&none, "{}").await);
    assert_eq!(error_type, "Runtime.InvalidEntrypoint");
    assert!(
        message.contains("Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]"),
        "{message}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn layers_are_found_and_the_later_wins() {
    let w = world().await;
    let mut f = w.python("import one, same\ndef handler(e, c): return [one.x, same.x]\n");
    for (layer, files) in
        [("a", vec![("one", "x = 1"), ("same", "x = 'a'")]), ("b", vec![("same", "x = 'b'")])]
    {
        let dir = f.code_dir.with_extension(layer);
        for (name, text) in files {
            crate::support::write(&dir.join("python").join(format!("{name}.py")), text.as_bytes());
        }
        f.layer_dirs.push(dir);
    }
    assert_eq!(answer(&w.invoke(&Arc::new(f), "{}").await), value!([1, "b"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timed_out_function_is_reset_with_its_tmp_kept() {
    let w = world().await;
    let mut f = w.python(
        "import os, time\nstarted = time.time()\n\
         def handler(e, c):\n    if e == 'sleep':\n        open('/tmp/kept', 'w').write('x'); time.sleep(60)\n    \
         while e == 'spin': pass\n    return os.path.exists('/tmp/kept')\n",
    );
    f.timeout = Duration::from_secs(1);
    let f = Arc::new(f);
    for payload in ["\"sleep\"", "\"spin\""] {
        let outcome = w.invoke(&f, payload).await;
        let (error_type, message) = error(&outcome);
        assert_eq!(error_type, "Sandbox.Timedout");
        assert!(
            message.starts_with("RequestId: ")
                && message.ends_with(" Error: Task timed out after 1.00 seconds")
        );
        assert!(String::from_utf8_lossy(&outcome.log_tail).contains("Status: timeout"));
    }
    let after = w.invoke(&f, "{}").await;
    assert_eq!(answer(&after), true);
    assert!(after.report.init_duration.is_some(), "initialised anew");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_response_that_is_too_large_is_an_error_and_the_environment_lives() {
    let w = world().await;
    let python = "import os\ndef handler(e, c): return 'x' * e if e else os.getpid()\n";
    let node = "exports.handler = async (e) => e ? 'x'.repeat(e) : process.pid";
    for f in [Arc::new(w.python(python)), Arc::new(w.node(node))] {
        let pid = answer(&w.invoke(&f, "0").await);
        let fits = w.invoke(&f, &(6 * 1024 * 1024).to_string()).await;
        assert_eq!(fits.payload.len(), 6 * 1024 * 1024 + 2);
        let (error_type, _) = error(&w.invoke(&f, &(6 * 1024 * 1024 + 200).to_string()).await);
        assert_eq!(error_type, "Function.ResponseSizeTooLarge");
        assert_eq!(answer(&w.invoke(&f, "0").await), pid);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrency_gets_environments_of_its_own_up_to_the_limit() {
    let w = world().await;
    let f = Arc::new(
        w.python("import os, time\ndef handler(e, c):\n    time.sleep(0.5)\n    return os.uname()[1]\n"),
    );
    let limits = fn_pool::ConcurrencyLimits { account: 2, unreserved: 2, reserved: None };
    let call = || {
        use fn_pool::FunctionEngine;
        let mut request = crate::support::request(&f, "{}");
        request.limits = limits;
        w.engine.invoke(request)
    };
    let (a, b, c) = tokio::join!(call(), call(), call());
    assert!(a.is_ok() && b.is_ok());
    let refused = c.unwrap_err();
    let reason = fn_pool::ThrottleReason::ConcurrentInvocationLimitExceeded;
    assert_eq!(refused, fn_pool::InvokeRefused::Throttled(reason));
    assert_eq!(w.engine.status().environments, 2);
    assert!(call().await.is_ok());
    assert_eq!(w.engine.status().environments, 2, "reused");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_platforms_endpoint_is_the_only_thing_a_function_can_reach() {
    let w = world().await;
    let host = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = host.local_addr().unwrap().port();
    let f = Arc::new(w.python(
        "import socket\n\
         def get(address):\n\
        \x20   try:\n\
        \x20       s = socket.create_connection(tuple(address), 2)\n\
        \x20       return s.recv(100).decode()\n\
        \x20   except OSError as e:\n\
        \x20       return type(e).__name__\n\
         def handler(e, c): return [get(a) for a in e]\n",
    ));
    let payload = value!([["127.0.0.1", 4566], ["127.0.0.1", port], ["10.0.0.1", 80], ["example.com", 80]]);
    let got = answer(&w.invoke(&f, &payload.to_string()).await);
    assert_eq!(got[0], "hello from the platform\n");
    assert_eq!(got[1], "ConnectionRefusedError", "the host's loopback is another network's");
    assert_eq!(got[2], "OSError");
    assert_eq!(got[3], "gaierror");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_uses_new_environments_and_a_drain_ends_all() {
    use fn_pool::FunctionEngine;
    let w = world().await;
    let old = w.python("def handler(e, c): return 'old'\n");
    let mut new = w.python("def handler(e, c): return 'new'\n");
    (new.key, new.name) = (old.key.clone(), old.name.clone());
    new.key.revision = "2".to_owned();
    let (old, new) = (Arc::new(old), Arc::new(new));
    assert_eq!(answer(&w.invoke(&old, "{}").await), "old");
    w.engine.retire(&new.key.function_arn, Some("2"));
    assert_eq!(w.engine.status().environments, 0);
    assert_eq!(answer(&w.invoke(&new, "{}").await), "new");
    assert!(w.tasks.drain(Duration::from_secs(5)).await);
    assert_eq!(w.engine.status().environments, 0);
    assert_eq!(w.try_invoke(&new, "{}").await.unwrap_err(), fn_pool::InvokeRefused::ShuttingDown);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_runtime_brings_along_is_found_after_the_functions_own() {
    let packages = tempfile::tempdir().unwrap();
    let (python, node) = (packages.path().join("python"), packages.path().join("node_modules"));
    crate::support::write(&python.join("given.py"), b"x = 'given'");
    crate::support::write(&python.join("own.py"), b"x = 'given'");
    crate::support::write(&node.join("given/index.js"), b"exports.x = 'given'");
    crate::support::write(&node.join("own/index.js"), b"exports.x = 'given'");
    let roots =
        fn_pool::RuntimeRoots { python_packages: Some(python.clone()), node_modules: Some(node.clone()) };
    let w = crate::support::world_with(|config| config.runtime_roots = roots).await;
    let f = w.python("import given, own\ndef handler(e, c): return [given.x, own.x]\n");
    crate::support::write(&f.code_dir.join("own.py"), b"x = 'own'");
    assert_eq!(answer(&w.invoke(&Arc::new(f), "{}").await), value!(["given", "own"]));
    for (name, source) in [
        (
            "index.js",
            "const g = require('given'), o = require('own'); exports.handler = async () => [g.x, o.x]",
        ),
        (
            "index.mjs",
            "import g from 'given'; import o from 'own'; export const handler = async () => [g.x, o.x]",
        ),
    ] {
        let own = ("node_modules/own/index.js", "exports.x = 'own'");
        let f = Arc::new(w.function("nodejs20.x", "index.handler", &[(name, source), own]));
        assert_eq!(answer(&w.invoke(&f, "{}").await), value!(["given", "own"]), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_interpreter_than_asked_for_is_said_or_refused() {
    let w = world().await;
    // No machine has all of these.
    let runtimes = ["python3.9", "python3.10", "python3.12", "python3.13", "python3.14"];
    let mut warned = 0;
    for runtime in runtimes {
        let f = w.function(runtime, "app.handler", &[("app.py", "def handler(e, c): return 1\n")]);
        let outcome = w.invoke(&Arc::new(f), "{}").await;
        answer(&outcome);
        let tail = String::from_utf8(outcome.log_tail).unwrap();
        warned += usize::from(tail.contains(&format!("WARNING: runtime {runtime} is not on this machine")));
    }
    assert!(warned > 0);
    let strict = crate::support::world_with(|config| config.strict_runtimes = true).await;
    let mut refused = 0;
    for runtime in runtimes {
        let f = strict.function(runtime, "app.handler", &[("app.py", "def handler(e, c): return 1\n")]);
        let result = strict.try_invoke(&Arc::new(f), "{}").await;
        refused += usize::from(matches!(result, Err(fn_pool::InvokeRefused::RuntimeUnavailable(_))));
    }
    assert_eq!(refused, warned);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrapper_script_starts_the_runtime() {
    let w = world().await;
    let wrapper = "#!/bin/sh\nexport WRAPPED=yes\nexec \"$@\"\n";
    let source = "import os\ndef handler(e, c): return os.environ['WRAPPED']\n";
    let mut f = w.function("python3.11", "app.handler", &[("app.py", source), ("wrap", wrapper)]);
    f.environment.push(("AWS_LAMBDA_EXEC_WRAPPER".to_owned(), "/var/task/wrap".to_owned()));
    assert_eq!(answer(&w.invoke(&Arc::new(f), "{}").await), "yes");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_init_phase_that_takes_too_long_is_tried_again_under_the_functions_timeout() {
    let w = world().await;
    let mut f = w.python("import time\ntime.sleep(60)\ndef handler(e, c): return 1\n");
    f.timeout = Duration::from_secs(1);
    let outcome = w.invoke(&Arc::new(f), "{}").await;
    assert_eq!(error(&outcome).0, "Sandbox.Timedout");
    let tail = String::from_utf8(outcome.log_tail).unwrap();
    assert!(
        tail.contains("INIT_REPORT Init Duration: 100") && tail.contains("Phase: init\tStatus: timeout"),
        "{tail}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn full_isolation_is_had_or_the_engine_does_not_start() {
    let w = world().await;
    let report = w.engine.isolation();
    let as_designed = report.rootless || report.shortcomings().count() == 0;
    let started =
        crate::support::start_with(|config| config.isolation = fn_pool::IsolationPolicy::Full).await;
    assert_eq!(started.is_ok(), as_designed, "{report}");
}
