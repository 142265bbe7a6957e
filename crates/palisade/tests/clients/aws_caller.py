"""Calls a gateway as programs with AWS's own library do, and prints what each call was answered:

    python3 aws_caller.py lambda|execute-api URL AUTHORITY

AUTHORITY is a file with the certificates that are trusted. Each line is `name status`.
"""

import datetime
import socket
import ssl
import sys
from urllib.parse import quote, urlsplit

import boto3
import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from botocore.httpsession import URLLib3Session

KIND, URL, AUTHORITY = sys.argv[1:]
# As in AWS's documentation.
KEY, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
# Of sessions: one that has ended, too.
SESSION, ENDED, TOKEN = "ASIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN8EXAMPLE", "IQoJb3JpZ2luX2VjEXAMPLE/+=="
ARN = "arn:aws:lambda:eu-central-1:111122223333:function:orders"


def say(name, status):
    print(name, status, flush=True)


def invoke(name, key=KEY, secret=SECRET, token=None, region="eu-central-1", spoil=None, **more):
    client = boto3.client(
        "lambda",
        endpoint_url=URL,
        region_name=region,
        verify=AUTHORITY,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        aws_session_token=token,
        config=Config(retries={"total_max_attempts": 1}, proxies={}),
    )
    if spoil:
        # What is signed is changed on its way.
        client.meta.events.register("before-send.lambda.Invoke", spoil)
    call = {"FunctionName": "orders", "Payload": b'{"id": 7}', **more}
    try:
        answer = client.invoke(**call)
        assert answer["Payload"].read() == b'{"id": 7}', "another payload came back"
        say(name, answer["StatusCode"])
    except ClientError as error:
        say(name, error.response["ResponseMetadata"]["HTTPStatusCode"])


def another_body(request, **_):
    request.body = b'{"id": 8}'


def another_header(request, **_):
    request.headers["X-Amz-Invocation-Type"] = "Event"


def another_path(request, **_):
    request.url = request.url.replace("/orders/", "/others/")


def of_lambda():
    invoke("by-name")
    invoke("by-arn", FunctionName=ARN)
    invoke("qualified", Qualifier="live 1+1")
    invoke("event", InvocationType="Event", ClientContext="e30=")
    invoke("wrong-secret", secret=SECRET[:-1] + "X")
    invoke("unknown-key", key="AKIAIOSFODNN8EXAMPLE")
    invoke("other-region", region="us-east-1")
    invoke("session-token", token="a token that nobody gave")
    invoke("session", key=SESSION, token=TOKEN)
    invoke("other-session", key=SESSION, token=TOKEN[:-1])
    invoke("no-session", key=SESSION)
    invoke("ended-session", key=ENDED, token=TOKEN)
    invoke("changed-body", spoil=another_body)
    invoke("changed-header", spoil=another_header)
    invoke("changed-path", spoil=another_path)


def send(name, method="GET", path="/orders/7", query="", data=None, spoil=None, **how):
    signer = how.get("signer", botocore.auth.SigV4Auth)
    credentials = Credentials(how.get("key", KEY), how.get("secret", SECRET), how.get("token"))
    scope = [how.get("service", "execute-api"), how.get("region", "eu-central-1")]
    headers = {"Content-Type": "application/json"} if data else {}
    parts = {"headers": headers, "data": data, "params": how.get("params")}
    request = AWSRequest(method, URL + path + query, **parts)
    signer(credentials, *scope, **how.get("more", {})).add_auth(request)
    prepared = request.prepare()
    if spoil:
        spoil(prepared)
    say(name, URLLib3Session(verify=AUTHORITY).send(prepared).status_code)


class Hourly(botocore.auth.SigV4Auth):
    """Of somebody whose clock is an hour late."""

    def add_auth(self, request):
        kept = botocore.auth.get_current_datetime
        early = kept() - datetime.timedelta(hours=1)
        botocore.auth.get_current_datetime = lambda *_, **__: early
        try:
            super().add_auth(request)
        finally:
            botocore.auth.get_current_datetime = kept


class Unsigned(botocore.auth.SigV4Auth):
    """The body is not under the signature."""

    def payload(self, request):
        return "UNSIGNED-PAYLOAD"


def edit(part, old, new):
    def change(request):
        was = getattr(request, part)
        assert old in was, was
        setattr(request, part, was.replace(old, new))

    return change


def of_execute_api():
    presigned = {"signer": botocore.auth.SigV4QueryAuth, "more": {"expires": 60}}
    send("get")
    send("query", query="?b=2&a=1&a=0&empty=&lone&space=a%20b&plus=a%2Bb&utf=%C3%A4&tilde=~&star=%2A")
    # Sent as `+` and `%2B`, signed as `%20` and `%2B`.
    send("parameters", params={"space": "a b", "plus": "a+b", "utf": "ä", "star": "*"})
    send("path", path="/orders/" + quote("a b~ä:@!$&'()*+,=", safe=""))
    send("plain-path", path="/orders/a:@!$&'()*+,=~")
    send("post", method="POST", path="/orders", data=b'{"id": 7}')
    send("presigned", **presigned)
    send("presigned-query", query="?b=2&a=a%20b", **presigned)
    send("presigned-session", key=SESSION, token=TOKEN, **presigned)
    send("presigned-other-session", key=SESSION, token=TOKEN + "=", **presigned)
    send("presigned-no-session", key=SESSION, **presigned)
    send("presigned-ended-session", key=ENDED, token=TOKEN, **presigned)
    send("presigned-too-long", signer=botocore.auth.SigV4QueryAuth, more={"expires": 3600})
    send("wrong-secret", secret="x" * 40)
    send("other-region", region="us-east-1")
    send("other-service", service="lambda")
    send("old", signer=Hourly)
    send("unsigned-body", method="POST", path="/orders", data=b'{"id": 7}', signer=Unsigned)
    send("changed-query", query="?a=1", spoil=edit("url", "a=1", "a=2"))
    send("added-query", query="?a=1", spoil=edit("url", "a=1", "a=1&b=1"))
    send("changed-path", spoil=edit("url", "/7", "/8"))
    send("changed-presigned", spoil=edit("url", "X-Amz-Expires=60", "X-Amz-Expires=61"), **presigned)
    body = edit("body", b"7", b"8")
    send("changed-body", method="POST", path="/orders", data=b'{"id": 7}', spoil=body)
    handshake("tls-1.3", ssl.TLSVersion.TLSv1_3)
    handshake("tls-1.2", ssl.TLSVersion.TLSv1_2)


def handshake(name, version):
    context = ssl.create_default_context(cafile=AUTHORITY)
    context.minimum_version = context.maximum_version = version
    place = urlsplit(URL)
    try:
        with socket.create_connection((place.hostname, place.port), 10) as plain:
            with context.wrap_socket(plain, server_hostname=place.hostname) as secure:
                say(name, secure.version())
    except ssl.SSLError as error:
        say(name, error.reason)


{"lambda": of_lambda, "execute-api": of_execute_api}[KIND]()
