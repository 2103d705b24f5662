"""Fixtures: a running Haneul, clients of it, and the real tools pointed at it.

Run everything with `cargo xtask test`; only some with `cargo xtask test --only python -k NAME`. By hand, once the tools
are installed by that: `target/tools/python/bin/python -m pytest tests/test_sqs.py`.

    server                  the session's Haneul (a harness.platform.Platform): .endpoint .port .data .access_key
                            .secret_key .region .log_text() .environment() .command("status"). Shared by all tests: make
                            resources under names of your own (`unique`), never restart it.
    fresh_server            a factory of servers for one test: fresh_server(*up_arguments) -> Platform, its own data
                            directory and port; .restart() is kill -9 and up again on the same data; .kill(), .start(),
                            .terminate(). All are ended with the test.
    client(service, **kw)   a boto3 client of `server` as root, one attempt, short time-outs. kw: server=, credentials=
                            (access key, secret key, session token), config= (botocore Config, merged), and whatever
                            boto3's client() takes.
    aws(*args)              the AWS CLI: answers harness.tools.Result (.code .stdout .stderr .json .text). kw: check=,
                            cwd=, timeout=, extra_env=, server=.
    sam(*args, cwd=DIR)     AWS SAM CLI, likewise.
    node(script, *args)     runs tests/js/<script> (or a path) with the JS SDK v3 at hand, likewise.
    haneul(*args)           the `haneul` command itself, likewise (check=True).
    raw(method, path, headers, body)            an HTTP request as it stands: harness.raw.Answer (.status .headers .body)
    raw_signed(service, method, path, headers, body, **kw)   the same with a SigV4 signature
    unique(prefix="t")      a name no other test has: lower case letters, digits and hyphens
    eventually(check, timeout=20, message=...)  calls check until it answers something true (AssertionErrors count as
                            not yet) and answers that; fails with the last reason
    lambda_role             the ARN of a role that Lambda may assume, with AWSLambdaBasicExecutionRole attached
    zipped({path: text})    the bytes of a zip archive with those files (bootstrap files are executable)

A failed test shows what the server logged while it ran.
"""

import io
import itertools
import json
import os
import time
import zipfile
from pathlib import Path

import boto3
import pytest
from botocore.config import Config

from harness import raw as raw_http
from harness.platform import Platform
from harness.tools import Result, ToolFailed, run, tool_path

TESTS = Path(__file__).resolve().parent
ONE_ATTEMPT = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=60)


@pytest.fixture(scope="session", autouse=True)
def _no_host_settings():
    """boto3 in this very process must not read the host's AWS settings either."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
    os.environ["AWS_CONFIG_FILE"] = os.devnull
    os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull


@pytest.fixture(scope="session")
def server(tmp_path_factory, request):
    """The session's Haneul."""
    folder = tmp_path_factory.mktemp("haneul")
    platform = Platform(data=folder / "data", log_path=folder / "haneul.log")
    request.config.stash[SERVERS] = [platform]
    platform.start()
    yield platform
    platform.close()


@pytest.fixture
def fresh_server(tmp_path, request):
    """Servers of one test's own."""
    started: list[Platform] = []

    def start(*arguments: str, data: Path | None = None, wait: bool = True) -> Platform:
        number = len(started)
        platform = Platform(
            data=data or tmp_path / f"data-{number}", log_path=tmp_path / f"haneul-{number}.log", arguments=arguments
        )
        started.append(platform)
        request.node.stash.setdefault(OWN_SERVERS, []).append(platform)
        return platform.start() if wait else platform

    yield start
    for platform in started:
        platform.close()


@pytest.fixture(scope="session")
def client(request):
    """boto3 clients; the session's server is started on first use."""

    def make(service: str, *, server: Platform | None = None, credentials=None, config: Config | None = None, **more):
        platform = server or request.getfixturevalue("server")
        access_key, secret_key, token = credentials or (
            platform.access_key, platform.secret_key, platform.session_token
        )
        more.setdefault("endpoint_url", platform.endpoint)
        more.setdefault("region_name", platform.region)
        return boto3.client(
            service,
            aws_access_key_id=access_key,
            aws_secret_access_key=secret_key,
            aws_session_token=token,
            config=ONE_ATTEMPT.merge(config) if config else ONE_ATTEMPT,
            **more,
        )

    return make


