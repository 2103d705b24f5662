"""Functions that fail, run wild or attack: contained, told clearly, and the platform and other functions go on.

One function does whatever its event says, so each test invokes it in an environment that an earlier one may have damaged: the
next call must be answered all the same.
"""

import json
import socket

import pytest

pytestmark = pytest.mark.timeout(90)

CODE = r'''
import ctypes, json, os, socket, subprocess, sys, time

def handler(event, context):
    return globals()[event["do"]](event)

def hello(event): return "hello"
def loop(event):
    while True: pass
def leave(event): os._exit(7)
def crash(event): ctypes.string_at(0)
def fork_bomb(event):
    born = 0
    while True:
        try:
            if os.fork() == 0:
                time.sleep(60)
                os._exit(0)
            born += 1
        except OSError as refused:
            return {"born": born, "refused": refused.errno}
def memory_bomb(event):
    held = []
    while True: held.append(bytearray(b"x" * (16 << 20)))
def fill_tmp(event):
    written = 0
    try:
        with open("/tmp/filled", "wb") as file:
            while written < 2 << 30:
                written += file.write(b"x" * (1 << 20))
                file.flush()
    except OSError as refused:
        os.unlink("/tmp/filled")
        return {"written": written, "refused": refused.errno}
    return {"written": written, "refused": None}
def flood(event):
    line = "x" * 1000
    for _ in range(100_000): print(line)
    return "flooded"
def child_left(event):
    subprocess.Popen([sys.executable, "-c", "import time\nwhile True: time.sleep(1)"])
    return "left"
def big_answer(event): return "x" * (7 << 20)
def no_json(event): return {1, 2}
def read(event):
    found = {}
    for path in event["paths"]:
        try:
            with open(path, "rb") as file: found[path] = file.read(200).decode("latin-1")
        except OSError as refused: found[path] = refused.errno
    return found
def names(event): return sorted(os.listdir(event["path"]))
def write(event):
    try:
        with open(event["path"], "w") as file: file.write("x")
        return None
    except OSError as refused: return refused.errno
def connect(event):
    try:
        with socket.create_connection((event["host"], event["port"]), timeout=3): return None
    except OSError as refused: return type(refused).__name__
def listening(event):
    with socket.socket(getattr(socket, event["family"]), socket.SOCK_STREAM): return "made"
def syscalls(event):
    libc = ctypes.CDLL(None, use_errno=True)
    answers = {}
    for name, number, arguments in event["calls"]:
        ctypes.set_errno(0)
        answers[name] = [libc.syscall(number, *arguments), ctypes.get_errno()]
    return answers
def identity(event):
    status = dict(line.split(":", 1) for line in open("/proc/self/status").read().splitlines())
    return {name: status[name].strip() for name in ("Uid", "CapEff", "CapBnd", "NoNewPrivs", "Seccomp")}
def processes(event): return sorted(int(name) for name in os.listdir("/proc") if name.isdigit())
def environment(event): return dict(os.environ)
'''


@pytest.fixture(scope="module")
def create(client, lambda_role, unique, zipped):
    def make(code: str, **settings) -> str:
        name = unique("hostile")
        functions = client("lambda")
        settings = {"Runtime": "python3.11", "Handler": "app.handler", "Timeout": 3, "MemorySize": 128} | settings
        functions.create_function(FunctionName=name, Role=lambda_role, Code={"ZipFile": zipped({"app.py": code})}, **settings)
        functions.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
        return name

    return make


@pytest.fixture(scope="module")
def hostile(create):
    return create(CODE)


@pytest.fixture(scope="module")
def neighbour(create):
    return create("def handler(event, context):\n    return 'fine'\n")


@pytest.fixture
def call(client, hostile, neighbour):
    functions = client("lambda")

    def run(do: str, name: str = hostile, **event):
        answer = functions.invoke(FunctionName=name, Payload=json.dumps({"do": do, **event}))
        return answer.get("FunctionError"), json.load(answer["Payload"])

    yield run
    assert run("hello") == (None, "hello"), "the function itself must answer again"
    assert run("hello", name=neighbour) == (None, "fine"), "the other function must not notice"


def test_an_infinite_loop_ends_at_the_timeout(call):
    error, answer = call("loop")
    assert error == "Unhandled"
    assert answer["errorType"] == "Sandbox.Timedout"
    assert answer["errorMessage"].endswith("Error: Task timed out after 3.00 seconds")


def test_leaving_the_runtime_is_told_with_its_status(call):
    error, answer = call("leave")
    assert (error, answer["errorType"]) == ("Unhandled", "Runtime.ExitError")
    assert "exit status 7" in answer["errorMessage"]


def test_a_crash_is_told_with_its_signal(call):
    error, answer = call("crash")
    assert (error, answer["errorType"]) == ("Unhandled", "Runtime.ExitError")
    assert "segmentation fault" in answer["errorMessage"]


def test_a_fork_bomb_meets_a_limit(call):
    error, answer = call("fork_bomb")
    if error is None:
        assert answer["born"] <= 1024
    else:
        assert answer["errorType"] in ("Sandbox.Timedout", "Runtime.OutOfMemory", "Runtime.ExitError")


def test_a_memory_bomb_is_out_of_memory(call):
    error, answer = call("memory_bomb")
    assert error == "Unhandled"
    assert answer["errorType"] in ("Runtime.OutOfMemory", "Runtime.ExitError")
    assert answer["errorType"] == "Runtime.OutOfMemory" or "killed" in answer["errorMessage"]


