"""Tasks of the fulfilment workflow."""
import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["ORDERS_TABLE"])


def handler(event, context):
    order = event["order"]
    table.update_item(
        Key={"id": order["id"]},
        UpdateExpression="SET #s = :step",
        ExpressionAttributeNames={"#s": "step"},
        ExpressionAttributeValues={":step": event["step"]},
    )
    return {"id": order["id"], "step": event["step"]}
