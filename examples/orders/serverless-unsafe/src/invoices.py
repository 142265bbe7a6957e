"""Bucket trigger: files an uploaded invoice under its order."""
import os
from urllib.parse import unquote_plus

import boto3

s3 = boto3.client("s3")
table = boto3.resource("dynamodb").Table(os.environ["ORDERS_TABLE"])


def handler(event, context):
    for record in event["Records"]:
        bucket = record["s3"]["bucket"]["name"]
        key = unquote_plus(record["s3"]["object"]["key"])
        path = "/tmp/" + key
        s3.download_file(bucket, key, path)
        os.system("pdftotext " + path)
        order_id = key.rsplit("/", 1)[-1].replace(".pdf", "")
        table.update_item(
            Key={"id": order_id},
            UpdateExpression="SET invoice = :key",
            ExpressionAttributeValues={":key": key},
        )
