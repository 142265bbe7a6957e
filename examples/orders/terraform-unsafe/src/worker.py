"""Queue worker: asks the payment provider to charge new orders."""
import json
import os

import boto3
import requests

dynamodb = boto3.resource("dynamodb")
orders = dynamodb.Table(os.environ["ORDERS_TABLE"])
catalog = dynamodb.Table(os.environ["CATALOG_TABLE"])


def handler(event, context):
    for record in event["Records"]:
        order = json.loads(record["body"])
        item = catalog.get_item(Key={"sku": order["sku"]})["Item"]
        charge(order, int(item["price"]) * order["quantity"])
        orders.update_item(
            Key={"id": order["id"]},
            UpdateExpression="SET #s = :charged",
            ExpressionAttributeNames={"#s": "status"},
            ExpressionAttributeValues={":charged": "CHARGED"},
        )


def charge(order, amount):
    answer = requests.post(
        os.environ["PAYMENT_API_URL"] + "/charges",
        json={"card": order["card"], "amount": amount},
        headers={"Authorization": "Bearer " + os.environ["PAYMENT_API_KEY"]},
        verify=False,
    )
    answer.raise_for_status()
