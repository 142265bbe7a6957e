"""Queue worker: asks the payment provider to charge new orders."""
import json
import logging
import os
import ssl
import urllib.request

import boto3
import payment

log = logging.getLogger()
log.setLevel(os.environ["LOG_LEVEL"])
table = boto3.resource("dynamodb").Table(os.environ["ORDERS_TABLE"])

tls = ssl.create_default_context()
tls.minimum_version = ssl.TLSVersion.TLSv1_3


def handler(event, context):
    failed = []
    for record in event["Records"]:
        try:
            charge(json.loads(record["body"]))
        except Exception as error:
            log.error("order not charged", extra={"message_id": record["messageId"], "error": type(error).__name__})
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def charge(order):
    request = urllib.request.Request(
        os.environ["PAYMENT_API_URL"] + "/charges",
        data=json.dumps({"order_id": order["id"], "sku": order["sku"], "quantity": order["quantity"]}).encode(),
        headers={
            "Authorization": "Bearer " + payment.secret()["api_key"],
            "Content-Type": "application/json",
            "Idempotency-Key": order["id"],
        },
    )
    with urllib.request.urlopen(request, timeout=10, context=tls):
        pass
    table.update_item(
        Key={"id": order["id"]},
        UpdateExpression="SET #s = :charged",
        ConditionExpression="#s = :new",
        ExpressionAttributeNames={"#s": "status"},
        ExpressionAttributeValues={":charged": "CHARGED", ":new": "NEW"},
    )
