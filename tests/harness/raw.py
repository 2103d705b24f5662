"""HTTP without a client's good manners, for requests no SDK would send."""

import hashlib
import http.client
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from harness.platform import Platform


@dataclass
class Answer:
    """A whole HTTP answer."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


def sign(
    platform: Platform, service: str, method: str, url: str, headers: dict[str, str], body: bytes, *,
    credentials: Credentials | None = None, region: str | None = None,
) -> dict[str, str]:
    """The headers with a SigV4 signature of the server's root credentials, or of those given."""
    request = AWSRequest(method=method, url=url, data=body, headers=dict(headers))
    if service == "s3":
        request.headers["x-amz-content-sha256"] = hashlib.sha256(body).hexdigest()
    credentials = credentials or Credentials(platform.access_key, platform.secret_key, platform.session_token)
    signer = S3SigV4Auth if service == "s3" else SigV4Auth
    signer(credentials, service, region or platform.region).add_auth(request)
    return dict(request.headers.items())


def send(platform: Platform, method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b"",
         *, timeout: float = 30) -> Answer:
    """One request as it stands, on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", platform.port, timeout=timeout)
    try:
        try:
            connection.request(method, path, body=body or None, headers=headers or {})
        except (BrokenPipeError, ConnectionResetError):
            # Refused before all of it was sent: the answer is there already.
            pass
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


def send_signed(platform: Platform, service: str, method: str, path: str, headers: dict[str, str] | None = None,
                body: bytes = b"", **options) -> Answer:
    """`sign`, then `send`."""
    timeout = options.pop("timeout", 30)
    url = platform.endpoint + path
    signed = sign(platform, service, method, url, {"Host": urlsplit(url).netloc, **(headers or {})}, body, **options)
    return send(platform, method, path, signed, body, timeout=timeout)


def send_bytes(platform: Platform, data: bytes, *, timeout: float = 10, limit: int = 1 << 20) -> bytes:
    """Raw bytes on a fresh connection; all that comes back until the server closes or falls silent."""
    with socket.create_connection(("127.0.0.1", platform.port), timeout=timeout) as connection:
        try:
            connection.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass
        received = b""
        while len(received) < limit:
            try:
                part = connection.recv(65536)
            except (TimeoutError, ConnectionResetError):
                break
            if not part:
                break
            received += part
        return received
