"""S3 through boto3: buckets, objects, checksums, listing, multipart, versions. Numbers are the points of the behaviours
list. Access and browsers are in test_s3_access.py, events in test_s3_events.py, the CLI in test_s3_cli.py."""

import base64
import hashlib
import zlib

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

MB = 1024 * 1024


@pytest.fixture(scope="module")
def s3(client):
    return client("s3")


@pytest.fixture
def bucket(s3, unique):
    name = unique("bucket")
    s3.create_bucket(Bucket=name)
    return name


def fails(code, call, status=None, **arguments):
    """The call must fail with the code; answers the error's document."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    response = caught.value.response
    assert response["Error"]["Code"] == code, response["Error"]
    if status:
        assert response["ResponseMetadata"]["HTTPStatusCode"] == status
    return response["Error"]


# 2. Buckets


def test_a_bucket_is_made_found_and_deleted(s3, unique):
    name = unique("bucket")
    made = s3.create_bucket(Bucket=name)
    assert made["Location"] == f"/{name}"
    head = s3.head_bucket(Bucket=name)
    assert head["BucketRegion"] == "us-east-1"
    assert name in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    assert s3.get_bucket_location(Bucket=name).get("LocationConstraint") is None
    s3.create_bucket(Bucket=name)  # us-east-1 lets its owner repeat
    s3.delete_bucket(Bucket=name)
    fails("404", s3.head_bucket, 404, Bucket=name)
    error = fails("NoSuchBucket", s3.list_objects_v2, 404, Bucket=name)
    assert error["BucketName"] == name


def test_bucket_names_are_checked(s3, raw_signed):
    for name in ("ab", "Upper", "a..b", "192.168.1.1", "xn--bucket", "x-s3alias"):
        answer = raw_signed("s3", "PUT", f"/{name}")
        assert answer.status == 400 and b"InvalidBucketName" in answer.body, name


def test_a_bucket_in_another_region(client, unique):
    frankfurt = client("s3", region_name="eu-central-1")
    name = unique("bucket")
    where = {"LocationConstraint": "eu-central-1"}
    frankfurt.create_bucket(Bucket=name, CreateBucketConfiguration=where)
    assert frankfurt.get_bucket_location(Bucket=name)["LocationConstraint"] == "eu-central-1"
    fails("BucketAlreadyOwnedByYou", frankfurt.create_bucket, 409, Bucket=name, CreateBucketConfiguration=where)
    fails(
        "IllegalLocationConstraintException",
        frankfurt.create_bucket,
        400,
        Bucket=unique("bucket"),
        CreateBucketConfiguration={"LocationConstraint": "eu-west-1"},
    )


def test_a_bucket_with_objects_is_not_deleted(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"1")
    fails("BucketNotEmpty", s3.delete_bucket, 409, Bucket=bucket)
    s3.delete_object(Bucket=bucket, Key="k")
    s3.delete_bucket(Bucket=bucket)


def test_bucket_lists_come_in_pages(s3, unique):
    prefix = unique("page")
    names = [f"{prefix}-{i}" for i in range(5)]
    for name in names:
        s3.create_bucket(Bucket=name)
    pages = s3.get_paginator("list_buckets").paginate(Prefix=prefix, PaginationConfig={"PageSize": 2})
    assert [bucket["Name"] for page in pages for bucket in page["Buckets"]] == names


# 2. Objects


@pytest.mark.parametrize("size", [0, 1, 8192, 8193, 3 * MB + 17])
def test_an_object_comes_back_as_it_was_put(s3, bucket, size):
    body = bytes(i * 7 % 251 for i in range(size))
    put = s3.put_object(Bucket=bucket, Key="a key/ü+%.bin", Body=body)
    assert put["ETag"] == f'"{hashlib.md5(body).hexdigest()}"'
    assert put["ServerSideEncryption"] == "AES256"
    got = s3.get_object(Bucket=bucket, Key="a key/ü+%.bin")
    assert got["Body"].read() == body
    assert got["ContentLength"] == size
    assert got["ContentType"] == "binary/octet-stream"
    assert got["AcceptRanges"] == "bytes"


def test_headers_and_metadata_are_kept(s3, bucket):
    s3.put_object(
        Bucket=bucket,
        Key="k",
        Body=b"<p>",
        ContentType="text/html; charset=utf-8",
        ContentEncoding="identity",
        ContentDisposition='attachment; filename="a.html"',
        ContentLanguage="ko",
        CacheControl="max-age=60",
        Metadata={"Colour": "red", "size": "10"},
        StorageClass="STANDARD_IA",
        Tagging="team=red&project=x%20y",
    )
    head = s3.head_object(Bucket=bucket, Key="k")
    assert head["ContentType"] == "text/html; charset=utf-8"
    assert head["ContentEncoding"] == "identity"
    assert head["ContentDisposition"] == 'attachment; filename="a.html"'
    assert head["ContentLanguage"] == "ko"
    assert head["CacheControl"] == "max-age=60"
    assert head["Metadata"] == {"colour": "red", "size": "10"}
    assert head["StorageClass"] == "STANDARD_IA"
    tags = s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"]
    assert tags == [{"Key": "team", "Value": "red"}, {"Key": "project", "Value": "x y"}]
    fails("MetadataTooLarge", s3.put_object, 400, Bucket=bucket, Key="k", Metadata={"a": "x" * 2048})


def test_ranges(s3, bucket):
    body = bytes(range(256)) * 1000
    s3.put_object(Bucket=bucket, Key="k", Body=body)
    for header, part in (("bytes=0-9", body[:10]), ("bytes=255990-", body[255990:]), ("bytes=-7", body[-7:])):
        got = s3.get_object(Bucket=bucket, Key="k", Range=header)
        assert got["ResponseMetadata"]["HTTPStatusCode"] == 206
        assert got["Body"].read() == part
        assert got["ContentRange"].endswith("/256000")
    error = fails("InvalidRange", s3.get_object, 416, Bucket=bucket, Key="k", Range="bytes=256000-")
    assert error["ActualObjectSize"] == "256000"
    whole = s3.get_object(Bucket=bucket, Key="k", Range="bytes=1-2,5-6")
    assert whole["ResponseMetadata"]["HTTPStatusCode"] == 200
    head = s3.head_object(Bucket=bucket, Key="k", Range="bytes=0-9")
    assert head["ContentLength"] == 10


def test_conditions_of_reads(s3, bucket):
    put = s3.put_object(Bucket=bucket, Key="k", Body=b"1")
    modified = s3.head_object(Bucket=bucket, Key="k")["LastModified"]
    at = {"Bucket": bucket, "Key": "k"}
    assert s3.get_object(**at, IfMatch=put["ETag"])["Body"].read() == b"1"
    error = fails("PreconditionFailed", s3.get_object, 412, **at, IfMatch='"x"')
    assert error["Condition"] == "If-Match"
    fails("304", s3.get_object, 304, **at, IfNoneMatch=put["ETag"])
    fails("304", s3.head_object, 304, **at, IfModifiedSince=modified)
    assert s3.get_object(**at, IfMatch=put["ETag"], IfUnmodifiedSince=modified.replace(year=2001))
    fails("PreconditionFailed", s3.get_object, 412, **at, IfUnmodifiedSince=modified.replace(year=2001))


def test_conditions_of_writes(s3, bucket):
    at = {"Bucket": bucket, "Key": "k"}
    etag = s3.put_object(**at, Body=b"1", IfNoneMatch="*")["ETag"]
    fails("PreconditionFailed", s3.put_object, 412, **at, Body=b"2", IfNoneMatch="*")
    s3.put_object(**at, Body=b"2", IfMatch=etag)
    fails("PreconditionFailed", s3.put_object, 412, **at, Body=b"3", IfMatch=etag)
    fails("NoSuchKey", s3.put_object, 404, Bucket=bucket, Key="new", Body=b"3", IfMatch=etag)
    fails("NotImplemented", s3.put_object, 501, **at, Body=b"3", IfNoneMatch=etag)
    assert s3.get_object(**at)["Body"].read() == b"2"


def test_a_missing_key_is_named(s3, bucket):
    error = fails("NoSuchKey", s3.get_object, 404, Bucket=bucket, Key="no such")
    assert error["Key"] == "no such"
    fails("404", s3.head_object, 404, Bucket=bucket, Key="no such")
    fails("KeyTooLongError", s3.put_object, 400, Bucket=bucket, Key="k" * 1025, Body=b"")
    assert s3.delete_object(Bucket=bucket, Key="no such")["ResponseMetadata"]["HTTPStatusCode"] == 204


def test_copies(s3, bucket):
    s3.put_object(
        Bucket=bucket, Key="ä/source", Body=b"x" * 20000, ContentType="a/b", Metadata={"m": "1"}, Tagging="t=1"
    )
    source = {"Bucket": bucket, "Key": "ä/source"}
    copied = s3.copy_object(Bucket=bucket, Key="copy", CopySource=source)
    assert copied["CopyObjectResult"]["ETag"] == f'"{hashlib.md5(b"x" * 20000).hexdigest()}"'
    head = s3.head_object(Bucket=bucket, Key="copy")
    assert (head["ContentType"], head["Metadata"], head["ContentLength"]) == ("a/b", {"m": "1"}, 20000)
    assert s3.get_object_tagging(Bucket=bucket, Key="copy")["TagSet"] == [{"Key": "t", "Value": "1"}]
    s3.copy_object(
        Bucket=bucket, Key="copy", CopySource=source, MetadataDirective="REPLACE", ContentType="c/d",
        TaggingDirective="REPLACE", Tagging="u=2",
    )
    head = s3.head_object(Bucket=bucket, Key="copy")
    assert (head["ContentType"], head["Metadata"]) == ("c/d", {})
    assert s3.get_object_tagging(Bucket=bucket, Key="copy")["TagSet"] == [{"Key": "u", "Value": "2"}]
    fails("InvalidRequest", s3.copy_object, 400, Bucket=bucket, Key="ä/source", CopySource=source)
    fails("PreconditionFailed", s3.copy_object, 412, Bucket=bucket, Key="c", CopySource=source, CopySourceIfMatch="x")
    missing = {"Bucket": bucket, "Key": "none"}
    fails("NoSuchKey", s3.copy_object, 404, Bucket=bucket, Key="c", CopySource=missing)


def test_tags(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"1")
    at = {"Bucket": bucket, "Key": "k"}
    s3.put_object_tagging(**at, Tagging={"TagSet": [{"Key": "a", "Value": "1"}]})
    assert s3.get_object(**at)["TagCount"] == 1
    many = {"TagSet": [{"Key": f"k{i}", "Value": ""} for i in range(11)]}
    fails("BadRequest", s3.put_object_tagging, 400, **at, Tagging=many)
    s3.delete_object_tagging(**at)
    assert s3.get_object_tagging(**at)["TagSet"] == []
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [{"Key": "a", "Value": "1"}]})
    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == [{"Key": "a", "Value": "1"}]
    s3.delete_bucket_tagging(Bucket=bucket)
    fails("NoSuchTagSet", s3.get_bucket_tagging, 404, Bucket=bucket)


def test_many_deletions_at_once(s3, bucket):
    for i in range(5):
        s3.put_object(Bucket=bucket, Key=f"k{i}", Body=b"1")
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": f"k{i}"} for i in range(4)]})
    assert sorted(deleted["Key"] for deleted in answer["Deleted"]) == ["k0", "k1", "k2", "k3"]
    quiet = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "k4"}], "Quiet": True})
    assert "Deleted" not in quiet and "Errors" not in quiet
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
    many = {"Objects": [{"Key": "k"}] * 1001}
    fails("MalformedXML", s3.delete_objects, 400, Bucket=bucket, Delete=many)


def test_acls_are_disabled(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"1", ACL="bucket-owner-full-control")
    fails("AccessControlListNotSupported", s3.put_object, 400, Bucket=bucket, Key="k", Body=b"1", ACL="public-read")
    acl = s3.get_object_acl(Bucket=bucket, Key="k")
    assert [grant["Permission"] for grant in acl["Grants"]] == ["FULL_CONTROL"]
    assert acl["Grants"][0]["Grantee"]["ID"] == acl["Owner"]["ID"]
    rules = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"]
    assert rules == [{"ObjectOwnership": "BucketOwnerEnforced"}]


# 2. Checksums

ALGORITHMS = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_checksum_of_every_kind(s3, bucket, algorithm):
    if algorithm in ("CRC32C", "CRC64NVME"):
        pytest.importorskip("awscrt")
    body = b"x" * 100_000
    put = s3.put_object(Bucket=bucket, Key="k", Body=body, ChecksumAlgorithm=algorithm)
    got = s3.get_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    assert got["Body"].read() == body
    name = f"Checksum{algorithm}"
    assert got[name] == put[name]
    assert got["ChecksumType"] == "FULL_OBJECT"
    attributes = s3.get_object_attributes(
        Bucket=bucket, Key="k", ObjectAttributes=["Checksum", "ETag", "ObjectSize", "StorageClass"]
    )
    assert attributes["Checksum"][name] == put[name]
    assert attributes["ObjectSize"] == len(body)
    assert attributes["ETag"] == hashlib.md5(body).hexdigest()


def test_a_wrong_checksum_leaves_nothing(s3, bucket):
    at = {"Bucket": bucket, "Key": "k", "Body": b"123456789"}
    crc = base64.b64encode(zlib.crc32(b"12345678x").to_bytes(4, "big")).decode()
    fails("BadDigest", s3.put_object, 400, **at, ChecksumCRC32=crc)
    fails("BadDigest", s3.put_object, 400, **at, ContentMD5=base64.b64encode(hashlib.md5(b"x").digest()).decode())
    fails("InvalidDigest", s3.put_object, 400, **at, ContentMD5="xx")
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def test_without_a_checksum_one_is_computed(client, s3, bucket):
    old = client("s3", config=Config(request_checksum_calculation="when_required"))
    put = old.put_object(Bucket=bucket, Key="k", Body=b"123456789")
    assert put["ChecksumCRC64NVME"] == "rosUhgp5mIg="


# 3. Listing


def test_lists_by_prefix_and_delimiter(s3, bucket):
    keys = ["sample.jpg", "photos/2006/January/a.jpg", "photos/2006/February/b.jpg", "photos/c.jpg", "videos/d"]
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=b"12")
    page = s3.list_objects_v2(Bucket=bucket, Delimiter="/")
    assert [entry["Key"] for entry in page["Contents"]] == ["sample.jpg"]
    assert [entry["Prefix"] for entry in page["CommonPrefixes"]] == ["photos/", "videos/"]
    assert page["KeyCount"] == 3
    page = s3.list_objects_v2(Bucket=bucket, Delimiter="/", Prefix="photos/")
    assert [entry["Key"] for entry in page["Contents"]] == ["photos/c.jpg"]
    assert [entry["Prefix"] for entry in page["CommonPrefixes"]] == ["photos/2006/"]
    page = s3.list_objects_v2(Bucket=bucket, StartAfter="photos/c.jpg", FetchOwner=True)
    assert [entry["Key"] for entry in page["Contents"]] == ["sample.jpg", "videos/d"]
    entry = page["Contents"][0]
    assert (entry["Size"], entry["StorageClass"], len(entry["Owner"]["ID"])) == (2, "STANDARD", 64)
    assert entry["ETag"] == f'"{hashlib.md5(b"12").hexdigest()}"'


def test_lists_in_utf8_order_page_by_page(s3, bucket):
    keys = [f"k{i:03}" for i in range(40)] + ["ä", "Z", "a b", "a+b", "a%b", "\U0001f600", "ﬀ", "a\tb"]
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=b"")
    keys.sort(key=lambda key: key.encode())
    for operation in ("list_objects_v2", "list_objects"):
        pages = s3.get_paginator(operation).paginate(Bucket=bucket, PaginationConfig={"PageSize": 7})
        listed = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
        assert listed == keys, operation


def test_pages_have_at_most_1000_keys(s3, bucket):
    fails("InvalidArgument", s3.list_objects_v2, 400, Bucket=bucket, ContinuationToken="wrong")
    page = s3.list_objects_v2(Bucket=bucket, MaxKeys=5000)
    assert page["MaxKeys"] == 1000
    assert s3.list_objects_v2(Bucket=bucket, MaxKeys=0)["IsTruncated"] is False


# 4. Multipart


def start(s3, bucket, **more):
    return s3.create_multipart_upload(Bucket=bucket, Key="k", **more)["UploadId"]


def upload(s3, bucket, upload_id, number, body):
    part = s3.upload_part(Bucket=bucket, Key="k", UploadId=upload_id, PartNumber=number, Body=body)
    kept = {name: part[name] for name in part if name.startswith("Checksum") and name != "ChecksumType"}
    return {"PartNumber": number, "ETag": part["ETag"], **kept}


def complete(s3, bucket, upload_id, parts, **more):
    return s3.complete_multipart_upload(
        Bucket=bucket, Key="k", UploadId=upload_id, MultipartUpload={"Parts": parts}, **more
    )


def test_an_object_of_parts(s3, bucket):
    bodies = [b"a" * (5 * MB), b"b" * (5 * MB), b"c" * 10]
    upload_id = start(s3, bucket, ContentType="x/y", Metadata={"m": "1"})
    parts = [upload(s3, bucket, upload_id, number, body) for number, body in enumerate(bodies, 1)]
    listed = s3.list_parts(Bucket=bucket, Key="k", UploadId=upload_id, MaxParts=2)
    assert [part["Size"] for part in listed["Parts"]] == [5 * MB, 5 * MB] and listed["IsTruncated"]
    assert [one["UploadId"] for one in s3.list_multipart_uploads(Bucket=bucket)["Uploads"]] == [upload_id]
    done = complete(s3, bucket, upload_id, parts)
    joined = b"".join(hashlib.md5(body).digest() for body in bodies)
    assert done["ETag"] == f'"{hashlib.md5(joined).hexdigest()}-3"'
    assert done["Location"].endswith(f"/{bucket}/k")
    got = s3.get_object(Bucket=bucket, Key="k")
    assert got["Body"].read() == b"".join(bodies)
    assert (got["ContentType"], got["Metadata"]) == ("x/y", {"m": "1"})
    part = s3.get_object(Bucket=bucket, Key="k", PartNumber=3)
    assert (part["Body"].read(), part["PartsCount"]) == (b"c" * 10, 3)
    assert part["ResponseMetadata"]["HTTPStatusCode"] == 206
    edge = s3.get_object(Bucket=bucket, Key="k", Range=f"bytes={5 * MB - 1}-{5 * MB}")
    assert edge["Body"].read() == b"ab"
    assert complete(s3, bucket, upload_id, parts)["ETag"] == done["ETag"]
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)


def test_parts_are_checked(s3, bucket):
    upload_id = start(s3, bucket)
    parts = [upload(s3, bucket, upload_id, number, b"x") for number in (1, 2)]
    error = fails("EntityTooSmall", complete, 400, s3=s3, bucket=bucket, upload_id=upload_id, parts=parts)
    assert error["MinSizeAllowed"] == str(5 * MB)
    fails("InvalidPartOrder", complete, 400, s3=s3, bucket=bucket, upload_id=upload_id, parts=parts[::-1])
    wrong = [{"PartNumber": 2, "ETag": "0" * 32}]
    fails("InvalidPart", complete, 400, s3=s3, bucket=bucket, upload_id=upload_id, parts=wrong)
    at = {"Bucket": bucket, "Key": "k", "UploadId": upload_id}
    fails("InvalidArgument", s3.upload_part, 400, **at, PartNumber=10_001, Body=b"x")
    s3.abort_multipart_upload(**at)
    fails("NoSuchUpload", s3.abort_multipart_upload, 404, **at)
    fails("NoSuchUpload", s3.upload_part, 404, **at, PartNumber=1, Body=b"x")
    fails("NoSuchKey", s3.get_object, 404, Bucket=bucket, Key="k")


def test_checksums_of_parts(s3, bucket):
    upload_id = start(s3, bucket, ChecksumAlgorithm="SHA256")
    bodies = [b"a" * (5 * MB), b"b"]
    parts = [
        s3.upload_part(
            Bucket=bucket, Key="k", UploadId=upload_id, PartNumber=number, Body=body, ChecksumAlgorithm="SHA256"
        )
        for number, body in enumerate(bodies, 1)
    ]
    named = [
        {"PartNumber": number, "ETag": part["ETag"], "ChecksumSHA256": part["ChecksumSHA256"]}
        for number, part in enumerate(parts, 1)
    ]
    done = complete(s3, bucket, upload_id, named)
    joined = b"".join(hashlib.sha256(body).digest() for body in bodies)
    assert done["ChecksumSHA256"] == base64.b64encode(hashlib.sha256(joined).digest()).decode() + "-2"
    assert done["ChecksumType"] == "COMPOSITE"
    attributes = s3.get_object_attributes(Bucket=bucket, Key="k", ObjectAttributes=["ObjectParts", "Checksum"])
    assert attributes["ObjectParts"]["TotalPartsCount"] == 2
    upload_id = start(s3, bucket, ChecksumAlgorithm="CRC32", ChecksumType="FULL_OBJECT")
    named = [upload(s3, bucket, upload_id, number, body) for number, body in enumerate(bodies, 1)]
    whole = base64.b64encode(zlib.crc32(b"".join(bodies)).to_bytes(4, "big")).decode()
    done = complete(s3, bucket, upload_id, named, ChecksumCRC32=whole, ChecksumType="FULL_OBJECT")
    assert (done["ChecksumCRC32"], done["ChecksumType"]) == (whole, "FULL_OBJECT")


def test_parts_are_copied(s3, bucket):
    s3.put_object(Bucket=bucket, Key="source", Body=b"0123456789")
    upload_id = start(s3, bucket)
    copied = s3.upload_part_copy(
        Bucket=bucket, Key="k", UploadId=upload_id, PartNumber=1, CopySource=f"{bucket}/source",
        CopySourceRange="bytes=3-5",
    )
    complete(s3, bucket, upload_id, [{"PartNumber": 1, "ETag": copied["CopyPartResult"]["ETag"]}])
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"345"


def test_the_transfer_manager_sends_parts_in_parallel(s3, bucket, tmp_path):
    path = tmp_path / "big"
    path.write_bytes(bytes(range(256)) * (80 * 1024))
    s3.upload_file(str(path), bucket, "big")
    assert s3.head_object(Bucket=bucket, Key="big")["ContentLength"] == path.stat().st_size
    s3.download_file(bucket, "big", str(tmp_path / "back"))
    assert (tmp_path / "back").read_bytes() == path.read_bytes()
    s3.copy({"Bucket": bucket, "Key": "big"}, bucket, "copy")
    assert s3.head_object(Bucket=bucket, Key="copy")["ContentLength"] == path.stat().st_size


# 5. Versioning


def test_versions_and_delete_markers(s3, bucket):
    assert "Status" not in s3.get_bucket_versioning(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="k", Body=b"null")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    first = s3.put_object(Bucket=bucket, Key="k", Body=b"first")["VersionId"]
    second = s3.put_object(Bucket=bucket, Key="k", Body=b"second")["VersionId"]
    marker = s3.delete_object(Bucket=bucket, Key="k")
    assert marker["DeleteMarker"] is True
    fails("NoSuchKey", s3.get_object, 404, Bucket=bucket, Key="k")
    fails("MethodNotAllowed", s3.get_object, 405, Bucket=bucket, Key="k", VersionId=marker["VersionId"])
    for version, body in ((first, b"first"), (second, b"second"), ("null", b"null")):
        assert s3.get_object(Bucket=bucket, Key="k", VersionId=version)["Body"].read() == body
    listed = s3.list_object_versions(Bucket=bucket)
    assert [version["VersionId"] for version in listed["Versions"]] == [second, first, "null"]
    assert [entry["IsLatest"] for entry in listed["DeleteMarkers"]] == [True]
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket, PaginationConfig={"PageSize": 1})
    ids = [entry["VersionId"] for page in pages for entry in page.get("Versions", []) + page.get("DeleteMarkers", [])]
    assert ids == [marker["VersionId"], second, first, "null"]
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)
    s3.delete_object(Bucket=bucket, Key="k", VersionId=marker["VersionId"])
    assert s3.get_object(Bucket=bucket, Key="k")["VersionId"] == second
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    assert s3.put_object(Bucket=bucket, Key="k", Body=b"new null")["VersionId"] == "null"
    assert s3.get_object(Bucket=bucket, Key="k", VersionId="null")["Body"].read() == b"new null"
    fails("BucketNotEmpty", s3.delete_bucket, 409, Bucket=bucket)
    fails("NoSuchVersion", s3.get_object, 404, Bucket=bucket, Key="k", VersionId=marker["VersionId"])
    fails("InvalidArgument", s3.get_object, 400, Bucket=bucket, Key="k", VersionId="nonsense")


# 5, 9. What is not offered says so


def test_refusals_name_what_is_not_built(s3, bucket):
    error = fails(
        "NotImplemented",
        s3.put_bucket_lifecycle_configuration,
        501,
        Bucket=bucket,
        LifecycleConfiguration={"Rules": [{"ID": "x", "Status": "Enabled", "Filter": {}, "Expiration": {"Days": 1}}]},
    )
    assert "ifecycle" in error["Message"]
    error = fails(
        "NotImplemented", s3.put_object, 501, Bucket=bucket, Key="k", Body=b"1", ServerSideEncryption="aws:kms"
    )
    assert "aws:kms" in error["Message"]
    error = fails("NotImplemented", s3.create_bucket, 501, Bucket=bucket + "-lock", ObjectLockEnabledForBucket=True)
    assert "lock" in error["Message"]
    website = {"IndexDocument": {"Suffix": "index.html"}}
    fails("NotImplemented", s3.put_bucket_website, 501, Bucket=bucket, WebsiteConfiguration=website)
    fails("NoSuchLifecycleConfiguration", s3.get_bucket_lifecycle_configuration, 404, Bucket=bucket)
    fails("NoSuchWebsiteConfiguration", s3.get_bucket_website, 404, Bucket=bucket)


# 7, 8. Durability


def test_objects_survive_a_kill(fresh_server, client):
    platform = fresh_server()
    s3 = client("s3", server=platform)
    s3.create_bucket(Bucket="kept")
    s3.put_object(Bucket="kept", Key="small", Body=b"1")
    s3.put_object(Bucket="kept", Key="big", Body=b"x" * MB)
    upload_id = s3.create_multipart_upload(Bucket="kept", Key="k")["UploadId"]
    part = upload(s3, "kept", upload_id, 1, b"y" * MB)
    platform.restart()
    s3 = client("s3", server=platform)
    assert s3.get_object(Bucket="kept", Key="small")["Body"].read() == b"1"
    assert s3.get_object(Bucket="kept", Key="big")["Body"].read() == b"x" * MB
    complete(s3, "kept", upload_id, [part])
    assert s3.get_object(Bucket="kept", Key="k")["Body"].read() == b"y" * MB
