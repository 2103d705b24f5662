"""Fulfils queued orders: takes the goods from stock and stores the order, both or neither.

A batch may hold orders that can be fulfilled and some that cannot. Only the latter are reported as failed, so only they come
again; after the second time the queue moves them to the dead-letter queue.
"""

import json
import os

import boto3

dynamodb = boto3.resource("dynamodb").meta.client


class OutOfStock(Exception):
    """Something ordered is not there; it may be next time."""


def handler(event, context):
    failures = []
    for record in event["Records"]:
        try:
            fulfil(json.loads(record["body"]))
        except OutOfStock as reason:
            print(f"{record['messageId']}, attempt {record['attributes']['ApproximateReceiveCount']}: {reason}")
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


def fulfil(order):
    take = [
        {
            "Update": {
                "TableName": os.environ["STOCK_TABLE"],
                "Key": {"sku": item["sku"]},
                "UpdateExpression": "SET pieces = pieces - :quantity",
                "ConditionExpression": "pieces >= :quantity",
                "ExpressionAttributeValues": {":quantity": item["quantity"]},
            }
        }
        for item in order["items"]
    ]
    # A queue may deliver a message twice. The condition makes the second time a no-operation.
    store = {
        "Put": {
            "TableName": os.environ["ORDERS_TABLE"],
            "Item": {**order, "status": "FULFILLED"},
            "ConditionExpression": "attribute_not_exists(id)",
        }
    }
    try:
        dynamodb.transact_write_items(TransactItems=[store, *take])
    except dynamodb.exceptions.TransactionCanceledException as cancelled:
        reasons = [reason["Code"] for reason in cancelled.response["CancellationReasons"]]
        if reasons[0] == "ConditionalCheckFailed":
            return
        missing = [item["sku"] for item, reason in zip(order["items"], reasons[1:]) if reason != "None"]
        raise OutOfStock(f"not enough of {', '.join(missing)}") from cancelled
