"""Who may do what with S3: policies, public access, presigned URLs, browsers (points 1 and 5 of the behaviours list)."""

import base64
import json
import time
import urllib.request
from urllib.error import HTTPError
from urllib.parse import quote, urlsplit

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError


@pytest.fixture(scope="module")
def s3(client):
    return client("s3")


@pytest.fixture
def bucket(s3, unique):
    name = unique("bucket")
    s3.create_bucket(Bucket=name)
    return name


def fails(code, call, status=None, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    response = caught.value.response
    assert response["Error"]["Code"] == code, response["Error"]
    if status:
        assert response["ResponseMetadata"]["HTTPStatusCode"] == status
    return response["Error"]


def policy_of(bucket, *actions, principal="*", effect="Allow", resource="/*", **more):
    statement = {
        "Effect": effect, "Principal": principal, "Action": list(actions),
        "Resource": f"arn:aws:s3:::{bucket}{resource}", **more,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def open_up(s3, bucket, policy):
    s3.delete_public_access_block(Bucket=bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy=policy)


@pytest.fixture
def user(client, unique):
    """A user without permissions, and clients of it."""
    iam = client("iam")
    name = unique("user")
    arn = iam.create_user(UserName=name)["User"]["Arn"]
    key = iam.create_access_key(UserName=name)["AccessKey"]
    credentials = (key["AccessKeyId"], key["SecretAccessKey"], None)

    def allow(*statements):
        document = {"Version": "2012-10-17", "Statement": list(statements)}
        iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=json.dumps(document))

    return arn, client("s3", credentials=credentials), allow


# Policies


def test_a_bucket_policy_lets_a_stranger_read_one_prefix(s3, bucket, raw):
    s3.put_object(Bucket=bucket, Key="public/a", Body=b"yes")
    s3.put_object(Bucket=bucket, Key="private/a", Body=b"no")
    assert raw("GET", f"/{bucket}/public/a").status == 403
    open_up(s3, bucket, policy_of(bucket, "s3:GetObject", resource="/public/*"))
    assert raw("GET", f"/{bucket}/public/a").body == b"yes"
    answer = raw("GET", f"/{bucket}/private/a")
    assert answer.status == 403 and b"<Code>AccessDenied</Code>" in answer.body
    assert raw("GET", f"/{bucket}/public/none").status == 403  # who may not list is not told
    assert raw("PUT", f"/{bucket}/public/b", {}, b"x").status == 403
    s3.put_public_access_block(
        Bucket=bucket, PublicAccessBlockConfiguration={"RestrictPublicBuckets": True}
    )
    assert raw("GET", f"/{bucket}/public/a").status == 403


def test_public_policies_are_blocked_until_allowed(s3, bucket):
    policy = policy_of(bucket, "s3:GetObject")
    block = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert all(block.values())
    error = fails("AccessDenied", s3.put_bucket_policy, 403, Bucket=bucket, Policy=policy)
    assert "BlockPublicPolicy" in error["Message"]
    open_up(s3, bucket, policy)
    assert s3.get_bucket_policy(Bucket=bucket)["Policy"] == policy
    assert s3.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"]["IsPublic"] is True
    s3.delete_bucket_policy(Bucket=bucket)
    fails("NoSuchBucketPolicy", s3.get_bucket_policy, 404, Bucket=bucket)


def test_policies_are_checked(s3, bucket):
    error = fails("MalformedPolicy", s3.put_bucket_policy, 400, Bucket=bucket, Policy="{")
    assert error["Message"] == "Policies must be valid JSON and the first byte must be '{'"
    other = policy_of("other-bucket", "s3:GetObject")
    error = fails("MalformedPolicy", s3.put_bucket_policy, 400, Bucket=bucket, Policy=other)
    assert error["Message"] == "Policy has invalid resource"


def test_a_users_permissions_are_enforced(s3, bucket, user):
    _, theirs, allow = user
    s3.put_object(Bucket=bucket, Key="k", Body=b"1")
    error = fails("AccessDenied", theirs.get_object, 403, Bucket=bucket, Key="k")
    assert "s3:GetObject" in error["Message"]
    objects = f"arn:aws:s3:::{bucket}/*"
    allow({"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": objects})
    assert theirs.get_object(Bucket=bucket, Key="k")["Body"].read() == b"1"
    theirs.put_object(Bucket=bucket, Key="k2", Body=b"2")
    fails("AccessDenied", theirs.get_object, 403, Bucket=bucket, Key="none")
    fails("AccessDenied", theirs.delete_object, 403, Bucket=bucket, Key="k")
    fails("AccessDenied", theirs.put_object_tagging, 403, Bucket=bucket, Key="k", Tagging={"TagSet": []})
    fails("AccessDenied", theirs.put_object, 403, Bucket=bucket, Key="k", Body=b"", Tagging="a=1")
    allow(
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": objects},
        {
            "Effect": "Allow", "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{bucket}",
            "Condition": {"StringEquals": {"s3:prefix": "mine/"}},
        },
    )
    assert theirs.list_objects_v2(Bucket=bucket, Prefix="mine/")["KeyCount"] == 0
    fails("AccessDenied", theirs.list_objects_v2, 403, Bucket=bucket)
    fails("AccessDenied", theirs.list_objects_v2, 403, Bucket=bucket, Prefix="other/")


def test_a_deny_in_the_bucket_policy_wins(s3, bucket, user):
    arn, theirs, allow = user
    allow({"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
    theirs.put_object(Bucket=bucket, Key="k", Body=b"1")
    s3.put_bucket_policy(
        Bucket=bucket, Policy=policy_of(bucket, "s3:DeleteObject", principal={"AWS": arn}, effect="Deny")
    )
    fails("AccessDenied", theirs.delete_object, 403, Bucket=bucket, Key="k")
    answer = theirs.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "k"}]})
    assert answer["Errors"][0]["Code"] == "AccessDenied"
    assert theirs.get_object(Bucket=bucket, Key="k")["Body"].read() == b"1"


