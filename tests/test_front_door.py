"""The one port: hosts, development mode, bodies that wait for leave, HTTP/2."""

import shutil
import socket
import subprocess
import time

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from harness import raw as raw_http

VIRTUAL = Config(s3={"addressing_style": "virtual"})


@pytest.fixture
def bucket(client, unique):
    name = unique("door")
    s3 = client("s3")
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="k", Body=b"mine")
    return name


def head_of(method: str, path: str, headers: dict[str, str]) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode()


class TestHosts:
    @pytest.mark.parametrize("below", ["s3.localhost", "localhost", "s3.us-east-1.amazonaws.com"])
    def test_a_bucket_is_named_by_the_host(self, below, bucket, server):
        host = f"{bucket}.{below}:{server.port}"
        signed = raw_http.sign(server, "s3", "GET", f"http://{host}/k", {"Host": host}, b"")
        answer = raw_http.send(server, "GET", "/k", signed)
        assert (answer.status, answer.body) == (200, b"mine")

    def test_a_request_signed_for_one_host_is_not_carried_out_for_another(self, bucket, client, unique, server):
        other = unique("other")
        client("s3").create_bucket(Bucket=other)
        client("s3").put_object(Bucket=other, Key="k", Body=b"another's")
        signed = raw_http.sign(
            server, "s3", "GET", f"http://{bucket}.localhost/k", {"Host": f"{bucket}.localhost", "Connection": "close"}, b""
        )
        answer = raw_http.send_bytes(server, head_of("GET", f"http://{other}.localhost/k", signed), timeout=3)
        assert answer.startswith(b"HTTP/1.1 400 ") and b"another's" not in answer

    @pytest.mark.parametrize("hosts", ["", "Host: a\r\nHost: b\r\n"], ids=["none", "two"])
    def test_there_is_one_host(self, hosts, server):
        answer = raw_http.send_bytes(server, f"GET /_haneul/health HTTP/1.1\r\n{hosts}\r\n".encode(), timeout=1)
        assert answer.startswith(b"HTTP/1.1 400 ")


class TestBodies:
    @pytest.mark.parametrize("framing", [
        "Content-Length: 5\r\nContent-Length: 6\r\n", "Transfer-Encoding: chunked, identity\r\n", "Content-Length: +5\r\n",
    ], ids=["two lengths", "not chunked at the end", "a signed length"])
    def test_framings_that_can_be_read_two_ways_are_refused(self, framing, server):
        sent = f"POST / HTTP/1.1\r\nHost: a\r\n{framing}\r\nhello".encode()
        answer = raw_http.send_bytes(server, sent, timeout=2)
        assert answer == b"" or answer.startswith(b"HTTP/1.1 400 "), answer[:200]

    def test_what_follows_a_body_with_two_framings_is_not_taken_for_a_request(self, server):
        hidden = "GET /_haneul/health HTTP/1.1\r\nHost: a\r\n\r\n"
        sent = f"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {5 + len(hidden)}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}"
        answer = raw_http.send_bytes(server, sent.encode(), timeout=2)
        assert b'"status":"ok"' not in answer

    def waiting(self, server, signed: dict[str, str], body: bytes) -> bytes:
        """What the server says to a head that waits for leave to send its body; the body is sent if there is leave."""
        headers = signed | {"Expect": "100-continue", "Content-Length": str(len(body))}
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
            connection.sendall(head_of("PUT", self.path, headers))
            first = connection.recv(4096)
            if not first.startswith(b"HTTP/1.1 100 "):
                return first
            connection.sendall(body)
            rest = connection.recv(4096)
            return first + rest

    def test_leave_to_send_is_given_to_the_signed_only(self, bucket, server):
        self.path = f"/{bucket}/large"
        url = server.endpoint + self.path
        host = {"Host": f"127.0.0.1:{server.port}"}
        signed = raw_http.sign(server, "s3", "PUT", url, host, b"x" * 100)
        answer = self.waiting(server, signed, b"x" * 100)
        assert answer.startswith(b"HTTP/1.1 100 ") and b"HTTP/1.1 200 " in answer

        forged = signed | {"Authorization": signed["Authorization"][:-4] + "0000"}
        assert self.waiting(server, forged, b"x" * 100).startswith(b"HTTP/1.1 403 ")


