"""S3's notifications, end to end (point 6 of the behaviours list)."""

import json

import pytest
from botocore.exceptions import ClientError


@pytest.fixture(scope="module")
def s3(client):
    return client("s3")


@pytest.fixture(scope="module")
def sqs(client):
    return client("sqs")


@pytest.fixture
def bucket(s3, unique):
    name = unique("bucket")
    s3.create_bucket(Bucket=name)
    return name


@pytest.fixture
def queue(sqs, unique):
    """URL and ARN of a queue that S3 may send to."""
    url = sqs.create_queue(QueueName=unique("queue"))["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    statement = {
        "Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": arn,
        "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::*"}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    return url, arn


@pytest.fixture
def received(sqs, eventually):
    def receive(url, count):
        messages = []

        def enough():
            answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
            for message in answer.get("Messages", []):
                messages.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            return len(messages) >= count

        eventually(enough, message=f"{count} messages arrive")
        return messages

    return receive


def configure(s3, bucket, arn, *events, rules=()):
    configuration = {"QueueArn": arn, "Events": list(events), "Id": "rule-1"}
    if rules:
        configuration["Filter"] = {"Key": {"FilterRules": [{"Name": name, "Value": value} for name, value in rules]}}
    s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"QueueConfigurations": [configuration]}
    )
    return configuration


def test_a_queue_is_told_of_every_change(s3, bucket, queue, received):
    url, arn = queue
    configuration = configure(s3, bucket, arn, "s3:ObjectCreated:*", "s3:ObjectRemoved:*", "s3:ObjectTagging:*")
    told = s3.get_bucket_notification_configuration(Bucket=bucket)["QueueConfigurations"]
    assert told == [configuration]
    [test] = received(url, 1)
    assert (test["Service"], test["Event"], test["Bucket"]) == ("Amazon S3", "s3:TestEvent", bucket)
    put = s3.put_object(Bucket=bucket, Key="red flower/ä.jpg", Body=b"12345")
    s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": "red flower/ä.jpg"})
    upload = s3.create_multipart_upload(Bucket=bucket, Key="parts")["UploadId"]
    part = s3.upload_part(Bucket=bucket, Key="parts", UploadId=upload, PartNumber=1, Body=b"1")
    kept = {name: part[name] for name in ("ETag", "ChecksumCRC32") if name in part}
    s3.complete_multipart_upload(
        Bucket=bucket, Key="parts", UploadId=upload, MultipartUpload={"Parts": [{"PartNumber": 1, **kept}]}
    )
    s3.put_object_tagging(Bucket=bucket, Key="copy", Tagging={"TagSet": [{"Key": "a", "Value": "1"}]})
    s3.delete_object(Bucket=bucket, Key="copy")
    records = {}
    for message in received(url, 5):
        [record] = message["Records"]
        records[record["eventName"]] = record
    assert set(records) == {
        "ObjectCreated:Put", "ObjectCreated:Copy", "ObjectCreated:CompleteMultipartUpload", "ObjectTagging:Put",
        "ObjectRemoved:Delete",
    }
    record = records["ObjectCreated:Put"]
    assert (record["eventVersion"], record["eventSource"], record["awsRegion"]) == ("2.1", "aws:s3", "us-east-1")
    assert record["s3"]["configurationId"] == "rule-1"
    assert record["s3"]["bucket"]["name"] == bucket
    assert record["s3"]["bucket"]["arn"] == f"arn:aws:s3:::{bucket}"
    entry = record["s3"]["object"]
    assert entry["key"] == "red+flower/%C3%A4.jpg"
    assert (entry["size"], entry["eTag"]) == (5, put["ETag"].strip('"'))
    assert "size" not in records["ObjectRemoved:Delete"]["s3"]["object"]
    assert record["requestParameters"]["sourceIPAddress"] == "127.0.0.1"


def test_filters_choose_keys_and_versions_are_named(s3, bucket, queue, received):
    url, arn = queue
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    rules = (("prefix", "in/"), ("suffix", ".jpg"))
    configure(s3, bucket, arn, "s3:ObjectCreated:Put", "s3:ObjectRemoved:DeleteMarkerCreated", rules=rules)
    for key in ("in/a.txt", "out/a.jpg", "in/a.jpg"):
        version = s3.put_object(Bucket=bucket, Key=key, Body=b"1")["VersionId"]
    marker = s3.delete_object(Bucket=bucket, Key="in/a.jpg")["VersionId"]
    messages = [message for message in received(url, 3) if "Records" in message]
    told = {
        message["Records"][0]["eventName"]: message["Records"][0]["s3"]["object"]["versionId"] for message in messages
    }
    assert told == {"ObjectCreated:Put": version, "ObjectRemoved:DeleteMarkerCreated": marker}


