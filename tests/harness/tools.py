"""The real tools, as their users have them, pointed at one Haneul."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from harness.places import CARGO_TARGET, PYTHON_TOOLS, TOOLS
from harness.platform import Platform, plain_environment


class ToolFailed(AssertionError):
    """A tool ended with an exit code other than 0; the message carries the command and all it printed."""


@dataclass
class Result:
    """What a tool printed and how it ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def json(self):
        return json.loads(self.stdout)

    @property
    def text(self) -> str:
        return self.stdout + self.stderr


def tool_environment(platform: Platform) -> dict[str, str]:
    """The environment a user would have after `eval $(haneul env)`, with the tools of the tests first on PATH."""
    environment = plain_environment() | platform.environment()
    environment["PATH"] = os.pathsep.join([str(PYTHON_TOOLS), environment.get("PATH", os.defpath)])
    environment["SAM_CLI_TELEMETRY"] = "0"
    environment["__SAM_CLI_APP_DIR"] = str(TOOLS / "sam")
    environment["CARGO_TARGET_DIR"] = str(CARGO_TARGET)
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    return environment


def run(
    command: list[str],
    platform: Platform,
    *,
    cwd: Path | None = None,
    check: bool = True,
    timeout: float = 300,
    extra_env: dict[str, str] | None = None,
    input: str | None = None,
) -> Result:
    """Runs a tool to its end. With `check`, an exit code other than 0 fails the test with everything it printed."""
    finished = subprocess.run(
        command,
        cwd=cwd,
        env=tool_environment(platform) | (extra_env or {}),
        input=input if input is not None else "",
        capture_output=True,
        text=True,
        timeout=timeout,
    )
    result = Result(finished.returncode, finished.stdout, finished.stderr)
    if check and result.code != 0:
        raise ToolFailed(f"`{' '.join(command)}` ended with {result.code}\n{result.stdout}\n{result.stderr}")
    return result


def tool_path(name: str) -> str:
    """A Python console script of the tools' environment, or of the interpreter that runs the tests."""
    for folder in (PYTHON_TOOLS, Path(sys.executable).parent):
        if (folder / name).exists():
            return str(folder / name)
    raise FileNotFoundError(f"{name} is not installed in {PYTHON_TOOLS}: run `cargo xtask test`")
