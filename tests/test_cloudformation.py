"""CloudFormation through boto3: stacks, change sets, events, exports; queues and tables as resources."""

import json

import pytest
from botocore.exceptions import ClientError, WaiterError

FAST = {"Delay": 1, "MaxAttempts": 60}


@pytest.fixture
def cfn(client):
    return client("cloudformation")


@pytest.fixture
def stacks(cfn, unique):
    """Names of stacks that are deleted with the test."""
    names = []

    def name():
        names.append(unique("stack"))
        return names[-1]

    yield name
    for each in reversed(names):
        cfn.delete_stack(StackName=each)
        cfn.get_waiter("stack_delete_complete").wait(StackName=each, WaiterConfig=FAST)


def queue(**properties):
    return {"Type": "AWS::SQS::Queue", "Properties": properties}


def body(resources, **sections):
    return json.dumps({"Resources": resources, **sections})


def create(cfn, name, template, **more):
    stack_id = cfn.create_stack(StackName=name, TemplateBody=template, **more)["StackId"]
    cfn.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig=FAST)
    return stack_id


def update(cfn, name, template, **more):
    cfn.update_stack(StackName=name, TemplateBody=template, **more)
    cfn.get_waiter("stack_update_complete").wait(StackName=name, WaiterConfig=FAST)


def stack(cfn, name):
    return cfn.describe_stacks(StackName=name)["Stacks"][0]


def events(cfn, name):
    """(logical id, status, reason), oldest first."""
    pages = cfn.get_paginator("describe_stack_events").paginate(StackName=name)
    found = [event for page in pages for event in page["StackEvents"]]
    return [(e["LogicalResourceId"], e["ResourceStatus"], e.get("ResourceStatusReason")) for e in reversed(found)]


def refused(call, code, text):
    with pytest.raises(ClientError) as error:
        call()
    assert error.value.response["Error"]["Code"] == code
    assert text in error.value.response["Error"]["Message"], error.value


def test_a_stack_is_created_updated_and_deleted(cfn, client, stacks):
    name = stacks()
    template = {
        "Parameters": {"Delay": {"Type": "Number", "Default": "3"}},
        "Resources": {
            "Work": queue(
                DelaySeconds={"Ref": "Delay"},
                RedrivePolicy={"deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]}, "maxReceiveCount": 2},
            ),
            "Dead": queue(),
        },
        "Outputs": {"Url": {"Value": {"Ref": "Work"}}},
    }
    stack_id = create(cfn, name, json.dumps(template), Tags=[{"Key": "team", "Value": "orders"}])
    described = stack(cfn, name)
    assert described["StackStatus"] == "CREATE_COMPLETE"
    assert described["Parameters"] == [{"ParameterKey": "Delay", "ParameterValue": "3"}]
    url = described["Outputs"][0]["OutputValue"]
    assert f"/{name}-Work-" in url
    sqs = client("sqs")
    assert sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]["DelaySeconds"] == "3"
    assert sqs.list_queue_tags(QueueUrl=url)["Tags"]["team"] == "orders"

    order = [(logical, status) for logical, status, _ in events(cfn, name)]
    assert order[0] == (name, "CREATE_IN_PROGRESS") and order[-1] == (name, "CREATE_COMPLETE")
    assert order.index(("Dead", "CREATE_COMPLETE")) < order.index(("Work", "CREATE_IN_PROGRESS"))

    parameters = [{"ParameterKey": "Delay", "ParameterValue": "7"}]
    cfn.update_stack(StackName=name, UsePreviousTemplate=True, Parameters=parameters)
    cfn.get_waiter("stack_update_complete").wait(StackName=name, WaiterConfig=FAST)
    assert sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]["DelaySeconds"] == "7"
    previous = [{"ParameterKey": "Delay", "UsePreviousValue": True}]
    refused(
        lambda: cfn.update_stack(StackName=name, UsePreviousTemplate=True, Parameters=previous),
        "ValidationError",
        "No updates are to be performed.",
    )

    cfn.delete_stack(StackName=name)
    cfn.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig=FAST)
    refused(lambda: stack(cfn, name), "ValidationError", f"Stack with id {name} does not exist")
    assert stack(cfn, stack_id)["StackStatus"] == "DELETE_COMPLETE"
    with pytest.raises(ClientError):
        sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])


