"""Bad input and faults: refused with a clear error, in AWS's words and shape; the server goes on."""

import base64
import datetime
import hashlib
import io
import json
import struct
import time
import zipfile
import zlib
from pathlib import Path

import botocore.auth
import cbor2
import pytest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from harness import raw as raw_http

JSON_10 = {"Content-Type": "application/x-amz-json-1.0"}


@pytest.fixture(autouse=True)
def _the_server_goes_on(server, raw):
    yield
    assert server.process.poll() is None, "the server died of it"
    assert raw("GET", "/_haneul/health").status == 200


def sqs(operation: str) -> dict[str, str]:
    return JSON_10 | {"X-Amz-Target": f"AmazonSQS.{operation}"}


def error_code(answer) -> str:
    """The error's name from a JSON answer."""
    kind = json.loads(answer.body)["__type"]
    return kind.rpartition("#")[2]


class TestSignatures:
    def test_none_at_all(self, raw):
        answer = raw("POST", "/", sqs("ListQueues"), b"{}")
        assert answer.status in (400, 403)
        assert error_code(answer) in ("MissingAuthenticationToken", "MissingAuthenticationTokenException")

    def test_a_wrong_secret(self, client, server):
        with pytest.raises(ClientError) as refused:
            client("sqs", credentials=(server.access_key, "wrong", None)).list_queues()
        assert refused.value.response["Error"]["Code"] in ("InvalidSignatureException", "SignatureDoesNotMatch")

    def test_an_unknown_access_key(self, client):
        with pytest.raises(ClientError) as refused:
            client("sts", credentials=("AKIAIOSFODNN7EXAMPLE", "x" * 40, None)).get_caller_identity()
        assert refused.value.response["Error"]["Code"] == "InvalidClientTokenId"

    def test_a_body_changed_after_signing(self, server):
        headers = raw_http.sign(server, "sqs", "POST", server.endpoint + "/", sqs("ListQueues"), b"{}")
        answer = raw_http.send(server, "POST", "/", headers, b'{"MaxResults": 1}')
        assert answer.status in (400, 403)
        assert error_code(answer) in ("InvalidSignatureException", "SignatureDoesNotMatch")

    def test_a_malformed_authorization_header(self, raw):
        answer = raw("POST", "/", sqs("ListQueues") | {"Authorization": "AWS4-HMAC-SHA256 nonsense"}, b"{}")
        assert answer.status in (400, 403)
        assert "IncompleteSignature" in error_code(answer)

    @pytest.mark.parametrize("minutes", [-20, 20])
    def test_a_clock_that_is_off(self, minutes, server, monkeypatch):
        now = datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=minutes)
        monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda *_, **__: now.replace(tzinfo=None))
        answer = raw_http.send_signed(server, "sqs", "POST", "/", sqs("ListQueues"), b"{}")
        assert answer.status in (400, 403)
        said = json.loads(answer.body)["message"]
        assert said.startswith("Signature expired" if minutes < 0 else "Signature not yet current"), said

    def test_a_session_token_that_is_none(self, client, server):
        with pytest.raises(ClientError) as refused:
            client("sts", credentials=(server.access_key, server.secret_key, "no-token")).get_caller_identity()
        assert refused.value.response["Error"]["Code"] == "InvalidClientTokenId"

    def test_a_presigned_url_past_its_time(self, client, unique, raw):
        bucket = unique("expired")
        s3 = client("s3")
        s3.create_bucket(Bucket=bucket)
        s3.put_object(Bucket=bucket, Key="k", Body=b"x")
        url = s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "k"}, ExpiresIn=1)
        path = url.partition("127.0.0.1")[2].partition("/")[2]
        assert raw("GET", "/" + path).status == 200
        time.sleep(2.1)
        answer = raw("GET", "/" + path)
        assert answer.status == 403
        assert "<Code>AccessDenied</Code>" in answer.text and "expired" in answer.text


class TestRouting:
    def test_an_operation_aws_does_not_have(self, raw_signed):
        answer = raw_signed("sqs", "POST", "/", sqs("FlyToTheMoon"), b"{}")
        assert answer.status in (400, 404)
        assert "UnknownOperation" in error_code(answer)

    def test_an_operation_that_is_not_built_is_named(self, client):
        with pytest.raises(ClientError) as refused:
            client("dynamodb").list_backups()
        assert "ListBackups" in refused.value.response["Error"]["Message"]

    def test_a_service_that_is_not_built_is_named(self, client):
        with pytest.raises(ClientError) as refused:
            client("kinesis").list_streams()
        assert "kinesis" in refused.value.response["Error"]["Message"].lower()

    def test_a_service_aws_does_not_have(self, raw_signed):
        answer = raw_signed("teleport", "POST", "/", JSON_10 | {"X-Amz-Target": "Teleport_20260101.Beam"}, b"{}")
        assert answer.status in (400, 404, 501)
        assert "teleport" in answer.text.lower()


