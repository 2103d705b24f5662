"""IAM and STS through boto3: what credentials may do, and what they may not."""

import json

import pytest
from botocore.exceptions import ClientError


def code(error):
    return error.value.response["Error"]["Code"]


def message(error):
    return error.value.response["Error"]["Message"]


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action, resource="*", **more):
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def trust(principal):
    return document({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})


def keys_of(answer):
    """The credentials of an answer of STS, as the `client` fixture takes them."""
    found = answer["Credentials"]
    return found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"]


@pytest.fixture
def iam(client):
    return client("iam")


@pytest.fixture
def account(client):
    return client("sts").get_caller_identity()["Account"]


@pytest.fixture
def user(iam, unique):
    """A user without permissions: name and credentials."""
    name = unique("user")
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return name, (key["AccessKeyId"], key["SecretAccessKey"], None)


@pytest.fixture
def role(iam, client, unique, user):
    """A role that `user` may assume, without permissions: name and a session's credentials."""
    name, credentials = unique("role"), user[1]
    arn = iam.get_user(UserName=user[0])["User"]["Arn"]
    role_arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust({"AWS": arn}))["Role"]["Arn"]
    sts = client("sts", credentials=credentials)
    return name, keys_of(sts.assume_role(RoleArn=role_arn, RoleSessionName="session"))


def test_root_knows_itself(client, account):
    who = client("sts").get_caller_identity()
    assert who["Arn"] == f"arn:aws:iam::{account}:root"
    assert who["UserId"] == account


def test_a_user_without_policies_is_refused_with_the_text(client, account, user):
    name, credentials = user
    with pytest.raises(ClientError) as error:
        client("sqs", credentials=credentials).list_queues()
    assert "AccessDenied" in code(error)
    arn = f"arn:aws:iam::{account}:user/{name}"
    assert message(error).startswith(f"User: {arn} is not authorized to perform: sqs:ListQueues on resource: ")
    assert message(error).endswith("because no identity-based policy allows the sqs:ListQueues action")
    assert client("sts", credentials=credentials).get_caller_identity()["Arn"] == arn


def test_a_policy_works_from_the_next_request_on_and_a_deny_wins(client, iam, user):
    name, credentials = user
    sqs = client("sqs", credentials=credentials)
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document(allow("sqs:*")))
    sqs.list_queues()
    deny = {"Effect": "Deny", "Action": "sqs:ListQueues", "Resource": "*"}
    iam.put_user_policy(UserName=name, PolicyName="no", PolicyDocument=document(deny))
    with pytest.raises(ClientError) as error:
        sqs.list_queues()
    assert message(error).endswith("with an explicit deny in an identity-based policy")


