"""The examples deploy with the AWS CLI: cloudformation package, deploy, delete-stack."""

import pytest

from harness.examples import NAMES, assert_gone, copy_source, drive, physical_ids, stack_status

pytestmark = [pytest.mark.examples, pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.mark.parametrize("name", NAMES)
def test_aws_cloudformation_packages_deploys_and_deletes(name, aws, sam, server, client, unique, tmp_path):
    source = copy_source(name, tmp_path)
    stack, bucket = unique(name), unique("packages")
    # The AWS CLI packages what is there; SAM CLI's build puts it there.
    sam("build", cwd=source)
    aws("s3", "mb", f"s3://{bucket}")

    packaged = tmp_path / "packaged.yaml"
    aws("cloudformation", "package", "--template-file", source / ".aws-sam/build/template.yaml",
        "--s3-bucket", bucket, "--output-template-file", packaged, cwd=source)
    deploy = ["cloudformation", "deploy", "--template-file", packaged, "--stack-name", stack,
              "--capabilities", "CAPABILITY_IAM", "--tags", "team=tests"]
    deployed = aws(*deploy)
    assert f"Successfully created/updated stack - {stack}" in deployed.text
    assert stack_status(client, stack) == "CREATE_COMPLETE"

    drive(name, stack, server)

    unchanged = aws(*deploy, "--no-fail-on-empty-changeset")
    assert "No changes to deploy" in unchanged.text

    made = physical_ids(client, stack)
    drive(name, stack, server, "--clean")
    aws("cloudformation", "delete-stack", "--stack-name", stack)
    aws("cloudformation", "wait", "stack-delete-complete", "--stack-name", stack)
    assert stack_status(client, stack) is None
    assert_gone(client, name, made)