class TestBodies:
    def test_deep_json(self, raw_signed):
        body = b'{"QueueName": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
        answer = raw_signed("sqs", "POST", "/", sqs("CreateQueue"), body)
        assert answer.status == 400
        assert "SerializationException" in error_code(answer)

    def test_a_deep_dynamodb_value(self, raw_signed):
        value = '{"L": [' * 64 + '{"S": "x"}' + "]}" * 64
        body = f'{{"TableName": "none-such", "Item": {{"id": {value}}}}}'.encode()
        headers = JSON_10 | {"X-Amz-Target": "DynamoDB_20120810.PutItem"}
        answer = raw_signed("dynamodb", "POST", "/", headers, body)
        assert answer.status == 400
        assert "nesting" in answer.text.lower() or "SerializationException" in answer.text

    @pytest.mark.parametrize("body", [b'{"QueueName": "\xff\xfe"}', b'{"QueueName": "a', b"", b"\x00", b'{"QueueName": 1e999}'],
                             ids=["invalid UTF-8", "cut short", "empty", "a zero byte", "a huge number"])
    def test_json_that_is_none(self, body, raw_signed):
        answer = raw_signed("sqs", "POST", "/", sqs("CreateQueue"), body)
        assert answer.status == 400, answer.text

    @pytest.mark.parametrize("body", [
        b"\xff", b"\x9f", b"\xbf\x61", b"\x9b" + b"\xff" * 8, b"\x7b" + b"\xff" * 8, b"\x81" * 50_000,
        cbor2.dumps({"logGroupName": 7}),
    ], ids=["break alone", "endless list", "half a map", "a list of 2^64", "a text of 2^64", "deep", "wrong type"])
    def test_cbor_that_is_none(self, body, raw_signed):
        headers = {"Content-Type": "application/cbor", "Smithy-Protocol": "rpc-v2-cbor", "Accept": "application/cbor"}
        answer = raw_signed("monitoring", "POST", "/service/GraniteServiceVersion20100801/operation/ListMetrics", headers, body)
        assert answer.status in (400, 404, 501)

    def test_xml_entities_are_not_expanded(self, raw_signed, client, unique):
        bucket = unique("entities")
        client("s3").create_bucket(Bucket=bucket)
        body = (
            b'<?xml version="1.0"?><!DOCTYPE t [<!ENTITY a "aaaaaaaaaa">'
            + b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9))
            + b'<!ENTITY file SYSTEM "file:///etc/passwd">]>'
            b"<Tagging><TagSet><Tag><Key>k</Key><Value>&j;&file;</Value></Tag></TagSet></Tagging>"
        )
        md5 = base64.b64encode(hashlib.md5(body).digest()).decode()
        answer = raw_signed("s3", "PUT", f"/{bucket}?tagging", {"Content-MD5": md5}, body)
        assert answer.status == 400
        assert "<Code>MalformedXML</Code>" in answer.text

    def test_deep_xml(self, raw_signed, client, unique):
        bucket = unique("deep")
        client("s3").create_bucket(Bucket=bucket)
        body = b"<a>" * 100_000 + b"</a>" * 100_000
        md5 = base64.b64encode(hashlib.md5(body).digest()).decode()
        answer = raw_signed("s3", "PUT", f"/{bucket}?tagging", {"Content-MD5": md5}, body)
        assert answer.status == 400
        assert "<Code>MalformedXML</Code>" in answer.text

    def test_a_body_larger_than_any_operation_takes(self, raw_signed):
        body = b'{"QueueName": "' + b"x" * (20 << 20) + b'"}'
        answer = raw_signed("sqs", "POST", "/", sqs("CreateQueue"), body)
        assert answer.status in (400, 413)

    def test_a_length_that_is_promised_but_too_large_is_refused_before_it_is_sent(self, server):
        headers = sqs("CreateQueue") | {"Host": f"127.0.0.1:{server.port}", "Content-Length": str(1 << 40)}
        signed = raw_http.sign(server, "sqs", "POST", server.endpoint + "/", headers, b"")
        head = "POST / HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in signed.items()) + "\r\n"
        answer = raw_http.send_bytes(server, head.encode())
        assert answer.split(b" ")[1:2] in ([b"400"], [b"403"], [b"413"]), answer[:200]

    def test_headers_larger_than_allowed(self, server):
        head = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nX-Big: {'x' * (1 << 20)}\r\n\r\n"
        answer = raw_http.send_bytes(server, head.encode())
        assert answer == b"" or answer.split(b" ")[1] in (b"400", b"431"), answer[:200]

    def test_more_headers_than_allowed(self, server):
        many = "".join(f"X-{number}: y\r\n" for number in range(20_000))
        answer = raw_http.send_bytes(server, f"GET / HTTP/1.1\r\nHost: a\r\n{many}\r\n".encode())
        assert answer == b"" or answer.split(b" ")[1] in (b"400", b"431"), answer[:200]

    def test_what_is_not_http(self, server):
        answer = raw_http.send_bytes(server, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64, timeout=3)
        assert answer == b"" or b"400" in answer.split(b"\r\n")[0]


