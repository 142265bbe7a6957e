"""Payment provider's webhook: marks an order as paid and announces it."""
import json
import logging
import os
import re

import boto3
import payment

log = logging.getLogger()
log.setLevel(os.environ["LOG_LEVEL"])
table = boto3.resource("dynamodb").Table(os.environ["ORDERS_TABLE"])
events = boto3.client("events")


def handler(event, context):
    headers = {name.lower(): value for name, value in event["headers"].items()}
    timestamp = headers.get("x-timestamp", "")
    body_signature = headers.get("x-signature", "").partition(".")[2]
    message = f"{timestamp}.{event['body']}".encode()
    if not payment.is_recent(timestamp) or not payment.is_signed(message, body_signature):
        log.warning("webhook refused")
        return {"statusCode": 401, "body": ""}
    order_id = json.loads(event["body"])["order_id"]
    if not re.fullmatch(r"[0-9a-f-]{36}", order_id):
        return {"statusCode": 400, "body": ""}
    table.update_item(
        Key={"id": order_id},
        UpdateExpression="SET #s = :paid",
        ConditionExpression="#s = :charged",
        ExpressionAttributeNames={"#s": "status"},
        ExpressionAttributeValues={":paid": "PAID", ":charged": "CHARGED"},
    )
    events.put_events(
        Entries=[
            {
                "EventBusName": os.environ["EVENT_BUS"],
                "Source": "orders",
                "DetailType": "OrderPaid",
                "Detail": json.dumps({"id": order_id}),
            }
        ]
    )
    log.info("order paid", extra={"order": order_id})
    return {"statusCode": 204, "body": ""}
