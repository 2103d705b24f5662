"""Measures warm and cold invokes through public endpoints: Haneul, MiniStack and serverless-offline, in one run.

Started by `cargo xtask bench invoke`, which builds and installs what this needs and names it in arguments. For each runtime and
number of clients the targets take turns, so that what else the machine does falls on all of them. Writes the result as Markdown.
"""

import argparse
import io
import json
import os
import platform
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import boto3

CLIENTS = [1, 16]
# A function that is called once only, for each cold call.
COLD_CALLS = {1: 24, 16: 48}
WARM_SECONDS = 8
START_LIMIT_S = 60
TRUST = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
]}


@dataclass
class Runtime:
    """One kind of function."""

    label: str
    runtime: str
    handler: str
    files: dict[str, bytes]
    payload: str = "{}"
    expect: str = '"ok"'


@dataclass
class Target:
    """Something with a Lambda API."""

    name: str
    endpoint: str
    process: subprocess.Popen
    environment: dict[str, str]
    # Function names by (runtime label, number): number 0 is the warm one.
    prefix: str = ""
    runtimes: list[str] = field(default_factory=list)


def main() -> None:
    arguments = parse()
    runtimes = [
        Runtime("Python 3.11", "python3.11", "app.handler", {"app.py": b"def handler(event, context):\n    return {'ok': True}\n"}),
        Runtime("Node.js 20", "nodejs20.x", "index.handler", {"index.js": b"exports.handler = async () => ({ ok: true })\n"}),
        Runtime("Rust", "provided.al2023", "bootstrap", {"bootstrap": arguments.bootstrap.read_bytes()},
                '{"items": [{"sku": "tea-001", "quantity": 2}]}', '"total_cents"'),
    ]
    with tempfile.TemporaryDirectory(prefix="haneul-bench-") as scratch:
        folder = Path(scratch)
        haneul, facts = start_haneul(arguments, folder)
        targets = [haneul]
        try:
            targets.append(start_ministack(arguments, folder))
            targets.append(start_serverless_offline(arguments, folder, runtimes))
            for target in targets[:2]:
                create_functions(target, runtimes)
            results = [row for runtime in runtimes for row in measure(arguments, targets, runtime)]
        finally:
            for target in targets:
                stop(target.process)
    arguments.output.write_text(render(results, facts))
    say(f"{arguments.output} is written")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ["haneul", "load", "ministack", "serverless", "bootstrap", "output"]:
        parser.add_argument(f"--{name}", type=lambda path: Path(path).absolute(), required=True)
    parser.add_argument("--seconds", type=float, default=WARM_SECONDS, help="length of each warm run")
    return parser.parse_args()


def say(text: str) -> None:
    print(f"    {text}", flush=True)


def start_haneul(arguments, folder: Path) -> tuple[Target, dict]:
    port = free_port()
    data = folder / "data"
    command = [str(arguments.haneul), "up", "--data", str(data), "--port", str(port)]
    started = time.monotonic()
    process = spawn(command, folder / "haneul.log", clean_environment())
    wait_for(process, f"http://127.0.0.1:{port}/_haneul/health", folder / "haneul.log", pause_s=0.002)
    first_answer_ms = (time.monotonic() - started) * 1000
    time.sleep(5)
    facts = {"first_answer_ms": first_answer_ms, "idle_mb": resident_mb(process.pid)}
    say(f"Haneul: first answer after {first_answer_ms:.0f} ms, idle {facts['idle_mb']:.1f} MB")
    exported = subprocess.run(
        [str(arguments.haneul), "env", "--data", str(data)], capture_output=True, text=True, check=True, env=clean_environment()
    ).stdout
    lines = [line.removeprefix("export ").split("=", 1) for line in exported.splitlines() if line.startswith("export ")]
    environment = {name: value.strip("'\"") for name, value in lines}
    return Target("Haneul", f"http://127.0.0.1:{port}", process, environment), facts


def start_ministack(arguments, folder: Path) -> Target:
    port = free_port()
    # Its functions use the python3 on PATH: a plain interpreter, as Haneul's do.
    environment = clean_environment() | {"GATEWAY_PORT": str(port), "TMPDIR": str(folder)}
    process = spawn([str(arguments.ministack)], folder / "ministack.log", environment)
    wait_for(process, f"http://127.0.0.1:{port}/", folder / "ministack.log")
    credentials = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1"}
    return Target("MiniStack", f"http://127.0.0.1:{port}", process, credentials)


