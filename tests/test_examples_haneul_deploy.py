"""The examples deploy with `haneul deploy`, a change updates the stack, and what fails is told with its reason."""

import pytest

from harness.examples import NAMES, copy_source, drive, stack_status

pytestmark = [pytest.mark.examples, pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.mark.parametrize("name", NAMES)
def test_haneul_deploys_the_folder_as_it_is(name, haneul, server, client, unique, tmp_path):
    source = copy_source(name, tmp_path)
    stack = unique(name)
    haneul("deploy", source, "--stack-name", stack, timeout=300)
    assert stack_status(client, stack) == "CREATE_COMPLETE"

    drive(name, stack, server)

    haneul("deploy", source, "--stack-name", stack, timeout=300)
    assert stack_status(client, stack) == "CREATE_COMPLETE", "an unchanged folder must not update the stack"


def test_a_change_of_code_is_deployed(haneul, server, client, unique, tmp_path):
    source = copy_source("notes-api", tmp_path)
    stack = unique("notes-api")
    haneul("deploy", source, "--stack-name", stack, timeout=300)

    validation = source / "src" / "validation.js"
    validation.write_text(validation.read_text().replace("must be JSON'", "must be JSON, please'"))
    haneul("deploy", source, "--stack-name", stack, timeout=300)

    assert stack_status(client, stack) == "UPDATE_COMPLETE"
    resources = client("cloudformation").describe_stack_resource(StackName=stack, LogicalResourceId="NotesFunction")
    event = '{"version": "1.0", "httpMethod": "POST", "resource": "/notes", "body": "no JSON"}'
    answer = client("lambda").invoke(
        FunctionName=resources["StackResourceDetail"]["PhysicalResourceId"], Payload=event.encode()
    )
    assert "must be JSON, please" in answer["Payload"].read().decode()


def test_a_folder_without_a_template_is_told_so(haneul, server, tmp_path):
    result = haneul("deploy", tmp_path, check=False)
    assert result.code != 0
    assert "template" in result.stderr


@pytest.mark.parametrize(
    ("resource", "words"),
    [
        ("  Wrong:\n    Type: AWS::Nothing::Here\n", ["AWS::Nothing::Here"]),
        ("  Wrong:\n    Type: AWS::SQS::Queue\n    Properties: {QueueName: !Ref Missing}\n", ["Missing"]),
        ("  One:\n    Type: AWS::SQS::Queue\n    DependsOn: Two\n  Two:\n    Type: AWS::SQS::Queue\n    DependsOn: One\n",
         ["One", "Two"]),
    ],
    ids=["unknown type", "bad reference", "cycle"],
)
def test_a_bad_template_is_refused_with_the_name(resource, words, haneul, server, client, unique, tmp_path):
    (tmp_path / "template.yaml").write_text(f'AWSTemplateFormatVersion: "2010-09-09"\nResources:\n{resource}')
    stack = unique("bad")
    result = haneul("deploy", tmp_path, "--stack-name", stack, check=False)
    assert result.code != 0
    for word in words:
        assert word in result.stderr, result.text
    assert stack_status(client, stack) in (None, "REVIEW_IN_PROGRESS"), "nothing may be made of a template that is wrong"


def test_a_resource_that_fails_is_named_and_undone(haneul, server, client, unique, tmp_path):
    bucket, stack = unique("taken"), unique("failing")
    client("s3").create_bucket(Bucket=bucket)
    (tmp_path / "template.yaml").write_text(
        "Resources:\n  Kept:\n    Type: AWS::SQS::Queue\n"
        f"  Taken:\n    Type: AWS::S3::Bucket\n    DependsOn: Kept\n    Properties: {{BucketName: {bucket}}}\n"
    )
    result = haneul("deploy", tmp_path, "--stack-name", stack, check=False)
    assert result.code != 0
    assert "Taken" in result.text and bucket in result.text
    assert stack_status(client, stack) == "ROLLBACK_COMPLETE"
    queues = client("sqs").list_queues(QueueNamePrefix=stack).get("QueueUrls", [])
    assert queues == [], "the queue that was made before must be undone"
