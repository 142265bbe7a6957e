"""Nightly job: copies the orders, without their customers, into the reporting database."""
import logging
import os
from pathlib import Path

import boto3
import psycopg

log = logging.getLogger()
log.setLevel(os.environ["LOG_LEVEL"])
table = boto3.resource("dynamodb").Table(os.environ["ORDERS_TABLE"])

AUTHORITIES = Path(__file__).with_name("rds-global-bundle.pem")


def handler(event, context):
    host, user = os.environ["DB_HOST"], os.environ["DB_USER"]
    token = boto3.client("rds").generate_db_auth_token(DBHostname=host, Port=5432, DBUsername=user)
    with psycopg.connect(
        host=host,
        user=user,
        password=token,
        dbname="reporting",
        sslmode="verify-full",
        sslrootcert=str(AUTHORITIES),
        ssl_min_protocol_version="TLSv1.3",
    ) as connection:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE orders")
            for order in orders():
                cursor.execute(
                    "INSERT INTO orders (id, status, sku, quantity) VALUES (%s, %s, %s, %s)",
                    (order["id"], order["status"], order["sku"], int(order["quantity"])),
                )
    log.info("report written")


def orders():
    page = {"LastEvaluatedKey": None}
    while "LastEvaluatedKey" in page:
        start = page["LastEvaluatedKey"]
        page = table.scan(**({"ExclusiveStartKey": start} if start else {}))
        yield from page["Items"]