def test_tmp_is_full_at_its_size(call):
    error, answer = call("fill_tmp")
    # Memory-backed space may end the function first; either way the host's disk is safe.
    if error is None:
        assert answer["refused"] is not None
        assert answer["written"] <= 512 << 20
    else:
        assert answer["errorType"] in ("Runtime.OutOfMemory", "Sandbox.Timedout")


def test_an_output_flood_is_survived(call):
    error, answer = call("flood")
    assert answer == "flooded" or answer["errorType"] == "Sandbox.Timedout", (error, answer)


def test_a_child_left_running_holds_nothing_up(call):
    assert call("child_left") == (None, "left")


def test_an_answer_over_6_mb_is_refused(call):
    error, answer = call("big_answer")
    assert error == "Unhandled"
    assert answer["errorType"] == "Function.ResponseSizeTooLarge"


def test_an_answer_that_is_no_json(call):
    error, answer = call("no_json")
    assert (error, answer["errorType"]) == ("Unhandled", "Runtime.MarshalError")


def test_files_of_the_host_are_out_of_reach(call, server):
    paths = ["/etc/shadow", "/proc/kcore", "/dev/mem", "/proc/1/environ", str(server.data / "root-credentials.json"),
             "/proc/1/root/etc/shadow", "/sys/kernel/debug/sched/debug"]
    _, found = call("read", paths=paths)
    readable = {path: text for path, text in found.items() if not isinstance(text, int) and text}
    assert readable == {}


def test_nothing_outside_tmp_can_be_written(call):
    for path in ["/var/task/x", "/etc/x", "/usr/bin/x", "/x", "/opt/x", "/proc/sys/kernel/core_pattern"]:
        _, answer = call("write", path=path)
        assert isinstance(answer, int), f"{path} could be written"
    assert call("write", path="/tmp/x") == (None, None)


def test_the_hosts_processes_are_not_seen(call, server):
    _, seen = call("processes")
    assert server.process.pid not in seen
    assert len(seen) < 20


def test_no_privilege_is_left(call):
    _, found = call("identity")
    assert found["Uid"].split()[0] != "0"
    assert int(found["CapEff"], 16) == 0
    assert found["NoNewPrivs"] == "1"
    assert found["Seccomp"] == "2"


def test_the_functions_environment_is_its_own(call, server):
    _, found = call("environment")
    assert found["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "128"
    assert server.secret_key not in found.values()
    assert not [name for name in found if name.startswith(("HANEUL_", "PYTEST_", "CARGO_"))]


def test_dangerous_system_calls_are_refused(call):
    # x86-64 numbers: ptrace, mount, unshare(user), bpf, kexec_load, init_module, add_key, perf_event_open, setns, userfaultfd.
    calls = [["ptrace", 101, [0, 0, 0, 0]], ["mount", 165, [0, 0, 0, 0, 0]], ["unshare", 272, [0x10000000]],
             ["bpf", 321, [0, 0, 0]], ["kexec_load", 246, [0, 0, 0, 0]], ["init_module", 175, [0, 0, 0]],
             ["add_key", 248, [0, 0, 0, 0, 0]], ["perf_event_open", 298, [0, 0, -1, -1, 0]], ["setns", 308, [0, 0]],
             ["userfaultfd", 323, [0]], ["reboot", 169, [0, 0, 0, 0]], ["chroot", 161, [0]]]
    error, answers = call("syscalls", calls=calls)
    if error is not None:
        assert answers["errorType"] == "Runtime.ExitError", answers
        return
    allowed = {name: answer for name, answer in answers.items() if answer[0] != -1 or answer[1] not in (1, 13, 38)}
    assert allowed == {}


def test_odd_sockets_are_refused(call):
    for family in ["AF_VSOCK", "AF_PACKET", "AF_ALG"]:
        error, answer = call("listening", family=family)
        assert error == "Unhandled", f"{family}: {answer}"


def test_servers_of_the_host_are_out_of_reach(call):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        _, answer = call("connect", host="127.0.0.1", port=listener.getsockname()[1])
    assert answer is not None, "a function reached a server on the host's loopback"


class TestInit:
    """What goes wrong before the first event."""

    def outcome(self, client, name):
        answer = client("lambda").invoke(FunctionName=name, Payload=b"{}")
        return answer.get("FunctionError"), json.load(answer["Payload"])

    def test_a_module_that_is_missing(self, create, client):
        error, answer = self.outcome(client, create("x = 1\n", Handler="nothing.handler"))
        assert (error, answer["errorType"]) == ("Unhandled", "Runtime.ImportModuleError")
        assert answer["errorMessage"] == "Unable to import module 'nothing': No module named 'nothing'"

    def test_an_import_that_fails(self, create, client):
        error, answer = self.outcome(client, create("import no_such_package\n"))
        assert (error, answer["errorType"]) == ("Unhandled", "Runtime.ImportModuleError")
        assert answer["errorMessage"] == "Unable to import module 'app': No module named 'no_such_package'"

    def test_a_handler_that_does_not_exist(self, create, client):
        error, answer = self.outcome(client, create("x = 1\n"))
        assert (error, answer["errorType"]) == ("Unhandled", "Runtime.HandlerNotFound")
        assert answer["errorMessage"] == "Handler 'handler' missing on module 'app'"

    def test_a_syntax_error(self, create, client):
        error, answer = self.outcome(client, create("def handler(:\n"))
        assert (error, answer["errorType"]) == ("Unhandled", "Runtime.UserCodeSyntaxError")

    def test_a_module_that_ends_the_process(self, create, client):
        error, answer = self.outcome(client, create("import os\nos._exit(3)\n"))
        assert (error, answer["errorType"]) == ("Unhandled", "Runtime.ExitError")
