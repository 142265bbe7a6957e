"""Tasks of the fulfilment workflow."""
import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["ORDERS_TABLE"])

STEPS = ("reserve", "pack", "ship")


def handler(event, context):
    order_id, step = event["order"]["id"], event["step"]
    if step not in STEPS:
        raise ValueError("unknown step")
    table.update_item(
        Key={"id": order_id},
        UpdateExpression="SET #s = :step",
        ConditionExpression="attribute_exists(id)",
        ExpressionAttributeNames={"#s": "step"},
        ExpressionAttributeValues={":step": step},
    )
    return {"id": order_id, "step": step}
