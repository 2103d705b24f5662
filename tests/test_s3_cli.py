"""S3 through the AWS CLI: mb, cp, sync, ls, presign, rm, rb (point 7 of the behaviours list)."""

import hashlib
import os
import urllib.request

import pytest


@pytest.fixture
def bucket(aws, unique):
    name = unique("cli")
    assert "make_bucket" in aws("s3", "mb", f"s3://{name}").stdout
    return name


def tree_of(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_folder_goes_there_and_back(aws, bucket, tmp_path):
    source, back = tmp_path / "source", tmp_path / "back"
    (source / "deep" / "er").mkdir(parents=True)
    (source / "a b+c%.txt").write_text("a")
    (source / "deep" / "ünï.txt").write_text("u")
    (source / "deep" / "er" / "big.bin").write_bytes(os.urandom(20 * 1024 * 1024))
    aws("s3", "sync", source, f"s3://{bucket}/to")
    aws("s3", "sync", f"s3://{bucket}/to", back)
    assert tree_of(back) == tree_of(source)
    assert aws("s3", "sync", source, f"s3://{bucket}/to").stdout.strip() == ""
    (source / "a b+c%.txt").unlink()
    aws("s3", "sync", "--delete", source, f"s3://{bucket}/to")
    listed = aws("s3", "ls", "--recursive", f"s3://{bucket}/").stdout
    assert "ünï.txt" in listed and "a b+c" not in listed
    aws("s3", "cp", "--recursive", f"s3://{bucket}/to", f"s3://{bucket}/copy")
    assert len(aws("s3", "ls", "--recursive", f"s3://{bucket}/copy").stdout.strip().splitlines()) == 2
    aws("s3", "rm", "--recursive", f"s3://{bucket}/")
    aws("s3", "rb", f"s3://{bucket}")


def test_a_stream_is_copied(aws, bucket, tmp_path):
    path = tmp_path / "f"
    path.write_bytes(b"stream")
    aws("s3", "cp", path, f"s3://{bucket}/f")
    assert aws("s3", "cp", f"s3://{bucket}/f", "-").stdout == "stream"


def test_a_presigned_url_works(aws, bucket, tmp_path):
    path = tmp_path / "f"
    path.write_bytes(b"presigned")
    aws("s3", "cp", path, f"s3://{bucket}/dir/f")
    url = aws("s3", "presign", f"s3://{bucket}/dir/f", "--expires-in", "60").stdout.strip()
    with urllib.request.urlopen(url) as answer:
        assert answer.read() == b"presigned"


def test_errors_are_told(aws, unique, tmp_path):
    done = aws("s3", "ls", f"s3://{unique('none')}", check=False)
    assert done.code != 0 and "NoSuchBucket" in done.stderr
