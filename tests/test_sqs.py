"""SQS through boto3 and the older query protocol: messages, visibility, long polling, redrive, purge. Numbers are the
points of the behaviours list. FIFO queues are refused by name."""

import hashlib
import json
import threading
import time
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from botocore.exceptions import ClientError


@pytest.fixture(scope="module")
def sqs(client):
    return client("sqs")


@pytest.fixture
def queue(sqs, unique):
    def make(**attributes):
        return sqs.create_queue(QueueName=unique("queue"), Attributes=attributes)["QueueUrl"]

    return make


def attribute(sqs, url, name):
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name]


def receive(sqs, url, **more):
    return sqs.receive_message(QueueUrl=url, **{"MaxNumberOfMessages": 10} | more).get("Messages", [])


def fails(code, call, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    assert error["Code"] == code, error
    return error


@pytest.fixture
def query(raw_signed):
    """The query protocol as SDKs before 2023 speak it."""

    def call(action, path="/", **parameters):
        body = urlencode({"Action": action, "Version": "2012-11-05", **parameters}).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = raw_signed("sqs", "POST", path, headers, body)
        document = ElementTree.fromstring(answer.body)
        for element in document.iter():
            element.tag = element.tag.split("}")[-1]
        return answer.status, document

    return call


# 1. Protocols, digests, sizes


def test_a_message_goes_through_with_its_digests(sqs, queue):
    url = queue()
    attributes = {
        "colour": {"DataType": "String", "StringValue": "red"},
        "bytes": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
        "count": {"DataType": "Number.int", "StringValue": "3"},
    }
    # boto3 itself compares the digest of the body.
    sent = sqs.send_message(QueueUrl=url, MessageBody="héllo <&>", MessageAttributes=attributes)
    assert sent["MD5OfMessageBody"] == hashlib.md5("héllo <&>".encode()).hexdigest()
    [message] = receive(sqs, url, MessageAttributeNames=["All"], MessageSystemAttributeNames=["All"])
    assert message["Body"] == "héllo <&>"
    assert message["MessageId"] == sent["MessageId"]
    assert message["MD5OfMessageAttributes"] == sent["MD5OfMessageAttributes"]
    assert message["MessageAttributes"] == attributes
    assert message["Attributes"]["ApproximateReceiveCount"] == "1"
    assert abs(int(message["Attributes"]["SentTimestamp"]) / 1000 - time.time()) < 30


def test_the_query_protocol_speaks_xml(query, unique):
    name = unique("queue")
    status, made = query("CreateQueue", QueueName=name, **{"Attribute.1.Name": "DelaySeconds", "Attribute.1.Value": "0"})
    assert status == 200 and made.tag == "CreateQueueResponse"
    url = made.findtext(".//QueueUrl")
    assert url.endswith(f"/{name}")
    path = "/" + url.split("/", 3)[3]
    sent_attribute = {
        "MessageAttribute.1.Name": "k", "MessageAttribute.1.Value.DataType": "String",
        "MessageAttribute.1.Value.StringValue": "v",
    }
    status, sent = query("SendMessage", path, MessageBody="a&b", **sent_attribute)
    assert status == 200, ElementTree.tostring(sent)
    assert sent.findtext(".//MD5OfMessageBody") == hashlib.md5(b"a&b").hexdigest()
    status, received = query("ReceiveMessage", path, MaxNumberOfMessages="10", **{"MessageAttributeName.1": "All"})
    [message] = received.findall(".//Message")
    assert message.findtext("Body") == "a&b"
    assert message.findtext("MessageAttribute/Name") == "k"
    assert message.findtext("MessageAttribute/Value/StringValue") == "v"
    status, _ = query("DeleteMessage", path, ReceiptHandle=message.findtext("ReceiptHandle"))
    assert status == 200
    status, told = query("GetQueueAttributes", path, **{"AttributeName.1": "All"})
    values = {one.findtext("Name"): one.findtext("Value") for one in told.findall(".//Attribute")}
    assert values["ApproximateNumberOfMessages"] == "0" and values["VisibilityTimeout"] == "30"


def test_errors_differ_by_protocol(sqs, query, raw_signed, unique):
    name = unique("none")
    status, error = query("GetQueueUrl", QueueName=name)
    assert status == 400
    assert error.findtext(".//Code") == "AWS.SimpleQueueService.NonExistentQueue"
    assert error.findtext(".//Type") == "Sender"
    headers = {"X-Amz-Target": "AmazonSQS.GetQueueUrl", "Content-Type": "application/x-amz-json-1.0"}
    headers["x-amzn-query-mode"] = "true"  # what clients that know the older codes ask for
    answer = raw_signed("sqs", "POST", "/", headers, json.dumps({"QueueName": name}).encode())
    assert answer.status == 400
    assert answer.headers["x-amzn-query-error"] == "AWS.SimpleQueueService.NonExistentQueue;Sender"
    assert json.loads(answer.body)["__type"].endswith("#QueueDoesNotExist")
    # What SDKs show is the query protocol's code.
    with pytest.raises(sqs.exceptions.QueueDoesNotExist):
        sqs.get_queue_url(QueueName=name)


def test_a_message_has_at_most_a_mebibyte(sqs, queue):
    url = queue()
    sqs.send_message(QueueUrl=url, MessageBody="x" * (1 << 20))
    fails("InvalidParameterValue", sqs.send_message, QueueUrl=url, MessageBody="x" * ((1 << 20) + 1))
    half = "x" * (600 << 10)
    entries = [{"Id": "a", "MessageBody": half}, {"Id": "b", "MessageBody": half}]
    fails("AWS.SimpleQueueService.BatchRequestTooLong", sqs.send_message_batch, QueueUrl=url, Entries=entries)
    fails("InvalidMessageContents", sqs.send_message, QueueUrl=url, MessageBody="\x01")


def test_batches_tell_of_each_entry(sqs, queue):
    url = queue()
    entries = [{"Id": "ok", "MessageBody": "1"}, {"Id": "late", "MessageBody": "2", "DelaySeconds": 901}]
    sent = sqs.send_message_batch(QueueUrl=url, Entries=entries)
    assert [one["Id"] for one in sent["Successful"]] == ["ok"]
    [failed] = sent["Failed"]
    assert (failed["Id"], failed["Code"], failed["SenderFault"]) == ("late", "InvalidParameterValue", True)
    fails(
        "AWS.SimpleQueueService.BatchEntryIdsNotDistinct", sqs.send_message_batch,
        QueueUrl=url, Entries=[{"Id": "a", "MessageBody": "1"}] * 2,
    )
    [message] = receive(sqs, url)
    gone = sqs.delete_message_batch(QueueUrl=url, Entries=[
        {"Id": "x", "ReceiptHandle": message["ReceiptHandle"]}, {"Id": "y", "ReceiptHandle": "none"},
    ])
    assert [one["Id"] for one in gone["Successful"]] == ["x"]
    assert gone["Failed"][0]["Code"] == "ReceiptHandleIsInvalid"


# 3. Visibility, delay, long polling


def test_a_received_message_is_hidden_until_its_timeout(sqs, queue):
    url = queue(VisibilityTimeout="1")
    sqs.send_message(QueueUrl=url, MessageBody="m")
    [first] = receive(sqs, url)
    assert receive(sqs, url) == []
    assert attribute(sqs, url, "ApproximateNumberOfMessagesNotVisible") == "1"
    [again] = receive(sqs, url, WaitTimeSeconds=5, MessageSystemAttributeNames=["ApproximateReceiveCount"])
    assert again["MessageId"] == first["MessageId"]
    assert again["Attributes"]["ApproximateReceiveCount"] == "2"
    sqs.delete_message(QueueUrl=url, ReceiptHandle=again["ReceiptHandle"])
    time.sleep(1.2)
    assert receive(sqs, url) == []


def test_visibility_is_changed_to_nothing_and_to_longer(sqs, queue):
    url = queue(VisibilityTimeout="1")
    sqs.send_message(QueueUrl=url, MessageBody="m")
    [message] = receive(sqs, url)
    sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)
    [message] = receive(sqs, url)
    sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=60)
    time.sleep(1.2)
    assert receive(sqs, url) == []
    fails(
        "InvalidParameterValue", sqs.change_message_visibility,
        QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=43_201,
    )
    fails(
        "ReceiptHandleIsInvalid", sqs.change_message_visibility,
        QueueUrl=url, ReceiptHandle="none", VisibilityTimeout=1,
    )