def test_a_failed_creation_is_rolled_back(cfn, client, stacks, unique, eventually):
    name, taken = stacks(), unique("table")
    resources = {
        "Q": queue(),
        "T": {
            "Type": "AWS::DynamoDB::Table",
            "DependsOn": "Q",
            "Properties": {
                "TableName": taken,
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "other", "KeyType": "HASH"}],
            },
        },
    }
    cfn.create_stack(StackName=name, TemplateBody=body(resources))
    with pytest.raises(WaiterError):
        cfn.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig=FAST)
    eventually(lambda: stack(cfn, name)["StackStatus"] == "ROLLBACK_COMPLETE")
    told = events(cfn, name)
    assert ("T", "CREATE_FAILED") in [(logical, status) for logical, status, _ in told]
    reason = "The following resource(s) failed to create: [T]. Rollback requested by user."
    assert (name, "ROLLBACK_IN_PROGRESS", reason) in told
    assert not [url for url in client("sqs").list_queues(QueueNamePrefix=name).get("QueueUrls", [])]


def test_a_replacement_makes_the_new_before_the_old_goes(cfn, client, stacks, unique):
    name, first, second = stacks(), unique("q"), unique("q")
    create(cfn, name, body({"Q": queue(QueueName=first)}))
    update(cfn, name, body({"Q": queue(QueueName=second)}))
    steps = [(logical, status) for logical, status, _ in events(cfn, name)]
    assert steps.index(("Q", "UPDATE_COMPLETE")) < steps.index(("Q", "DELETE_IN_PROGRESS"))
    assert steps[-1] == (name, "UPDATE_COMPLETE")
    assert (name, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS") in steps
    urls = client("sqs").list_queues()["QueueUrls"]
    assert any(url.endswith(second) for url in urls) and not any(url.endswith(first) for url in urls)


def test_change_sets(cfn, stacks):
    name = stacks()
    cfn.create_change_set(
        StackName=name, ChangeSetName="first", ChangeSetType="CREATE", TemplateBody=body({"Q": queue(DelaySeconds=1)})
    )
    cfn.get_waiter("change_set_create_complete").wait(StackName=name, ChangeSetName="first", WaiterConfig=FAST)
    assert stack(cfn, name)["StackStatus"] == "REVIEW_IN_PROGRESS"
    changes = cfn.describe_change_set(StackName=name, ChangeSetName="first")["Changes"]
    assert changes[0]["ResourceChange"]["Action"] == "Add"
    cfn.execute_change_set(StackName=name, ChangeSetName="first")
    cfn.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig=FAST)

    cfn.create_change_set(StackName=name, ChangeSetName="same", TemplateBody=body({"Q": queue(DelaySeconds=1)}))
    same = cfn.describe_change_set(StackName=name, ChangeSetName="same")
    assert same["Status"] == "FAILED"
    assert "The submitted information didn't contain changes." in same["StatusReason"]

    cfn.create_change_set(StackName=name, ChangeSetName="more", TemplateBody=body({"Q": queue(DelaySeconds=2)}))
    more = cfn.describe_change_set(StackName=name, ChangeSetName="more")["Changes"][0]["ResourceChange"]
    assert (more["Action"], more["Replacement"]) == ("Modify", "False")
    assert more["Details"][0]["Target"]["Name"] == "DelaySeconds"
    refused(
        lambda: cfn.describe_change_set(StackName=name, ChangeSetName="none"), "ChangeSetNotFound", "does not exist"
    )


