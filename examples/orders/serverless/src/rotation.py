"""Rotation of the payment provider's secret: a new API key is asked for with the old one."""
import json
import os
import ssl
import urllib.request

import boto3

client = boto3.client("secretsmanager")
tls = ssl.create_default_context()
tls.minimum_version = ssl.TLSVersion.TLSv1_3


def handler(event, context):
    secret, token = event["SecretId"], event["ClientRequestToken"]
    versions = client.describe_secret(SecretId=secret)["VersionIdsToStages"]
    if token not in versions:
        raise ValueError("unknown version")
    if "AWSCURRENT" in versions[token]:
        return
    {"createSecret": create, "setSecret": nothing, "testSecret": test, "finishSecret": finish}[event["Step"]](
        secret, token, versions
    )


def create(secret, token, versions):
    if "AWSPENDING" in versions[token]:
        try:
            client.get_secret_value(SecretId=secret, VersionId=token, VersionStage="AWSPENDING")
            return
        except client.exceptions.ResourceNotFoundException:
            pass
    current = json.loads(client.get_secret_value(SecretId=secret, VersionStage="AWSCURRENT")["SecretString"])
    fresh = call("POST", "/keys", current["api_key"])
    client.put_secret_value(
        SecretId=secret,
        ClientRequestToken=token,
        SecretString=json.dumps({"api_key": fresh["api_key"], "webhook_key": fresh["webhook_key"]}),
        VersionStages=["AWSPENDING"],
    )


def nothing(secret, token, versions):
    """The provider accepts a new key from the moment it hands it out."""


def test(secret, token, versions):
    pending = client.get_secret_value(SecretId=secret, VersionId=token, VersionStage="AWSPENDING")
    call("GET", "/keys/self", json.loads(pending["SecretString"])["api_key"])


def finish(secret, token, versions):
    current = next(version for version, stages in versions.items() if "AWSCURRENT" in stages)
    client.update_secret_version_stage(
        SecretId=secret, VersionStage="AWSCURRENT", MoveToVersionId=token, RemoveFromVersionId=current
    )


def call(method, path, api_key):
    request = urllib.request.Request(
        os.environ["PAYMENT_API_URL"] + path, method=method, headers={"Authorization": "Bearer " + api_key}
    )
    with urllib.request.urlopen(request, timeout=5, context=tls) as response:
        return json.load(response)