def start_serverless_offline(arguments, folder: Path, runtimes: list[Runtime]) -> Target:
    """Its functions must be declared before it starts. It has no runtime for compiled functions."""
    project = folder / "serverless"
    project.mkdir()
    supported = [runtime for runtime in runtimes if not runtime.runtime.startswith("provided")]
    functions = {}
    for runtime in supported:
        for path, content in runtime.files.items():
            (project / path).write_bytes(content)
        for number in range(1 + sum(COLD_CALLS.values())):
            functions[function_name(runtime, number)] = {"handler": runtime.handler, "runtime": runtime.runtime}
    service = {"service": "peer", "frameworkVersion": "3", "provider": {"name": "aws", "runtime": "nodejs20.x"},
               "plugins": ["serverless-offline"], "functions": functions}
    (project / "serverless.json").write_text(json.dumps(service))
    (project / "node_modules").symlink_to(arguments.serverless / "node_modules")
    port, unused = free_port(), free_port()
    command = [str(arguments.serverless / "node_modules/.bin/serverless"), "offline", "start", "--host", "127.0.0.1",
               "--httpPort", str(unused), "--lambdaPort", str(port)]
    environment = clean_environment() | {
        "SLS_TELEMETRY_DISABLED": "1", "SLS_NOTIFICATIONS_MODE": "off", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
    }
    process = spawn(command, folder / "serverless.log", environment, cwd=project)
    wait_for(process, f"http://127.0.0.1:{port}/", folder / "serverless.log")
    credentials = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1"}
    return Target("serverless-offline", f"http://127.0.0.1:{port}", process, credentials, "peer-dev-",
                  [runtime.label for runtime in supported])


def create_functions(target: Target, runtimes: list[Runtime]) -> None:
    keys = {"aws_access_key_id": target.environment["AWS_ACCESS_KEY_ID"],
            "aws_secret_access_key": target.environment["AWS_SECRET_ACCESS_KEY"]}
    settings = {"endpoint_url": target.endpoint, "region_name": "us-east-1", **keys}
    role = boto3.client("iam", **settings).create_role(RoleName="bench", AssumeRolePolicyDocument=json.dumps(TRUST))
    functions = boto3.client("lambda", **settings)
    for runtime in runtimes:
        code = zipped(runtime.files)
        names = [function_name(runtime, number) for number in range(1 + sum(COLD_CALLS.values()))]
        try:
            for name in names:
                functions.create_function(
                    FunctionName=name, Role=role["Role"]["Arn"], Runtime=runtime.runtime, Handler=runtime.handler,
                    Code={"ZipFile": code}, MemorySize=128, Timeout=30,
                )
            functions.get_waiter("function_active_v2").wait(FunctionName=names[-1], WaiterConfig={"Delay": 1})
            target.runtimes.append(runtime.label)
        except Exception as refused:
            say(f"{target.name} does not take {runtime.label}: {refused}")


def measure(arguments, targets: list[Target], runtime: Runtime) -> list[dict]:
    rows = []
    for kind in ["warm", "cold"]:
        for clients in CLIENTS:
            row = {"runtime": runtime.label, "kind": kind, "clients": clients, "targets": {}}
            for target in targets:
                if runtime.label not in target.runtimes:
                    continue
                found = warm(arguments, target, runtime, clients) if kind == "warm" else cold(arguments, target, runtime, clients)
                row["targets"][target.name] = found
                shown = f"median {found['median_us'] / 1000:.2f} ms, p99 {found['p99_us'] / 1000:.2f} ms" if found else "failed"
                say(f"{runtime.label} {kind}, {clients} clients, {target.name}: {shown}")
            rows.append(row)
    return rows


def warm(arguments, target: Target, runtime: Runtime, clients: int) -> dict | None:
    name = target.prefix + function_name(runtime, 0)
    probe = load(arguments, target, runtime, [name], clients, requests=clients * 4, warm_up=clients * 4)
    if probe is None:
        return None
    requests = min(max(int(probe["per_second"] * arguments.seconds), 100), 40_000)
    return load(arguments, target, runtime, [name], clients, requests, warm_up=clients * 10)


