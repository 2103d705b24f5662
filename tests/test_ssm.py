"""Parameter Store through boto3 and the AWS CLI."""

import pytest
from botocore.exceptions import ClientError


@pytest.fixture(scope="module")
def ssm(client):
    return client("ssm")


@pytest.fixture
def base(unique):
    return f"/{unique('p')}"


def fails(code, call, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    assert error["Code"] == code, error
    return error["Message"]


def test_a_parameter_has_versions_labels_and_a_history(ssm, base):
    name = f"{base}/db"
    made = ssm.put_parameter(Name=name, Value="one", Type="String", Description="d", Tags=[{"Key": "k", "Value": "v"}])
    assert (made["Version"], made["Tier"]) == (1, "Standard")
    fails("ParameterAlreadyExists", ssm.put_parameter, Name=name, Value="two", Type="String")
    assert ssm.put_parameter(Name=name, Value="two", Overwrite=True)["Version"] == 2
    told = ssm.get_parameter(Name=name)["Parameter"]
    assert (told["Value"], told["Version"], told["Type"], told["DataType"]) == ("two", 2, "String", "text")
    assert told["ARN"].endswith(f":parameter{name}")
    assert ssm.get_parameter(Name=told["ARN"])["Parameter"]["Value"] == "two"
    labelled = ssm.label_parameter_version(Name=name, ParameterVersion=1, Labels=["old", "9bad"])
    assert (labelled["InvalidLabels"], labelled["ParameterVersion"]) == (["9bad"], 1)
    chosen = ssm.get_parameter(Name=f"{name}:old")["Parameter"]
    assert (chosen["Value"], chosen["Selector"], chosen["Name"]) == ("one", ":old", name)
    fails("ParameterVersionNotFound", ssm.get_parameter, Name=f"{name}:3")
    history = ssm.get_parameter_history(Name=name)["Parameters"]
    assert [(one["Version"], one["Value"], one["Labels"]) for one in history] == [(1, "one", ["old"]), (2, "two", [])]
    gone = ssm.unlabel_parameter_version(Name=name, ParameterVersion=1, Labels=["old", "new"])
    assert (gone["RemovedLabels"], gone["InvalidLabels"]) == (["old"], ["new"])


def test_paths_are_paged(ssm, base):
    for number in range(12):
        ssm.put_parameter(Name=f"{base}/{number:02}", Value=str(number), Type="String")
    ssm.put_parameter(Name=f"{base}/deep/er", Value="d", Type="StringList")
    pages = ssm.get_paginator("get_parameters_by_path")
    level = [one["Name"] for page in pages.paginate(Path=base) for one in page["Parameters"]]
    assert level == [f"{base}/{number:02}" for number in range(12)]
    every = [one["Name"] for page in pages.paginate(Path=base, Recursive=True) for one in page["Parameters"]]
    assert len(every) == 13
    filters = [{"Key": "Path", "Option": "Recursive", "Values": [base]}, {"Key": "Type", "Values": ["StringList"]}]
    told = ssm.describe_parameters(ParameterFilters=filters)["Parameters"]
    assert [one["Name"] for one in told] == [f"{base}/deep/er"]
    begins = [{"Key": "Name", "Option": "BeginsWith", "Values": [base]}]
    described = ssm.get_paginator("describe_parameters").paginate(
        ParameterFilters=begins, PaginationConfig={"PageSize": 5}
    )
    assert sum(len(page["Parameters"]) for page in described) == 13


def test_several_at_once(ssm, base):
    ssm.put_parameter(Name=f"{base}/a", Value="1", Type="String")
    names = [f"{base}/a", f"{base}/b"]
    told = ssm.get_parameters(Names=names)
    assert [one["Name"] for one in told["Parameters"]] == names[:1]
    assert told["InvalidParameters"] == names[1:]
    gone = ssm.delete_parameters(Names=names)
    assert (gone["DeletedParameters"], gone["InvalidParameters"]) == (names[:1], names[1:])
    with pytest.raises(ssm.exceptions.ParameterNotFound):
        ssm.get_parameter(Name=names[0])
    with pytest.raises(ssm.exceptions.ParameterNotFound):
        ssm.delete_parameter(Name=names[0])


def test_rules_are_kept(ssm, base):
    put = ssm.put_parameter
    assert "4096" in fails("ValidationException", put, Name=base, Value="x" * 4097, Type="String")
    assert put(Name=base, Value="x" * 4097, Type="String", Tier="Intelligent-Tiering")["Tier"] == "Advanced"
    fails("ValidationException", put, Name=base, Value="x", Tier="Standard", Overwrite=True)
    fails("ValidationException", put, Name=base + "/advanced", Value="x" * 8193, Type="String", Tier="Advanced")
    fails("AccessDeniedException", put, Name="/aws/service/mine", Value="x", Type="String")
    fails("ParameterNotFound", ssm.get_parameter, Name="/aws/service/ami-amazon-linux-latest/x")
    fails("ValidationException", put, Name="a b", Value="x", Type="String")
    fails("HierarchyLevelLimitExceededException", put, Name="/a" * 16, Value="x", Type="String")
    fails(
        "ParameterPatternMismatchException", put,
        Name=base + "/n", Value="x", Type="String", AllowedPattern=r"^\d+$",
    )
    fails("HierarchyTypeMismatchException", put, Name=base, Value="x", Type="StringList", Overwrite=True)
    with pytest.raises(ClientError, match="SecureString"):
        put(Name=base + "/s", Value="x", Type="SecureString")


def test_tags(ssm, base):
    ssm.put_parameter(Name=base, Value="1", Type="String", Tags=[{"Key": "a", "Value": "1"}])
    where = {"ResourceType": "Parameter", "ResourceId": base}
    ssm.add_tags_to_resource(**where, Tags=[{"Key": "b", "Value": "2"}])
    ssm.remove_tags_from_resource(**where, TagKeys=["a"])
    assert ssm.list_tags_for_resource(**where)["TagList"] == [{"Key": "b", "Value": "2"}]
    told = ssm.describe_parameters(ParameterFilters=[{"Key": "tag:b", "Values": ["2"]}])["Parameters"]
    assert base in [one["Name"] for one in told]
    fails("InvalidResourceId", ssm.list_tags_for_resource, ResourceType="Parameter", ResourceId=base + "/none")


def test_the_cli_puts_and_gets(aws, base):
    assert aws("ssm", "put-parameter", "--name", base, "--value", "1", "--type", "String").json["Version"] == 1
    query = ("--query", "Parameter.Value", "--output", "text")
    assert aws("ssm", "get-parameter", "--name", base, *query).text.strip() == "1"
