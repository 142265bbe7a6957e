//! Each class, written by hand.

use crate::{completed, read, wrong};
use palisade_event::Class;
use serde_json::{Value, json};

/// One event of each class, with what of it to look at once it is complete.
const EVENTS: [(Class, &str, &str); 11] = [
    (
        Class::VulnerabilityFinding,
        "Vulnerability Finding: Create",
        r#"{
            "class_uid": 2002, "activity_id": 1, "time": 1700000000000, "severity_id": 4,
            "status_id": 1,
            "finding_info": {"uid": "f-1", "title": "A dependency can be made to run code"},
            "vulnerabilities": [{
                "cve": {"uid": "CVE-2021-44228", "cvss": [{"version": "3.1", "base_score": 10.0}]},
                "affected_packages": [{"name": "log4j-core", "version": "2.14.1"}]
            }],
            "resources": [{"uid": "arn:aws:lambda:eu-west-1:1:function:pay", "type": "function"}],
            "palisade": {"clauses": ["BPSS-3.8"]}
        }"#,
    ),
    (
        Class::ComplianceFinding,
        "Compliance Finding: Update",
        r#"{
            "class_uid": 2003, "activity_id": 2, "time": 1700000000000,
            "finding_info": {"uid": "f-2", "title": "A queue is not encrypted"},
            "compliance": {"status_id": 3, "control": "SCSP-7.1", "standards": ["SCSP"]},
            "remediation": {"desc": "Give the queue a key."},
            "resources": [{"name": "orders", "data": {"KmsMasterKeyId": null}}]
        }"#,
    ),
    (
        Class::DetectionFinding,
        "Detection Finding: Create",
        r#"{
            "class_uid": 2004, "activity_id": 1, "time": 1700000000000, "is_alert": true,
            "confidence_id": 3, "risk_score": 87,
            "finding_info": {
                "uid": "f-3", "title": "Many functions are listed by a new address",
                "attacks": [{"tactic": {"uid": "TA0007", "name": "Discovery"}}]
            },
            "evidences": [{
                "actor": {"user": {"name": "jane", "type_id": 1}},
                "src_endpoint": {"ip": "203.0.113.7", "port": 51234},
                "api": {"operation": "ListFunctions"}
            }]
        }"#,
    ),
    (
        Class::IncidentFinding,
        "Incident Finding: Close",
        r#"{
            "class_uid": 2005, "activity_id": 3, "time": 1700000000000, "status_id": 5,
            "assignee": {"name": "oncall", "email_addr": "oncall@example.com"},
            "finding_info_list": [{"uid": "f-3", "title": "A key was used from two countries"}],
            "verdict_id": 2, "priority_id": 3, "desc": "The key was revoked."
        }"#,
    ),
    (
        Class::Authentication,
        "Authentication: Logon",
        r#"{
            "class_uid": 3002, "activity_id": 1, "time": 1700000000000, "status_id": 2,
            "status_code": "InvalidToken", "status_detail": "the token has expired",
            "user": {"uid": "u-7", "name": "jane", "email_addr": "jane@example.com"},
            "service": {"name": "gateway"}, "is_mfa": false, "is_remote": true,
            "auth_protocol_id": 6,
            "src_endpoint": {"ip": "2001:db8::7", "location": {"country": "CH", "lat": 47.37, "long": 8.54}},
            "http_request": {"user_agent": "curl/8.5.0", "x_forwarded_for": ["198.51.100.1"]}
        }"#,
    ),
    (
        Class::AuthorizeSession,
        "Authorize Session: Assign Roles",
        r#"{
            "class_uid": 3003, "activity_id": 3, "time": 1700000000000, "status_id": 1,
            "user": {"uid": "u-7"}, "session": {"uid": "s-1", "is_mfa": true},
            "iam_roles": [{"name": "orders-reader", "uid": "arn:aws:iam::1:role/orders-reader"}]
        }"#,
    ),
    (
        Class::EntityManagement,
        "Entity Management: Enable",
        r#"{
            "class_uid": 3004, "activity_id": 8, "time": 1700000000000, "status_id": 1,
            "actor": {"user": {"uid": "u-1", "name": "counsel"}},
            "entity": {"name": "hold-2026-3", "type": "legal hold", "data": {"from": 0, "until": 9}},
            "comment": "Asked for by counsel."
        }"#,
    ),
    (
        Class::HttpActivity,
        "HTTP Activity: Post",
        r#"{
            "class_uid": 4002, "activity_id": 6, "time": 1700000000000, "status_id": 1,
            "action_id": 1, "disposition_id": 1, "duration": 12,
            "http_request": {
                "http_method": "POST", "version": "1.1", "length": 512,
                "url": {"hostname": "api.example.com", "path": "/orders", "scheme": "https", "port": 443},
                "http_headers": [{"name": "accept", "value": "*/*"}]
            },
            "http_response": {"code": 201, "latency": 11},
            "src_endpoint": {"ip": "203.0.113.7", "port": 51234},
            "dst_endpoint": {"hostname": "api.example.com", "ip": "10.0.0.8", "port": 443},
            "trace": {"uid": "4bf92f3577b34da6a3ce929d0e0e4736"},
            "metadata": {"correlation_uid": "c-1"}
        }"#,
    ),
    (
        Class::ApplicationLifecycle,
        "Application Lifecycle: Start",
        r#"{
            "class_uid": 6002, "activity_id": 3, "time": 1700000000000, "severity_id": 3,
            "app": {"name": "Palisade ledger", "vendor_name": "Palisade", "version": "0.1.0"},
            "message": "opened after a crash; 311 bytes of a torn tail were set aside",
            "unmapped": {"torn_bytes": 311, "file": "000017.tail"}
        }"#,
    ),
    (
        Class::ApiActivity,
        "API Activity: Read",
        r#"{
            "class_uid": 6003, "activity_id": 2, "time": 1700000000000, "status_id": 1,
            "type_uid": 600302, "category_uid": 6, "class_name": "API Activity",
            "actor": {
                "user": {"uid": "AIDAEXAMPLE", "name": "jane", "type_id": 1, "account": {"uid": "1"}},
                "session": {"uid": "s-9", "issuer": "arn:aws:iam::1:role/dev", "created_time": 1699999990000}
            },
            "api": {
                "operation": "GetObject", "service": {"name": "s3.amazonaws.com"},
                "request": {"uid": "r-1", "data": {"bucketName": "b", "key": "k"}}
            },
            "cloud": {"provider": "AWS", "region": "eu-west-1"},
            "src_endpoint": {"ip": "203.0.113.7"}, "http_request": {"user_agent": "aws-cli/2"},
            "metadata": {
                "version": "1.1.0", "uid": "e-1", "profiles": ["cloud"],
                "product": {"name": "CloudTrail", "vendor_name": "AWS"}
            }
        }"#,
    ),
    (
        Class::DatastoreActivity,
        "Datastore Activity: Query",
        r#"{
            "class_uid": 6005, "activity_id": 4, "time": 1700000000000, "status_id": 1,
            "actor": {"user": {"name": "auditor"}, "app_name": "palisade ledger query"},
            "src_endpoint": {"hostname": "audit-1"},
            "database": {"name": "ledger", "type_id": 1},
            "query_info": {"name": "search", "query_string": "class=6003 principal=jane", "bytes": 8192}
        }"#,
    ),
];

