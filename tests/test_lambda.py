"""Lambda through boto3: functions, invocations, errors, logs, versions, asynchronous events, queues. Numbers are the
points of the behaviours list; hostile functions are in test_hostile_functions.py."""

import base64
import json

import pytest
from botocore.exceptions import ClientError

CODE = '''
import json, os, sys, time

seen = 0

def handler(event, context):
    global seen
    seen += 1
    do = event.get("do", "echo")
    if do == "echo":
        print("echo", context.aws_request_id)
        return {"event": event, "seen": seen}
    if do == "raise":
        raise ValueError("no " + event.get("what", ""))
    if do == "environment":
        return dict(os.environ)
    if do == "context":
        return {"arn": context.invoked_function_arn, "version": context.function_version,
                "memory": context.memory_limit_in_mb, "left": context.get_remaining_time_in_millis(),
                "group": context.log_group_name}
    if do == "write":
        with open("/tmp/kept", "w") as file:
            file.write("1")
        denied = []
        for path in ("/var/task/x", "/x", "/opt/x"):
            try:
                open(path, "w")
            except OSError:
                denied.append(path)
        return denied
    if do == "kept":
        return os.path.exists("/tmp/kept")
    if do == "sleep":
        time.sleep(event["seconds"])
    if do == "exit":
        sys.exit(3)
    if do == "set":
        return {1, 2}
'''


@pytest.fixture(scope="module")
def functions(client):
    return client("lambda")


@pytest.fixture(scope="module")
def create(functions, lambda_role, unique, zipped):
    def make(code=CODE, **settings):
        name = unique("function")
        settings = {
            "Runtime": "python3.11", "Handler": "app.handler", "Timeout": 3, "MemorySize": 256, "Role": lambda_role,
        } | settings
        functions.create_function(FunctionName=name, Code={"ZipFile": zipped({"app.py": code})}, **settings)
        functions.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
        return name

    return make


@pytest.fixture(scope="module")
def function(create):
    return create(Environment={"Variables": {"COLOUR": "red"}})


@pytest.fixture
def call(functions, function):
    def run(do, name=function, **event):
        answer = functions.invoke(FunctionName=name, Payload=json.dumps({"do": do, **event}))
        return answer.get("FunctionError"), json.load(answer["Payload"])

    return run


def fails(code, status, call, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    response = caught.value.response
    assert (response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]) == (code, status), response
    return response


# 5, 7. The environment


