"""Nightly job: copies the orders of one status into the reporting database."""
import os

import boto3
import psycopg2

table = boto3.resource("dynamodb").Table(os.environ["ORDERS_TABLE"])


def handler(event, context):
    connection = psycopg2.connect(
        host=os.environ["DB_HOST"],
        user=os.environ["DB_USER"],
        password=os.environ["DB_PASSWORD"],
        dbname="reporting",
        sslmode="disable",
    )
    cursor = connection.cursor()
    cursor.execute("DELETE FROM orders WHERE status = '%s'" % event.get("status", "PAID"))
    for order in table.scan()["Items"]:
        cursor.execute(
            "INSERT INTO orders (id, status, sku) VALUES ('%s', '%s', '%s')"
            % (order["id"], order["status"], order["sku"])
        )
    connection.commit()
