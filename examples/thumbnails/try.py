"""Uploads real photographs to the stack's bucket and waits for their thumbnails.

    python try.py [--stack thumbnails] [--photographs FOLDER] [--expect-earlier | --clean]

The photographs come with scikit-image: pip install --no-deps --target photographs -r input/requirements.txt
"""

import argparse
import io
import sys
from pathlib import Path

import boto3
from boto3.dynamodb.conditions import Key
from PIL import Image

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from steps import Steps, empty_bucket, main, outputs, require, wait_until  # noqa: E402

PHOTOGRAPHS = ["astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg"]
WIDTHS = [128, 512]


def run() -> None:
    arguments = parse()
    stack = outputs(arguments.stack)
    if arguments.clean:
        empty_bucket(stack["PhotographsBucket"])
        empty_bucket(stack["ThumbnailsBucket"])
        return
    steps = Steps()
    table = boto3.resource("dynamodb").Table(stack["SizesTable"])
    if arguments.expect_earlier:
        look_at_earlier(stack, table, steps)
    for name in PHOTOGRAPHS:
        upload(stack, arguments.photographs / name, steps)
        wait_for_thumbnails(stack, table, name, steps)
    try_a_text(stack, table, steps)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Uploads photographs and waits for their thumbnails.")
    parser.add_argument("--stack", default="thumbnails")
    parser.add_argument("--photographs", type=Path, default=HERE / "photographs" / "skimage" / "data")
    parser.add_argument("--expect-earlier", action="store_true", help="an earlier run's thumbnails must still be there")
    parser.add_argument("--clean", action="store_true", help="empty the buckets, so that the stack can be deleted")
    return parser.parse_args()


def look_at_earlier(stack, table, steps) -> None:
    items = [item for name in PHOTOGRAPHS for item in sizes_of(table, name)]
    require(len(items) == len(PHOTOGRAPHS) * len(WIDTHS), f"{len(items)} thumbnails of an earlier run are recorded")
    s3 = boto3.client("s3")
    for item in items:
        size = s3.head_object(Bucket=stack["ThumbnailsBucket"], Key=item["thumbnail"])["ContentLength"]
        require(size == item["bytes"], f"{item['thumbnail']} has {size} bytes, recorded are {item['bytes']}")
    steps.done(f"found {len(items)} thumbnails of an earlier run, each with the size recorded")
    for item in items:
        table.delete_item(Key={"photograph": item["photograph"], "width": item["width"]})


def upload(stack, path: Path, steps) -> None:
    content_type = "image/png" if path.suffix == ".png" else "image/jpeg"
    boto3.client("s3").upload_file(
        str(path), stack["PhotographsBucket"], path.name, ExtraArgs={"ContentType": content_type}
    )
    steps.done(f"uploaded {path.name} ({path.stat().st_size:,} bytes)")


def wait_for_thumbnails(stack, table, name: str, steps) -> None:
    def all_recorded():
        items = sizes_of(table, name)
        return items if len(items) == len(WIDTHS) else None

    items = wait_until(all_recorded, f"thumbnails of {name}")
    s3 = boto3.client("s3")
    for item in items:
        body = s3.get_object(Bucket=stack["ThumbnailsBucket"], Key=item["thumbnail"])["Body"].read()
        image = Image.open(io.BytesIO(body))
        image.load()
        recorded = (int(item["width"]), int(item["height"]))
        require(image.size == recorded, f"{item['thumbnail']} is {image.size}, recorded is {recorded}")
        require(len(body) == item["bytes"], f"{item['thumbnail']} has {len(body)} bytes, recorded {item['bytes']}")
    made = ", ".join(f"{item['width']}x{item['height']} ({item['bytes']:,} bytes)" for item in items)
    steps.done(f"{name}: {items[0]['original_width']}x{items[0]['original_height']} -> {made}")


def try_a_text(stack, table, steps) -> None:
    name = "a letter.txt"
    boto3.client("s3").put_object(Bucket=stack["PhotographsBucket"], Key=name, Body=b"Dear reader, I am no photograph.")
    items = wait_until(lambda: sizes_of(table, name), f"the record of {name}")
    require(items[0].get("error") == "not an image", f"the record of {name} says {items[0]}")
    steps.done(f"{name}: recorded as not an image, the function goes on")


def sizes_of(table, name: str) -> list[dict]:
    return table.query(KeyConditionExpression=Key("photograph").eq(name))["Items"]


main(run)
