//! `palisade iam escalate`: exit codes, and that a witness is one for `palisade iam simulate`.

use crate::Folder;
use serde_json::json;

fn asked(statements: &str) -> String {
    format!(
        r#"{{"policies": {{"identity": [{{"Version": "2012-10-17", "Statement": [{statements}]}}]}},
 "principal": "arn:aws:iam::111122223333:role/ci"}}"#
    )
}

const PASS: &str = r#"{"Effect": "Allow", "Action": ["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"], "Resource": "*"}"#;
const NO_LAMBDA: &str = r#"{"Effect": "Deny", "Action": "iam:PassRole", "Resource": "*",
  "Condition": {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}}"#;

#[test]
fn exit_codes() {
    let (open, closed) = (asked(PASS), asked(&format!("{PASS}, {NO_LAMBDA}")));
    let folder = Folder::new("escalate-codes")
        .with("open.json", &open)
        .with("closed.json", &closed)
        .with("both.json", format!("[{closed}, {open}]"))
        .with("broken.json", format!("[{open}, {}]", asked("1")))
        .with("none.json", "[]")
        .with("text.json", "{");
    for (file, code) in [
        ("open.json", 1),
        ("closed.json", 0),
        ("both.json", 1),
        ("broken.json", 3),
        ("none.json", 0),
        ("text.json", 3),
        ("missing.json", 2),
    ] {
        assert_eq!(
            folder.run(&["iam", "escalate", file]).code(),
            code,
            "{file}"
        );
    }
    assert_eq!(
        folder
            .run(&["iam", "escalate", "open.json", "--exit-zero"])
            .code(),
        0
    );
}

#[test]
fn a_witness_is_allowed() {
    let folder = Folder::new("escalate-witness").with("q.json", asked(PASS));
    let found = folder
        .run(&["iam", "escalate", "--format", "json", "q.json"])
        .json();
    assert_eq!(
        (&found["schema"], &found["verdict"]),
        (&json!("palisade.iam-escalate/1"), &json!("escalation"))
    );
    let path = &found["paths"][0];
    assert_eq!(path["method"], "lambda-invoke");
    let policies: serde_json::Value = serde_json::from_str(&asked(PASS)).expect("JSON");
    let questions: Vec<serde_json::Value> = (path["steps"].as_array().expect("steps").iter())
        .map(|step| json!({"policies": policies["policies"], "request": step["request"]}))
        .collect();
    assert_eq!(questions.len(), 3);
    let folder = folder.with("steps.json", json!(questions).to_string());
    assert_eq!(folder.run(&["iam", "simulate", "steps.json"]).code(), 0);
}
