"""DynamoDB through boto3: the behaviours an application relies on, item by item."""

import json
import threading
import time
import zlib
from decimal import Decimal

import boto3
import pytest
from boto3.dynamodb.conditions import Attr, Key
from botocore.exceptions import ClientError

KB = 1024


@pytest.fixture(scope="module")
def ddb(client):
    return client("dynamodb")


@pytest.fixture(scope="module")
def resource(server):
    return boto3.resource(
        "dynamodb",
        endpoint_url=server.endpoint,
        region_name=server.region,
        aws_access_key_id=server.access_key,
        aws_secret_access_key=server.secret_key,
    )


@pytest.fixture
def make_table(ddb, unique):
    """make_table("p:S", "r:N", indexes={"name": ("a:S", "b:N")}, local={...}, **more) -> the table's name."""
    made = []

    def make(*keys, indexes=None, local=None, projection="ALL", **more):
        name = unique("table")
        definitions = {}

        def schema(parts):
            elements = []
            for kind, part in zip(("HASH", "RANGE"), parts):
                attribute, attribute_type = part.split(":")
                definitions[attribute] = attribute_type
                elements.append({"AttributeName": attribute, "KeyType": kind})
            return elements

        def index(item):
            projected = projection if isinstance(projection, dict) else {"ProjectionType": projection}
            return {"IndexName": item[0], "KeySchema": schema(item[1]), "Projection": projected}

        arguments = {"TableName": name, "KeySchema": schema(keys), "BillingMode": "PAY_PER_REQUEST", **more}
        if indexes:
            arguments["GlobalSecondaryIndexes"] = [index(item) for item in indexes.items()]
        if local:
            arguments["LocalSecondaryIndexes"] = [index(item) for item in local.items()]
        arguments["AttributeDefinitions"] = [
            {"AttributeName": attribute, "AttributeType": kind} for attribute, kind in definitions.items()
        ]
        ddb.create_table(**arguments)
        ddb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
        made.append(name)
        return name

    yield make
    for name in made:
        try:
            ddb.delete_table(TableName=name)
        except ddb.exceptions.ResourceNotFoundException:
            pass


