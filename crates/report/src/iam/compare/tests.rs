use super::*;
use palisade_iam::compare::{Options, compare};
use palisade_iam::read_policy_or_policies;

const NARROW: &str = r#"{"Version": "2012-10-17", "Statement": [
  {"Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}]}"#;
const WIDE: &str = r#"{"identity": [{"Version": "2012-10-17", "Statement": [
  {"Effect": "Allow", "Action": ["s3:Get*", "s3:DeleteObject"], "Resource": ["arn:aws:s3:::b/*", "arn:aws:s3:::c/*"],
   "Condition": {"ForAnyValue:StringLike": {"aws:TagKeys": ["a*"]}}}]}],
  "scp": [[{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}]]}"#;
const ADDRESS: &str = r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*",
  "Condition": {"IpAddress": {"k": "10.0.0.0/8"}}}}"#;
const TEXT: &str = r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*",
  "Condition": {"StringLike": {"k": "10.*"}}}}"#;

fn compared(texts: [&str; 2], universe: Universe) -> (Compared, Sources) {
    let mut sources = Sources::default();
    let mut side = |name: &str, text: &str| {
        let file = sources.add(name, text);
        let document = palisade_syntax::parse_json(file, text).unwrap();
        let (policies, notes) = read_policy_or_policies(&document.root);
        assert_eq!(notes, []);
        Side::of_policies(&policies).unwrap()
    };
    let sides = [side("a.json", texts[0]), side("b.json", texts[1])];
    let options = Options {
        universe,
        ..Options::default()
    };
    let compared = Compared {
        files: ["a.json", "b.json"].map(Arc::from),
        comparison: compare(&sides[0], &sides[1], options),
        sides,
        universe,
        notes: Vec::new(),
    };
    (compared, sources)
}

#[test]
fn golden() {
    let (compared, sources) = compared([NARROW, WIDE], Universe::Open);
    insta::assert_snapshot!("text", text(&compared, &sources, &Style::default()));
    insta::assert_snapshot!("json", json(&compared, &sources));
    let (compared, sources) = self::compared([ADDRESS, TEXT], Universe::Open);
    insta::assert_snapshot!("unknown", text(&compared, &sources, &Style::default()));
}

#[test]
fn follows_its_schema() {
    let schema = include_str!("../../../../../schemas/iam-compare.schema.json");
    let schema: Value = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let catalogue = Universe::Catalogue(palisade_iam::Catalogue::builtin());
    for (texts, universe) in [
        ([NARROW, WIDE], Universe::Open),
        ([ADDRESS, TEXT], Universe::Open),
        ([NARROW, NARROW], Universe::Open),
        ([WIDE, NARROW], catalogue),
    ] {
        let (compared, sources) = compared(texts, universe);
        let mut value: Value = serde_json::from_str(&json(&compared, &sources)).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&value)
            .map(|e| e.to_string())
            .collect();
        assert!(errors.is_empty(), "{errors:#?} {value:#}");
        value["unknown_member"] = Value::Null;
        assert!(!validator.is_valid(&value));
    }
}
