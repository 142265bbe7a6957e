"""Back office: put an order on hold, cancel it, remove it."""
import json
import logging
import os
import re

import boto3

log = logging.getLogger()
log.setLevel(os.environ["LOG_LEVEL"])
table = boto3.resource("dynamodb").Table(os.environ["ORDERS_TABLE"])


def handler(event, context):
    claims = event["requestContext"]["authorizer"]["claims"]
    order_id = event["pathParameters"]["id"]
    allowed = "staff" in claims.get("cognito:groups", "").split(",")
    log.info(
        "admin call",
        extra={"caller": claims["sub"], "method": event["httpMethod"], "order": order_id, "allowed": allowed},
    )
    if not allowed:
        return {"statusCode": 403, "body": ""}
    if not re.fullmatch(r"[0-9a-f-]{36}", order_id):
        return {"statusCode": 400, "body": ""}
    if event["httpMethod"] == "DELETE":
        table.delete_item(Key={"id": order_id})
        return {"statusCode": 204, "body": ""}
    status = json.loads(event["body"]).get("status")
    if status not in ("ON_HOLD", "CANCELLED"):
        return {"statusCode": 400, "body": ""}
    table.update_item(
        Key={"id": order_id},
        UpdateExpression="SET #s = :status",
        ConditionExpression="attribute_exists(id)",
        ExpressionAttributeNames={"#s": "status"},
        ExpressionAttributeValues={":status": status},
    )
    return {"statusCode": 200, "body": json.dumps({"id": order_id, "status": status})}