def test_messages_and_queues_delay(sqs, queue):
    url = queue()
    sqs.send_message(QueueUrl=url, MessageBody="later", DelaySeconds=1)
    assert receive(sqs, url) == []
    assert attribute(sqs, url, "ApproximateNumberOfMessagesDelayed") == "1"
    began = time.monotonic()
    assert len(receive(sqs, url, WaitTimeSeconds=5)) == 1
    assert time.monotonic() - began < 3
    slow = queue(DelaySeconds="1")
    sqs.send_message(QueueUrl=slow, MessageBody="m")
    assert receive(sqs, slow) == []
    assert len(receive(sqs, slow, WaitTimeSeconds=5)) == 1


def test_a_long_poll_ends_with_an_arrival(sqs, client, queue):
    url = queue()
    sender = client("sqs")
    timer = threading.Timer(1, lambda: sender.send_message(QueueUrl=url, MessageBody="m"))
    timer.start()
    began = time.monotonic()
    assert len(receive(sqs, url, WaitTimeSeconds=20)) == 1
    assert 0.8 < time.monotonic() - began < 3
    timer.join()
    began = time.monotonic()
    assert receive(sqs, url, WaitTimeSeconds=1) == []
    assert 0.9 < time.monotonic() - began < 3


def test_receives_are_bounded(sqs, queue):
    url = queue()
    for number in (0, 11):
        fails("InvalidParameterValue", sqs.receive_message, QueueUrl=url, MaxNumberOfMessages=number)
    fails("InvalidParameterValue", sqs.receive_message, QueueUrl=url, WaitTimeSeconds=21)


