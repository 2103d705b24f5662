"""Makes a thumbnail of each width for every photograph that lands in the bucket, and records what came out."""

import io
import os
from pathlib import PurePosixPath
from urllib.parse import unquote_plus

import boto3
from PIL import Image, ImageOps, UnidentifiedImageError

THUMBNAILS_BUCKET = os.environ["THUMBNAILS_BUCKET"]
WIDTHS = [int(width) for width in os.environ["WIDTHS"].split(",")]

s3 = boto3.client("s3")
sizes = boto3.resource("dynamodb").Table(os.environ["SIZES_TABLE"])


def handler(event, context):
    made = 0
    for record in event["Records"]:
        bucket = record["s3"]["bucket"]["name"]
        key = unquote_plus(record["s3"]["object"]["key"])
        made += make_thumbnails(bucket, key)
    return {"made": made}


def make_thumbnails(bucket, key):
    original = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    try:
        # Phones store photographs lying on their side, with a note in which direction is up.
        photograph = ImageOps.exif_transpose(Image.open(io.BytesIO(original)))
    except UnidentifiedImageError:
        # Trying again would not make it a photograph: record it and go on.
        print(f"{key}: not an image")
        sizes.put_item(Item={"photograph": key, "width": 0, "error": "not an image"})
        return 0
    for width in WIDTHS:
        make_thumbnail(photograph, key, width, len(original))
    return len(WIDTHS)


def make_thumbnail(photograph, key, width, original_bytes):
    height = max(1, round(photograph.height * width / photograph.width))
    thumbnail = photograph.convert("RGB").resize((width, height), Image.Resampling.LANCZOS)
    encoded = io.BytesIO()
    thumbnail.save(encoded, "JPEG", quality=85, optimize=True)
    thumbnail_key = f"{width}/{PurePosixPath(key).with_suffix('.jpg')}"
    s3.put_object(Bucket=THUMBNAILS_BUCKET, Key=thumbnail_key, Body=encoded.getvalue(), ContentType="image/jpeg")
    sizes.put_item(
        Item={
            "photograph": key,
            "width": width,
            "height": height,
            "bytes": encoded.tell(),
            "original_width": photograph.width,
            "original_height": photograph.height,
            "original_bytes": original_bytes,
            "thumbnail": thumbnail_key,
        }
    )
    print(f"{key}: {photograph.width}x{photograph.height} -> {width}x{height}, {encoded.tell()} bytes")