def test_the_expected_owner_is_checked(s3, bucket):
    fails("AccessDenied", s3.list_objects_v2, 403, Bucket=bucket, ExpectedBucketOwner="999999999999")


# Presigned URLs, hosts


def fetch(url, method="GET", body=None, headers=None):
    request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read(), answer.headers
    except HTTPError as error:
        return error.code, error.read(), error.headers


@pytest.fixture(scope="module", params=["s3v4", None])
def signer(client, request):
    """Presigns with SigV4, and with boto3's own default, which for S3 in us-east-1 is still version 2."""
    return client("s3", config=Config(signature_version=request.param))


def test_presigned_urls(signer, bucket):
    at = {"Bucket": bucket, "Key": "a b/ü"}
    put = signer.generate_presigned_url("put_object", Params=at, ExpiresIn=60)
    # urllib would add a content type, which version 2 signs.
    assert fetch(put, "PUT", b"hello", {"Content-Type": ""})[0] == 200
    params = {**at, "ResponseContentType": "text/csv", "ResponseContentDisposition": "attachment"}
    get = signer.generate_presigned_url("get_object", Params=params, ExpiresIn=60)
    status, body, headers = fetch(get)
    assert (status, body, headers["Content-Type"], headers["Content-Disposition"]) == (
        200, b"hello", "text/csv", "attachment",
    )
    status, body, _ = fetch(get.replace("a%20b", "a%20c"))
    assert status == 403 and b"SignatureDoesNotMatch" in body
    short = signer.generate_presigned_url("get_object", Params=at, ExpiresIn=1)
    time.sleep(2.2)
    status, body, _ = fetch(short)
    assert status == 403 and b"expired" in body


def test_a_bucket_may_be_in_the_host_name(s3, bucket, raw):
    s3.put_object(Bucket=bucket, Key="dir/k", Body=b"1")
    open_up(s3, bucket, policy_of(bucket, "s3:GetObject"))
    for host in (f"{bucket}.s3.localhost", f"{bucket}.s3.us-east-1.localhost.localstack.cloud"):
        answer = raw("GET", "/dir/k", {"Host": host})
        assert (answer.status, answer.body) == (200, b"1"), host


# Browsers


