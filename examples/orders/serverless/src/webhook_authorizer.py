"""Lets a webhook call pass when its timestamp is fresh and signed by the payment provider.

The signature of the body is checked by the function itself: an authorizer does not see the body.
"""
import payment


def handler(event, context):
    headers = {name.lower(): value for name, value in event["headers"].items()}
    timestamp = headers.get("x-timestamp", "")
    stamp_signature = headers.get("x-signature", "").partition(".")[0]
    allowed = payment.is_recent(timestamp) and payment.is_signed(timestamp.encode(), stamp_signature)
    return {
        "principalId": "payment-provider" if allowed else "unknown",
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow" if allowed else "Deny",
                    "Action": "execute-api:Invoke",
                    "Resource": event["methodArn"],
                }
            ],
        },
    }
