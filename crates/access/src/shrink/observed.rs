//! What was really called: the records of CloudTrail.
//!
//! A record names a role and resources as they are deployed, with names that deployment made
//! (`shop-Orders-1A2B3C`). They are brought back to the resources of the template.

use crate::access::Access;
use crate::identities::Identity;
use crate::needs::Observed;
use palisade_code::Argument;
use palisade_iam::{Pattern, Token, Truth, is_symbol};
use serde_json::Value as Json;
use std::sync::Arc;

/// One recorded call.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// The name of the role that made it.
    role: String,
    /// The name of its session: of a function, the function's name.
    session: String,
    service: Arc<str>,
    operation: Arc<str>,
    arguments: Vec<(Arc<str>, Argument)>,
    resources: Vec<String>,
}

/// Clients whose name is not the one that records give.
const CLIENTS: &[(&str, &str)] = &[
    ("monitoring", "cloudwatch"),
    ("states", "stepfunctions"),
    ("email", "ses"),
    ("elasticloadbalancing", "elbv2"),
    ("cassandra", "keyspaces"),
];

/// Reads records: a log file (`{"Records": […]}`), a list, the output of `lookup-events`, or one
/// record on each line.
///
/// # Errors
/// What is wrong with the text.
pub fn records(text: &str) -> Result<Vec<Record>, String> {
    let values: Vec<Json> = match serde_json::from_str::<Json>(text) {
        Ok(Json::Object(mut map)) => match map.remove("Records").or_else(|| map.remove("Events")) {
            Some(Json::Array(records)) => records,
            Some(_) => return Err("`Records` is not a list".to_owned()),
            None => vec![Json::Object(map)],
        },
        Ok(Json::Array(records)) => records,
        Ok(_) => return Err("it holds no records".to_owned()),
        Err(whole) => {
            let lines = text.lines().filter(|line| !line.trim().is_empty());
            let lines: Result<Vec<Json>, _> = lines.map(serde_json::from_str).collect();
            lines.map_err(|_| whole.to_string())?
        }
    };
    let mut records = Vec::new();
    for value in values {
        // `lookup-events` wraps each record in a text.
        let inner = value.get("CloudTrailEvent").and_then(Json::as_str);
        let inner = inner.map(serde_json::from_str::<Json>);
        match inner {
            Some(Ok(inner)) => records.extend(record(&inner)),
            Some(Err(error)) => return Err(error.to_string()),
            None => records.extend(record(&value)),
        }
    }
    Ok(records)
}

/// A record of a call by a role; others tell nothing about functions.
fn record(value: &Json) -> Option<Record> {
    let source = value.get("eventSource")?.as_str()?;
    let source = source.split('.').next().unwrap_or(source);
    let client = CLIENTS.iter().find(|(from, _)| *from == source);
    let name = value.get("eventName")?.as_str()?;
    // Some names carry the version of the API: `GetFunction20150331v2`.
    let operation = name.find("20").map_or(name, |at| {
        let version = &name[at..];
        let is_version = version.len() >= 8 && version.bytes().take(8).all(|b| b.is_ascii_digit());
        if is_version { &name[..at] } else { name }
    });
    let identity = value.get("userIdentity")?;
    let issuer = identity.pointer("/sessionContext/sessionIssuer");
    let arn = identity
        .get("arn")
        .and_then(Json::as_str)
        .unwrap_or_default();
    let role = issuer
        .and_then(|issuer| issuer.get("userName"))
        .and_then(Json::as_str)
        .or_else(|| arn.split('/').nth(1))?;
    let listed = value.get("resources").and_then(Json::as_array);
    let listed = listed.map_or(&[][..], Vec::as_slice).iter();
    let arns = listed.filter_map(|r| r.get("ARN").or_else(|| r.get("arn")));
    let arguments = match value.get("requestParameters") {
        Some(Json::Object(map)) => map.iter().map(|(k, v)| (capital(k), argument(v))).collect(),
        _ => Vec::new(),
    };
    Some(Record {
        role: role.to_owned(),
        session: arn.rsplit('/').next().unwrap_or_default().to_owned(),
        service: Arc::from(client.map_or(source, |(_, to)| *to)),
        operation: Arc::from(operation),
        arguments,
        resources: arns.filter_map(Json::as_str).map(str::to_owned).collect(),
    })
}

/// Records write `tableName` where the API says `TableName`.
fn capital(name: &str) -> Arc<str> {
    let mut chars = name.chars();
    let first = chars.next().map(|c| c.to_ascii_uppercase());
    Arc::from(first.into_iter().chain(chars).collect::<String>())
}

