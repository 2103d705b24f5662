"""Building, driving and deleting the applications in examples/."""

import shutil
from pathlib import Path

from harness.places import EXAMPLES, PHOTOGRAPHS, PYTHON_TOOLS
from harness.platform import Platform
from harness.tools import Result, run

NAMES = ["thumbnails", "notes-api", "orders"]
NOT_SOURCE = shutil.ignore_patterns(".aws-sam", ".haneul", "target", "node_modules", "photographs", "__pycache__")


def copy_source(name: str, folder: Path) -> Path:
    """The example as a fresh checkout has it, in a folder of its own that tools may write to."""
    target = folder / name
    shutil.copytree(EXAMPLES / name, target, ignore=NOT_SOURCE)
    return target


def drive(name: str, stack: str, platform: Platform, *arguments: str) -> Result:
    """Runs the example's try.py against a deployed stack; fails with what it printed."""
    command = [str(PYTHON_TOOLS / "python"), str(EXAMPLES / name / "try.py"), "--stack", stack, *arguments]
    if name == "thumbnails":
        command += ["--photographs", str(PHOTOGRAPHS)]
    return run(command, platform, timeout=180)


def stack_status(client, stack: str, server: Platform | None = None) -> str | None:
    """The stack's status; None when there is no such stack (any more)."""
    cloudformation = client("cloudformation", server=server)
    try:
        return cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]
    except cloudformation.exceptions.ClientError as error:
        assert error.response["Error"]["Code"] == "ValidationError", error
        assert "does not exist" in error.response["Error"]["Message"], error
        return None


def physical_ids(client, stack: str) -> dict[str, str]:
    """Physical resource ids by logical id."""
    pages = client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
    return {
        resource["LogicalResourceId"]: resource["PhysicalResourceId"]
        for page in pages
        for resource in page["StackResourceSummaries"]
    }


def assert_gone(client, name: str, before: dict[str, str]) -> None:
    """What the example's stack made is no longer there."""
    functions = {function["FunctionName"] for function in client("lambda").list_functions()["Functions"]}
    buckets = {bucket["Name"] for bucket in client("s3").list_buckets()["Buckets"]}
    tables = set(client("dynamodb").list_tables()["TableNames"])
    left = (functions | buckets | tables) & set(before.values())
    assert not left, f"the deleted stack of {name} left {sorted(left)}"
