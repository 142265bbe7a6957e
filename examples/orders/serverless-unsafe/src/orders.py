"""Create, read and list orders (REST API)."""
import json
import os
import uuid

import boto3

table = boto3.resource("dynamodb").Table(os.environ["ORDERS_TABLE"])
queue = boto3.client("sqs")


def handler(event, context):
    print("event", json.dumps(event))
    if event["httpMethod"] == "POST":
        return create(event)
    if event["resource"] == "/orders/{id}":
        return read(event["pathParameters"]["id"])
    return answer(200, table.scan()["Items"])


def create(event):
    order = json.loads(event["body"])
    order["id"] = str(uuid.uuid4())
    order["status"] = "NEW"
    table.put_item(Item=order)
    queue.send_message(QueueUrl=os.environ["QUEUE_URL"], MessageBody=json.dumps(order))
    return answer(201, order)


def read(order_id):
    item = table.get_item(Key={"id": order_id}).get("Item")
    return answer(200, item) if item else answer(404, {"message": "not found"})


def answer(status, body):
    return {
        "statusCode": status,
        "headers": {"Access-Control-Allow-Origin": "*"},
        "body": json.dumps(body, default=str),
    }
