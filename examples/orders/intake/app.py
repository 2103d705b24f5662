"""Takes orders in: checks them, has them priced by another function, and queues them."""

import json
import os
import uuid

import boto3

functions = boto3.client("lambda")
queue = boto3.client("sqs")
orders = boto3.resource("dynamodb").Table(os.environ["ORDERS_TABLE"])


def handler(event, context):
    if event["httpMethod"] == "GET":
        return look(event["pathParameters"]["id"])
    return place(event["body"])


def look(order_id):
    order = orders.get_item(Key={"id": order_id}, ConsistentRead=True).get("Item")
    if order is None:
        return answer(404, {"message": f"No order {order_id} has been fulfilled"})
    return answer(200, order)


def place(body):
    problem, items = read_items(body)
    if problem:
        return answer(400, {"message": problem})
    price, refusal = ask_price(items)
    if refusal:
        return answer(422, {"message": refusal})
    order = {"id": str(uuid.uuid4()), "items": items, "price": price}
    queue.send_message(
        QueueUrl=os.environ["ORDERS_QUEUE"],
        MessageBody=json.dumps(order),
        MessageAttributes={"lines": {"DataType": "Number", "StringValue": str(len(items))}},
    )
    return answer(202, order)


def read_items(body):
    try:
        items = json.loads(body or "")["items"]
    except (ValueError, KeyError, TypeError):
        return "The body must be JSON like {\"items\": [{\"sku\": \"tea-001\", \"quantity\": 2}]}", None
    if not isinstance(items, list) or not items:
        return "An order needs at least one item", None
    for item in items:
        if not isinstance(item, dict) or not isinstance(item.get("sku"), str):
            return "Each item needs a sku", None
        quantity = item.get("quantity")
        if type(quantity) is not int or not 1 <= quantity <= 1000:
            return f"The quantity of {item['sku']} must be a whole number from 1 to 1000", None
    return None, items


def ask_price(items):
    """Calls the pricing function directly, as one service asks another."""
    result = functions.invoke(FunctionName=os.environ["PRICING_FUNCTION"], Payload=json.dumps({"items": items}))
    payload = json.load(result["Payload"])
    if "FunctionError" not in result:
        return payload, None
    if payload["errorType"] == "UnknownSku":
        return None, payload["errorMessage"]
    raise RuntimeError(f"pricing failed: {payload}")


def answer(status, content):
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps(content, default=int),
    }