#[test]
fn each_class_as_people_write_it() {
    assert_eq!(EVENTS.map(|(class, ..)| class), Class::ALL);
    for (class, type_name, text) in EVENTS {
        assert_eq!(read(text).class(), class);
        let event = completed(text);
        let number = |name: &str| event[name].as_u64().expect("a number");
        assert_eq!(number("class_uid"), u64::from(class.uid()));
        assert_eq!(number("category_uid"), u64::from(class.uid() / 1000));
        assert_eq!(
            number("type_uid"),
            number("class_uid") * 100 + number("activity_id")
        );
        assert_eq!(event["type_name"], type_name);
        assert_eq!(event["class_name"], class.caption());
        assert_eq!(event["palisade"]["record"], "before");
        // A complete event is a valid one, but for what only the ledger may say.
        let mut again = event.clone();
        for name in ["blinded", "logged_time", "record", "uid"] {
            again["palisade"]
                .as_object_mut()
                .expect("an object")
                .remove(name);
        }
        assert_eq!(
            completed(&Value::from(again).to_string())["type_name"],
            type_name
        );
    }
}

#[test]
fn what_follows_is_filled_in() {
    let event = completed(
        r#"{"class_uid": 3004, "activity_id": 4, "time": 5, "entity": {"name": "segment 3"},
            "action_id": 2, "severity_id": null, "status_id": 99, "status": "deferred",
            "cloud": {"provider": "AWS"}, "palisade": {"clauses": ["SCSP-8.2"]}}"#,
    );
    assert_eq!(
        Value::from(event),
        json!({
            "class_uid": 3004, "class_name": "Entity Management",
            "category_uid": 3, "category_name": "Identity & Access Management",
            "activity_id": 4, "activity_name": "Delete",
            "type_uid": 300_404, "type_name": "Entity Management: Delete",
            "time": 5, "entity": {"name": "segment 3"},
            "action_id": 2, "action": "Denied",
            "severity_id": 1, "severity": "Informational",
            "status_id": 99, "status": "deferred",
            "cloud": {"provider": "AWS"},
            "metadata": {
                "version": "1.9.0-dev", "uid": "9f3c1a52-unguessable", "logged_time": 1_700_000_000_123_u64,
                "product": {"name": "Palisade", "vendor_name": "Palisade", "version": "0.1.0"},
                "profiles": ["cloud", "security_control"],
                "extensions": [{"name": "palisade", "version": "1"}],
            },
            "palisade": {"clauses": ["SCSP-8.2"], "record": "before"},
        })
    );
}