def test_later_changes_have_greater_sequencers(s3, bucket, queue, received):
    url, arn = queue
    configure(s3, bucket, arn, "s3:ObjectCreated:*")
    for i in range(4):
        s3.put_object(Bucket=bucket, Key="k", Body=b"1" * (i + 1))
    entries = [message["Records"][0]["s3"]["object"] for message in received(url, 5) if "Records" in message]
    in_order = sorted(entries, key=lambda entry: entry["size"])
    assert [entry["sequencer"] for entry in in_order] == sorted(entry["sequencer"] for entry in entries)


def test_a_destination_must_be_there_and_let_s3_in(s3, sqs, bucket, unique):
    url = sqs.create_queue(QueueName=unique("closed"))["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    for destination in (arn, arn + "-none"):
        with pytest.raises(ClientError) as caught:
            configure(s3, bucket, destination, "s3:ObjectCreated:*")
        error = caught.value.response["Error"]
        assert error["Code"] == "InvalidArgument"
        assert error["Message"] == "Unable to validate the following destination configurations"
    assert "QueueConfigurations" not in s3.get_bucket_notification_configuration(Bucket=bucket)


def test_what_is_not_offered_is_refused_by_name(s3, bucket):
    topic = {"TopicConfigurations": [{"TopicArn": "arn:aws:sns:us-east-1:1:t", "Events": ["s3:ObjectCreated:*"]}]}
    for configuration, name in ((topic, "SNS"), ({"EventBridgeConfiguration": {}}, "EventBridge")):
        with pytest.raises(ClientError) as caught:
            s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=configuration)
        error = caught.value.response["Error"]
        assert error["Code"] == "NotImplemented" and name in error["Message"]


def test_rules_must_not_overlap(s3, bucket, queue):
    _, arn = queue
    rules = [{"QueueArn": arn, "Events": [event]} for event in ("s3:ObjectCreated:*", "s3:ObjectCreated:Put")]
    with pytest.raises(ClientError) as caught:
        s3.put_bucket_notification_configuration(
            Bucket=bucket, NotificationConfiguration={"QueueConfigurations": rules}
        )
    assert "Configurations overlap" in caught.value.response["Error"]["Message"]


HANDLER = """
import json
def handler(event, context):
    print("EVENT " + json.dumps(event["Records"][0]))
"""


def test_a_function_runs_for_an_upload(client, s3, bucket, lambda_role, zipped, unique, eventually):
    functions, logs = client("lambda"), client("logs")
    name = unique("function")
    function = functions.create_function(
        FunctionName=name, Runtime="python3.11", Role=lambda_role, Handler="app.handler", Timeout=30,
        Code={"ZipFile": zipped({"app.py": HANDLER})},
    )["FunctionArn"]
    functions.get_waiter("function_active_v2").wait(FunctionName=name)
    rule = {"LambdaFunctionArn": function, "Events": ["s3:ObjectCreated:*"]}
    configuration = {"LambdaFunctionConfigurations": [rule]}
    with pytest.raises(ClientError, match="Unable to validate the following destination configurations"):
        s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=configuration)
    functions.add_permission(
        FunctionName=name, StatementId="s3", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com",
        SourceArn=f"arn:aws:s3:::{bucket}",
    )
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=configuration)
    s3.put_object(Bucket=bucket, Key="photo.jpg", Body=b"1")

    def printed():
        try:
            events = logs.filter_log_events(logGroupName=f"/aws/lambda/{name}", filterPattern="EVENT")["events"]
        except logs.exceptions.ResourceNotFoundException:
            return None
        return [event["message"] for event in events]

    line = eventually(printed, message="the function prints its event")[0]
    record = json.loads(line.split("EVENT ", 1)[1])
    assert (record["eventName"], record["s3"]["object"]["key"]) == ("ObjectCreated:Put", "photo.jpg")


def test_events_survive_a_kill(fresh_server, client, eventually):
    """The queue lets S3 in only after the restart: the event was kept until then."""
    platform = fresh_server()
    s3, sqs = client("s3", server=platform), client("sqs", server=platform)
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    statement = {
        "Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    s3.create_bucket(Bucket="kept")
    rule = {"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}
    s3.put_bucket_notification_configuration(
        Bucket="kept", NotificationConfiguration={"QueueConfigurations": [rule]}, SkipDestinationValidation=True
    )
    s3.put_object(Bucket="kept", Key="k", Body=b"1")
    platform.restart()
    sqs = client("sqs", server=platform)
    url = sqs.get_queue_url(QueueName="q")["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    answer = eventually(lambda: sqs.receive_message(QueueUrl=url, WaitTimeSeconds=2).get("Messages"), timeout=30)
    assert json.loads(answer[0]["Body"])["Records"][0]["s3"]["object"]["key"] == "k"