def zip_of_zeros(declared: int) -> bytes:
    """A well-formed archive of 60 files that unpack to `declared` bytes in all, though it is small itself."""
    size = declared // 60
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = b"\0" * (1 << 20)
    data, crc, left = b"", 0, size
    while left:
        part = block[: min(left, len(block))]
        data += compressor.compress(part)
        crc = zlib.crc32(part, crc)
        left -= len(part)
    data += compressor.flush()
    body, directory = b"", b""
    for number in range(60):
        name = b"f%02d" % number
        offset = len(body)
        common = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0x21, crc, len(data), size, len(name), 0)
        body += b"PK\x03\x04" + common + name + data
        directory += b"PK\x01\x02\x14\x00" + common + struct.pack("<HHHII", 0, 0, 0, 0o644 << 16, offset) + name
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 60, 60, len(directory), len(body), 0)
    return body + directory + end


class TestFunctionCode:
    @pytest.fixture
    def create(self, client, lambda_role, unique):
        def call(code: bytes):
            return client("lambda").create_function(
                FunctionName=unique("bad-code"), Role=lambda_role, Runtime="python3.11", Handler="app.handler",
                Code={"ZipFile": code},
            )

        return call

    def refused(self, create, code: bytes) -> str:
        with pytest.raises(ClientError) as refusal:
            create(code)
        error = refusal.value.response["Error"]
        assert error["Code"] == "InvalidParameterValueException", error
        return error["Message"]

    def test_a_zip_bomb(self, create):
        bomb = zip_of_zeros(1 << 30)
        assert len(bomb) < 8 << 20
        assert "262144000" in self.refused(create, bomb)

    @pytest.mark.parametrize("path", ["../escaped.py", "/etc/cron.d/escaped", "a/../../escaped.py", "a\\..\\..\\escaped.py"])
    def test_paths_that_escape(self, path, create, zipped, server):
        code = zipped({"app.py": "def handler(event, context): return 1\n", path: "escaped"})
        try:
            create(code)
        except ClientError as refusal:
            assert refusal.response["Error"]["Code"] == "InvalidParameterValueException"
        escaped = list(server.data.parent.rglob("escaped*"))
        assert not [found for found in escaped if server.data not in found.parents], escaped

    def test_what_is_no_zip(self, create):
        assert "zip" in self.refused(create, b"this is no archive").lower()

    def test_a_symbolic_link_leads_nowhere_outside(self, client, create, eventually):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("app.py", "def handler(event, context):\n    return open('link').read()\n")
            link = zipfile.ZipInfo("link")
            link.create_system = 3
            link.external_attr = 0o120777 << 16
            archive.writestr(link, "/etc/shadow")
        try:
            name = create(buffer.getvalue())["FunctionName"]
        except ClientError as refusal:
            assert refusal.response["Error"]["Code"] == "InvalidParameterValueException"
            return
        functions = client("lambda")
        functions.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
        answer = functions.invoke(FunctionName=name)
        assert "FunctionError" in answer, "the host's password file was read"
        assert b"root:" not in answer["Payload"].read()


class TestStarting:
    def up(self, server, *arguments):
        process = server.spawn(*arguments)
        return process.wait(20), server.log_text()

    def test_a_port_in_use(self, server, fresh_server):
        other = fresh_server(wait=False)
        other.port = server.port
        code, said = self.up(other)
        assert code == 3
        assert str(server.port) in said and "use" in said

    def test_a_data_directory_in_use(self, server, fresh_server):
        code, said = self.up(fresh_server(data=server.data, wait=False))
        assert code == 4
        assert str(server.data) in said and "use" in said

    def test_a_data_directory_that_is_a_file(self, fresh_server, tmp_path):
        (tmp_path / "file").write_text("not a directory")
        code, said = self.up(fresh_server(data=tmp_path / "file", wait=False))
        assert code == 5
        assert str(tmp_path / "file") in said

    def test_a_data_directory_that_cannot_be_written(self, fresh_server):
        # /proc refuses new files even to root.
        code, said = self.up(fresh_server(data=Path("/proc/haneul-data"), wait=False))
        assert code == 5
        assert "/proc/haneul-data" in said

    def test_a_data_directory_of_a_later_version(self, fresh_server, client):
        server = fresh_server()
        server.terminate()
        marker = server.data / "VERSION"
        if not marker.exists():
            pytest.skip("the data directory has no VERSION file")
        marker.write_text("999999\n")
        code, said = self.up(server)
        assert code == 5
        assert "999999" in said
