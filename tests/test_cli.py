"""The `haneul` command: what its users type, and the exit codes their scripts see."""

import json
import subprocess

import pytest

from harness.places import BINARY
from harness.platform import plain_environment

GREET = """
def handler(event, context):
    print("greeting", event.get("name"))
    if event.get("fail"):
        raise ValueError("as asked")
    return {"hello": event.get("name")}
"""


def offline(*arguments: str) -> subprocess.CompletedProcess:
    """The command without a server to talk to."""
    return subprocess.run([str(BINARY), *arguments], capture_output=True, text=True, timeout=30, env=plain_environment())


@pytest.fixture(scope="module")
def greet(client, lambda_role, unique, zipped):
    name = unique("greet")
    functions = client("lambda")
    functions.create_function(
        FunctionName=name, Role=lambda_role, Runtime="python3.11", Handler="app.handler", Code={"ZipFile": zipped({"app.py": GREET})}
    )
    functions.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
    return name


def test_version_names_itself():
    done = offline("version")
    assert done.returncode == 0
    assert done.stdout.startswith("haneul ")


def test_help_lists_commands_and_exit_codes():
    done = offline("--help")
    assert done.returncode == 0
    for word in ["up", "env", "deploy", "invoke", "logs", "status", "doctor", "Exit codes"]:
        assert word in done.stdout


def test_a_wrong_command_line_is_exit_code_2():
    assert offline("fly").returncode == 2


def test_env_without_a_server_says_what_to_do(tmp_path):
    done = offline("env", "--data", str(tmp_path / "none"))
    assert done.returncode == 1
    assert "haneul up" in done.stderr
    assert done.stdout == ""


def test_env_prints_what_a_shell_can_take(server):
    done = offline("env", "--data", str(server.data))
    shell = subprocess.run(
        ["sh", "-c", 'eval "$1"; echo "$AWS_ENDPOINT_URL $AWS_ACCESS_KEY_ID"', "sh", done.stdout],
        capture_output=True, text=True, timeout=10, env=plain_environment(),
    )
    assert shell.stdout == f"{server.endpoint} {server.access_key}\n"


def test_secrets_are_for_their_owner_only(server):
    readable = [path.name for path in server.data.iterdir() if path.is_file() and path.stat().st_mode & 0o077]
    private = [name for name in readable if "credential" in name or "key" in name]
    assert private == []


def test_invoke_prints_the_answer_and_its_log(haneul, greet):
    done = haneul("invoke", greet, '{"name": "하늘"}')
    assert json.loads(done.stdout) == {"hello": "하늘"}
    assert "greeting 하늘" in done.stderr
    assert "REPORT RequestId:" in done.stderr


def test_a_failed_function_is_exit_code_1(haneul, greet):
    done = haneul("invoke", greet, '{"fail": true}', check=False)
    assert done.code == 1
    assert json.loads(done.stdout)["errorType"] == "ValueError"


def test_an_unknown_function_is_named(haneul):
    done = haneul("invoke", "no-such-function", check=False)
    assert done.code == 1
    assert "no-such-function" in done.stderr


def test_logs_show_what_a_function_printed(haneul, greet, eventually):
    haneul("invoke", greet, '{"name": "the logs"}')
    eventually(lambda: "greeting the logs" in haneul("logs", greet).stdout, timeout=10)


def test_status_lists_stacks_and_functions(haneul, greet, server):
    done = haneul("status")
    assert greet in done.stdout
    assert server.endpoint in done.stdout
    assert json.loads(haneul("status", "--json").stdout)["functions"]


def test_doctor_says_what_this_machine_offers(haneul):
    done = haneul("doctor")
    for subject in ["data directory", "memory limit", "namespaces", "seccomp"]:
        assert subject in done.stdout, done.stdout
