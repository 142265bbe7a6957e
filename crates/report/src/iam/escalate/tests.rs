use super::*;
use palisade_access::escalate::{escalate, question};
use palisade_iam::Catalogue;

const QUESTIONS: &str = r#"[
  {"policies": {"identity": [{"Version": "2012-10-17", "Statement": [
      {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*",
       "Condition": {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}},
      {"Effect": "Allow", "Action": ["lambda:CreateFunction", "lambda:InvokeFunction"], "Resource": "*"}]}]},
   "principal": "arn:aws:iam::111122223333:role/ci",
   "inventory": {"arn:aws:iam::111122223333:role/admin": {
      "trust": {"Statement": {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}},
      "identity": [{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}]}}},
  {"identity": [{"Statement": {"Effect": "Allow", "Action": ["iam:UpdateAssumeRolePolicy"], "Resource": "*"}}]},
  {"Statement": {"Effect": "Allow", "Action": "iam:AttachUserPolicy", "Resource": "*",
      "Condition": {"ArnEquals": {"iam:PolicyARN": "arn:aws:iam::111122223333:policy/\u001b[31mapproved"}}}},
  {"policies": {}, "principal": "bob"}
]"#;

fn answers(text: &str) -> (Vec<Answer>, bool, Sources) {
    let mut sources = Sources::default();
    let file = sources.add("q.json", text);
    let document = palisade_syntax::parse_json(file, text).unwrap();
    let (listed, asked) = question::read(&document);
    let answer = |asked: question::Asked| Answer {
        found: asked
            .question(Catalogue::builtin())
            .map(|question| escalate(&question)),
        notes: asked.notes,
    };
    (asked.into_iter().map(answer).collect(), listed, sources)
}

#[test]
fn golden_text() {
    let (answers, _, sources) = answers(QUESTIONS);
    insta::assert_snapshot!(text(&answers, &sources, &Style::default()));
}

#[test]
fn golden_json() {
    let (answers, listed, sources) = answers(QUESTIONS);
    insta::assert_snapshot!(json(&answers, listed, &sources));
}

#[test]
fn follows_its_schema() {
    let schema = include_str!("../../../../../schemas/iam-escalate.schema.json");
    let schema: Value = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let everything = r#"{"Statement": {"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}}"#;
    for questions in [QUESTIONS, everything, "[]", "1"] {
        let (answers, listed, sources) = answers(questions);
        let mut value: Value = serde_json::from_str(&json(&answers, listed, &sources)).unwrap();
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