def test_a_role_limits_its_sessions(client, iam, role, unique):
    name, credentials = role
    bucket = unique("bucket")
    client("s3").create_bucket(Bucket=bucket)
    client("s3").put_object(Bucket=bucket, Key="open/a", Body=b"a")
    client("s3").put_object(Bucket=bucket, Key="closed/b", Body=b"b")
    policy = document(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/open/*"))
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=policy)
    s3 = client("s3", credentials=credentials)
    assert s3.get_object(Bucket=bucket, Key="open/a")["Body"].read() == b"a"
    with pytest.raises(ClientError) as error:
        s3.get_object(Bucket=bucket, Key="closed/b")
    assert code(error) == "AccessDenied"
    assert f"assumed-role/{name}/session is not authorized to perform: s3:GetObject" in message(error)
    with pytest.raises(ClientError) as error:
        s3.put_object(Bucket=bucket, Key="open/c", Body=b"c")
    assert code(error) == "AccessDenied"


def test_conditions_are_enforced(client, iam, user, unique):
    name, credentials = user
    bucket = unique("bucket")
    client("s3").create_bucket(Bucket=bucket)
    prefix = {"StringLike": {"s3:prefix": "${aws:username}/*"}}
    address = {"IpAddress": {"aws:SourceIp": ["127.0.0.0/8", "::1/128"]}}
    statement = allow("s3:ListBucket", f"arn:aws:s3:::{bucket}", Condition={**prefix, **address})
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document(statement))
    s3 = client("s3", credentials=credentials)
    s3.list_objects_v2(Bucket=bucket, Prefix=f"{name}/x")
    for refused in ({}, {"Prefix": "someone/x"}):
        with pytest.raises(ClientError) as error:
            s3.list_objects_v2(Bucket=bucket, **refused)
        assert code(error) == "AccessDenied"
    elsewhere = allow("s3:ListBucket", Condition={"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}})
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document(elsewhere))
    with pytest.raises(ClientError):
        s3.list_objects_v2(Bucket=bucket, Prefix=f"{name}/x")


def test_a_role_is_assumed_only_by_whom_it_trusts(client, iam, user, unique):
    arn = iam.create_role(
        RoleName=unique("role"), AssumeRolePolicyDocument=trust({"Service": "lambda.amazonaws.com"})
    )["Role"]["Arn"]
    name, credentials = user
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document(allow("sts:AssumeRole")))
    sts = client("sts", credentials=credentials)
    for role_arn in (arn, arn + "-none"):
        with pytest.raises(ClientError) as error:
            sts.assume_role(RoleArn=role_arn, RoleSessionName="test")
        assert code(error) == "AccessDenied"
        assert f"is not authorized to perform: sts:AssumeRole on resource: {role_arn}" in message(error)


def test_a_tampered_session_is_refused(client, role):
    key, secret, token = role[1]
    assert client("sts", credentials=(key, secret, token)).get_caller_identity()["Arn"].endswith("/session")
    other = "A" if token[40] != "A" else "B"
    for wrong in (token[:40] + other + token[41:], token[:-8], "nonsense", None):
        with pytest.raises(ClientError) as error:
            client("sts", credentials=(key, secret, wrong)).get_caller_identity()
        assert code(error) == "InvalidClientTokenId"
    with pytest.raises(ClientError) as error:
        client("sts", credentials=(key, secret[:-1] + ("a" if secret[-1] != "a" else "b"), token)).get_caller_identity()
    assert code(error) == "SignatureDoesNotMatch"


def test_sessions_end_with_their_role(client, iam, role):
    name, credentials = role
    sts = client("sts", credentials=credentials)
    sts.get_caller_identity()
    iam.delete_role(RoleName=name)
    with pytest.raises(ClientError) as error:
        sts.get_caller_identity()
    assert code(error) == "InvalidClientTokenId"


def test_an_access_key_ends_when_it_is_deactivated_or_deleted(client, iam, user):
    name, credentials = user
    sts = client("sts", credentials=credentials)
    sts.get_caller_identity()
    iam.update_access_key(UserName=name, AccessKeyId=credentials[0], Status="Inactive")
    with pytest.raises(ClientError) as error:
        sts.get_caller_identity()
    assert code(error) == "InvalidClientTokenId"
    iam.update_access_key(UserName=name, AccessKeyId=credentials[0], Status="Active")
    sts.get_caller_identity()
    iam.delete_access_key(UserName=name, AccessKeyId=credentials[0])
    with pytest.raises(ClientError):
        sts.get_caller_identity()


def test_session_policies_narrow(client, iam, user, unique):
    name, credentials = user
    arn = iam.get_user(UserName=name)["User"]["Arn"]
    role = unique("role")
    role_arn = iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust({"AWS": arn}))["Role"]["Arn"]
    iam.attach_role_policy(RoleName=role, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    sts = client("sts", credentials=credentials)
    session = sts.assume_role(RoleArn=role_arn, RoleSessionName="test", Policy=document(allow("s3:*")))
    client("s3", credentials=keys_of(session)).list_buckets()
    with pytest.raises(ClientError) as error:
        client("sqs", credentials=keys_of(session)).list_queues()
    assert message(error).endswith("because no session policy allows the sqs:ListQueues action")


def test_a_permissions_boundary_limits_a_user(client, iam, user, unique):
    name, credentials = user
    boundary = iam.create_policy(PolicyName=unique("policy"), PolicyDocument=document(allow("s3:*")))["Policy"]["Arn"]
    iam.put_user_policy(UserName=name, PolicyName="all", PolicyDocument=document(allow("*")))
    sqs = client("sqs", credentials=credentials)
    sqs.list_queues()
    iam.put_user_permissions_boundary(UserName=name, PermissionsBoundary=boundary)
    with pytest.raises(ClientError) as error:
        sqs.list_queues()
    assert message(error).endswith("because no permissions boundary allows the sqs:ListQueues action")
    client("s3", credentials=credentials).list_buckets()


def test_documents_come_back_as_they_were_written(iam, unique):
    name = unique("role")
    written = {"Version": "2012-10-17", "Statement": [allow("s3:*")]}
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust({"Service": "lambda.amazonaws.com"}))
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=json.dumps(written))
    assert iam.get_role_policy(RoleName=name, PolicyName="p")["PolicyDocument"] == written
    found = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
    assert found["Statement"][0]["Principal"] == {"Service": "lambda.amazonaws.com"}
    assert iam.list_role_policies(RoleName=name)["PolicyNames"] == ["p"]


def test_bad_input_is_refused_in_iams_words(iam, unique):
    name = unique("role")
    with pytest.raises(ClientError) as error:
        iam.create_role(RoleName=name, AssumeRolePolicyDocument="{")
    assert (code(error), message(error)) == ("MalformedPolicyDocument", "Syntax errors in policy.")
    with pytest.raises(ClientError) as error:
        iam.get_role(RoleName=name)
    assert (code(error), message(error)) == ("NoSuchEntity", f"The role with name {name} cannot be found.")
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust({"Service": "lambda.amazonaws.com"}))
    with pytest.raises(ClientError) as error:
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust({"Service": "lambda.amazonaws.com"}))
    assert (code(error), message(error)) == ("EntityAlreadyExists", f"Role with name {name} already exists.")
    iam.attach_role_policy(RoleName=name, PolicyArn="arn:aws:iam::aws:policy/AmazonSQSFullAccess")
    with pytest.raises(ClientError) as error:
        iam.delete_role(RoleName=name)
    assert code(error) == "DeleteConflict"
    assert message(error) == "Cannot delete entity, must detach all policies first."


def test_managed_policies_have_versions_and_bearers(iam, unique, user):
    arn = iam.create_policy(PolicyName=unique("policy"), PolicyDocument=document(allow("s3:*")))["Policy"]["Arn"]
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=document(allow("sqs:*")), SetAsDefault=True)
    assert [version["VersionId"] for version in iam.list_policy_versions(PolicyArn=arn)["Versions"]] == ["v2", "v1"]
    iam.attach_user_policy(UserName=user[0], PolicyArn=arn)
    assert iam.get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"] == 1
    assert iam.list_entities_for_policy(PolicyArn=arn)["PolicyUsers"][0]["UserName"] == user[0]
    with pytest.raises(ClientError) as error:
        iam.delete_policy(PolicyArn=arn)
    assert code(error) == "DeleteConflict"
    iam.detach_user_policy(UserName=user[0], PolicyArn=arn)
    iam.delete_policy_version(PolicyArn=arn, VersionId="v1")
    iam.delete_policy(PolicyArn=arn)


def test_everything_survives_a_restart(fresh_server, client, unique):
    server = fresh_server()
    iam = client("iam", server=server)
    name = unique("user")
    iam.create_user(UserName=name, Tags=[{"Key": "team", "Value": "a"}])
    key = iam.create_access_key(UserName=name)["AccessKey"]
    credentials = (key["AccessKeyId"], key["SecretAccessKey"], None)
    session = keys_of(client("sts", server=server, credentials=credentials).get_session_token())
    server.restart()
    assert client("iam", server=server).get_user(UserName=name)["User"]["Tags"] == [{"Key": "team", "Value": "a"}]
    for known in (credentials, session):
        arn = client("sts", server=server, credentials=known).get_caller_identity()["Arn"]
        assert arn.endswith(f":user/{name}")
