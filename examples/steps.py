"""What the three try.py scripts share: the stack's outputs, steps with timings on screen, waiting.

Only what an AWS client reads from the environment is used (AWS_ENDPOINT_URL, credentials, AWS_REGION), so the scripts drive
a stack on AWS as well as one on Haneul.
"""

import json
import os
import sys
import time
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import ClientError


class Failed(Exception):
    """Something that should have happened did not; the message says what."""


def outputs(stack_name: str) -> dict[str, str]:
    """The stack's outputs by name."""
    try:
        stack = boto3.client("cloudformation").describe_stacks(StackName=stack_name)["Stacks"][0]
    except ClientError as refused:
        raise Failed(f"{refused}: is {stack_name} deployed?") from refused
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def require(condition, message: str) -> None:
    """Fails the run, saying what was not so."""
    if not condition:
        raise Failed(message)


class Steps:
    """Prints each step when it is done, with how long it took since the one before."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def done(self, what: str) -> None:
        now = time.monotonic()
        print(f"  {(now - self._last) * 1000:7.0f} ms  {what}", flush=True)
        self._last = now

    def note(self, what: str) -> None:
        print(f"              {what}", flush=True)


def wait_until(check, what: str, timeout_s: float = 60):
    """Calls `check` until it answers something true, and answers that."""
    deadline = time.monotonic() + timeout_s
    pause = 0.02
    while True:
        answer = check()
        if answer:
            return answer
        require(time.monotonic() < deadline, f"{what}: not within {timeout_s:.0f} s")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.5)


class Answer:
    """An HTTP answer of an API."""

    def __init__(self, status: int, headers, body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)


def call(method: str, url: str, body=None, headers: dict[str, str] | None = None) -> Answer:
    """One request to an API of the stack. Bytes go as they are, anything else as JSON.

    With AWS_ENDPOINT_URL set, the request goes there under the API's own host name: no DNS entry is needed.
    """
    headers = dict(headers or {})
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
    if body is not None:
        headers.setdefault("Content-Type", "application/json")
    endpoint = os.environ.get("AWS_ENDPOINT_URL")
    if endpoint:
        parts = urlsplit(url)
        headers["Host"] = parts.netloc
        url = endpoint.rstrip("/") + parts.path + (f"?{parts.query}" if parts.query else "")
    request = urllib.request.Request(url, data=body, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=35) as answer:
            return Answer(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as refused:
        return Answer(refused.code, refused.headers, refused.read())


def empty_bucket(bucket: str) -> None:
    """Deletes every object, as a bucket must be empty before its stack can be deleted."""
    s3 = boto3.client("s3")
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        keys = [{"Key": entry["Key"]} for entry in page.get("Contents", [])]
        if keys:
            s3.delete_objects(Bucket=bucket, Delete={"Objects": keys})


def main(run) -> None:
    """Runs a try.py: exit code 1 and one line when something is not as it should be."""
    try:
        run()
    except Failed as failed:
        print(f"  FAILED: {failed}", file=sys.stderr, flush=True)
        sys.exit(1)
