"""Payment provider's webhook: marks an order as paid."""
import json
import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["ORDERS_TABLE"])


def handler(event, context):
    print("webhook", event["headers"], event["body"])
    payment = json.loads(event["body"])
    table.update_item(
        Key={"id": payment["order_id"]},
        UpdateExpression="SET #s = :paid",
        ExpressionAttributeNames={"#s": "status"},
        ExpressionAttributeValues={":paid": "PAID"},
    )
    return {"statusCode": 200, "body": "ok"}
