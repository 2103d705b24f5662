"""A running Haneul: started on a data directory, asked for its credentials, killed and started again."""

import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from harness.places import BINARY, CARGO_TARGET, REGION

START_TIMEOUT_S = 30
STOP_TIMEOUT_S = 20
EXPORT = re.compile(r"""^export ([A-Z_]+)=(['"]?)(.*?)\2$""", re.MULTILINE)


class NotStarted(Exception):
    """The server ended, or did not answer in time; the message carries what it printed."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def plain_environment() -> dict[str, str]:
    """The host's environment without anything an AWS client or Haneul itself would read."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "HANEUL_", "SAM_", "PYTEST_", "VIRTUAL_ENV"))
    }


@dataclass
class Platform:
    """One `haneul up`. Not thread-safe; its clients are."""

    data: Path
    log_path: Path
    port: int = field(default_factory=free_port)
    arguments: tuple[str, ...] = ()
    process: subprocess.Popen | None = None
    access_key: str = ""
    secret_key: str = ""
    session_token: str | None = None
    region: str = REGION

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "Platform":
        """Starts the server and waits until its health endpoint answers 200."""
        assert self.process is None, "already running"
        if not BINARY.exists():
            raise NotStarted(f"no binary at {BINARY}: build it with `cargo build -p app-cli`, or run `cargo xtask test`")
        self.process = self.spawn()
        self._wait_ready()
        self._read_credentials()
        return self

    def spawn(self, *more: str) -> subprocess.Popen:
        """Starts `haneul up` without waiting for anything."""
        command = [str(BINARY), "up", "--data", str(self.data), "--port", str(self.port), *self.arguments, *more]
        with open(self.log_path, "ab") as log:
            return subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, env=plain_environment()
            )

    def kill(self) -> None:
        """SIGKILL, as a power cut would: nothing gets the chance to finish."""
        assert self.process is not None, "not running"
        self.process.kill()
        self.process.wait(STOP_TIMEOUT_S)
        self.process = None

    def terminate(self) -> int:
        """SIGTERM and wait; answers the exit code."""
        assert self.process is not None, "not running"
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(STOP_TIMEOUT_S)
            raise NotStarted(f"still running {STOP_TIMEOUT_S} s after SIGTERM\n{self.log_tail()}") from None
        finally:
            self.process = None

    def restart(self) -> None:
        """kill -9, then up again on the same data directory and port."""
        self.kill()
        self.start()

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            try:
                self.terminate()
            except NotStarted:
                pass

    def log_text(self, start: int = 0) -> str:
        try:
            return self.log_path.read_bytes()[start:].decode("utf-8", "replace")
        except FileNotFoundError:
            return ""

    def log_tail(self, lines: int = 40) -> str:
        return "\n".join(self.log_text().splitlines()[-lines:])

    def environment(self) -> dict[str, str]:
        """The variables an AWS client needs to reach this server, and nothing of the host's own AWS settings."""
        variables = {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_PAGER": "",
        }
        if self.session_token:
            variables["AWS_SESSION_TOKEN"] = self.session_token
        return variables

    def command(self, *arguments: str, timeout: float = 120, **options) -> subprocess.CompletedProcess:
        """Runs `haneul <arguments>` against this server."""
        return subprocess.run(
            [str(BINARY), *arguments],
            env=plain_environment() | self.environment() | {"CARGO_TARGET_DIR": str(CARGO_TARGET)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            **options,
        )

    def _wait_ready(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            code = self.process.poll()
            if code is not None:
                self.process = None
                raise NotStarted(f"haneul up ended with exit code {code}\n{self.log_tail()}")
            if self._healthy():
                return
            time.sleep(0.02)
        self.kill()
        raise NotStarted(f"no answer from {self.endpoint}/_haneul/health in {START_TIMEOUT_S} s\n{self.log_tail()}")

    def _healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.endpoint}/_haneul/health", timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def _read_credentials(self) -> None:
        answer = subprocess.run(
            [str(BINARY), "env", "--data", str(self.data)],
            env=plain_environment(),
            capture_output=True,
            text=True,
            timeout=30,
        )
        if answer.returncode != 0:
            raise NotStarted(f"haneul env failed ({answer.returncode}): {answer.stderr}")
        exported = {name: value for name, _, value in EXPORT.findall(answer.stdout)}
        missing = {"AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"} - exported.keys()
        if missing:
            raise NotStarted(f"haneul env does not export {sorted(missing)}; it printed:\n{answer.stdout}")
        self.access_key = exported["AWS_ACCESS_KEY_ID"]
        self.secret_key = exported["AWS_SECRET_ACCESS_KEY"]
        self.session_token = exported.get("AWS_SESSION_TOKEN")
        self.region = exported["AWS_REGION"]