def test_the_environment_has_what_aws_documents(call, function):
    _, told = call("environment")
    assert told["AWS_LAMBDA_FUNCTION_NAME"] == function
    assert told["AWS_LAMBDA_FUNCTION_VERSION"] == "$LATEST"
    assert told["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "256"
    assert told["AWS_LAMBDA_LOG_GROUP_NAME"] == f"/aws/lambda/{function}"
    assert told["AWS_LAMBDA_INITIALIZATION_TYPE"] == "on-demand"
    assert told["LAMBDA_TASK_ROOT"] == "/var/task"
    assert told["AWS_EXECUTION_ENV"] == "AWS_Lambda_python3.11"
    assert (told["TZ"], told["_HANDLER"], told["COLOUR"]) == (":UTC", "app.handler", "red")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION", "LAMBDA_RUNTIME_DIR"):
        assert told[name], name


def test_its_credentials_are_the_roles(call, client, lambda_role):
    _, told = call("environment")
    keys = (told["AWS_ACCESS_KEY_ID"], told["AWS_SECRET_ACCESS_KEY"], told["AWS_SESSION_TOKEN"])
    arn = client("sts", credentials=keys).get_caller_identity()["Arn"]
    assert f":assumed-role/{lambda_role.split('/')[-1]}/" in arn
    with pytest.raises(ClientError, match="AccessDenied"):
        client("s3", credentials=keys).list_buckets()


def test_reserved_variables_and_too_many_are_refused(functions, function):
    for variables in ({"AWS_REGION": "x"}, {"BIG": "x" * 4096}):
        fails(
            "InvalidParameterValueException", 400, functions.update_function_configuration,
            FunctionName=function, Environment={"Variables": variables},
        )


def test_only_tmp_is_written_and_it_is_kept(call):
    error, denied = call("write")
    assert error is None and set(denied) == {"/var/task/x", "/x", "/opt/x"}
    assert call("kept") == (None, True)


def test_the_context_tells_of_the_call(call, function):
    _, told = call("context")
    assert told["arn"].endswith(f":function:{function}")
    assert (told["version"], int(told["memory"]), told["group"]) == ("$LATEST", 256, f"/aws/lambda/{function}")
    assert 1000 < told["left"] <= 3000


# 10, 11, 15 to 19. Invocations


def test_an_environment_is_used_again(call):
    _, first = call("echo")
    _, second = call("echo")
    assert second["seen"] == first["seen"] + 1


def test_an_error_is_a_200_that_says_so(functions, function):
    answer = functions.invoke(FunctionName=function, Payload=json.dumps({"do": "raise", "what": "way"}))
    assert (answer["StatusCode"], answer["FunctionError"], answer["ExecutedVersion"]) == (200, "Unhandled", "$LATEST")
    told = json.load(answer["Payload"])
    assert (told["errorType"], told["errorMessage"]) == ("ValueError", "no way")
    assert told["requestId"] == answer["ResponseMetadata"]["RequestId"]
    assert "app.py" in told["stackTrace"][0]


def test_a_time_out_resets_the_process_and_keeps_tmp(create, call):
    name = create(Timeout=1)
    call("write", name=name)
    error, told = call("sleep", name=name, seconds=5)
    assert (error, told["errorType"]) == ("Unhandled", "Sandbox.Timedout")
    assert told["errorMessage"].endswith("Error: Task timed out after 1.00 seconds")
    _, after = call("echo", name=name)
    assert after["seen"] == 1
    assert call("kept", name=name) == (None, True)


def test_failures_of_the_runtime_are_named(create, call, function):
    assert call("exit")[1]["errorType"] == "Runtime.ExitError"
    assert call("set")[1]["errorType"] == "Runtime.MarshalError"
    missing = create("import nothing_like_it\n")
    assert call("x", name=missing)[1]["errorType"] == "Runtime.ImportModuleError"
    no_handler = create("x = 1\n")
    assert call("x", name=no_handler)[1]["errorType"] == "Runtime.HandlerNotFound"


def test_the_log_tail_has_the_platforms_lines(functions, create):
    name = create()
    answer = functions.invoke(FunctionName=name, LogType="Tail", Payload=b"{}")
    tail = base64.b64decode(answer["LogResult"]).decode()
    request_id = answer["ResponseMetadata"]["RequestId"]
    assert f"START RequestId: {request_id} Version: $LATEST" in tail
    assert f"echo {request_id}" in tail
    assert f"END RequestId: {request_id}" in tail
    report = next(line for line in tail.splitlines() if line.startswith("REPORT"))
    fields = [field.split(": ")[0] for field in report.strip().split("\t")]
    assert fields == [
        "REPORT RequestId", "Duration", "Billed Duration", "Memory Size", "Max Memory Used", "Init Duration",
    ]
    answer = functions.invoke(FunctionName=name, LogType="Tail", Payload=b"{}")
    assert "Init Duration" not in base64.b64decode(answer["LogResult"]).decode()


def test_logs_reach_their_group(functions, create, client, eventually):
    name = create()
    answer = functions.invoke(FunctionName=name, Payload=b"{}")
    request_id = answer["ResponseMetadata"]["RequestId"]
    logs = client("logs")

    def logged():
        events = logs.filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
        text = [event["message"] for event in events]
        assert any(line.startswith("INIT_START Runtime Version: python:3.11") for line in text), text
        assert any(line.startswith(f"REPORT RequestId: {request_id}") for line in text), text
        return True

    def there():
        try:
            return logged()
        except logs.exceptions.ResourceNotFoundException:
            return False

    eventually(there, message="the lines are in the group")


def test_other_kinds_of_invocation(functions, function):
    assert functions.invoke(FunctionName=function, InvocationType="DryRun")["StatusCode"] == 204
    assert functions.invoke(FunctionName=function, InvocationType="Event", Payload=b"{}")["StatusCode"] == 202
    fails("InvalidRequestContentException", 400, functions.invoke, FunctionName=function, Payload=b"{")
    fails("ResourceNotFoundException", 404, functions.invoke, FunctionName="none")


def test_an_events_payload_is_limited(functions, function):
    event = json.dumps({"do": "none", "x": "x" * (1 << 20)})
    fails(
        "RequestEntityTooLargeException", 413, functions.invoke,
        FunctionName=function, InvocationType="Event", Payload=event,
    )


def test_a_call_takes_six_megabytes(client, function):
    functions = client("lambda")
    payload = json.dumps({"do": "none", "x": "x" * (5 << 20)})
    assert functions.invoke(FunctionName=function, Payload=payload)["StatusCode"] == 200


# 21 to 23, 25, 26. States, concurrency, versions, layers


def test_no_reserved_concurrency_blocks_all(functions, create):
    name = create()
    functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    response = fails("TooManyRequestsException", 429, functions.invoke, FunctionName=name)
    assert response["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    functions.delete_function_concurrency(FunctionName=name)
    assert functions.invoke(FunctionName=name)["StatusCode"] == 200
    fails(
        "InvalidParameterValueException", 400, functions.put_function_concurrency,
        FunctionName=name, ReservedConcurrentExecutions=950,
    )


def test_versions_stay_and_aliases_move(functions, create, call, zipped):
    name = create("def handler(event, context):\n    return 1\n")
    first = functions.publish_version(FunctionName=name)
    assert first["Version"] == "1"
    assert functions.publish_version(FunctionName=name)["Version"] == "1"
    code = zipped({"app.py": "def handler(event, context):\n    return 2\n"})
    functions.update_function_code(FunctionName=name, ZipFile=code)
    functions.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
    assert functions.publish_version(FunctionName=name)["Version"] == "2"
    assert call("x", name=f"{name}:1") == (None, 1)
    assert call("x", name=f"{name}:2") == (None, 2)
    alias = functions.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    answer = functions.invoke(FunctionName=name, Qualifier="live")
    assert (json.load(answer["Payload"]), answer["ExecutedVersion"]) == (1, "1")
    functions.update_alias(FunctionName=name, Name="live", RoutingConfig={"AdditionalVersionWeights": {"2": 0.5}})
    told = {json.load(functions.invoke(FunctionName=name, Qualifier="live")["Payload"]) for _ in range(40)}
    assert told == {1, 2}
    fails(
        "PreconditionFailedException", 412, functions.update_alias,
        FunctionName=name, Name="live", FunctionVersion="2", RevisionId=alias["RevisionId"],
    )
    fails("ResourceNotFoundException", 404, functions.invoke, FunctionName=name, Qualifier="9")


def test_later_layers_win(functions, create, call, zipped, unique):
    def layer(value):
        code = zipped({"python/shared.py": f"VALUE = {value}\n"})
        return functions.publish_layer_version(LayerName=unique("layer"), Content={"ZipFile": code})["LayerVersionArn"]

    code = "import shared\ndef handler(event, context):\n    return shared.VALUE\n"
    name = create(code, Layers=[layer(1), layer(2)])
    assert call("x", name=name) == (None, 2)


# 28, 31. Events and queues


@pytest.fixture
def queue(client, unique):
    sqs = client("sqs")
    url = sqs.create_queue(QueueName=unique("queue"), Attributes={"VisibilityTimeout": "6"})["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    return url, arn


@pytest.fixture(scope="module")
def queue_role(client, lambda_role):
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}]}
    client("iam").put_role_policy(
        RoleName=lambda_role.split("/")[-1], PolicyName="queues", PolicyDocument=json.dumps(policy)
    )
    return lambda_role


