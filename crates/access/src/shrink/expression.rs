//! Policies as a template writes them: symbols become references again.

use super::statement::Proposed;
use crate::access::Access;
use palisade_iam::{Effect, Symbols, is_hole, is_symbol};
use serde_json::{Map, Value as Json, json};

/// Writes texts with symbols as expressions of `CloudFormation`.
#[derive(Debug)]
pub struct Expressions<'a> {
    access: &'a Access<'a>,
    symbols: &'a Symbols,
}

/// The attribute that is the ARN, of the kinds that have one.
const ARN_ATTRIBUTES: &[(&str, &str)] = &[
    ("AWS::S3::Bucket", "Arn"),
    ("AWS::DynamoDB::Table", "Arn"),
    ("AWS::DynamoDB::GlobalTable", "Arn"),
    ("AWS::SQS::Queue", "Arn"),
    ("AWS::SNS::Topic", "Ref"),
    ("AWS::Lambda::Function", "Arn"),
    ("AWS::SecretsManager::Secret", "Ref"),
    ("AWS::KMS::Key", "Arn"),
    ("AWS::IAM::Role", "Arn"),
    ("AWS::StepFunctions::StateMachine", "Ref"),
    ("AWS::Events::EventBus", "Arn"),
    ("AWS::Kinesis::Stream", "Arn"),
    ("AWS::KinesisFirehose::DeliveryStream", "Arn"),
    ("AWS::Logs::LogGroup", "Arn"),
    ("AWS::Cognito::UserPool", "Arn"),
    ("AWS::ECR::Repository", "Arn"),
];

impl<'a> Expressions<'a> {
    /// Expressions for the texts of one application.
    #[must_use]
    pub fn new(access: &'a Access<'_>, symbols: &'a Symbols) -> Self {
        Self { access, symbols }
    }

    /// A policy document.
    #[must_use]
    pub fn document(&self, statements: &[Proposed]) -> Json {
        let statements: Vec<Json> = statements.iter().map(|s| self.statement(s)).collect();
        json!({"Version": "2012-10-17", "Statement": statements})
    }

    fn statement(&self, proposed: &Proposed) -> Json {
        let declared = proposed.declared();
        let list = |items: Vec<Json>| match items.as_slice() {
            [one] => one.clone(),
            _ => Json::Array(items),
        };
        let not = |except: bool, name: &str| match except && declared.effect == Effect::Deny {
            true => format!("Not{name}"),
            false => name.to_owned(),
        };
        let mut statement = Map::new();
        statement.insert("Effect".to_owned(), json!(declared.effect.as_str()));
        let actions = proposed.actions.iter().map(|action| json!(action));
        let name = not(declared.actions.except, "Action");
        statement.insert(name, list(actions.collect()));
        let except = declared.resources.as_ref().is_some_and(|e| e.except);
        let resources = proposed.resources.iter().map(|r| self.text(r));
        statement.insert(not(except, "Resource"), list(resources.collect()));
        if !declared.conditions.is_empty() {
            let mut block = Map::new();
            for test in &declared.conditions {
                let operator = block.entry(test.operator.to_string());
                let keys = operator.or_insert_with(|| json!({}));
                let values: Vec<Json> = test.written.iter().map(|text| self.text(text)).collect();
                keys[&*test.written_key] = list(values);
            }
            statement.insert("Condition".to_owned(), Json::Object(block));
        }
        Json::Object(statement)
    }

    /// A text: plain, a reference, or `Fn::Sub`.
    #[must_use]
    pub fn text(&self, text: &str) -> Json {
        if !text.chars().any(|c| is_symbol(c) || is_hole(c)) {
            return json!(text);
        }
        let arn = self
            .access
            .arns()
            .filter_map(|(resource, arn)| {
                let rest = text.strip_prefix(arn)?;
                let ends = rest.is_empty() || rest.starts_with(['/', ':']);
                let known = ARN_ATTRIBUTES
                    .iter()
                    .find(|(kind, _)| *kind == &*resource.kind);
                (ends && !resource.id.contains('/')).then_some((resource, known?.1, rest))
            })
            .min_by_key(|(.., rest)| rest.len());
        match arn {
            Some((resource, "Ref", "")) => json!({"Ref": &*resource.id}),
            Some((resource, attribute, "")) => json!({"Fn::GetAtt": [&*resource.id, attribute]}),
            Some((resource, "Ref", rest)) => {
                json!({"Fn::Sub": format!("${{{}}}{}", resource.id, self.substituted(rest))})
            }
            Some((resource, attribute, rest)) => json!({
                "Fn::Sub": format!("${{{}.{attribute}}}{}", resource.id, self.substituted(rest))
            }),
            None => {
                let shown = self.substituted(text);
                let shown = match shown.strip_prefix("arn:aws:") {
                    Some(rest) if self.access.settings.deployment.partition.is_none() => {
                        format!("arn:${{AWS::Partition}}:{rest}")
                    }
                    _ => shown,
                };
                json!({"Fn::Sub": shown})
            }
        }
    }

    /// A text for `Fn::Sub`: what looks like a reference and is none is escaped.
    fn substituted(&self, text: &str) -> String {
        let mut shown = String::new();
        for piece in text.split_inclusive(|c| is_symbol(c) || is_hole(c)) {
            let last = piece
                .chars()
                .next_back()
                .filter(|c| is_symbol(*c) || is_hole(*c));
            let literal = last.map_or(piece, |c| &piece[..piece.len() - c.len_utf8()]);
            shown.push_str(&literal.replace("${", "${!"));
            if let Some(c) = last {
                shown.push_str(&self.symbols.show(&c.to_string()));
            }
        }
        shown
    }
}
