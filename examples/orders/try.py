"""Places orders and follows them: priced by one function, fulfilled from the queue by another, or set aside.

    python try.py [--stack orders] [--expect-earlier | --clean]
"""

import argparse
import json
import sys
from pathlib import Path

import boto3

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from steps import Steps, call, main, outputs, require, wait_until  # noqa: E402

ORDERS = json.loads((HERE / "input" / "orders.json").read_text("utf-8"))
STOCK = json.loads((HERE / "input" / "stock.json").read_text("utf-8"))
TOTALS_CENTS = [12_100, 12_900, 378_000, 10_260, 25_200]
UNFULFILLABLE = 2


def run() -> None:
    arguments = parse()
    stack = outputs(arguments.stack)
    if arguments.clean:
        return
    steps = Steps()
    orders = boto3.resource("dynamodb").Table(stack["OrdersTable"])
    stock = boto3.resource("dynamodb").Table(stack["StockTable"])
    if arguments.expect_earlier:
        look_at_earlier(orders, stock, steps)
    fill_stock(stock, steps)
    refuse_bad_orders(stack["OrdersUrl"], steps)
    placed = place_all(stack["OrdersUrl"], steps)
    follow(stack["OrdersUrl"], placed, steps)
    check_stock(stock, steps)
    find_rejected(stack, placed[UNFULFILLABLE], steps)
    require(call("GET", f"{stack['OrdersUrl']}/{placed[UNFULFILLABLE]['id']}").status == 404, "the gong was fulfilled")
    steps.done("the order set aside is not among the fulfilled")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Places orders and follows them.")
    parser.add_argument("--stack", default="orders")
    parser.add_argument("--expect-earlier", action="store_true", help="an earlier run's orders must still be there")
    parser.add_argument("--clean", action="store_true", help="nothing to do here: the stack can be deleted as it is")
    return parser.parse_args()


def look_at_earlier(orders, stock, steps: Steps) -> None:
    kept = orders.scan()["Items"]
    require(len(kept) >= len(ORDERS) - 1, f"{len(kept)} orders of an earlier run are there")
    require(all(order["status"] == "FULFILLED" for order in kept), "an order of an earlier run is not fulfilled")
    check_stock(stock, None)
    steps.done(f"found {len(kept)} orders of an earlier run, and the stock as they left it")


def fill_stock(stock, steps: Steps) -> None:
    with stock.batch_writer() as batch:
        for sku, pieces in STOCK.items():
            batch.put_item(Item={"sku": sku, "pieces": pieces})
    steps.done(f"stocked {len(STOCK)} articles")


def refuse_bad_orders(url: str, steps: Steps) -> None:
    for body in [b"two teas please", {"items": []}, {"items": [{"sku": "tea-001", "quantity": 0}]}]:
        answer = call("POST", url, body)
        require(answer.status == 400, f"POST {body!r} answered {answer.status}: {answer.body!r}")
    answer = call("POST", url, {"items": [{"sku": "ufo-001", "quantity": 1}]})
    require(answer.status == 422, f"an unknown article answered {answer.status}: {answer.body!r}")
    require(answer.json["message"] == "There is no article ufo-001", f"an unknown article answered {answer.json}")
    steps.done('3 bad orders -> 400; an unknown article -> 422, in the words of the pricing function')


def place_all(url: str, steps: Steps) -> list[dict]:
    placed = []
    for order, total_cents in zip(ORDERS, TOTALS_CENTS):
        answer = call("POST", url, order)
        require(answer.status == 202, f"POST answered {answer.status}: {answer.body!r}")
        price = answer.json["price"]
        require(price["total_cents"] == total_cents, f"{order} costs {price}, not {total_cents}")
        placed.append(answer.json)
        goods = ", ".join(f"{line['quantity']} x {line['name']}" for line in price["lines"])
        steps.done(f"POST /orders -> 202 {goods}: {total_cents / 100:.2f} EUR")
    return placed


def follow(url: str, placed: list[dict], steps: Steps) -> None:
    for number, order in enumerate(placed):
        if number == UNFULFILLABLE:
            continue

        def fulfilled():
            answer = call("GET", f"{url}/{order['id']}")
            require(answer.status in (200, 404), f"GET answered {answer.status}: {answer.body!r}")
            return answer.json if answer.status == 200 else None

        stored = wait_until(fulfilled, f"order {order['id']}")
        require(stored == {**order, "status": "FULFILLED"}, f"stored is {stored}")
    steps.done(f"{len(placed) - 1} orders fulfilled by the worker")


def check_stock(stock, steps: Steps | None) -> None:
    left = {item["sku"]: int(item["pieces"]) for item in stock.scan()["Items"]}
    expected = dict(STOCK)
    for number, order in enumerate(ORDERS):
        for item in order["items"]:
            if number != UNFULFILLABLE:
                expected[item["sku"]] -= item["quantity"]
    require(left == expected, f"in stock are {left}, it should be {expected}")
    if steps:
        steps.done(f"stock is as it should be: {left}")


def find_rejected(stack, order: dict, steps: Steps) -> None:
    steps.note("waiting for the order that asks for two gongs to fail twice (about 10 s) ...")
    queue = boto3.client("sqs")

    def received():
        answer = queue.receive_message(
            QueueUrl=stack["RejectedOrdersQueueUrl"], WaitTimeSeconds=10, MessageSystemAttributeNames=["All"]
        )
        return answer.get("Messages")

    message = wait_until(received, "a message in the dead-letter queue")[0]
    require(json.loads(message["Body"]) == order, f"the dead-letter queue holds {message['Body']}")
    # Received twice by the worker, once here.
    require(message["Attributes"]["ApproximateReceiveCount"] == "3", f"its attributes are {message['Attributes']}")
    queue.delete_message(QueueUrl=stack["RejectedOrdersQueueUrl"], ReceiptHandle=message["ReceiptHandle"])
    steps.done("two gongs with one in stock -> dead-letter queue after two attempts")


main(run)
