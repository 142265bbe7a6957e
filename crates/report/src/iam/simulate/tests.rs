use super::*;
use palisade_iam::{evaluate, read_questions};

const QUESTIONS: &str = r#"[
  {"policies": {"identity": [{"Version": "2012-10-17", "Statement": [
      {"Sid": "Read", "Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]}],
    "scp": [[{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}]]},
   "request": {"principal": "arn:aws:iam::111122223333:user/u", "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k"}},
  {"policies": {"resource": {"Statement": {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}}},
   "request": {"principal": "anonymous", "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k"}},
  {"request": {"principal": "lambda.amazonaws.com", "action": "sts:AssumeRole", "resource": "arn:aws:iam::111122223333:role/r"}},
  {"policies": {"identity": [{"Statement": {"Effect": "Allow", "Action": "s3", "Resource": "*", "Sid": "\u001b[31m##[x"}}]},
   "request": {"principal": "bob"}}
]"#;

fn answers(text: &str) -> (Vec<Answer>, bool, Sources) {
    let mut sources = Sources::default();
    let file = sources.add("q.json", text);
    let questions = read_questions(&palisade_syntax::parse_json(file, text).unwrap());
    let answer = |question: Question| Answer {
        decision: question
            .answerable()
            .map(|request| evaluate(&question.policies, request)),
        question,
    };
    (
        questions.items.into_iter().map(answer).collect(),
        questions.listed,
        sources,
    )
}

#[test]
fn golden_text() {
    let (answers, _, sources) = answers(QUESTIONS);
    insta::assert_snapshot!(text(&answers, &sources, &Style::default()));
}

#[test]
fn golden_json() {
    let (answers, listed, sources) = answers(QUESTIONS);
    insta::assert_snapshot!(json(&answers, listed, &sources, "2026-09-26"));
}

#[test]
fn follows_its_schema() {
    let schema = include_str!("../../../../../schemas/iam-simulate.schema.json");
    let schema: Value = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let one = r#"{"request": {"principal": "anonymous", "action": "a:b", "resource": "*"}}"#;
    for questions in [QUESTIONS, one, "[]", "1"] {
        let (answers, listed, sources) = answers(questions);
        let mut value: Value =
            serde_json::from_str(&json(&answers, listed, &sources, "2026-09-26")).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&value)
            .map(|e| e.to_string())
            .collect();
        assert!(errors.is_empty(), "{errors:#?} {value:#}");
        assert_eq!(value.get("results").is_some(), listed);
        value["unknown_member"] = Value::Null;
        assert!(!validator.is_valid(&value));
    }
}