# 4. Redrive, purge, names, attributes, tags, policies


def test_a_message_received_too_often_goes_to_the_dead_letter_queue(sqs, queue):
    dead = queue()
    target = attribute(sqs, dead, "QueueArn")
    policy = json.dumps({"deadLetterTargetArn": target, "maxReceiveCount": "2"})
    url = queue(RedrivePolicy=policy, VisibilityTimeout="0")
    sqs.send_message(QueueUrl=url, MessageBody="poison")
    for _ in range(2):
        assert len(receive(sqs, url, WaitTimeSeconds=1)) == 1
    assert receive(sqs, url) == []
    [message] = receive(sqs, dead, WaitTimeSeconds=5, MessageSystemAttributeNames=["All"])
    assert message["Body"] == "poison"
    assert message["Attributes"]["DeadLetterQueueSourceArn"] == attribute(sqs, url, "QueueArn")
    assert url in sqs.list_dead_letter_source_queues(QueueUrl=dead)["queueUrls"]


def test_a_queue_may_refuse_to_be_a_dead_letter_queue(sqs, queue, unique):
    dead = queue(RedriveAllowPolicy=json.dumps({"redrivePermission": "denyAll"}))
    policy = json.dumps({"deadLetterTargetArn": attribute(sqs, dead, "QueueArn"), "maxReceiveCount": 1})
    fails("InvalidParameterValue", sqs.create_queue, QueueName=unique("queue"), Attributes={"RedrivePolicy": policy})


def test_a_purge_empties_and_rests(sqs, queue):
    url = queue()
    for number in range(3):
        sqs.send_message(QueueUrl=url, MessageBody=str(number))
    sqs.purge_queue(QueueUrl=url)
    assert receive(sqs, url) == []
    fails("AWS.SimpleQueueService.PurgeQueueInProgress", sqs.purge_queue, QueueUrl=url)


def test_a_name_is_the_same_queue_or_rests_after_its_deletion(sqs, unique):
    name = unique("queue")
    url = sqs.create_queue(QueueName=name, Attributes={"DelaySeconds": "5"})["QueueUrl"]
    assert sqs.create_queue(QueueName=name, Attributes={"DelaySeconds": "5"})["QueueUrl"] == url
    fails("QueueAlreadyExists", sqs.create_queue, QueueName=name, Attributes={"DelaySeconds": "6"})
    assert url in sqs.list_queues(QueueNamePrefix=name)["QueueUrls"]
    sqs.delete_queue(QueueUrl=url)
    fails("AWS.SimpleQueueService.NonExistentQueue", sqs.send_message, QueueUrl=url, MessageBody="m")
    fails("AWS.SimpleQueueService.QueueDeletedRecently", sqs.create_queue, QueueName=name)


def test_attributes_and_tags_are_kept_and_checked(sqs, queue):
    url = queue()
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "7", "MessageRetentionPeriod": "60"})
    told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert (told["VisibilityTimeout"], told["MessageRetentionPeriod"]) == ("7", "60")
    assert told["MaximumMessageSize"] == "1048576"
    assert told["SqsManagedSseEnabled"] in ("true", "false")
    fails("InvalidAttributeValue", sqs.set_queue_attributes, QueueUrl=url, Attributes={"VisibilityTimeout": "-1"})
    fails("InvalidAttributeName", sqs.set_queue_attributes, QueueUrl=url, Attributes={"Nothing": "1"})
    sqs.tag_queue(QueueUrl=url, Tags={"a": "1", "b": "2"})
    sqs.untag_queue(QueueUrl=url, TagKeys=["a"])
    assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"b": "2"}


def test_a_queue_policy_lets_a_user_send(sqs, client, queue, unique):
    url = queue()
    arn = attribute(sqs, url, "QueueArn")
    iam, name = client("iam"), unique("user")
    user = iam.create_user(UserName=name)["User"]["Arn"]
    key = iam.create_access_key(UserName=name)["AccessKey"]
    theirs = client("sqs", credentials=(key["AccessKeyId"], key["SecretAccessKey"], None))
    fails("AccessDenied", theirs.send_message, QueueUrl=url, MessageBody="mine")
    statement = {"Effect": "Allow", "Principal": {"AWS": user}, "Action": "sqs:SendMessage", "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    theirs.send_message(QueueUrl=url, MessageBody="mine")
    fails("AccessDenied", theirs.receive_message, QueueUrl=url)
    assert [message["Body"] for message in receive(sqs, url)] == ["mine"]


def test_messages_outlive_a_crash(fresh_server, client):
    platform = fresh_server()
    sqs = client("sqs", server=platform)
    url = sqs.create_queue(QueueName="kept")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="1")
    platform.restart()
    [message] = receive(client("sqs", server=platform), url, WaitTimeSeconds=2)
    assert message["Body"] == "1"


def test_fifo_queues_are_refused_by_name(sqs, unique):
    with pytest.raises(ClientError, match="FIFO"):
        sqs.create_queue(QueueName=unique("q") + ".fifo", Attributes={"FifoQueue": "true"})
