"""The payment provider's secret and the signature of its webhooks."""
import hashlib
import hmac
import json
import os
import time

import boto3

MAX_AGE_SECONDS = 300
KEEP_SECONDS = 300

client = boto3.client("secretsmanager")
kept = {"until": 0.0, "value": None}


def secret():
    """The current secret; asked for again every five minutes, so that a rotation takes effect."""
    if time.monotonic() >= kept["until"]:
        value = client.get_secret_value(SecretId=os.environ["PAYMENT_SECRET_ARN"])
        kept["value"] = json.loads(value["SecretString"])
        kept["until"] = time.monotonic() + KEEP_SECONDS
    return kept["value"]


def is_recent(timestamp):
    return timestamp.isascii() and timestamp.isdigit() and abs(time.time() - int(timestamp)) <= MAX_AGE_SECONDS


def is_signed(message, signature):
    expected = hmac.new(secret()["webhook_key"].encode(), message, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.encode())
