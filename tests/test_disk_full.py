"""A disk that fills up under a running server: writes are refused in so many words, reads go on, nothing acknowledged is
lost, and writes go on once there is room. On a small file system made for the test, so only as root."""

import os
import subprocess

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small file system needs root")

DISK_MB = 140
# The store keeps 64 MB free; the filler leaves less than that.
FILLER_MB = 100


@pytest.fixture
def small_disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", folder], check=True)
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def refused(call, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return caught.value.response["Error"]["Message"]


def test_a_full_disk_is_said_and_survived(small_disk, fresh_server, client):
    server = fresh_server(data=small_disk / "data")
    s3, sqs, dynamodb = (client(service, server=server) for service in ("s3", "sqs", "dynamodb"))
    s3.create_bucket(Bucket="kept")
    queue = sqs.create_queue(QueueName="kept")["QueueUrl"]
    dynamodb.create_table(
        TableName="kept",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    large = os.urandom(1 << 20)
    s3.put_object(Bucket="kept", Key="large", Body=large)
    sqs.send_message(QueueUrl=queue, MessageBody="before")

    filler = small_disk / "filler"
    filler.write_bytes(bytes(FILLER_MB << 20))
    assert "disk is full" in refused(s3.put_object, Bucket="kept", Key="more", Body=large)
    assert "disk is full" in refused(s3.put_object, Bucket="kept", Key="small", Body=b"x")
    assert "disk is full" in refused(sqs.send_message, QueueUrl=queue, MessageBody="during")
    assert "disk is full" in refused(dynamodb.put_item, TableName="kept", Item={"id": {"S": "during"}})
    assert s3.get_object(Bucket="kept", Key="large")["Body"].read() == large
    server.restart()

    filler.unlink()
    assert s3.get_object(Bucket="kept", Key="large")["Body"].read() == large
    assert [one["Key"] for one in s3.list_objects_v2(Bucket="kept")["Contents"]] == ["large"]
    sqs.send_message(QueueUrl=queue, MessageBody="after")
    bodies = []
    while len(bodies) < 2:
        answer = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=5)
        bodies += [message["Body"] for message in answer["Messages"]]
    assert sorted(bodies) == ["after", "before"]
    assert "Item" not in dynamodb.get_item(TableName="kept", Key={"id": {"S": "during"}})