def cold(arguments, target: Target, runtime: Runtime, clients: int) -> dict | None:
    first = 1 if clients == CLIENTS[0] else 1 + COLD_CALLS[CLIENTS[0]]
    calls = COLD_CALLS[clients]
    names = [target.prefix + function_name(runtime, number) for number in range(first, first + calls)]
    return load(arguments, target, runtime, names, clients, requests=calls, warm_up=0)


def load(arguments, target, runtime, names, clients, requests, warm_up) -> dict | None:
    command = [str(arguments.load), "invoke", "--endpoint", target.endpoint, "--functions", ",".join(names),
               "--clients", str(clients), "--requests", str(requests), "--warm-up", str(warm_up),
               "--payload", runtime.payload, "--expect", runtime.expect]
    done = subprocess.run(command, env=os.environ | target.environment, capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        say(f"{target.name}: {done.stderr.strip()}")
        return None
    return json.loads(done.stdout)


def function_name(runtime: Runtime, number: int) -> str:
    return f"{runtime.handler.split('.')[0]}{number}"


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            entry = zipfile.ZipInfo(path, (2026, 1, 1, 0, 0, 0))
            entry.external_attr = 0o100755 << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def render(results: list[dict], facts: dict) -> str:
    lines = [
        "# Invokes", "",
        "Written by `cargo xtask bench invoke`. A client signs a request (Signature Version 4), sends it over a connection that is",
        "kept open and reads the answer to its end, before the next; the times are those of whole calls. *Cold* calls go to functions",
        "never called before. Haneul runs as it does by default: durable, IAM enforced, each function in its sandbox with the best",
        "isolation this machine allows. MiniStack and serverless-offline run functions as plain processes or threads and check no",
        "signature. In brackets: how many times Haneul's.", "",
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores ({cpu()}), Linux {platform.release()}, {platform.python_implementation()} "
        f"{platform.python_version()}; the machine is shared, so absolute figures drift and ratios hold.", "",
        f"Haneul on an empty data directory: first answer after **{facts['first_answer_ms']:.0f} ms**, "
        f"idle memory **{facts['idle_mb']:.0f} MB** (resident).", "",
        "| function | | clients | Haneul median | p99 | calls/s | MiniStack median | p99 | serverless-offline median | p99 |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for row in results:
        own = row["targets"].get("Haneul")
        cells = [row["runtime"], row["kind"], str(row["clients"])]
        cells += [ms(own["median_us"]), ms(own["p99_us"]), f"{own['per_second']:,.0f}"] if own else ["failed", "", ""]
        for peer in ["MiniStack", "serverless-offline"]:
            cells += against(row["targets"].get(peer, "no such runtime"), own)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join([*lines, "", "Times in milliseconds.", ""])


def against(found: dict | str | None, own: dict | None) -> list[str]:
    if found is None or isinstance(found, str):
        return [found or "failed", ""]
    cells = []
    for name in ["median_us", "p99_us"]:
        times = found[name] / own[name] if own and own[name] else 0
        ratio = f" ({times:.{1 if times >= 1 else 2}f}x)" if times else ""
        cells.append(ms(found[name]) + ratio)
    return cells


def ms(micros: int) -> str:
    return f"{micros / 1000:.2f}"


def cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def resident_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def clean_environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "HANEUL_"))}
    # The interpreter itself, not a shim in front of it: shims cost each peer's cold start dearly.
    real = Path(sys.base_prefix) / "bin"
    kept["PATH"] = os.pathsep.join([str(real), kept.get("PATH", os.defpath)])
    return kept | {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_EC2_METADATA_DISABLED": "true"}


def spawn(command: list[str], log: Path, environment: dict[str, str], cwd: Path | None = None) -> subprocess.Popen:
    with open(log, "ab") as output:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment, cwd=cwd)


def wait_for(process: subprocess.Popen, url: str, log: Path, pause_s: float = 0.1) -> None:
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except urllib.error.HTTPError:
            return
        except (urllib.error.URLError, OSError):
            time.sleep(pause_s)
    stop(process)
    sys.exit(f"no answer from {url}:\n{log.read_text()[-2000:]}")


def stop(process: subprocess.Popen) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


main()