def test_what_cannot_work_is_refused_before_anything_is_made(cfn, unique):
    name = unique("stack")
    for resources, text in [
        ({"X": {"Type": "AWS::Nothing::AtAll"}}, "Unrecognized resource types: [AWS::Nothing::AtAll]"),
        ({"X": queue(Frob=1)}, "extraneous key [Frob] is not permitted"),
        ({"X": queue(QueueName={"Ref": "Nope"})}, "Unresolved resource dependencies [Nope]"),
        ({"X": queue(QueueName={"Ref": "X"})}, "Circular dependency between resources: [X]"),
    ]:
        template = body(resources)
        refused(lambda: cfn.create_stack(StackName=name, TemplateBody=template), "ValidationError", text)
    refused(lambda: stack(cfn, name), "ValidationError", "does not exist")
    role = {"R": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {}}}}
    refused(
        lambda: cfn.create_stack(StackName=name, TemplateBody=body(role)),
        "InsufficientCapabilitiesException",
        "Requires capabilities : [CAPABILITY_IAM]",
    )


def test_exports_bind_the_stacks_that_import_them(cfn, stacks, unique):
    exporter, importer, export = stacks(), stacks(), unique("export")
    outputs = {"O": {"Value": {"Fn::GetAtt": ["Q", "QueueName"]}, "Export": {"Name": export}}}
    create(cfn, exporter, body({"Q": queue()}, Outputs=outputs))
    value = {"Value": {"Fn::ImportValue": export}}
    create(cfn, importer, body({"Q": queue()}, Outputs={"I": value}))
    exports = {e["Name"]: e["Value"] for e in cfn.list_exports()["Exports"]}
    assert stack(cfn, importer)["Outputs"][0]["OutputValue"] == exports[export]
    assert cfn.list_imports(ExportName=export)["Imports"] == [importer]
    refused(lambda: cfn.delete_stack(StackName=exporter), "ValidationError", f"in use by {importer}")


def test_templates_and_protection(cfn, stacks):
    name = stacks()
    template = body({"Q": queue()}, Description="One queue")
    create(cfn, name, template, EnableTerminationProtection=True)
    assert cfn.get_template(StackName=name)["TemplateBody"]["Description"] == "One queue"
    summary = cfn.get_template_summary(StackName=name)
    assert summary["ResourceTypes"] == ["AWS::SQS::Queue"]
    assert cfn.validate_template(TemplateBody=template)["Description"] == "One queue"
    resource = cfn.describe_stack_resource(StackName=name, LogicalResourceId="Q")["StackResourceDetail"]
    assert resource["ResourceStatus"] == "CREATE_COMPLETE"
    listed = cfn.list_stack_resources(StackName=name)["StackResourceSummaries"]
    assert [each["LogicalResourceId"] for each in listed] == ["Q"]
    by_id = cfn.describe_stack_resources(PhysicalResourceId=resource["PhysicalResourceId"])["StackResources"]
    assert by_id[0]["StackName"] == name
    refused(lambda: cfn.delete_stack(StackName=name), "ValidationError", "TerminationProtection is enabled")
    cfn.update_termination_protection(StackName=name, EnableTerminationProtection=False)
    assert name in [each["StackName"] for each in cfn.list_stacks()["StackSummaries"]]


def test_an_operation_goes_on_after_a_kill(fresh_server, client):
    server = fresh_server()
    cfn = client("cloudformation", server=server)
    resources = {f"Q{n}": queue() | ({"DependsOn": f"Q{n - 1}"} if n else {}) for n in range(40)}
    cfn.create_stack(StackName="long", TemplateBody=body(resources))
    server.restart()
    cfn = client("cloudformation", server=server)
    cfn.get_waiter("stack_create_complete").wait(StackName="long", WaiterConfig=FAST)
    assert len(client("sqs", server=server).list_queues(QueueNamePrefix="long-")["QueueUrls"]) == 40
