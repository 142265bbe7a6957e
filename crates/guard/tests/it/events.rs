//! Events as AWS documents them become what the chain decides about.

use palisade_guard::events::{EventError, read};
use palisade_guard::{Entry, SourceKind};
use serde_json::{Value, json};

fn sqs() -> Value {
    json!({"Records": [{
        "messageId": "059f36b4-87a3-44ab-83d2-661975830a7d",
        "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
        "body": "{\"order\":7}",
        "attributes": {"ApproximateReceiveCount": "1", "SenderId": "AIDAIENQZJOLO23YVJ4VO"},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-2:123456789012:my-queue",
        "awsRegion": "us-east-2"
    }]})
}

fn records(
    event: &Value,
    said: Option<SourceKind>,
) -> Result<Vec<(SourceKind, Value, Vec<u8>)>, EventError> {
    let records = read(event.to_string().as_bytes(), said)?.into_iter();
    let each = records.map(|record| {
        let origin = Value::Object(record.occurrence.origin);
        (record.occurrence.kind, origin, record.payload)
    });
    Ok(each.collect())
}

#[test]
fn a_queue_s_batch() {
    let expected = json!({
        "arn": "arn:aws:sqs:us-east-2:123456789012:my-queue",
        "account": "123456789012",
    });
    let found = records(&sqs(), None).unwrap();
    assert_eq!(
        found,
        [(SourceKind::Sqs, expected, b"{\"order\":7}".to_vec())]
    );
}

#[test]
fn a_bucket_s_records_name_no_account() {
    let event = json!({"Records": [{
        "eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "us-east-2",
        "eventName": "ObjectCreated:Put",
        "responseElements": {"x-amz-request-id": "C3D13FE58DE4C810"},
        "s3": {"bucket": {"name": "lambda-artifacts", "ownerIdentity": {"principalId": "A3I5XTEXAMAI3E"},
                          "arn": "arn:aws:s3:::lambda-artifacts"},
               "object": {"key": "b21b84d653bb07b05b1e6b33684dc11b", "size": 1_305_107}}
    }]});
    let found = records(&event, Some(SourceKind::S3)).unwrap();
    let expected = json!({"arn": "arn:aws:s3:::lambda-artifacts", "bucket": "lambda-artifacts"});
    assert_eq!((found[0].0, &found[0].1), (SourceKind::S3, &expected));
}

#[test]
fn topics_and_buses() {
    let topic = json!({"Records": [{"EventSource": "aws:sns", "EventVersion": "1.0",
        "EventSubscriptionArn": "arn:aws:sns:us-east-2:123456789012:orders:21be56ed",
        "Sns": {"TopicArn": "arn:aws:sns:us-east-2:123456789012:orders", "MessageId": "95df01b4",
                "Message": "Hello from SNS!"}}]});
    let found = records(&topic, None).unwrap();
    assert_eq!(
        (found[0].0, found[0].2.as_slice()),
        (SourceKind::Sns, b"Hello from SNS!".as_slice())
    );
    let bus = json!({"version": "0", "id": "53dc4d37", "detail-type": "Order placed",
        "source": "com.example.orders", "account": "123456789012", "time": "2015-11-11T21:36:16Z",
        "region": "us-east-1", "resources": [], "detail": {"order": 7}});
    let found = records(&bus, None).unwrap();
    assert_eq!(
        (found[0].0, found[0].2.as_slice()),
        (SourceKind::EventBridge, b"{\"order\":7}".as_slice())
    );
}

#[test]
fn the_call_in_an_api_s_event() {
    let second = json!({"version": "2.0", "routeKey": "$default", "rawPath": "/orders/7",
        "rawQueryString": "a=1&a=2", "cookies": ["c=1"], "headers": {"Authorization": "Bearer x"},
        "requestContext": {"accountId": "123456789012", "apiId": "api-id", "stage": "$default",
            "domainName": "id.execute-api.us-east-1.amazonaws.com", "requestId": "id",
            "http": {"method": "POST", "path": "/orders/7", "sourceIp": "192.0.2.1"}},
        "body": "eyJhIjoxfQ==", "isBase64Encoded": true});
    let first = json!({"resource": "/orders/{id}", "path": "/orders/7", "httpMethod": "POST",
        "headers": {"Authorization": "Bearer x"}, "multiValueHeaders": {"Authorization": ["Bearer x"], "Cookie": ["c=1"]},
        "queryStringParameters": {"a": "2"}, "multiValueQueryStringParameters": {"a": ["1", "2"]},
        "requestContext": {"accountId": "123456789012", "apiId": "api-id", "stage": "prod",
            "requestId": "id", "identity": {"sourceIp": "192.0.2.1"}},
        "body": "{\"a\":1}", "isBase64Encoded": false});
    let url = {
        let mut url = second.clone();
        url["requestContext"]["domainName"] = json!("abc.lambda-url.us-west-2.on.aws");
        url
    };
    for (event, kind) in [
        (second, SourceKind::ApiGateway),
        (first, SourceKind::ApiGateway),
        (url, SourceKind::FunctionUrl),
    ] {
        let record = read(event.to_string().as_bytes(), None).unwrap().remove(0);
        assert_eq!(record.occurrence.kind, kind);
        assert_eq!(record.payload, b"{\"a\":1}");
        let request = record.call.unwrap();
        let Entry::Http(call) = &request.entry else {
            panic!()
        };
        assert_eq!(
            (call.method.as_str(), call.path.decoded()),
            ("POST", "/orders/7")
        );
        assert_eq!(call.query, "a=1&a=2");
        assert_eq!(request.headers.only("authorization"), Some("Bearer x"));
        assert_eq!(request.headers.only("cookie"), Some("c=1"));
        assert_eq!(request.peer.address.unwrap().to_string(), "192.0.2.1");
    }
}

#[test]
fn what_is_wrong_has_a_place() {
    let mut event = sqs();
    event["Records"][0]["eventSourceARN"] = json!(7);
    let place = "/Records/0/eventSourceARN".to_owned();
    let wanted = "a text";
    assert_eq!(
        records(&event, None).err(),
        Some(EventError::Part { place, wanted })
    );
    let (said, seen) = (SourceKind::S3, SourceKind::Sqs);
    assert_eq!(
        records(&sqs(), Some(said)).err(),
        Some(EventError::Kind { said, seen })
    );
    assert!(matches!(
        read(b"{\"a\": ", None),
        Err(EventError::Json { line: 1, .. })
    ));
    let mixed = json!({"Records": [{"eventSource": "aws:sqs"}, {"eventSource": "aws:s3"}]});
    assert_eq!(records(&mixed, None).err(), Some(EventError::Mixed));
    let hidden = json!({"version": "2.0", "rawPath": "/a/%2e%2e/b", "rawQueryString": "", "requestContext": {
        "domainName": "x", "http": {"method": "GET", "path": "/", "sourceIp": "192.0.2.1"}}});
    assert!(matches!(
        read(hidden.to_string().as_bytes(), None),
        Err(EventError::Path(_))
    ));
}

#[test]
fn anything_may_be_sent_directly() {
    let found = records(&sqs(), Some(SourceKind::Direct)).unwrap();
    assert_eq!((found[0].0, &found[0].1), (SourceKind::Direct, &json!({})));
    assert_eq!(records(&json!([1]), None).unwrap()[0].0, SourceKind::Direct);
}
