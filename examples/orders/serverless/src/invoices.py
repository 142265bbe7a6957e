"""Bucket trigger: files an uploaded invoice under its order."""
import logging
import os
import re
from urllib.parse import unquote_plus

import boto3

log = logging.getLogger()
log.setLevel(os.environ["LOG_LEVEL"])
s3 = boto3.client("s3")
table = boto3.resource("dynamodb").Table(os.environ["ORDERS_TABLE"])

KEY = re.compile(r"incoming/([0-9a-f-]{36})\.pdf")


def handler(event, context):
    for record in event["Records"]:
        bucket = record["s3"]["bucket"]["name"]
        key = unquote_plus(record["s3"]["object"]["key"])
        named = KEY.fullmatch(key)
        if record["eventSource"] != "aws:s3" or bucket != os.environ["INVOICE_BUCKET"] or not named:
            log.warning("upload refused")
            continue
        head = s3.get_object(
            Bucket=bucket, Key=key, Range="bytes=0-4", ExpectedBucketOwner=os.environ["ACCOUNT_ID"]
        )
        if head["Body"].read() != b"%PDF-":
            log.warning("not a PDF", extra={"order": named[1]})
            continue
        table.update_item(
            Key={"id": named[1]},
            UpdateExpression="SET invoice = :key",
            ConditionExpression="attribute_exists(id)",
            ExpressionAttributeValues={":key": key},
        )