def test_an_event_is_carried_out_after_the_answer(functions, create, client, eventually):
    name = create()
    logs = client("logs")
    functions.put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=0, MaximumEventAgeInSeconds=60)
    told = functions.get_function_event_invoke_config(FunctionName=name)
    assert (told["MaximumRetryAttempts"], told["MaximumEventAgeInSeconds"]) == (0, 60)
    sent = functions.invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps({"do": "raise"}))
    request_id = sent["ResponseMetadata"]["RequestId"]

    def lines():
        try:
            events = logs.filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
        except logs.exceptions.ResourceNotFoundException:
            return []
        return [event["message"] for event in events]

    # The event keeps the id it was accepted under.
    eventually(lambda: any(line.startswith(f"REPORT RequestId: {request_id}") for line in lines()))
    assert sum(line.startswith("START RequestId") for line in lines()) == 1


def test_destinations_are_refused_by_name(functions, function, queue):
    with pytest.raises(ClientError, match="DestinationConfig"):
        functions.put_function_event_invoke_config(
            FunctionName=function, DestinationConfig={"OnFailure": {"Destination": queue[1]}}
        )


BATCH = '''
def handler(event, context):
    failed = [record for record in event["Records"] if record["body"] == "bad"]
    print("BODIES", sorted(record["body"] for record in event["Records"]), event["Records"][0]["eventSource"])
    return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in failed]}
'''


def test_a_queue_feeds_a_function_that_tells_of_failures(functions, create, client, queue, queue_role, eventually):
    url, arn = queue
    sqs, logs = client("sqs"), client("logs")
    name = create(BATCH)
    mapping = functions.create_event_source_mapping(
        FunctionName=name, EventSourceArn=arn, BatchSize=10, FunctionResponseTypes=["ReportBatchItemFailures"]
    )
    for body in ("good", "bad", "fine"):
        sqs.send_message(QueueUrl=url, MessageBody=body)
    counts = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]

    def only_bad_is_left():
        told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=counts)["Attributes"]
        try:
            events = logs.filter_log_events(logGroupName=f"/aws/lambda/{name}", filterPattern="BODIES")["events"]
        except logs.exceptions.ResourceNotFoundException:
            return False
        text = " ".join(event["message"] for event in events)
        assert all(body in text for body in ("good", "bad", "fine", "aws:sqs")), text
        return sum(map(int, told.values())) == 1

    eventually(only_bad_is_left, timeout=30)
    functions.delete_event_source_mapping(UUID=mapping["UUID"])
