//! `palisade iam`: exit codes, and what is read and written.

use crate::{Folder, Run};
use std::io::Write as _;
use std::process::{Command, Stdio};

const POLICY: &str = r#"{"Version": "2012-10-17", "Statement": [{"Sid": "Read", "Effect": "Allow",
  "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}]}"#;

fn question(action: &str) -> String {
    format!(
        r#"{{"policies": {{"identity": [{POLICY}]}},
 "request": {{"principal": "arn:aws:iam::111122223333:role/r", "action": "{action}", "resource": "arn:aws:s3:::b/k"}}}}"#
    )
}

fn simulate(folder: &Folder, arguments: &[&str]) -> Run {
    folder.run(&[&["iam", "simulate", "--format", "json"], arguments].concat())
}

#[test]
fn one_question_is_answered() {
    let folder = Folder::new("iam-one").with("q/a.json", question("s3:GetObject"));
    let run = simulate(&folder, &["q/a.json"]);
    assert_eq!(run.code(), 0);
    let json = run.json();
    assert_eq!(json["schema"], "palisade.iam-simulate/1");
    assert_eq!(
        (&json["decision"], &json["layer"]),
        (&"Allowed".into(), &"identity".into())
    );
    let matched = &json["matched"][0];
    assert_eq!(
        (&matched["sid"], &matched["statement"]),
        (&"Read".into(), &0.into())
    );
    let location = &matched["location"];
    assert_eq!(location["file"], "q/a.json");
    assert_eq!(
        (&location["line"], &location["column"]),
        (&1.into(), &68.into())
    );
    assert_eq!(
        (&location["end_line"], &location["end_column"]),
        (&2.into(), &60.into())
    );
    assert_eq!(json["problems"], serde_json::json!([]));
}

#[test]
fn exit_codes() {
    let (yes, no) = (question("s3:GetObject"), question("s3:PutObject"));
    let broken = question("s3:Put*");
    let folder = Folder::new("iam-codes")
        .with("yes.json", &yes)
        .with("no.json", &no)
        .with("both.json", format!("[{yes}, {no}]"))
        .with("broken.json", format!("[{no}, {broken}]"))
        .with("none.json", "[]")
        .with("text.json", "{\n  \"request\": x\n}")
        .with("binary.json", [0, 159]);
    for (file, code) in [
        ("yes.json", 0),
        ("no.json", 1),
        ("both.json", 1),
        ("broken.json", 3),
        ("none.json", 0),
        ("text.json", 3),
        ("binary.json", 3),
        ("nowhere.json", 2),
        (".", 2),
    ] {
        assert_eq!(simulate(&folder, &[file]).code(), code, "{file}");
        let denied = if code == 1 { 0 } else { code };
        let run = simulate(&folder, &[file, "--exit-zero"]);
        assert_eq!(run.code(), denied, "{file}");
    }
    let json = simulate(&folder, &["both.json"]).json();
    let decisions = [
        &json["results"][0]["decision"],
        &json["results"][1]["decision"],
    ];
    assert_eq!(decisions, ["Allowed", "ImplicitlyDenied"]);
    let error = simulate(&folder, &["text.json"]).err();
    assert!(
        error.contains("text.json:2:14") && error.contains("\"request\": x"),
        "{error}"
    );
    assert_eq!(folder.run(&["iam", "simulate"]).code(), 2);
}

#[test]
fn every_mistake_is_shown_with_its_line() {
    let text = question("s3:GetObject")
        .replace("\"Action\"", "\"Actions\"")
        .replace("\"request\"", "\"requests\"");
    let folder = Folder::new("iam-mistakes").with("q.json", text);
    let json = simulate(&folder, &["q.json"]).json();
    assert_eq!(json["decision"], serde_json::Value::Null);
    let messages: Vec<&str> = (json["problems"].as_array().unwrap().iter())
        .map(|p| p["message"].as_str().unwrap())
        .collect();
    assert_eq!(
        messages,
        [
            "the question has no `request`",
            "the statement has no `Action`",
            "`Actions` is not an element of a statement; did you mean `Action`?",
            "`requests` is not a member of a question; did you mean `request`?",
        ]
    );
    let run = folder.run(&["iam", "simulate", "q.json"]);
    assert_eq!(run.code(), 3);
    assert!(
        run.out().contains("q.json:2:3") && run.out().contains("^^^^^^^^^"),
        "{}",
        run.out()
    );
}