fn argument(value: &Json) -> Argument {
    match value {
        Json::String(text) => Argument::Text(Arc::from(text.as_str())),
        Json::Bool(_) | Json::Number(_) => Argument::Text(Arc::from(value.to_string())),
        Json::Array(items) => Argument::List(items.iter().map(argument).collect()),
        Json::Object(map) => Argument::Map(
            map.iter()
                .map(|(key, value)| (Argument::Text(capital(key)), argument(value)))
                .collect(),
        ),
        Json::Null => Argument::Unknown(Arc::from("not recorded")),
    }
}

impl Record {
    /// Whether a function made the call: by the names that the role and the session carry.
    pub(super) fn is_of(&self, role: &Identity, function: &str) -> bool {
        let declared = role.arn.rsplit('/').next().unwrap_or_default();
        let made = |name: &str, id: &str| name == id || is_made_from(name, id);
        (self.role == declared || made(&self.role, &role.id))
            // A role is shared by several functions at times; a session without a function's name
            // speaks for all of them.
            && (made(&self.session, function) || !self.session.contains('-'))
    }

    /// The call, with the resources of the template in place of those that were deployed.
    pub(super) fn bound(&self, access: &Access<'_>) -> Observed {
        Observed {
            service: self.service.clone(),
            operation: self.operation.clone(),
            arguments: self.arguments.clone(),
            resources: self
                .resources
                .iter()
                .map(|arn| template_arn(access, arn))
                .collect(),
        }
    }
}

/// Whether a name was made by deployment for a resource: `stack-Orders-1A2B3C`. The name of the
/// stack may be missing, long ids are cut.
fn is_made_from(name: &str, id: &str) -> bool {
    let id = id.rsplit('/').next().unwrap_or(id);
    name.split('-').any(|part| part.eq_ignore_ascii_case(id))
}

/// The ARN of a deployed resource as the template's, where one of its resources can be meant.
fn template_arn(access: &Access<'_>, deployed: &str) -> String {
    for (resource, arn) in access.arns() {
        let pattern: Pattern = arn
            .chars()
            .map(|c| {
                if is_symbol(c) {
                    Token::Run
                } else {
                    Token::Char(c)
                }
            })
            .collect();
        let own = access
            .symbols
            .show(arn)
            .contains(&format!("${{{}}}", resource.id));
        let head = arn.matches([':', '/']).count();
        let cut = deployed
            .match_indices([':', '/'])
            .nth(head)
            .map_or(deployed.len(), |(at, _)| at);
        let (whole, rest) = deployed.split_at(cut);
        let name = whole.rsplit([':', '/']).next().unwrap_or_default();
        if pattern.matches(whole) == Truth::Yes && (!own || is_made_from(name, &resource.id)) {
            return format!("{arn}{rest}");
        }
    }
    deployed.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_read_in_every_form() {
        let event = r#"{"eventSource": "dynamodb.amazonaws.com", "eventName": "GetItem",
            "userIdentity": {"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/shop-OrdersRole-1A/shop-Orders-2B",
              "sessionContext": {"sessionIssuer": {"userName": "shop-OrdersRole-1A"}}},
            "requestParameters": {"tableName": "shop-Table-3C"}, "resources": [{"ARN": "arn:aws:dynamodb:eu-west-1:111122223333:table/shop-Table-3C"}]}"#;
        let wrapped = serde_json::json!({"Events": [{"CloudTrailEvent": event}]}).to_string();
        let line = event.replace('\n', " ");
        for text in [
            format!("{{\"Records\": [{event}]}}"),
            format!("[{event}]"),
            format!("{line}\n{line}"),
            event.to_owned(),
            wrapped,
        ] {
            let records = records(&text).expect("records");
            let record = records.first().expect("one");
            assert_eq!(record.role, "shop-OrdersRole-1A");
            assert_eq!(record.session, "shop-Orders-2B");
            assert_eq!(&*record.operation, "GetItem");
            assert_eq!(&*record.arguments[0].0, "TableName");
            assert_eq!(record.resources.len(), 1);
        }
        assert!(records("{\"Records\": 1}").is_err());
        assert!(records("no json").is_err());
        assert_eq!(records("{\"Records\": [{}]}"), Ok(Vec::new()));
    }

    #[test]
    fn versions_are_cut_from_names() {
        let event = r#"{"eventSource": "lambda.amazonaws.com", "eventName": "GetFunction20150331v2", "userIdentity": {"arn": "arn:aws:sts::1:assumed-role/r/s"}}"#;
        assert_eq!(
            &*records(event).expect("records")[0].operation,
            "GetFunction"
        );
    }
}