def fails(code, message, call, **arguments):
    """The call fails with this code and exactly this message (or one that the pattern object matches)."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    assert error["Code"] == code, error
    assert error["Message"] == message
    return caught.value.response


def invalid(message, call, **arguments):
    return fails("ValidationException", message, call, **arguments)


# 1. Sizes, numbers, empty values.


def test_an_item_may_have_400_kb_and_not_a_byte_more(ddb, make_table):
    table = make_table("id:S")
    item = {"id": {"S": "a"}, "v": {"S": "x" * (400 * KB - 4)}}
    ddb.put_item(TableName=table, Item=item)
    assert ddb.get_item(TableName=table, Key={"id": {"S": "a"}})["Item"] == item
    item["v"]["S"] += "x"
    invalid("Item size has exceeded the maximum allowed size", ddb.put_item, TableName=table, Item=item)
    invalid(
        "Item size to update has exceeded the maximum allowed size",
        ddb.update_item,
        TableName=table,
        Key={"id": {"S": "a"}},
        UpdateExpression="SET w = :w",
        ExpressionAttributeValues={":w": {"S": "y"}},
    )


def test_item_sizes_count_utf_8_bytes(ddb, make_table):
    table = make_table("id:S")
    item = {"id": {"S": "a"}, "v": {"S": "é" * (200 * KB - 2)}}
    ddb.put_item(TableName=table, Item=item)
    item["v"]["S"] += "é"
    invalid("Item size has exceeded the maximum allowed size", ddb.put_item, TableName=table, Item=item)


@pytest.mark.parametrize(
    "given, returned",
    [
        ("00042", "42"),
        ("-0", "0"),
        ("1.5E2", "150"),
        ("3.1400", "3.14"),
        ("+7", "7"),
        (".5", "0.5"),
        ("0e1000", "0"),
        ("9" * 38, "9" * 38),
        ("1E-130", "0." + "0" * 129 + "1"),
        ("9.9E125", "99" + "0" * 124),
    ],
)
def test_numbers_come_back_canonical(ddb, make_table, given, returned):
    table = make_table("id:S")
    ddb.put_item(TableName=table, Item={"id": {"S": "a"}, "v": {"N": given}})
    assert ddb.get_item(TableName=table, Key={"id": {"S": "a"}})["Item"]["v"] == {"N": returned}


@pytest.mark.parametrize(
    "number, message",
    [
        ("9" * 39, "Attempting to store more than 38 significant digits in a Number"),
        ("1E126", "Number overflow. Attempting to store a number with magnitude larger than supported range"),
        ("1E-131", "Number underflow. Attempting to store a number with magnitude smaller than supported range"),
        ("dog", "The parameter cannot be converted to a numeric value: dog"),
        ("NaN", "The parameter cannot be converted to a numeric value: NaN"),
        ("", "The parameter cannot be converted to a numeric value"),
        (" 1", "The parameter cannot be converted to a numeric value:  1"),
    ],
)
def test_numbers_out_of_range_are_refused(ddb, make_table, number, message):
    table = make_table("id:S")
    invalid(message, ddb.put_item, TableName=table, Item={"id": {"S": "a"}, "v": {"N": number}})


def test_arithmetic_is_exact_or_refused(ddb, make_table):
    table = make_table("id:S")

    def add(a, b):
        return ddb.update_item(
            TableName=table,
            Key={"id": {"S": "a"}},
            UpdateExpression="SET v = :a + :b",
            ExpressionAttributeValues={":a": {"N": a}, ":b": {"N": b}},
            ReturnValues="UPDATED_NEW",
        )["Attributes"]["v"]["N"]

    assert add("1", "10000000000000000000000") == "10000000000000000000001"
    assert add("0.1", "0.2") == "0.3"
    with pytest.raises(ClientError, match="Number overflow"):
        add("1e50", "1")
    with pytest.raises(ClientError, match="Number overflow"):
        add("9e125", "9e125")


@pytest.mark.parametrize(
    "value, message",
    [
        ({"SS": []}, "One or more parameter values were invalid: An string set  may not be empty"),
        ({"NS": []}, "One or more parameter values were invalid: An number set  may not be empty"),
        ({"BS": []}, "One or more parameter values were invalid: Binary sets should not be empty"),
        ({"L": [{"SS": []}]}, "One or more parameter values were invalid: An string set  may not be empty"),
        (
            {"SS": ["a", "a"]},
            "One or more parameter values were invalid: Input collection [a, a] contains duplicates.",
        ),
        ({"NS": ["1", "1.0"]}, "Input collection contains duplicates"),
        (
            {"NULL": False},
            "One or more parameter values were invalid: Null attribute value types must have the value of true",
        ),
    ],
)
def test_invalid_values_are_refused_at_any_depth(ddb, make_table, value, message):
    table = make_table("id:S")
    invalid(message, ddb.put_item, TableName=table, Item={"id": {"S": "a"}, "v": value})


def test_empty_strings_and_binaries_are_allowed_but_in_keys(ddb, make_table):
    table = make_table("id:S", indexes={"idx": ("v:S",)})
    item = {"id": {"S": "a"}, "s": {"S": ""}, "b": {"B": b""}, "l": {"L": []}, "m": {"M": {}}}
    ddb.put_item(TableName=table, Item=item)
    assert ddb.get_item(TableName=table, Key={"id": {"S": "a"}})["Item"] == item
    empty = "One or more parameter values are not valid. "
    invalid(
        empty + "The AttributeValue for a key attribute cannot contain an empty string value. Key: id",
        ddb.put_item,
        TableName=table,
        Item={"id": {"S": ""}},
    )
    invalid(
        empty + "A value specified for a secondary index key is not supported. The AttributeValue for a key attribute "
        "cannot contain an empty string value. IndexName: idx, IndexKey: v",
        ddb.put_item,
        TableName=table,
        Item={"id": {"S": "a"}, "v": {"S": ""}},
    )


def test_nesting_goes_32_levels_deep(ddb, make_table):
    table = make_table("id:S")

    def nested(levels):
        value = {"S": "x"}
        for _ in range(levels):
            value = {"L": [value]}
        return {"id": {"S": "a"}, "v": value}

    ddb.put_item(TableName=table, Item=nested(32))
    assert ddb.get_item(TableName=table, Key={"id": {"S": "a"}})["Item"] == nested(32)
    invalid("Nesting Levels have exceeded supported limits", ddb.put_item, TableName=table, Item=nested(33))


# 2. Order of keys.


def test_numbers_order_numerically(ddb, make_table):
    table = make_table("p:S", "r:N")
    ordered = ["-9.9E125", "-10", "-9", "-1E-130", "0", "1E-130", "0.5", "1", "1.01", "9", "10", "100", "9.9E125"]
    for number in reversed(ordered):
        ddb.put_item(TableName=table, Item={"p": {"S": "a"}, "r": {"N": number}})
    items = query(ddb, table, "p = :p", {":p": {"S": "a"}})["Items"]
    assert [Decimal(item["r"]["N"]) for item in items] == [Decimal(number) for number in ordered]


def test_strings_order_by_utf_8_bytes_and_binaries_unsigned(ddb, make_table):
    table = make_table("p:S", "r:S")
    texts = ["", "\U0001f600", "￿", "a", "A", "ab", "é", "a\x00b", "Z"][1:]
    for text in texts:
        ddb.put_item(TableName=table, Item={"p": {"S": "a"}, "r": {"S": text}})
    items = query(ddb, table, "p = :p", {":p": {"S": "a"}})["Items"]
    assert [item["r"]["S"] for item in items] == sorted(texts, key=lambda text: text.encode())
    table = make_table("p:S", "r:B")
    binaries = [b"\x00", b"\x00\x00", b"\x7f", b"\x80", b"\xff", b"\x01\xff", b"\x00\xff"]
    for binary in binaries:
        ddb.put_item(TableName=table, Item={"p": {"S": "a"}, "r": {"B": binary}})
    items = query(ddb, table, "p = :p", {":p": {"S": "a"}})["Items"]
    assert [bytes(item["r"]["B"]) for item in items] == sorted(binaries)


def query(ddb, table, condition, values, **more):
    return ddb.query(
        TableName=table, KeyConditionExpression=condition, ExpressionAttributeValues=values, **more
    )


# 3. Expressions.


def test_update_expressions_do_all_they_can(ddb, make_table):
    table = make_table("id:S")
    key = {"id": {"S": "a"}}
    ddb.put_item(
        TableName=table,
        Item={
            **key,
            "n": {"N": "5"},
            "l": {"L": [{"N": "0"}, {"N": "1"}, {"N": "2"}]},
            "m": {"M": {"x": {"M": {"y": {"S": "deep"}}}}},
            "s": {"SS": ["a", "b"]},
            "gone": {"S": "x"},
        },
    )
    answer = ddb.update_item(
        TableName=table,
        Key=key,
        UpdateExpression="SET n = n - :two, m.x.#z = if_not_exists(m.x.y, :new), l = list_append(:head, l), "
        "fresh = if_not_exists(fresh, :new) REMOVE gone ADD points :two, s :more DELETE t :more",
        ExpressionAttributeNames={"#z": "z"},
        ExpressionAttributeValues={
            ":two": {"N": "2"},
            ":new": {"S": "new"},
            ":head": {"L": [{"S": "first"}]},
            ":more": {"SS": ["c"]},
        },
        ReturnValues="ALL_NEW",
    )["Attributes"]
    assert answer["n"] == {"N": "3"}
    assert answer["m"]["M"]["x"]["M"] == {"y": {"S": "deep"}, "z": {"S": "deep"}}
    assert answer["l"]["L"][0] == {"S": "first"} and len(answer["l"]["L"]) == 4
    assert answer["fresh"] == {"S": "new"} and answer["points"] == {"N": "2"}
    assert sorted(answer["s"]["SS"]) == ["a", "b", "c"]
    assert "gone" not in answer and "t" not in answer


def test_list_elements_are_removed_and_appended_by_index(ddb, make_table):
    table = make_table("id:S")
    key = {"id": {"S": "a"}}
    ddb.put_item(TableName=table, Item={**key, "l": {"L": [{"N": str(i)} for i in range(4)]}})
    answer = ddb.update_item(
        TableName=table,
        Key=key,
        UpdateExpression="REMOVE l[0], l[2] SET l[1] = :x, l[9] = :z, l[7] = :y",
        ExpressionAttributeValues={":x": {"N": "10"}, ":y": {"N": "70"}, ":z": {"N": "90"}},
        ReturnValues="ALL_NEW",
    )["Attributes"]
    assert [int(element["N"]) for element in answer["l"]["L"]] == [10, 3, 70, 90]


@pytest.mark.parametrize(
    "expression, message",
    [
        ("", "The expression can not be empty;"),
        ("INVALID SYNTAX HERE", 'Syntax error; token: "INVALID", near: "INVALID SYNTAX"'),
        ("SET status = :v", "Attribute name is a reserved keyword; reserved keyword: status"),
        ("SET a = :nope", "An expression attribute value used in expression is not defined; attribute value: :nope"),
        (
            "SET #nope = :v",
            "An expression attribute name used in the document path is not defined; attribute name: #nope",
        ),
        ("SET a = :v SET b = :v", 'The "SET" section can only be used once in an update expression;'),
        (
            "SET a.b = :v REMOVE a",
            "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a, b], "
            "path two: [a]",
        ),
        (
            "SET a.b = :v, a[0] = :v",
            "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [a, b], "
            "path two: [a, [0]]",
        ),
        ("SET a = dog(b)", "Invalid function name; function: dog"),
        (
            "SET a = b + :v",
            "Incorrect operand type for operator or function; operator or function: +, operand type: S",
        ),
        ("SET a = :v" + " " * 4090, "Expression size has exceeded the maximum allowed size; expression size: 4100"),
    ],
)
def test_wrong_update_expressions_are_refused(ddb, make_table, expression, message):
    table = make_table("id:S")
    invalid(
        "Invalid UpdateExpression: " + message,
        ddb.update_item,
        TableName=table,
        Key={"id": {"S": "a"}},
        UpdateExpression=expression,
        ExpressionAttributeValues={":v": {"S": "x"}},
    )


def test_updates_that_do_not_fit_the_item_are_refused(ddb, make_table):
    table = make_table("id:S")
    key = {"id": {"S": "a"}}
    ddb.put_item(TableName=table, Item={**key, "n": {"N": "1"}, "s": {"S": "x"}})

    def refused(expression, message, **values):
        arguments = {"ExpressionAttributeValues": {f":{k}": v for k, v in values.items()}} if values else {}
        invalid(message, ddb.update_item, TableName=table, Key=key, UpdateExpression=expression, **arguments)

    refused("SET b = gone", "The provided expression refers to an attribute that does not exist in the item")
    refused("SET gone.x = n", "The document path provided in the update expression is invalid for update")
    refused("SET b = n + s", "An operand in the update expression has an incorrect data type")
    refused("ADD s :one", "An operand in the update expression has an incorrect data type", one={"N": "1"})
    refused(
        "SET id = :one",
        "One or more parameter values were invalid: Cannot update attribute id. This attribute is part of the key",
        one={"S": "b"},
    )


@pytest.mark.parametrize(
    "condition, holds",
    [
        ("n = :five", True),
        ("n <> :text", True),
        ("gone <> :text", True),
        ("gone = :text", False),
        ("n BETWEEN :one AND :five", True),
        ("n IN (:one, :text)", False),
        ("attribute_exists(m.l[1]) AND attribute_not_exists(m.l[2])", True),
        ("attribute_type(m, :map)", True),
        ("begins_with(s, :he)", True),
        ("contains(s, :he) AND contains(ss, :he) AND contains(m.l, :one)", True),
        ("size(s) = :five", True),
        ("NOT (n < :five OR s = :text)", True),
        ("n < :text", False),
    ],
)
def test_conditions(ddb, make_table, condition, holds):
    table = make_table("id:S")
    item = {
        "id": {"S": "a"},
        "n": {"N": "5"},
        "s": {"S": "hello"},
        "ss": {"SS": ["he", "x"]},
        "m": {"M": {"l": {"L": [{"N": "1"}, {"N": "2"}]}}},
    }
    ddb.put_item(TableName=table, Item=item)
    values = {":five": {"N": "5.0"}, ":one": {"N": "1"}, ":text": {"S": "5"}, ":he": {"S": "he"}, ":map": {"S": "M"}}
    used = {key: value for key, value in values.items() if key in condition}
    arguments = {"ExpressionAttributeValues": used} if used else {}

    def put():
        ddb.put_item(TableName=table, Item=item, ConditionExpression=condition, **arguments)

    if holds:
        put()
    else:
        fails("ConditionalCheckFailedException", "The conditional request failed", put)


@pytest.mark.parametrize(
    "expression, message",
    [
        ("((n = :v))", "The expression has redundant parentheses;"),
        (
            "size(n)",
            "The function is not allowed to be used this way in an expression; function: size",
        ),
        (
            "size(n, n) = :v",
            "Incorrect number of operands for operator or function; operator or function: size, number of operands: 2",
        ),
        (
            "attribute_exists(:v)",
            "Operator or function requires a document path; operator or function: attribute_exists",
        ),
        ("n = ", 'Syntax error; token: "<EOF>", near: "="'),
        (" OR ".join(["n < m"] * 301), "The expression contains too many operators; operator count: 301"),
        (
            "n IN (" + ",".join([":v"] * 101) + ")",
            "The IN operator is provided with too many operands; number of operands: 101",
        ),
    ],
)
def test_wrong_filters_are_refused(ddb, make_table, expression, message):
    table = make_table("id:S")
    values = {"ExpressionAttributeValues": {":v": {"N": "1"}}} if ":v" in expression else {}
    invalid("Invalid FilterExpression: " + message, ddb.scan, TableName=table, FilterExpression=expression, **values)


def test_unused_names_and_values_are_refused(ddb, make_table):
    table = make_table("id:S")
    arguments = {"TableName": table, "Key": {"id": {"S": "a"}}, "UpdateExpression": "REMOVE a"}
    invalid(
        "Value provided in ExpressionAttributeNames unused in expressions: keys: {#n}",
        ddb.update_item,
        ExpressionAttributeNames={"#n": "x"},
        **arguments,
    )
    invalid(
        "Value provided in ExpressionAttributeValues unused in expressions: keys: {:v}",
        ddb.update_item,
        ExpressionAttributeValues={":v": {"S": "x"}},
        **arguments,
    )
    invalid(
        "ExpressionAttributeValues can only be specified when using expressions: ConditionExpression is null",
        ddb.put_item,
        TableName=table,
        Item={"id": {"S": "a"}},
        ExpressionAttributeValues={":v": {"S": "x"}},
    )
    invalid(
        'ExpressionAttributeNames contains invalid key: Syntax error; key: "n"',
        ddb.get_item,
        TableName=table,
        Key={"id": {"S": "a"}},
        ProjectionExpression="a",
        ExpressionAttributeNames={"n": "x"},
    )


def test_projections_keep_structure(ddb, make_table):
    table = make_table("id:S")
    key = {"id": {"S": "a"}}
    ddb.put_item(
        TableName=table,
        Item={**key, "m": {"M": {"x": {"S": "1"}, "y": {"S": "2"}}}, "l": {"L": [{"S": "p"}, {"S": "q"}, {"S": "r"}]}},
    )
    item = ddb.get_item(TableName=table, Key=key, ProjectionExpression="m.x, l[2], l[0], gone")["Item"]
    assert item == {"m": {"M": {"x": {"S": "1"}}}, "l": {"L": [{"S": "p"}, {"S": "r"}]}}
    invalid(
        "Invalid ProjectionExpression: Two document paths overlap with each other; must remove or rewrite one of these "
        "paths; path one: [m], path two: [m, x]",
        ddb.get_item,
        TableName=table,
        Key=key,
        ProjectionExpression="m, m.x",
    )


def test_legacy_parameters(ddb, make_table):
    table = make_table("p:S", "r:N")
    for r in range(6):
        ddb.update_item(
            TableName=table,
            Key={"p": {"S": "a"}, "r": {"N": str(r)}},
            AttributeUpdates={
                "kind": {"Value": {"S": "odd" if r % 2 else "even"}, "Action": "PUT"},
                "v": {"Value": {"N": "1"}, "Action": "ADD"},
            },
            Expected={"v": {"Exists": False}},
        )
    fails(
        "ConditionalCheckFailedException",
        "The conditional request failed",
        ddb.delete_item,
        TableName=table,
        Key={"p": {"S": "a"}, "r": {"N": "1"}},
        Expected={"kind": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "even"}]}},
    )
    equals = {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "a"}]}
    between = {"ComparisonOperator": "BETWEEN", "AttributeValueList": [{"N": "1"}, {"N": "4"}]}
    even = {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "even"}]}
    answer = ddb.query(
        TableName=table,
        KeyConditions={"p": equals, "r": between},
        QueryFilter={"kind": even},
        AttributesToGet=["r"],
    )
    assert answer["Items"] == [{"r": {"N": "2"}}, {"r": {"N": "4"}}]
    answer = ddb.scan(
        TableName=table,
        ScanFilter={"kind": even, "r": {"ComparisonOperator": "GT", "AttributeValueList": [{"N": "4"}]}},
        ConditionalOperator="OR",
    )
    assert sorted(int(item["r"]["N"]) for item in answer["Items"]) == [0, 2, 4, 5]
    invalid(
        "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: "
        "{AttributeUpdates} Expression parameters: {UpdateExpression}",
        ddb.update_item,
        TableName=table,
        Key={"p": {"S": "a"}, "r": {"N": "1"}},
        AttributeUpdates={"v": {"Action": "DELETE"}},
        UpdateExpression="REMOVE v",
    )


# 4. What writes return.


def test_return_values(ddb, make_table):
    table = make_table("id:S")
    key = {"id": {"S": "a"}}
    ddb.put_item(TableName=table, Item={**key, "v": {"N": "1"}, "w": {"N": "9"}})

    def update(mode):
        return ddb.update_item(
            TableName=table,
            Key=key,
            UpdateExpression="ADD v :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
            ReturnValues=mode,
        ).get("Attributes")

    assert update("NONE") is None
    assert update("UPDATED_OLD") == {"v": {"N": "2"}}
    assert update("UPDATED_NEW") == {"v": {"N": "4"}}
    assert update("ALL_OLD") == {**key, "v": {"N": "4"}, "w": {"N": "9"}}
    assert update("ALL_NEW") == {**key, "v": {"N": "6"}, "w": {"N": "9"}}
    old = ddb.put_item(TableName=table, Item=key, ReturnValues="ALL_OLD")["Attributes"]
    assert old["v"] == {"N": "6"}
    invalid("ReturnValues can only be ALL_OLD or NONE", ddb.put_item, TableName=table, Item=key, ReturnValues="ALL_NEW")


def test_a_failed_condition_returns_the_item_if_asked(ddb, make_table):
    table = make_table("id:S")
    item = {"id": {"S": "a"}, "v": {"N": "1"}}
    ddb.put_item(TableName=table, Item=item)
    answer = fails(
        "ConditionalCheckFailedException",
        "The conditional request failed",
        ddb.put_item,
        TableName=table,
        Item={"id": {"S": "a"}},
        ConditionExpression="attribute_not_exists(id)",
        ReturnValuesOnConditionCheckFailure="ALL_OLD",
    )
    assert answer["Item"] == item


def test_consumed_capacity(ddb, make_table):
    table = make_table("id:S", indexes={"idx": ("v:N",)}, projection="KEYS_ONLY")
    item = {"id": {"S": "a"}, "v": {"N": "1"}, "big": {"S": "x" * 3000}}
    written = ddb.put_item(TableName=table, Item=item, ReturnConsumedCapacity="INDEXES")["ConsumedCapacity"]
    assert written["CapacityUnits"] == 4
    assert written["Table"]["CapacityUnits"] == 3
    assert written["GlobalSecondaryIndexes"]["idx"]["CapacityUnits"] == 1
    key = {"id": {"S": "a"}}
    read = ddb.get_item(TableName=table, Key=key, ReturnConsumedCapacity="TOTAL")["ConsumedCapacity"]
    assert read == {"TableName": table, "CapacityUnits": 0.5}
    read = ddb.get_item(TableName=table, Key=key, ConsistentRead=True, ReturnConsumedCapacity="TOTAL")
    assert read["ConsumedCapacity"]["CapacityUnits"] == 1
    assert "ConsumedCapacity" not in ddb.get_item(TableName=table, Key=key)


def test_item_collection_metrics(ddb, make_table):
    table = make_table("p:S", "r:N", local={"idx": ("p:S", "v:N")})
    item = {"p": {"S": "a"}, "r": {"N": "1"}, "v": {"N": "1"}}
    metrics = ddb.put_item(TableName=table, Item=item, ReturnItemCollectionMetrics="SIZE")["ItemCollectionMetrics"]
    assert metrics == {"ItemCollectionKey": {"p": {"S": "a"}}, "SizeEstimateRangeGB": [0.0, 1.0]}


# 5. Query and Scan.


@pytest.fixture
def numbered(ddb, make_table):
    table = make_table("p:S", "r:N")
    for r in range(10):
        kind = "odd" if r % 2 else "even"
        ddb.put_item(TableName=table, Item={"p": {"S": "a"}, "r": {"N": str(r)}, "kind": {"S": kind}})
    return table


def ranges(items):
    return [int(item["r"]["N"]) for item in items]


def test_range_conditions_and_direction(ddb, numbered):
    def found(condition, **values):
        named = {":p": {"S": "a"}, **{f":{k}": {"N": str(v)} for k, v in values.items()}}
        return ranges(query(ddb, numbered, "p = :p AND " + condition, named)["Items"])

    assert found("r = :x", x=3) == [3]
    assert found("r < :x", x=2) == [0, 1]
    assert found("r <= :x", x=2) == [0, 1, 2]
    assert found(":x < r", x=7) == [8, 9]
    assert found("r >= :x", x=8) == [8, 9]
    assert found("r BETWEEN :x AND :y", x=2, y=4) == [2, 3, 4]
    backward = query(ddb, numbered, "p = :p", {":p": {"S": "a"}}, ScanIndexForward=False, Limit=3)
    assert ranges(backward["Items"]) == [9, 8, 7]


def test_pages_are_counted_before_the_filter(ddb, numbered):
    values = {":p": {"S": "a"}, ":k": {"S": "even"}}
    arguments = {"Limit": 3, "FilterExpression": "kind = :k"}
    found, pages = [], 0
    while True:
        answer = query(ddb, numbered, "p = :p", values, **arguments)
        assert answer["ScannedCount"] <= 3
        found += ranges(answer["Items"])
        pages += 1
        if "LastEvaluatedKey" not in answer:
            break
        arguments["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
    assert found == [0, 2, 4, 6, 8] and pages == 4


def test_a_page_holds_one_megabyte_before_the_filter(ddb, make_table):
    table = make_table("p:S", "r:N")
    for r in range(5):
        ddb.put_item(TableName=table, Item={"p": {"S": "a"}, "r": {"N": str(r)}, "v": {"S": "x" * 300_000}})
    answer = query(
        ddb, table, "p = :p", {":p": {"S": "a"}, ":one": {"N": "1"}}, FilterExpression="size(v) < :one"
    )
    assert answer["Items"] == [] and answer["ScannedCount"] == 3
    assert answer["LastEvaluatedKey"] == {"p": {"S": "a"}, "r": {"N": "2"}}
    pages = ddb.get_paginator("scan").paginate(TableName=table)
    assert sum(page["Count"] for page in pages) == 5


def test_select(ddb, numbered):
    values = {":p": {"S": "a"}}
    answer = query(ddb, numbered, "p = :p", values, Select="COUNT")
    assert answer["Count"] == 10 and "Items" not in answer
    with pytest.raises(ClientError, match="ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName"):
        query(ddb, numbered, "p = :p", values, Select="ALL_PROJECTED_ATTRIBUTES")


def test_parallel_scan_finds_every_item_once(ddb, make_table):
    table = make_table("id:N")
    for start in range(0, 200, 25):
        puts = [{"PutRequest": {"Item": {"id": {"N": str(i)}}}} for i in range(start, start + 25)]
        assert ddb.batch_write_item(RequestItems={table: puts})["UnprocessedItems"] == {}
    found, sizes = [], []
    for segment in range(5):
        pages = ddb.get_paginator("scan").paginate(
            TableName=table, Segment=segment, TotalSegments=5, PaginationConfig={"PageSize": 7}
        )
        ids = [int(item["id"]["N"]) for page in pages for item in page["Items"]]
        sizes.append(len(ids))
        found += ids
    assert sorted(found) == list(range(200))
    assert all(size > 10 for size in sizes)
    invalid(
        "The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: 5 is not less than "
        "TotalSegments: 5",
        ddb.scan,
        TableName=table,
        Segment=5,
        TotalSegments=5,
    )


@pytest.mark.parametrize(
    "condition, message",
    [
        ("r = :n", "Query condition missed key schema element: p"),
        ("p > :s", "Query key condition not supported"),
        ("p = :s OR r = :n", "Invalid operator used in KeyConditionExpression: OR"),
        ("p = :s AND r <> :n", "Invalid operator used in KeyConditionExpression: <>"),
        ("p = :n", "One or more parameter values were invalid: Condition parameter type does not match schema type"),
        ("p = :s AND x = :n", "Query condition missed key schema element: r"),
    ],
)
def test_wrong_key_conditions_are_refused(ddb, numbered, condition, message):
    values = {":s": {"S": "a"}, ":n": {"N": "1"}}
    used = {key: value for key, value in values.items() if key in condition}
    invalid(
        message, ddb.query, TableName=numbered, KeyConditionExpression=condition, ExpressionAttributeValues=used
    )


def test_start_keys_are_checked(ddb, numbered):
    start = {"p": {"S": "b"}, "r": {"N": "1"}}
    with pytest.raises(ClientError, match="outside query boundaries"):
        query(ddb, numbered, "p = :p", {":p": {"S": "a"}}, ExclusiveStartKey=start)
    invalid(
        "The provided starting key is invalid: The provided key element does not match the schema",
        ddb.scan,
        TableName=numbered,
        ExclusiveStartKey={"p": {"S": "a"}},
    )


# 6. Indexes.


def test_a_global_index_follows_its_items(ddb, make_table):
    table = make_table("id:N", indexes={"idx": ("kind:S", "age:N")})

    def put(id, **more):
        ddb.put_item(TableName=table, Item={"id": {"N": str(id)}, **more})

    def ids(kind):
        items = query(ddb, table, "kind = :k", {":k": {"S": kind}}, IndexName="idx")["Items"]
        return [int(item["id"]["N"]) for item in items]

    put(1, kind={"S": "cat"}, age={"N": "9"})
    put(2, kind={"S": "cat"}, age={"N": "3"})
    put(3, kind={"S": "cat"})
    assert ids("cat") == [2, 1]
    ddb.update_item(
        TableName=table,
        Key={"id": {"N": "1"}},
        UpdateExpression="SET kind = :k",
        ExpressionAttributeValues={":k": {"S": "dog"}},
    )
    assert ids("cat") == [2] and ids("dog") == [1]
    ddb.delete_item(TableName=table, Key={"id": {"N": "2"}})
    assert ids("cat") == []
    invalid(
        "One or more parameter values were invalid: Type mismatch for Index Key kind Expected: S Actual: N IndexName: idx",
        ddb.put_item,
        TableName=table,
        Item={"id": {"N": "4"}, "kind": {"N": "1"}},
    )
    invalid(
        "Consistent reads are not supported on global secondary indexes",
        ddb.query,
        TableName=table,
        IndexName="idx",
        ConsistentRead=True,
        KeyConditionExpression="kind = :k",
        ExpressionAttributeValues={":k": {"S": "cat"}},
    )
    invalid(
        "The table does not have the specified index: nope",
        ddb.scan,
        TableName=table,
        IndexName="nope",
    )


def test_projections_of_indexes(ddb, make_table):
    included = {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["note"]}
    table = make_table("id:N", indexes={"idx": ("kind:S",)}, projection=included)
    item = {"id": {"N": "1"}, "kind": {"S": "cat"}, "note": {"S": "n"}, "extra": {"S": "e"}}
    ddb.put_item(TableName=table, Item=item)
    found = query(ddb, table, "kind = :k", {":k": {"S": "cat"}}, IndexName="idx")["Items"]
    assert found == [{name: item[name] for name in ("id", "kind", "note")}]
    with pytest.raises(ClientError, match="does not project"):
        query(ddb, table, "kind = :k", {":k": {"S": "cat"}}, IndexName="idx", ProjectionExpression="extra")


def test_a_local_index_reads_whole_items_consistently(ddb, make_table):
    table = make_table("p:S", "r:N", local={"idx": ("p:S", "age:N")}, projection="KEYS_ONLY")
    for r, age in ((1, 9), (2, 3)):
        item = {"p": {"S": "a"}, "r": {"N": str(r)}, "age": {"N": str(age)}, "note": {"S": "x"}}
        ddb.put_item(TableName=table, Item=item)
    values = {":p": {"S": "a"}}
    found = query(ddb, table, "p = :p", values, IndexName="idx", ConsistentRead=True)["Items"]
    assert ranges(found) == [2, 1] and "note" not in found[0]
    found = query(ddb, table, "p = :p", values, IndexName="idx", Select="ALL_ATTRIBUTES")["Items"]
    assert found[0]["note"] == {"S": "x"}


def test_an_index_is_added_and_removed_while_writes_go_on(ddb, make_table, eventually):
    table = make_table("id:N")
    for id in range(60):
        ddb.put_item(TableName=table, Item={"id": {"N": str(id)}, "kind": {"S": "cat"}})
    create = {
        "IndexName": "idx",
        "KeySchema": [{"AttributeName": "kind", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }
    stop = threading.Event()
    written = list(range(60))

    def write():
        while not stop.is_set():
            ddb.put_item(TableName=table, Item={"id": {"N": str(len(written))}, "kind": {"S": "cat"}})
            written.append(len(written))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        ddb.update_table(
            TableName=table,
            AttributeDefinitions=[{"AttributeName": "kind", "AttributeType": "S"}],
            GlobalSecondaryIndexUpdates=[{"Create": create}],
        )

        def active():
            index = ddb.describe_table(TableName=table)["Table"]["GlobalSecondaryIndexes"][0]
            return index["IndexStatus"] == "ACTIVE"

        eventually(active, message="the index became active")
    finally:
        stop.set()
        writer.join()
    found = query(ddb, table, "kind = :k", {":k": {"S": "cat"}}, IndexName="idx", Select="COUNT")
    assert found["Count"] == len(written)
    ddb.update_table(TableName=table, GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "idx"}}])
    eventually(lambda: "GlobalSecondaryIndexes" not in ddb.describe_table(TableName=table)["Table"])


# 7. Transactions.


def test_a_transaction_is_all_or_nothing(ddb, make_table):
    table = make_table("id:S")
    ddb.put_item(TableName=table, Item={"id": {"S": "a"}, "v": {"N": "1"}})

    def put(id, **more):
        return {"Put": {"TableName": table, "Item": {"id": {"S": id}, "v": {"N": "9"}}, **more}}

    new = {"ConditionExpression": "attribute_not_exists(id)", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    answer = fails(
        "TransactionCanceledException",
        "Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed]",
        ddb.transact_write_items,
        TransactItems=[put("b", **new), put("a", **new)],
    )
    assert answer["CancellationReasons"] == [
        {"Code": "None"},
        {
            "Code": "ConditionalCheckFailed",
            "Message": "The conditional request failed",
            "Item": {"id": {"S": "a"}, "v": {"N": "1"}},
        },
    ]
    assert "Item" not in ddb.get_item(TableName=table, Key={"id": {"S": "b"}})
    check = {"TableName": table, "Key": {"id": {"S": "a"}}, "ConditionExpression": "attribute_exists(id)"}
    update = {
        "TableName": table,
        "Key": {"id": {"S": "c"}},
        "UpdateExpression": "ADD v :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }
    delete = {"TableName": table, "Key": {"id": {"S": "d"}}}
    ddb.transact_write_items(
        TransactItems=[put("b"), {"ConditionCheck": check}, {"Update": update}, {"Delete": delete}]
    )
    gets = [{"Get": {"TableName": table, "Key": {"id": {"S": id}}}} for id in "cdb"]
    responses = ddb.transact_get_items(TransactItems=gets)["Responses"]
    assert [response.get("Item", {}).get("v") for response in responses] == [{"N": "1"}, None, {"N": "9"}]
    invalid(
        "Transaction request cannot include multiple operations on one item",
        ddb.transact_write_items,
        TransactItems=[put("e"), put("e")],
    )


def test_a_client_token_makes_a_transaction_count_once(ddb, make_table, unique):
    table = make_table("id:S")
    token = unique("token")[:36]

    def add(by):
        update = {
            "TableName": table,
            "Key": {"id": {"S": "a"}},
            "UpdateExpression": "ADD v :by",
            "ExpressionAttributeValues": {":by": {"N": str(by)}},
        }
        ddb.transact_write_items(TransactItems=[{"Update": update}], ClientRequestToken=token)

    add(1)
    add(1)
    assert ddb.get_item(TableName=table, Key={"id": {"S": "a"}})["Item"]["v"] == {"N": "1"}
    with pytest.raises(ddb.exceptions.IdempotentParameterMismatchException):
        add(2)


def test_transactions_side_by_side_keep_the_sum(ddb, client, make_table):
    table = make_table("id:N")
    for id in range(4):
        ddb.put_item(TableName=table, Item={"id": {"N": str(id)}, "v": {"N": "10"}})

    def move(own, source, target):
        def update(id, by, **more):
            return {
                "Update": {
                    "TableName": table,
                    "Key": {"id": {"N": str(id)}},
                    "UpdateExpression": "ADD v :by",
                    "ExpressionAttributeValues": {":by": {"N": str(by)}, **more.pop("values", {})},
                    **more,
                }
            }

        enough = {"ConditionExpression": "v > :zero", "values": {":zero": {"N": "0"}}}
        try:
            own.transact_write_items(TransactItems=[update(source, -1, **enough), update(target, 1)])
        except own.exceptions.TransactionCanceledException:
            pass

    def work(seed):
        own = client("dynamodb")
        for step in range(20):
            source = (seed + step) % 4
            move(own, source, (source + 1 + seed % 3) % 4)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    values = [int(item["v"]["N"]) for item in ddb.scan(TableName=table)["Items"]]
    assert sum(values) == 40 and min(values) >= 0


# 8. Batches.


def test_batches(ddb, make_table):
    one, two = make_table("id:S"), make_table("p:S", "r:N")
    ddb.batch_write_item(
        RequestItems={
            one: [{"PutRequest": {"Item": {"id": {"S": str(i)}, "v": {"N": str(i)}}}} for i in range(3)],
            two: [{"PutRequest": {"Item": {"p": {"S": "a"}, "r": {"N": "1"}}}}],
        }
    )
    ddb.batch_write_item(RequestItems={one: [{"DeleteRequest": {"Key": {"id": {"S": "1"}}}}]})
    answer = ddb.batch_get_item(
        RequestItems={
            one: {"Keys": [{"id": {"S": str(i)}} for i in range(3)], "ProjectionExpression": "v"},
            two: {"Keys": [{"p": {"S": "a"}, "r": {"N": "1"}}], "ConsistentRead": True},
        }
    )
    assert sorted(item["v"]["N"] for item in answer["Responses"][one]) == ["0", "2"]
    assert len(answer["Responses"][two]) == 1 and answer["UnprocessedKeys"] == {}
    duplicates = "Provided list of item keys contains duplicates"
    put = {"PutRequest": {"Item": {"id": {"S": "a"}}}}
    delete = {"DeleteRequest": {"Key": {"id": {"S": "a"}}}}
    invalid(duplicates, ddb.batch_write_item, RequestItems={one: [put, delete]})
    invalid(duplicates, ddb.batch_get_item, RequestItems={one: {"Keys": [{"id": {"S": "a"}}] * 2}})
    with pytest.raises(ClientError, match="ValidationException"):
        ddb.batch_write_item(RequestItems={one: [{"PutRequest": {"Item": {"id": {"S": str(i)}}}} for i in range(26)]})
    with pytest.raises(ClientError, match="ValidationException"):
        ddb.batch_get_item(RequestItems={one: {"Keys": [{"id": {"S": str(i)}} for i in range(101)]}})
    fails(
        "ResourceNotFoundException",
        "Requested resource not found",
        ddb.batch_get_item,
        RequestItems={"not-there": {"Keys": [{"id": {"S": "a"}}]}},
    )


def test_a_batch_read_over_16_mb_leaves_the_rest_unprocessed(ddb, make_table):
    table = make_table("id:N")
    for id in range(45):
        ddb.put_item(TableName=table, Item={"id": {"N": str(id)}, "v": {"S": "x" * 400_000}})
    answer = ddb.batch_get_item(RequestItems={table: {"Keys": [{"id": {"N": str(i)}} for i in range(45)]}})
    left = answer["UnprocessedKeys"][table]["Keys"]
    assert left and len(answer["Responses"][table]) + len(left) == 45


# 11. Time to live.


def test_expired_items_go(ddb, make_table, eventually):
    table = make_table("id:S")
    past, future = int(time.time()) - 60, int(time.time()) + 3600
    long_past = int(time.time()) - 6 * 365 * 86400
    specification = {"Enabled": True, "AttributeName": "ends"}
    ddb.put_item(TableName=table, Item={"id": {"S": "before"}, "ends": {"N": str(past)}})
    ddb.update_time_to_live(TableName=table, TimeToLiveSpecification=specification)
    for id, ends in (("after", {"N": str(past)}), ("future", {"N": str(future)}), ("text", {"S": str(past)}),
                     ("old", {"N": str(long_past)})):
        ddb.put_item(TableName=table, Item={"id": {"S": id}, "ends": ends})

    def left():
        ids = sorted(item["id"]["S"] for item in ddb.scan(TableName=table)["Items"])
        return ids == ["future", "old", "text"]

    eventually(left, timeout=40, message="expired items were deleted")
    description = ddb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    assert description == {"TimeToLiveStatus": "ENABLED", "AttributeName": "ends"}
    invalid(
        "TimeToLive is already enabled",
        ddb.update_time_to_live,
        TableName=table,
        TimeToLiveSpecification=specification,
    )


# 13. Tables.


def test_a_table_from_making_to_deleting(ddb, make_table, server):
    table = make_table("p:S", "r:N", TableClass="STANDARD_INFREQUENT_ACCESS", Tags=[{"Key": "a", "Value": "b"}])
    described = ddb.describe_table(TableName=table)["Table"]
    assert described["TableStatus"] == "ACTIVE" and described["TableName"] == table
    assert described["TableArn"].startswith(f"arn:aws:dynamodb:{server.region}:")
    assert described["TableArn"].endswith(f":table/{table}")
    assert described["TableClassSummary"]["TableClass"] == "STANDARD_INFREQUENT_ACCESS"
    assert described["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert described["ItemCount"] == 0
    assert ddb.list_tags_of_resource(ResourceArn=described["TableArn"])["Tags"] == [{"Key": "a", "Value": "b"}]
    ddb.put_item(TableName=described["TableArn"], Item={"p": {"S": "a"}, "r": {"N": "1"}})
    assert ddb.describe_table(TableName=table)["Table"]["ItemCount"] == 1
    names = [name for page in ddb.get_paginator("list_tables").paginate() for name in page["TableNames"]]
    assert table in names and names == sorted(names)
    with pytest.raises(ddb.exceptions.ResourceInUseException):
        ddb.create_table(
            TableName=table,
            AttributeDefinitions=[{"AttributeName": "p", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "p", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
    ddb.update_table(TableName=table, DeletionProtectionEnabled=True)
    with pytest.raises(ClientError, match="protected against deletion"):
        ddb.delete_table(TableName=table)
    ddb.update_table(TableName=table, DeletionProtectionEnabled=False)
    assert ddb.delete_table(TableName=table)["TableDescription"]["TableStatus"] == "DELETING"
    ddb.get_waiter("table_not_exists").wait(TableName=table, WaiterConfig={"Delay": 1})
    fails(
        "ResourceNotFoundException",
        f"Requested resource not found: Table: {table} not found",
        ddb.describe_table,
        TableName=table,
    )
    fails(
        "ResourceNotFoundException",
        "Requested resource not found",
        ddb.get_item,
        TableName=table,
        Key={"p": {"S": "a"}, "r": {"N": "1"}},
    )


def test_provisioned_throughput(ddb, make_table):
    units = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6}
    table = make_table("id:S", BillingMode="PROVISIONED", ProvisionedThroughput=units)
    shown = ddb.describe_table(TableName=table)["Table"]["ProvisionedThroughput"]
    assert (shown["ReadCapacityUnits"], shown["WriteCapacityUnits"]) == (5, 6)
    with pytest.raises(ClientError, match="The provisioned throughput for the table will not change"):
        ddb.update_table(TableName=table, ProvisionedThroughput=units)
    ddb.update_table(TableName=table, BillingMode="PAY_PER_REQUEST")
    assert "BillingModeSummary" in ddb.describe_table(TableName=table)["Table"]


def test_keys_are_checked(ddb, make_table):
    table = make_table("id:S", "r:B")
    invalid(
        "One or more parameter values were invalid: Missing the key r in the item",
        ddb.put_item,
        TableName=table,
        Item={"id": {"S": "a"}},
    )
    invalid(
        "One or more parameter values were invalid: Type mismatch for key r expected: B actual: S",
        ddb.put_item,
        TableName=table,
        Item={"id": {"S": "a"}, "r": {"S": "b"}},
    )
    for key in ({"id": {"S": "a"}}, {"id": {"S": "a"}, "r": {"S": "b"}}, {"id": {"S": "a"}, "x": {"B": b"b"}}):
        invalid("The provided key element does not match the schema", ddb.get_item, TableName=table, Key=key)
    long = {"id": {"S": "x" * 2049}, "r": {"B": b"x"}}
    with pytest.raises(ClientError, match="Size of hashkey has exceeded the maximum size limit"):
        ddb.put_item(TableName=table, Item=long)
    long = {"id": {"S": "x" * 2048}, "r": {"B": b"\x00" * 1024}}
    ddb.put_item(TableName=table, Item=long)
    assert ddb.get_item(TableName=table, Key=long)["Item"] == long


def test_what_is_not_built_says_so(ddb, unique):
    with pytest.raises(ClientError) as caught:
        ddb.create_table(
            TableName=unique("table"),
            AttributeDefinitions=[{"AttributeName": "p", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "p", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        )
    assert "StreamSpecification" in caught.value.response["Error"]["Message"]
    with pytest.raises(ClientError, match="ExecuteStatement"):
        ddb.execute_statement(Statement="SELECT * FROM x")


# 16. The protocol.


def test_answers_carry_their_checksum_and_errors_their_type(raw_signed, ddb, make_table):
    table = make_table("id:S")

    def call(operation, body):
        headers = {"X-Amz-Target": f"DynamoDB_20120810.{operation}", "Content-Type": "application/x-amz-json-1.0"}
        return raw_signed("dynamodb", "POST", "/", headers, json.dumps(body).encode())

    answer = call("DescribeTable", {"TableName": table})
    headers = {name.lower(): value for name, value in dict(answer.headers).items()}
    assert answer.status == 200
    assert int(headers["x-amz-crc32"]) == zlib.crc32(answer.body)
    assert headers["content-type"] == "application/x-amz-json-1.0"
    answer = call("GetItem", {"TableName": "not-there", "Key": {"id": {"S": "a"}}})
    assert answer.status == 400
    assert json.loads(answer.body)["__type"] == "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"


@pytest.mark.parametrize(
    "body",
    [
        b'{"TableName": "t", "Item": {"id": {"S": "\xff"}}}',
        b'{"TableName": "t", "Item": {"id": {"B": "not base64!"}}}',
        b'{"TableName": "t", "Item": {"id": ' + b'{"L": [' * 3000 + b"]}" * 3000 + b"}}",
        b'{"TableName": "t", "Item": {"id": {"S": 1}}}',
        b'{"TableName": "t", "Item": {"id": {}}}',
        b"{",
    ],
)
def test_broken_bodies_are_the_callers_fault(raw_signed, body):
    headers = {"X-Amz-Target": "DynamoDB_20120810.PutItem", "Content-Type": "application/x-amz-json-1.0"}
    assert raw_signed("dynamodb", "POST", "/", headers, body).status == 400


# Clients above the API.


def test_the_resource_layer_works(resource, make_table):
    name = make_table("p:S", "r:N")
    table = resource.Table(name)
    with table.batch_writer() as batch:
        for r in range(60):
            batch.put_item(Item={"p": "a", "r": r, "v": Decimal("1.5"), "tags": {"x", "y"}, "nested": {"l": [1, None]}})
    answer = table.query(KeyConditionExpression=Key("p").eq("a") & Key("r").between(10, 12), FilterExpression=Attr("v").gt(1))
    assert [item["r"] for item in answer["Items"]] == [10, 11, 12]
    assert answer["Items"][0]["tags"] == {"x", "y"} and answer["Items"][0]["nested"] == {"l": [1, None]}
    assert table.scan(Select="COUNT")["Count"] == 60
    assert table.item_count >= 0


def test_the_javascript_document_client_works(node, unique):
    assert node("dynamodb-document-client.mjs", unique("table")).stdout.strip() == "ok"


def test_everything_survives_a_kill(fresh_server, client):
    platform = fresh_server()
    ddb = client("dynamodb", server=platform)
    ddb.create_table(
        TableName="kept",
        AttributeDefinitions=[
            {"AttributeName": "id", "AttributeType": "N"},
            {"AttributeName": "kind", "AttributeType": "S"},
        ],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "idx",
                "KeySchema": [{"AttributeName": "kind", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    for id in range(50):
        ddb.put_item(TableName="kept", Item={"id": {"N": str(id)}, "kind": {"S": "cat"}})
    platform.restart()
    ddb = client("dynamodb", server=platform)
    assert ddb.scan(TableName="kept", Select="COUNT")["Count"] == 50
    found = query(ddb, "kept", "kind = :k", {":k": {"S": "cat"}}, IndexName="idx", Select="COUNT")
    assert found["Count"] == 50
    assert ddb.describe_table(TableName="kept")["Table"]["ItemCount"] == 50


def test_filling_an_index_goes_on_after_a_kill(fresh_server, client, eventually):
    platform = fresh_server()
    ddb = client("dynamodb", server=platform)
    ddb.create_table(
        TableName="kept",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "N"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    for start in range(0, 1500, 25):
        items = [{"id": {"N": str(id)}, "kind": {"S": "cat"}} for id in range(start, start + 25)]
        ddb.batch_write_item(RequestItems={"kept": [{"PutRequest": {"Item": item}} for item in items]})
    create = {
        "IndexName": "idx",
        "KeySchema": [{"AttributeName": "kind", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "KEYS_ONLY"},
    }
    ddb.update_table(
        TableName="kept",
        AttributeDefinitions=[{"AttributeName": "kind", "AttributeType": "S"}],
        GlobalSecondaryIndexUpdates=[{"Create": create}],
    )
    platform.restart()
    ddb = client("dynamodb", server=platform)

    def index():
        return ddb.describe_table(TableName="kept")["Table"]["GlobalSecondaryIndexes"][0]

    eventually(lambda: index()["IndexStatus"] == "ACTIVE", message="the index became active")
    assert index()["ItemCount"] == 1500
    count, start = 0, {}
    while True:
        page = query(ddb, "kept", "kind = :k", {":k": {"S": "cat"}}, IndexName="idx", Select="COUNT", **start)
        count += page["Count"]
        if "LastEvaluatedKey" not in page:
            break
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
    assert count == 1500
