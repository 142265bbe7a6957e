"""Create, read and list one's own orders (REST API)."""
import json
import logging
import os
import re
import uuid

import boto3
from boto3.dynamodb.conditions import Key

log = logging.getLogger()
log.setLevel(os.environ["LOG_LEVEL"])
table = boto3.resource("dynamodb").Table(os.environ["ORDERS_TABLE"])
queue = boto3.client("sqs")

SKU = re.compile(r"[A-Z0-9-]{3,32}")
ORDER_ID = re.compile(r"[0-9a-f-]{36}")


def handler(event, context):
    customer = event["requestContext"]["authorizer"]["claims"]["sub"]
    if event["httpMethod"] == "POST":
        return create(customer, event["body"])
    if event["resource"] == "/orders/{id}":
        return read(customer, event["pathParameters"]["id"])
    return listing(customer, event["queryStringParameters"]["limit"])


def create(customer, body):
    wanted = json.loads(body)
    sku, quantity = wanted.get("sku"), wanted.get("quantity")
    if not isinstance(sku, str) or not SKU.fullmatch(sku):
        return answer(400, {"message": "sku"})
    if type(quantity) is not int or not 1 <= quantity <= 100:
        return answer(400, {"message": "quantity"})
    order = {"id": str(uuid.uuid4()), "customer": customer, "status": "NEW", "sku": sku, "quantity": quantity}
    table.put_item(Item=order, ConditionExpression="attribute_not_exists(id)")
    queue.send_message(QueueUrl=os.environ["QUEUE_URL"], MessageBody=json.dumps(order))
    log.info("order created", extra={"order": order["id"]})
    return answer(201, {"id": order["id"], "status": order["status"]})


def read(customer, order_id):
    if not ORDER_ID.fullmatch(order_id):
        return answer(400, {"message": "id"})
    item = table.get_item(Key={"id": order_id}).get("Item")
    if not item or item["customer"] != customer:
        return answer(404, {"message": "not found"})
    return answer(200, item)


def listing(customer, limit):
    if not re.fullmatch(r"[1-9][0-9]?", limit):
        return answer(400, {"message": "limit"})
    page = table.query(
        IndexName="by-customer",
        KeyConditionExpression=Key("customer").eq(customer),
        Limit=int(limit),
    )
    return answer(200, page["Items"])


def answer(status, body):
    return {
        "statusCode": status,
        "headers": {
            "Access-Control-Allow-Origin": "https://shop.example.com",
            "Cache-Control": "no-store",
            "Strict-Transport-Security": "max-age=63072000",
        },
        "body": json.dumps(body, default=str),
    }