class TestDevelopment:
    @pytest.fixture(scope="class")
    def dev(self, tmp_path_factory):
        from harness.platform import Platform

        folder = tmp_path_factory.mktemp("dev")
        platform = Platform(data=folder / "data", log_path=folder / "log", arguments=("--dev",))
        yield platform.start()
        platform.close()

    def test_any_key_is_root_and_twelve_digits_choose_the_account(self, dev, client):
        def account(key):
            return client("sts", server=dev, credentials=(key, "anything", None)).get_caller_identity()["Account"]

        assert account("test") == "000000000000"
        assert account("AKIAIOSFODNN7EXAMPLE") == "000000000000"
        assert account("111122223333") == "111122223333"

    def test_accounts_do_not_see_each_other(self, dev, client):
        for account in ("111122223333", "444455556666"):
            client("sqs", server=dev, credentials=(account, "x", None)).create_queue(QueueName=f"of-{account}")
        urls = client("sqs", server=dev, credentials=("111122223333", "x", None)).list_queues()["QueueUrls"]
        assert [url.rpartition("/")[2] for url in urls] == ["of-111122223333"]

    @pytest.mark.parametrize("size", [0, 10, 3 << 20])
    def test_chunked_uploads_are_unframed(self, dev, client, unique, size):
        s3 = client("s3", server=dev, credentials=("test", "test", None))
        name = unique("dev")
        s3.create_bucket(Bucket=name)
        s3.put_object(Bucket=name, Key="k", Body=b"z" * size, ChecksumAlgorithm="CRC32")
        assert s3.get_object(Bucket=name, Key="k")["Body"].read() == b"z" * size
        host = f"127.0.0.1:{dev.port}"
        chunked = {
            "Host": host, "Content-Encoding": "aws-chunked", "x-amz-decoded-content-length": "5",
            "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "x-amz-trailer": "x-amz-checksum-crc32",
            "Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, "
                             "SignedHeaders=host, Signature=" + "0" * 64,
            "x-amz-date": "20260101T000000Z",
        }
        answer = raw_http.send(dev, "PUT", f"/{name}/c", chunked, b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n")
        assert answer.status == 200, answer.text
        assert s3.get_object(Bucket=name, Key="c")["Body"].read() == b"hello"

    def test_a_real_secret_is_still_checked(self, dev, client):
        with pytest.raises(ClientError):
            client("sts", server=dev, credentials=(dev.access_key, "wrong", None)).get_caller_identity()

    @pytest.mark.parametrize("headers", [
        {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}, {"Host": "rebound.evil.example"},
    ])
    def test_pages_of_other_sites_may_not_use_it(self, dev, headers):
        forged = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=test%2F20260101%2Fus-east-1%2Fiam%2Faws4_request" \
                 "&X-Amz-Date=20260101T000000Z&X-Amz-Expires=600&X-Amz-SignedHeaders=host&X-Amz-Signature=" + "0" * 64
        path = f"/?Action=ListUsers&Version=2010-05-08&{forged}"
        assert raw_http.send(dev, "GET", path).status == 200
        assert raw_http.send(dev, "GET", path, headers).status == 403


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_http_2_by_prior_knowledge(bucket, client, server):
    url = client("s3", config=Config(signature_version="s3v4")).generate_presigned_url(
        "get_object", {"Bucket": bucket, "Key": "k"}
    )
    command = ["curl", "-s", "--noproxy", "*", "--http2-prior-knowledge", "-w", "%{http_version} %{http_code}", url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20)
    assert done.stdout == "mine2 200"


@pytest.mark.slow
def test_connections_that_ask_nothing_are_ended(server):
    """Neither the one that is silent nor the one that stops in the middle of HTTP/2's greeting stays."""
    connections = [socket.create_connection(("127.0.0.1", server.port), timeout=45) for _ in range(2)]
    connections[1].sendall(b"PRI * HTTP/2.0\r\n")
    started = time.monotonic()
    for connection in connections:
        assert connection.recv(1) == b""
        connection.close()
    assert time.monotonic() - started < 40
