"""The server starts, answers, and shows its credentials: what every other test stands on."""


def test_health_answers_without_a_signature(raw):
    answer = raw("GET", "/_haneul/health")
    assert answer.status == 200


def test_the_root_credentials_are_accepted(client):
    identity = client("sts").get_caller_identity()
    assert len(identity["Account"]) == 12
    assert identity["Arn"] == f"arn:aws:iam::{identity['Account']}:root"


def test_the_aws_cli_reaches_the_server(aws, client):
    assert aws("sts", "get-caller-identity", "--output", "json").json["Account"] == client("sts").get_caller_identity()["Account"]