def test_cross_origin_rules(s3, bucket, raw):
    fails("NoSuchCORSConfiguration", s3.get_bucket_cors, 404, Bucket=bucket)
    ask = {"Origin": "https://app.example", "Access-Control-Request-Method": "PUT"}
    assert raw("OPTIONS", f"/{bucket}/k", ask).status == 403
    rule = {
        "AllowedOrigins": ["https://*.example"], "AllowedMethods": ["GET", "PUT"], "AllowedHeaders": ["x-amz-*"],
        "ExposeHeaders": ["ETag"], "MaxAgeSeconds": 300,
    }
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [rule]})
    assert s3.get_bucket_cors(Bucket=bucket)["CORSRules"] == [rule]
    answer = raw("OPTIONS", f"/{bucket}/k", {**ask, "Access-Control-Request-Headers": "x-amz-acl"})
    assert answer.status == 200
    headers = {name.lower(): value for name, value in dict(answer.headers).items()}
    assert headers["access-control-allow-origin"] == "https://app.example"
    assert headers["access-control-max-age"] == "300"
    assert raw("OPTIONS", f"/{bucket}/k", {**ask, "Access-Control-Request-Headers": "content-type"}).status == 403
    assert raw("OPTIONS", f"/{bucket}/k", {**ask, "Origin": "https://evil.test"}).status == 403
    open_up(s3, bucket, policy_of(bucket, "s3:GetObject"))
    s3.put_object(Bucket=bucket, Key="k", Body=b"1")
    answer = raw("GET", f"/{bucket}/k", {"Origin": "https://app.example"})
    headers = {name.lower(): value for name, value in dict(answer.headers).items()}
    assert headers["access-control-expose-headers"] == "ETag"
    bad = {**rule, "AllowedMethods": ["OPTIONS"]}
    fails("InvalidRequest", s3.put_bucket_cors, 400, Bucket=bucket, CORSConfiguration={"CORSRules": [bad]})
    s3.delete_bucket_cors(Bucket=bucket)
    fails("NoSuchCORSConfiguration", s3.get_bucket_cors, 404, Bucket=bucket)


def form_of(fields, body, filename="f.txt"):
    boundary = "----haneul"
    parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields]
    head = "".join(parts) + (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{filename}"\r\n'
        "Content-Type: text/plain\r\n\r\n"
    )
    data = head.encode() + body + f"\r\n--{boundary}--\r\n".encode()
    return data, {"Content-Type": f"multipart/form-data; boundary={boundary}"}


def test_uploads_by_a_form(s3, signer, bucket):
    post = signer.generate_presigned_post(
        bucket, "up/${filename}", Fields={"success_action_status": "201"},
        Conditions=[["content-length-range", 1, 10], {"success_action_status": "201"}], ExpiresIn=60,
    )
    fields = list(post["fields"].items())
    status, body, _ = fetch(post["url"], "POST", *form_of(fields, b"hello"))
    assert status == 201 and b"<Key>up/f.txt</Key>" in body, body
    assert s3.get_object(Bucket=bucket, Key="up/f.txt")["Body"].read() == b"hello"
    status, body, _ = fetch(post["url"], "POST", *form_of(fields, b"x" * 11))
    assert status == 400 and b"EntityTooLarge" in body
    status, body, _ = fetch(post["url"], "POST", *form_of([*fields, ("acl", "private")], b"hello"))
    assert status == 403 and b"Extra input fields: acl" in body
    forged = [(name, "0" * 64 if name in ("x-amz-signature", "signature") else value) for name, value in fields]
    status, body, _ = fetch(post["url"], "POST", *form_of(forged, b"hello"))
    assert status == 403 and b"SignatureDoesNotMatch" in body
    status, _, _ = fetch(post["url"], "POST", *form_of([("key", "k")], b"hello"))
    assert status == 403


# Bad input


def test_malformed_documents_are_refused(raw_signed, bucket):
    for path in ("?tagging", "?versioning", "?cors", "?notification"):
        answer = raw_signed("s3", "PUT", f"/{bucket}{path}", {}, b"<not xml")
        assert answer.status == 400 and b"<Code>MalformedXML</Code>" in answer.body, (path, answer.body)
    wrong = {"Content-MD5": base64.b64encode(b"0" * 16).decode()}
    answer = raw_signed("s3", "PUT", f"/{bucket}?tagging", wrong, b"<Tagging><TagSet/></Tagging>")
    assert answer.status == 400 and b"BadDigest" in answer.body


def test_error_documents_and_heads(s3, bucket, raw_signed):
    answer = raw_signed("s3", "GET", f"/{bucket}/{quote('no such')}")
    assert answer.status == 404
    for part in (b"<Code>NoSuchKey</Code>", b"<Key>no such</Key>", b"<RequestId>", b"<HostId>"):
        assert part in answer.body, answer.body
    answer = raw_signed("s3", "HEAD", f"/{bucket}/none")
    assert (answer.status, answer.body) == (404, b"")
    assert urlsplit(s3.meta.endpoint_url).port