#[test]
fn what_the_event_says_itself_is_kept() {
    let text = EVENTS[9].2.replace(
        "\"version\": \"1.1.0\",",
        "\"version\": \"1.1.0\", \"logged_time\": 8,",
    );
    let event = completed(&text);
    let metadata = &event["metadata"];
    assert_eq!(metadata["version"], "1.1.0");
    assert_eq!(metadata["product"]["name"], "CloudTrail");
    assert_eq!(
        (&metadata["uid"], &metadata["logged_time"]),
        (&json!("e-1"), &json!(8))
    );
    assert_eq!(event["palisade"]["uid"], "9f3c1a52-unguessable");
    assert_eq!(event["palisade"]["logged_time"], 1_700_000_000_123_u64);
}

/// Changes an event of API activity and gives what is wrong with it then.
fn changed(path: &str, value: Value) -> Vec<String> {
    let mut event = Value::from_iter([("event", serde_json::from_str::<Value>(EVENTS[9].2).ok())]);
    let (above, name) = path.rsplit_once('/').unwrap_or_default();
    if let Some(above) = event["event"].pointer_mut(above) {
        above[name] = value;
    }
    wrong(&event["event"].to_string())
}

#[test]
fn errors_say_where_what_and_what_to_do() {
    let classes = "the classes in use are 2002 Vulnerability Finding, 2003 Compliance Finding, 2004 \
        Detection Finding, 2005 Incident Finding, 3002 Authentication, 3003 Authorize Session, 3004 \
        Entity Management, 4002 HTTP Activity, 6002 Application Lifecycle, 6003 API Activity, 6005 \
        Datastore Activity";
    let contradiction = "it contradicts the class, the activity or the number that it names; leave it \
        out, it is filled in";
    for (path, value, expected) in [
        ("/class_uid", json!(9999), format!("`/class_uid`: no class in use has it; {classes}")),
        ("/class_uid", json!(null), format!("`/class_uid`: it is missing; {classes}")),
        ("/class_uid", json!("6003"), "`/class_uid`: it is a text of 4 bytes; write a whole number".to_owned()),
        ("/time", json!("soon"), "`/time`: it is a text of 4 bytes; write a whole number (milliseconds since 1970, UTC)".to_owned()),
        ("/time", json!(1.5), "`/time`: it is a number with a fraction; write a whole number (milliseconds since 1970, UTC)".to_owned()),
        ("/activity_id", json!(5), "`/activity_id`: it is none of the numbers that it can be; it can be 0, 1, 2, 3, 4, 99".to_owned()),
        ("/actor/user/name", json!({"first": "x"}), "`/actor/user/name`: it is an object of 1 members; write a text".to_owned()),
        ("/actor/usr", json!("x"), "`/actor/usr`: `actor` has no such attribute; did you mean `user`?".to_owned()),
        ("/a~b", json!(1), "`/a~0b`: the class has no such attribute; put what has no attribute of its own under `unmapped`".to_owned()),
        ("/src_endpoint/port", json!(65_536), "`/src_endpoint/port`: it is a whole number; write a whole number from 0 to 65535".to_owned()),
        ("/src_endpoint", json!({"port": 1}), "`/src_endpoint`: too little is said; give at least one of `ip`, `uid`, `name`, `hostname`, `svc_name`, `instance_uid`, `interface_uid`, `interface_name`, `domain`".to_owned()),
        ("/resources", json!({}), "`/resources`: it is an object of 0 members; write a list, each an object (`resource_details`)".to_owned()),
        ("/resources", json!([{"name": "a"}, 7]), "`/resources/1`: it is a whole number; write an object (`resource_details`)".to_owned()),
        ("/api/operation", json!(null), "`/api/operation`: it is missing; `api` requires it: write a text".to_owned()),
        ("/cloud", json!(null), "`/cloud`: it is missing; the profile `cloud` requires it".to_owned()),
        ("/metadata/profiles", json!(["cloud", "osint"]), "`/metadata/profiles/1`: no such profile is in use; the profiles in use are `cloud`, `host`, `security_control`, `trace`".to_owned()),
        ("/type_uid", json!(600_301), format!("`/type_uid`: {contradiction}")),
        ("/category_uid", json!(3), format!("`/category_uid`: {contradiction}")),
        ("/activity_name", json!("Write"), format!("`/activity_name`: {contradiction}")),
        ("/palisade", json!({"clauses": ["scsp 1"]}), "`/palisade/clauses/0`: it is a text of 6 bytes; write the id of a clause, such as `SCSP-3.1`".to_owned()),
        ("/palisade", json!({"record": "before"}), "`/palisade/record`: `palisade` has no such attribute; put what has no attribute of its own under `unmapped`".to_owned()),
    ] {
        assert_eq!(changed(path, value), [expected]);
    }
    assert_eq!(changed("/activity_name", json!("read")), [""; 0]);
    assert_eq!(wrong("[]"), ["the event is no object; write `{…}`"]);
}
