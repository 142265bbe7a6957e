"""Payment provider's webhook: marks an order as paid and announces it."""
import json
import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["ORDERS_TABLE"])
events = boto3.client("events")


def handler(event, context):
    print("webhook", event["headers"], event["body"])
    payment = json.loads(event["body"])
    table.update_item(
        Key={"id": payment["order_id"]},
        UpdateExpression="SET #s = :paid",
        ExpressionAttributeNames={"#s": "status"},
        ExpressionAttributeValues={":paid": "PAID"},
    )
    events.put_events(
        Entries=[
            {
                "EventBusName": os.environ["EVENT_BUS"],
                "Source": "orders",
                "DetailType": "OrderPaid",
                "Detail": json.dumps({"id": payment["order_id"]}),
            }
        ]
    )
    return {"statusCode": 200, "body": "ok"}
