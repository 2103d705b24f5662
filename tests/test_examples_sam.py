"""The examples deploy with AWS SAM CLI as its users do: sam build, sam deploy, sam delete."""

import pytest

from harness.examples import NAMES, assert_gone, copy_source, drive, physical_ids, stack_status
from harness.places import EXAMPLES, PYTHON_TOOLS
from harness.tools import run

pytestmark = [pytest.mark.examples, pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.mark.parametrize("name", NAMES)
def test_sam_builds_deploys_and_deletes(name, sam, server, client, unique, tmp_path):
    source = copy_source(name, tmp_path)
    stack = unique(name)
    sam("build", cwd=source)

    deploy = ["deploy", "--stack-name", stack, "--resolve-s3", "--capabilities", "CAPABILITY_IAM",
              "--no-confirm-changeset", "--no-progressbar"]
    deployed = sam(*deploy, cwd=source)
    assert f"Successfully created/updated stack - {stack}" in deployed.text
    assert stack_status(client, stack) == "CREATE_COMPLETE"

    drive(name, stack, server)

    again = sam(*deploy, "--no-fail-on-empty-changeset", cwd=source)
    assert "No changes to deploy" in again.text

    made = physical_ids(client, stack)
    drive(name, stack, server, "--clean")
    sam("delete", "--stack-name", stack, "--no-prompts", "--region", server.region, cwd=source)
    assert stack_status(client, stack) is None
    assert_gone(client, name, made)


@pytest.mark.parametrize("name", NAMES)
def test_the_templates_are_valid_for_aws(name, server):
    # W2531: the linter warns half a year before a runtime can no longer be created.
    command = [str(PYTHON_TOOLS / "cfn-lint"), "--ignore-checks", "W2531", "--", str(EXAMPLES / name / "template.yaml")]
    assert run(command, server, check=False).text == ""
