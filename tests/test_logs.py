"""CloudWatch Logs through boto3 and the AWS CLI: groups, streams, events in order, filters, retention."""

import time

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError


@pytest.fixture(scope="module")
def logs(client):
    return client("logs")


@pytest.fixture
def group(logs, unique):
    name = f"/test/{unique('group')}"
    logs.create_log_group(logGroupName=name, tags={"a": "1"})
    return name


def now_ms():
    return int(time.time() * 1000)


def put(logs, group, stream, *messages, at=None):
    try:
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
    except logs.exceptions.ResourceAlreadyExistsException:
        pass
    start = at or now_ms()
    events = [{"timestamp": start + index, "message": message} for index, message in enumerate(messages)]
    return logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)


def messages(answer):
    return [event["message"] for event in answer["events"]]


def fails(code, call, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    assert error["Code"] == code, error


def test_groups_are_made_described_and_deleted(logs, group):
    fails("ResourceAlreadyExistsException", logs.create_log_group, logGroupName=group)
    [told] = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    assert told["arn"].endswith(f":log-group:{group}:*")
    assert "retentionInDays" not in told
    logs.put_retention_policy(logGroupName=group, retentionInDays=7)
    assert logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]["retentionInDays"] == 7
    fails("InvalidParameterException", logs.put_retention_policy, logGroupName=group, retentionInDays=8)
    arn = told["arn"].removesuffix(":*")
    logs.tag_resource(resourceArn=arn, tags={"b": "2"})
    logs.untag_resource(resourceArn=arn, tagKeys=["a"])
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {"b": "2"}
    logs.delete_log_group(logGroupName=group)
    fails("ResourceNotFoundException", logs.describe_log_streams, logGroupName=group)


def test_events_come_back_in_order_and_in_pages(logs, group):
    put(logs, group, "s", *(f"m{number}" for number in range(10)))
    where = {"logGroupName": group, "logStreamName": "s", "startFromHead": True}
    page = logs.get_log_events(**where, limit=4)
    assert messages(page) == ["m0", "m1", "m2", "m3"]
    page = logs.get_log_events(**where, limit=4, nextToken=page["nextForwardToken"])
    assert messages(page) == ["m4", "m5", "m6", "m7"]
    page = logs.get_log_events(**where, nextToken=page["nextForwardToken"])
    assert messages(page) == ["m8", "m9"]
    # The end repeats its token.
    last = logs.get_log_events(**where, nextToken=page["nextForwardToken"])
    assert messages(last) == [] and last["nextForwardToken"] == page["nextForwardToken"]
    newest = logs.get_log_events(logGroupName=group, logStreamName="s", limit=2)
    assert messages(newest) == ["m8", "m9"]
    [stream] = logs.describe_log_streams(logGroupName=group)["logStreams"]
    assert stream["lastEventTimestamp"] - stream["firstEventTimestamp"] == 9


def test_events_are_filtered_over_streams(logs, group):
    start = now_ms() - 5_000
    put(logs, group, "web-1", "GET /a 200", "ERROR one", at=start)
    put(logs, group, "web-2", '{"level": "error", "ms": 12}', "ERROR two", at=start + 10)
    put(logs, group, "db", "ERROR three", at=start + 20)

    def found(**more):
        return messages(logs.filter_log_events(logGroupName=group, **more))

    assert found(filterPattern="ERROR") == ["ERROR one", "ERROR two", "ERROR three"]
    assert found(filterPattern="ERROR -two") == ["ERROR one", "ERROR three"]
    with pytest.raises(ClientError, match="filter patterns over JSON"):
        found(filterPattern='{ $.level = "error" && $.ms > 10 }')
    assert found(filterPattern="ERROR", logStreamNamePrefix="web") == ["ERROR one", "ERROR two"]
    assert found(logStreamNames=["db"]) == ["ERROR three"]
    assert found(startTime=start + 20) == ["ERROR three"]
    pages = logs.get_paginator("filter_log_events").paginate(
        logGroupName=group, filterPattern="ERROR", PaginationConfig={"PageSize": 1}
    )
    assert [event["message"] for page in pages for event in page["events"]] == ["ERROR one", "ERROR two", "ERROR three"]


def test_events_too_old_or_too_new_are_told(logs, group):
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    day = 24 * 3600 * 1000

    def rejected(*times):
        events = [{"timestamp": time, "message": "kept"} for time in times]
        told = logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=events)
        return told["rejectedLogEventsInfo"]

    assert rejected(now_ms() - 15 * day)["tooOldLogEventEndIndex"] == 1
    assert rejected(now_ms(), now_ms() + day // 2)["tooNewLogEventStartIndex"] == 1
    with pytest.raises(ClientError, match="cannot span more than 24 hours"):
        rejected(now_ms() - 2 * day, now_ms())
    assert messages(logs.get_log_events(logGroupName=group, logStreamName="s")) == ["kept"]
    fails(
        "InvalidParameterException", logs.put_log_events, logGroupName=group, logStreamName="s",
        logEvents=[{"timestamp": now_ms(), "message": "b"}, {"timestamp": now_ms() - 1000, "message": "a"}],
    )


def test_a_stream_goes_with_its_events(logs, group):
    put(logs, group, "s", "gone")
    logs.delete_log_stream(logGroupName=group, logStreamName="s")
    fails("ResourceNotFoundException", logs.get_log_events, logGroupName=group, logStreamName="s")
    put(logs, group, "s", "new")
    assert messages(logs.get_log_events(logGroupName=group, logStreamName="s")) == ["new"]


def test_the_cli_reads_a_group(aws, logs, group):
    put(logs, group, "s", "from the command line")
    told = aws("logs", "filter-log-events", "--log-group-name", group).json
    assert messages(told) == ["from the command line"]


def test_a_live_tail_shows_events_as_they_come(client, logs, group):
    tail = client("logs", config=Config(inject_host_prefix=False))
    arn = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]["logGroupArn"]
    put(logs, group, "a", "before")
    session = tail.start_live_tail(logGroupIdentifiers=[arn], logEventFilterPattern="ERROR")["responseStream"]
    seen = []
    for number, event in enumerate(session):
        if number == 0:
            assert event["sessionStart"]["logGroupIdentifiers"] == [arn]
            put(logs, group, "a", "ERROR one", "fine")
        else:
            seen += [(one["logStreamName"], one["message"]) for one in event["sessionUpdate"]["sessionResults"]]
        if seen or number > 20:
            break
    session.close()
    assert seen == [("a", "ERROR one")]