#[test]
fn questions_come_from_standard_input() {
    let folder = Folder::new("iam-stdin");
    let mut child = Command::new(env!("CARGO_BIN_EXE_palisade"))
        .args(["iam", "simulate", "-"])
        .current_dir(&folder.0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input
        .write_all(question("s3:PutObject").as_bytes())
        .unwrap();
    drop(input);
    let run = Run(child.wait_with_output().unwrap());
    assert_eq!(run.code(), 1);
    assert!(
        run.out()
            .starts_with("ImplicitlyDenied: arn:aws:iam::111122223333:role/r s3:PutObject")
    );
}

#[test]
fn what_the_linter_finds_keeps_no_question_from_its_answer() {
    let text = question("s3:GetObject").replace(
        "\"Action\": \"s3:GetObject\"",
        "\"Action\": [\"s3:GetObject\", \"s3:GetObjcet\"]",
    );
    let folder = Folder::new("iam-doubts").with("q.json", text);
    let run = simulate(&folder, &["q.json"]);
    assert_eq!(run.code(), 0);
    let json = run.json();
    let problem = &json["problems"][0];
    assert_eq!(
        (&json["decision"], &problem["level"]),
        (&"Allowed".into(), &"warning".into())
    );
    let message = problem["message"].as_str().unwrap();
    assert!(
        message.contains("did you mean `s3:GetObject`?"),
        "{message}"
    );
    assert!(
        message.contains(json["catalogue"].as_str().unwrap()),
        "{message}"
    );
}

#[test]
fn policies_are_linted() {
    let folder = Folder::new("iam-lint")
        .with("good.json", POLICY)
        .with("bad.json", POLICY.replace("s3:GetObject", "s3:ListBucket"))
        .with("text.json", "{");
    let lint = |arguments: &[&str]| folder.run(&[&["iam", "lint"], arguments].concat());
    assert_eq!(lint(&["good.json"]).code(), 0);
    assert_eq!(lint(&["good.json", "--kind", "resource"]).code(), 1);
    assert_eq!(lint(&["bad.json", "--exit-zero"]).code(), 0);
    assert_eq!(lint(&["good.json", "text.json"]).code(), 3);
    assert_eq!(lint(&["nowhere.json"]).code(), 2);
    assert_eq!(lint(&["good.json", "--iam-data", "bad.json"]).code(), 2);
    assert_eq!(lint(&[]).code(), 2);
    let run = lint(&["good.json", "bad.json", "--format", "json"]);
    assert_eq!(run.code(), 1);
    let json = run.json();
    assert_eq!(json["schema"], "palisade.iam-lint/1");
    assert_eq!(json["results"][0]["problems"], serde_json::json!([]));
    assert_eq!(json["results"][1]["problems"][0]["line"], 2);
    assert_eq!(
        lint(&["good.json", "-f", "json"]).json()["kind"],
        "identity"
    );
}

#[test]
fn comparisons() {
    let allow = |action: &str| {
        format!(r#"{{"Statement": {{"Effect": "Allow", "Action": "{action}", "Resource": "*"}}}}"#)
    };
    let folder = Folder::new("iam-compare")
        .with("narrow.json", allow("s3:GetObject"))
        .with("wide.json", allow("s3:Get*"))
        .with(
            "bounded.json",
            format!(
                r#"{{"identity": [{}], "boundary": [{}]}}"#,
                allow("*"),
                allow("s3:GetObject")
            ),
        )
        .with(
            "resource.json",
            format!(r#"{{"resource": {}}}"#, allow("*")),
        )
        .with(
            "broken.json",
            r#"{"Statement": {"Effect": "Allow", "Actoin": "*", "Resource": "*"}}"#,
        );
    let compare = |a: &str, b: &str| {
        let run = folder.run(&["iam", "compare", a, b, "--format", "json"]);
        assert_eq!(run.code(), 0, "{}", run.err());
        run.json()
    };
    let json = compare("narrow.json", "wide.json");
    assert_eq!(json["verdict"], "narrower");
    assert_eq!(json["a_subset_b"], true);
    assert_eq!(json["b_subset_a"], false);
    assert_eq!(compare("bounded.json", "narrow.json")["verdict"], "equal");
    // A witness is a request of `simulate`.
    let witness = &json["witness_b_not_a"];
    let request = serde_json::json!({
        "principal": witness["principal"], "action": witness["action"], "resource": witness["resource"],
        "resource_account": witness["resource_account"], "context": witness["context"],
    });
    for (policy, decision) in [("wide", "Allowed"), ("narrow", "ImplicitlyDenied")] {
        let document: serde_json::Value = serde_json::from_str(&allow(if policy == "wide" {
            "s3:Get*"
        } else {
            "s3:GetObject"
        }))
        .unwrap();
        let question =
            serde_json::json!({"policies": {"identity": [document]}, "request": request});
        let folder =
            Folder::new(&format!("iam-compare-{policy}")).with("q.json", question.to_string());
        assert_eq!(simulate(&folder, &["q.json"]).json()["decision"], decision);
    }
    let run = folder.run(&[
        "iam",
        "compare",
        "narrow.json",
        "wide.json",
        "--universe",
        "catalogue",
    ]);
    assert!(
        run.out()
            .starts_with("narrower: narrow.json allows less than wide.json"),
        "{}",
        run.out()
    );
    for (file, message) in [
        ("resource.json", "documents of their own"),
        ("broken.json", "did you mean `Action`?"),
    ] {
        let run = folder.run(&["iam", "compare", file, "wide.json"]);
        assert_eq!(run.code(), 3);
        assert!(run.err().contains(message), "{}", run.err());
    }
    assert_eq!(folder.run(&["iam", "compare", "narrow.json"]).code(), 2);
}

const APPLICATION: &str = "Resources:
  Orders: {Type: AWS::DynamoDB::Table}
  Create: {Type: AWS::Lambda::Function, Properties: {Role: !GetAtt Role.Arn}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      Policies: [{PolicyName: p, PolicyDocument: {Statement: {Effect: Allow, Action: 'dynamodb:GetItem', Resource: !GetAtt Orders.Arn}}}]
";

#[test]
fn access_is_shown_in_each_format() {
    let folder = Folder::new("iam-access").with("app/template.yaml", APPLICATION);
    let run = |format: &str| folder.run(&["iam", "access", "app", "--format", format]);
    let text = run("text");
    assert_eq!(text.code(), 0);
    assert!(
        text.out()
            .contains("Create as Role: read GetItem\n      app/template.yaml:7")
    );
    let json = run("json").json();
    assert_eq!(json["schema"], "palisade.iam-access/1");
    let edges = json["applications"][0]["edges"].as_array().expect("edges");
    let grant = edges.iter().find(|e| e["kind"] == "may").expect("grant");
    assert_eq!(
        (&grant["from"], &grant["to"]),
        (&"Role".into(), &"Orders".into())
    );
    assert_eq!(grant["witness"]["action"], "dynamodb:GetItem");
    assert!(run("svg").out().starts_with("<svg "));
    let none = folder.run(&["iam", "access", "app", "--to", "Nothing"]);
    assert!(none.out().contains("nothing reaches"));
}

#[test]
fn access_says_what_it_could_not_read() {
    let folder = Folder::new("iam-access-broken").with("template.yaml", "Resources: {a: [");
    assert_eq!(folder.run(&["iam", "access", "template.yaml"]).code(), 3);
}
