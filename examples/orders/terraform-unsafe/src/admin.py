"""Back office: change or remove any order."""
import json
import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["ORDERS_TABLE"])


def handler(event, context):
    order_id = event["pathParameters"]["proxy"].split("/")[-1]
    if event["httpMethod"] == "DELETE":
        table.delete_item(Key={"id": order_id})
        return {"statusCode": 204, "body": ""}
    fields = json.loads(event["body"])
    expression = "SET " + ", ".join("{0} = :{0}".format(name) for name in fields)
    table.update_item(
        Key={"id": order_id},
        UpdateExpression=expression,
        ExpressionAttributeValues={":" + name: value for name, value in fields.items()},
    )
    return {"statusCode": 200, "body": json.dumps({"id": order_id})}