def _tool(request, command: list[str]):
    def call(*arguments, server: Platform | None = None, **options) -> Result:
        platform = server or request.getfixturevalue("server")
        return run([*command, *map(str, arguments)], platform, **options)

    return call


@pytest.fixture(scope="session")
def aws(request):
    """The AWS CLI."""
    return _tool(request, [tool_path("aws")])


@pytest.fixture(scope="session")
def sam(request):
    """The AWS SAM CLI."""
    return _tool(request, [tool_path("sam")])


@pytest.fixture(scope="session")
def node(request):
    """Node with the JS SDK v3 on its path; a script without a folder is looked up in tests/js."""

    def call(script, *arguments, **options) -> Result:
        path = TESTS / "js" / script
        tool = _tool(request, ["node"])
        return tool(path if path.exists() else script, *arguments, **options)

    return call


@pytest.fixture(scope="session")
def haneul(request):
    """The `haneul` command."""

    def call(*arguments, server: Platform | None = None, check: bool = True, **options) -> Result:
        platform = server or request.getfixturevalue("server")
        done = platform.command(*map(str, arguments), **options)
        if check and done.returncode != 0:
            raise ToolFailed(f"`haneul {' '.join(map(str, arguments))}` ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
        return Result(done.returncode, done.stdout, done.stderr)

    return call


@pytest.fixture(scope="session")
def raw(request):
    """Unsigned, unpolished HTTP."""

    def call(method, path, headers=None, body=b"", *, server: Platform | None = None, **options):
        return raw_http.send(server or request.getfixturevalue("server"), method, path, headers, body, **options)

    return call


@pytest.fixture(scope="session")
def raw_signed(request):
    """Signed, unpolished HTTP."""

    def call(service, method, path, headers=None, body=b"", *, server: Platform | None = None, **options):
        platform = server or request.getfixturevalue("server")
        return raw_http.send_signed(platform, service, method, path, headers, body, **options)

    return call


_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def unique():
    """Names that no other test of the session, and no earlier session, uses."""
    session = format(int(time.time()) % 36**5, "x")

    def name(prefix: str = "t") -> str:
        return f"{prefix}-{session}-{next(_numbers)}"

    return name


@pytest.fixture(scope="session")
def eventually():
    """Waits for what happens asynchronously."""

    def wait(check, timeout: float = 20, message: str = "it did not happen"):
        deadline = time.monotonic() + timeout
        reason = ""
        while True:
            try:
                answer = check()
                if answer:
                    return answer
                reason = f"last answer: {answer!r}"
            except AssertionError as not_yet:
                reason = str(not_yet)
            if time.monotonic() > deadline:
                pytest.fail(f"{message} within {timeout} s; {reason}")
            time.sleep(0.1)

    return wait


@pytest.fixture(scope="session")
def lambda_role(client, unique) -> str:
    """A role for functions that need nothing but to log."""
    iam = client("iam")
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
    name = unique("function-role")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    iam.attach_role_policy(RoleName=name, PolicyArn="arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole")
    return role["Role"]["Arn"]


@pytest.fixture(scope="session")
def zipped():
    """Function code as the Lambda API takes it."""

    def pack(files: dict[str, str | bytes]) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for path, content in files.items():
                entry = zipfile.ZipInfo(path, (2026, 1, 1, 0, 0, 0))
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = (0o100755 if path.endswith("bootstrap") else 0o100644) << 16
                archive.writestr(entry, content)
        return buffer.getvalue()

    return pack


SERVERS = pytest.StashKey[list]()
OWN_SERVERS = pytest.StashKey[list]()
LOG_START = pytest.StashKey[dict]()


def pytest_runtest_setup(item):
    item.stash[LOG_START] = {
        id(platform): platform.log_path.stat().st_size
        for platform in item.config.stash.get(SERVERS, [])
        if platform.log_path.exists()
    }


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.failed:
        starts = item.stash.get(LOG_START, {})
        platforms = item.config.stash.get(SERVERS, []) + item.stash.get(OWN_SERVERS, [])
        for platform in platforms:
            logged = platform.log_text(starts.get(id(platform), 0)).splitlines()[-60:]
            if logged:
                report.sections.append((f"haneul log (port {platform.port})", "\n".join(logged)))
    return report
