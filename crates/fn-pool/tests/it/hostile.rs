//! Functions that do what they must not. Each is contained; the platform and other functions go on.
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use crate::support::{World, answer, error, world};
use fn_pool::FunctionSpec;
use serde_json::json as value;

/// Another function that must go on whatever the first does; it needs a process more, too.
async fn bystander(w: &World) -> Arc<FunctionSpec> {
    let f = Arc::new(w.python(
        "import os\n\
         def handler(e, c):\n\
        \x20   child = os.fork()\n\
        \x20   if child == 0: os._exit(0)\n\
        \x20   return 'fine' if os.waitpid(child, 0)[1] == 0 else 'bad'\n",
    ));
    assert_eq!(answer(&w.invoke(&f, "{}").await), "fine");
    f
}

#[tokio::test(flavor = "multi_thread")]
async fn a_memory_bomb_ends_only_its_own_function() {
    let w = world().await;
    let other = bystander(&w).await;
    let f = Arc::new(w.python(
        "def handler(e, c):\n    x = []\n    while e: x.append(bytearray(b'x' * (1 << 20)))\n    return 'small'\n",
    ));
    let outcome = w.invoke(&f, "1").await;
    let (error_type, message) = error(&outcome);
    if w.in_force("memory limit") {
        assert_eq!(error_type, "Runtime.OutOfMemory", "{message}");
        assert!(message.ends_with("Error: Runtime exited with error: signal: killed"), "{message}");
        assert_eq!(outcome.report.max_memory_used_mb, Some(128));
    } else {
        assert_eq!(error_type, "MemoryError", "a limit for each process");
    }
    assert_eq!(answer(&w.invoke(&other, "{}").await), "fine");
    assert_eq!(answer(&w.invoke(&f, "0").await), "small", "the next invoke starts anew");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fork_bomb_is_bounded_and_ends_with_the_invoke() {
    let w = world().await;
    let other = bystander(&w).await;
    let mut f = w.python(
        "import os, time\n\
         def handler(e, c):\n\
        \x20   while True:\n\
        \x20       try:\n\
        \x20           os.fork()\n\
        \x20       except OSError: pass\n",
    );
    f.timeout = Duration::from_secs(2);
    f.memory_mb = 2_048;
    let f = Arc::new(f);
    let (bomb, during) = tokio::join!(w.invoke(&f, "{}"), async {
        tokio::task::spawn_blocking(|| Command::new("sleep").arg("1").status()).await.unwrap().unwrap();
        w.invoke(&other, "{}").await
    });
    let (error_type, _) = error(&bomb);
    assert!(
        ["Sandbox.Timedout", "Runtime.OutOfMemory", "Runtime.ExitError"].contains(&error_type.as_str()),
        "{error_type}"
    );
    assert_eq!(answer(&during), "fine");
    assert_eq!(answer(&w.invoke(&other, "{}").await), "fine");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_tmp_is_the_functions_own_problem() {
    let w = world().await;
    let f = Arc::new(w.python(
        "def handler(e, c):\n    n = 0\n    try:\n        with open('/tmp/big', 'wb') as f:\n            \
         while True: n += f.write(bytes(1 << 20)); f.flush()\n    except OSError as e: return [n >> 20, e.strerror]\n",
    ));
    // 512 MB of /tmp beside 128 MB of memory.
    let outcome = w.invoke(&f, "{}").await;
    assert_eq!(answer(&outcome), value!([512, "No space left on device"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_output_is_bounded() {
    let w = world().await;
    let other = bystander(&w).await;
    let mut f =
        w.python("import sys\ndef handler(e, c):\n    while True: sys.stdout.write('flood ' * 10000)\n");
    f.timeout = Duration::from_secs(2);
    let (error_type, _) = error(&w.invoke(&Arc::new(f), "{}").await);
    assert_eq!(error_type, "Sandbox.Timedout");
    assert!(w.logged().iter().all(|line| line.len() <= 256 * 1024));
    assert_eq!(answer(&w.invoke(&other, "{}").await), "fine");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_runs_between_invokes() {
    let w = world().await;
    let f = Arc::new(w.python(
        "import subprocess, threading, time\nticks = 0\n\
         def tick():\n    global ticks\n    while True:\n        time.sleep(0.01); ticks += 1\n\
         threading.Thread(target=tick, daemon=True).start()\n\
         child = subprocess.Popen(['/bin/sh', '-c', 'while sleep 0.01; do echo x >> /tmp/child; done'])\n\
         def handler(e, c):\n    time.sleep(0.1)\n    return [ticks, len(open('/tmp/child').read()) if e else 0]\n",
    ));
    let a = answer(&w.invoke(&f, "0").await);
    tokio::task::spawn_blocking(|| Command::new("sleep").arg("1").status()).await.unwrap().unwrap();
    let b = answer(&w.invoke(&f, "1").await);
    let (before, after) = (a[0].as_u64().unwrap(), b[0].as_u64().unwrap());
    assert!(after - before < 20, "{before} -> {after}: the thread was to stand still");
    assert!(b[1].as_u64().unwrap() < 40, "the child was to stand still: {b}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_child_left_running_dies_with_its_environment() {
    use fn_pool::FunctionEngine;
    let w = world().await;
    let mark = format!("31{}", std::process::id());
    let f = Arc::new(w.python(&format!(
        "import subprocess\ndef handler(e, c):\n    subprocess.Popen(['/bin/sleep', '{mark}'], start_new_session=True)\n"
    )));
    answer(&w.invoke(&f, "{}").await);
    let alive = || {
        std::fs::read_dir("/proc").unwrap().flatten().any(|entry| {
            std::fs::read(entry.path().join("cmdline"))
                .is_ok_and(|c| c == format!("/bin/sleep\0{mark}\0").as_bytes())
        })
    };
    let becomes = async |wanted: bool| {
        for _ in 0..250 {
            if alive() == wanted {
                return true;
            }
            tokio::task::spawn_blocking(|| Command::new("sleep").arg("0.02").status())
                .await
                .unwrap()
                .unwrap();
        }
        false
    };
    assert!(becomes(true).await);
    w.engine.retire(&f.key.function_arn, None);
    assert!(w.tasks.drain(Duration::from_secs(5)).await);
    assert!(becomes(false).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_the_host_and_of_other_functions_are_not_there() {
    let w = world().await;
    let other = Arc::new(w.python("def handler(e, c): open('/tmp/secret', 'w').write('s')\n"));
    answer(&w.invoke(&other, "{}").await);
    let f = Arc::new(w.python(
        "import os\n\
         def read(path):\n\
        \x20   try: return open(path, 'rb').read(64).decode('latin-1')\n\
        \x20   except OSError as e: return type(e).__name__\n\
         def write(path):\n\
        \x20   try: open(path, 'w').write('x'); return 'written'\n\
        \x20   except OSError as e: return e.strerror\n\
         def handler(e, c): return dict(read=[read(p) for p in e['read']], write=[write(p) for p in e['write']],\n\
        \x20   roots=os.listdir('/'), pids=[p for p in os.listdir('/proc') if p.isdigit()], me=os.getpid(),\n\
        \x20   environ=read('/proc/1/environ'), fds=sorted(os.listdir('/proc/self/fd')))\n",
    ));
    let code_of_other = other.code_dir.join("app.py");
    let payload = value!({
        "read": ["/etc/shadow", "/tmp/secret", code_of_other, "/root/.bashrc", "/proc/kallsyms", "/proc/cmdline",
            "/proc/kcore", "/sys/kernel/notes", "/dev/mem", "/dev/vda", "/dev/kmsg"],
        "write": ["/var/task/app.py", "/usr/x", "/etc/passwd", "/x", "/dev/x", "/proc/sys/kernel/core_pattern", "/opt/x"],
    });
    let got = answer(&w.invoke(&f, &payload.to_string()).await);
    let missing = "FileNotFoundError";
    let first = got["read"].as_array().unwrap();
    assert_eq!(first[0], missing);
    assert_eq!(first[1], missing, "another function's /tmp");
    assert_eq!(first[2], missing, "another function's code");
    assert!(first[3] == missing || first[3] == "PermissionError");
    for (i, masked) in first[4..6].iter().enumerate() {
        assert_eq!(masked, "", "masked file {i}");
    }
    for refused in &first[6..] {
        assert!([missing, "PermissionError", ""].contains(&refused.as_str().unwrap()), "{got}");
    }
    for refused in got["write"].as_array().unwrap() {
        assert_ne!(refused, "written", "{got}");
    }
    assert_eq!(got["pids"], value!([got["me"].to_string()]), "no process but its own: {got}");
    assert_eq!(got["environ"], missing);
    assert_eq!(
        got["fds"],
        value!(["0", "1", "2", "3", "4"]),
        "streams, its API socket, the directory being read"
    );
}

const PROBE: &str = r#"
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#define TRY(name, call) do { errno = 0; long r = (long)(call); printf("%s %s\n", name, r < 0 ? strerrorname(errno) : "ok"); } while (0)
static const char *strerrorname(int e) { return e == EPERM ? "EPERM" : e == ENOSYS ? "ENOSYS" : e == EACCES ? "EACCES" : strerror(e); }
int main(void) {
  unsigned long args[11] = { 0x10000000 /* CLONE_NEWUSER */ };
  TRY("ptrace", ptrace(PTRACE_ATTACH, getppid(), 0, 0));
  TRY("mount", mount("x", "/tmp", "tmpfs", 0, 0));
  TRY("umount", umount2("/proc/cmdline", MNT_DETACH));
  TRY("bpf", syscall(SYS_bpf, 0, args, 72));
  TRY("unshare_user", unshare(CLONE_NEWUSER));
  TRY("unshare_ns", unshare(CLONE_NEWNS));
  TRY("setns", setns(0, 0));
  TRY("clone3_user", syscall(SYS_clone3, args, 88));
  TRY("clone_user", syscall(SYS_clone, CLONE_NEWUSER | 17, 0, 0, 0, 0));
  TRY("io_uring", syscall(SYS_io_uring_setup, 1, args));
  TRY("perf", syscall(SYS_perf_event_open, args, 0, -1, -1, 0));
  TRY("keyctl", syscall(SYS_keyctl, 0, -1, 0, 0, 0));
  TRY("userfaultfd", syscall(SYS_userfaultfd, 0));
  TRY("init_module", syscall(SYS_init_module, 0, 0, ""));
  TRY("kexec", syscall(SYS_kexec_load, 0, 0, 0, 0));
  TRY("chroot", chroot("/tmp"));
  TRY("pivot_root", syscall(SYS_pivot_root, "/tmp", "/tmp"));
  TRY("process_vm", syscall(SYS_process_vm_readv, 1, 0, 0, 0, 0, 0));
  TRY("open_by_handle", syscall(SYS_open_by_handle_at, 0, 0, 0));
  TRY("vsock", socket(AF_VSOCK, SOCK_STREAM, 0));
  TRY("packet", socket(AF_PACKET, SOCK_RAW, 0));
  TRY("alg", socket(AF_ALG, SOCK_SEQPACKET, 0));
  TRY("raw", socket(AF_INET, SOCK_RAW, 1));
  TRY("setuid0", setuid(0));
  TRY("sethostname", sethostname("x", 1));
  TRY("kill_init", syscall(SYS_kill, 1, 9));
  TRY("inet", socket(AF_INET, SOCK_STREAM, 0));
  return 0;
}
"#;

/// Compiles a C program for a function to run; `false` where there is no compiler.
fn compile(source: &str, to: &Path) -> bool {
    let file = to.with_extension("c");
    std::fs::write(&file, source).unwrap();
    Command::new("cc").args(["-O1", "-w", "-o"]).arg(to).arg(&file).status().is_ok_and(|s| s.success())
}

#[tokio::test(flavor = "multi_thread")]
async fn ways_out_through_the_kernel_are_refused() {
    let w = world().await;
    let f = Arc::new(w.python(
        "import subprocess\ndef handler(e, c):\n    \
         return dict(l.split(' ', 1) for l in subprocess.check_output(['/var/task/probe'], text=True).splitlines())\n",
    ));
    if !compile(PROBE, &f.code_dir.join("probe")) {
        println!("no C compiler here: not tried");
        return;
    }
    let got = answer(&w.invoke(&f, "{}").await);
    let got = got.as_object().unwrap();
    assert_eq!(got.len(), 27);
    for (name, result) in got {
        let expected = match name.as_str() {
            "inet" => "ok",
            // The user namespace has no such user.
            "setuid0" if result == "Invalid argument" => continue,
            "clone3_user" | "io_uring" => "ENOSYS",
            _ => "EPERM",
        };
        // Process 1 takes no signal from inside its namespace: a success that does nothing, or none.
        if name != "kill_init" {
            assert_eq!(result, expected, "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_client_of_the_runtime_api_harms_itself_only() {
    let w = world().await;
    let other = bystander(&w).await;
    let f = Arc::new(w.python(
        "import socket, os\n\
         host, port = os.environ['AWS_LAMBDA_RUNTIME_API'].split(':')\n\
         def talk(data, read=True):\n\
        \x20   s = socket.create_connection((host, int(port)))\n\
        \x20   s.settimeout(5)\n\
        \x20   try:\n\
        \x20       s.sendall(data)\n\
        \x20       return s.recv(4096).split(b'\\r\\n')[0].decode() if read else s\n\
        \x20   except OSError as e: return type(e).__name__\n\
         def post(id, body=b'1', extra=b''):\n\
        \x20   return talk(b'POST /2018-06-01/runtime/invocation/' + id + b'/response HTTP/1.1\\r\\n' + extra + \
         b'Content-Length: %d\\r\\n\\r\\n' % len(body) + body)\n\
         def handler(e, c):\n\
        \x20   me = c.aws_request_id.encode()\n\
        \x20   slow = [talk(b'POST /2018', read=False) for _ in range(20)]\n\
        \x20   return [post(b'wrong'), talk(b'\\x16\\x03\\x01\\r\\n\\r\\n'), talk(b'GET / HTTP/1.1\\r\\n' + b'a: b\\r\\n' * 5000),\n\
        \x20       talk(b'GET /2018-06-01/runtime/invocation/next HTTP/1.1\\r\\n\\r\\n'),\n\
        \x20       talk(b'POST /2018-06-01/runtime/init/error HTTP/1.1\\r\\nContent-Length: 2\\r\\n\\r\\n{}'),\n\
        \x20       talk(b'POST /2020-01-01/extension/register HTTP/1.1\\r\\nContent-Length: 2\\r\\n\\r\\n{}'),\n\
        \x20       talk(b'POST /2018-06-01/runtime/invocation/' + me + b'/response HTTP/1.1\\r\\nContent-Length: 99999999999\\r\\n\\r\\n'),\n\
        \x20       post(me, b'\"first\"'), post(me, b'\"second\"')]\n",
    ));
    let outcome = w.invoke(&f, "{}").await;
    assert_eq!(answer(&outcome), "first", "the first whole answer counts");
    let again = w.invoke(&f, "{}").await;
    assert_eq!(answer(&again), "first");
    assert_eq!(answer(&w.invoke(&other, "{}").await), "fine");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_of_deaths_leaves_nothing_behind() {
    let w = world().await;
    let f = Arc::new(w.python("import os\ndef handler(e, c): os._exit(e)\n"));
    for _ in 0..10 {
        assert_eq!(error(&w.invoke(&f, "1").await).0, "Runtime.ExitError");
    }
    let outcome = w.invoke(&f, "0").await;
    assert!(error(&outcome).1.ends_with("Error: Runtime exited without providing a reason"));
    assert_eq!(w.engine.status().environments, 1);
}

/// Answers, then spins without asking for the next invoke.
const SPINNER: &str = r#"
import os, socket, sys
address = os.environ['AWS_LAMBDA_RUNTIME_API'].split(':')
def exchange(request):
    s = socket.create_connection((address[0], int(address[1])))
    s.sendall(request.encode())
    return s.recv(65536).decode()
head = exchange('GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n')
id = head.split('Request-Id: ')[1].split('\r')[0]
exchange(f'POST /2018-06-01/runtime/invocation/{id}/response HTTP/1.1\r\nContent-Length: 1\r\n\r\n1')
n = 0
while True:
    n += 1
    if n % 100000 == 0: print('spinning', flush=True)
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_runtime_that_answers_and_goes_on_is_frozen_after_its_timeout() {
    let w = world().await;
    let python = ["/usr/bin/python3", "/usr/local/bin/python3"].into_iter().find(|p| Path::new(p).exists());
    let Some(python) = python else {
        println!("no system Python here: not tried");
        return;
    };
    let bootstrap = format!("#!{python}\n{SPINNER}");
    let mut f = w.function("provided.al2023", "x", &[("bootstrap", &bootstrap)]);
    f.timeout = Duration::from_secs(1);
    let f = Arc::new(f);
    assert_eq!(answer(&w.invoke(&f, "{}").await), 1);
    let count_after = async |seconds: &'static str| {
        tokio::task::spawn_blocking(move || Command::new("sleep").arg(seconds).status())
            .await
            .unwrap()
            .unwrap();
        w.logged().iter().filter(|line| *line == "spinning").count()
    };
    let at_rest = count_after("2").await;
    assert!(at_rest > 0, "it did spin");
    assert!(count_after("1").await <= at_rest + 1, "and stands still now");
    assert_eq!(answer(&w.invoke(&f, "{}").await), 1, "the next invoke starts it anew");
}
