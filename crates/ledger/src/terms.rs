//! What of an event can be asked for. The index and the query take it from here, so that they
//! can't disagree.

use crate::own;
use serde_json::Value;

/// By what an event is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Field {
    /// Who acted, or was acted on: id, name or mail address.
    Principal,
    /// What was called or is concerned: an operation, or the id or name of a thing.
    Function,
    /// How it went.
    Outcome,
    /// A clause of the policy that it serves.
    Clause,
    /// What ties it to others.
    Correlation,
}

impl Field {
    /// What tells the terms of one field from those of another where they are hashed.
    pub(crate) const fn byte(self) -> u8 {
        match self {
            Self::Principal => b'p',
            Self::Function => b'f',
            Self::Outcome => b'o',
            Self::Clause => b'c',
            Self::Correlation => b'i',
        }
    }
}

/// How a thing went, as an event tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Success,
    /// It was not.
    Failure,
}

impl Outcome {
    /// As people write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
        }
    }

    /// Of an event; nothing of a finding, whose status is another one.
    pub(crate) fn of(event: &Value) -> Option<Self> {
        const FINDINGS: i64 = 2;
        if event["category_uid"].as_i64() == Some(FINDINGS) {
            return None;
        }
        match event["status_id"].as_i64() {
            Some(1) => Some(Self::Success),
            Some(2) => Some(Self::Failure),
            _ => None,
        }
    }
}

/// Gives every term of an event; some more than once.
pub(crate) fn each_term<'v>(event: &'v Value, mut each: impl FnMut(Field, &'v str)) {
    let mut give = |field, value: &'v Value| {
        if let Some(text) = value.as_str() {
            each(field, text);
        }
    };
    for user in [&event["actor"]["user"], &event["user"]] {
        for name in ["uid", "name", "email_addr"] {
            give(Field::Principal, &user[name]);
        }
    }
    let api = &event["api"];
    let one = [
        &event["resource"],
        &event["entity"],
        &event["app"],
        &event["service"],
        &api["service"],
    ];
    let listed = event["resources"].as_array().into_iter().flatten();
    for thing in one.into_iter().chain(listed) {
        give(Field::Function, &thing["uid"]);
        give(Field::Function, &thing["name"]);
    }
    give(Field::Function, &api["operation"]);
    let clauses = event["palisade"]["clauses"].as_array();
    for clause in clauses.into_iter().flatten() {
        give(Field::Clause, clause);
    }
    give(Field::Correlation, &event["metadata"]["correlation_uid"]);
    if let Some(outcome) = Outcome::of(event) {
        each(Field::Outcome, outcome.as_str());
    }
}

/// When it happened, in milliseconds since 1970.
pub(crate) fn time(event: &Value) -> i64 {
    event["time"].as_i64().unwrap_or_default()
}

/// When the ledger took it, in milliseconds since 1970, whatever the event says itself.
pub(crate) fn logged_time(event: &Value) -> i64 {
    own::logged_time(event).unwrap_or_default()
}

/// The number of its class.
pub(crate) fn class(event: &Value) -> u64 {
    event["class_uid"].as_u64().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_event_is_found_by_what_it_says() {
        let event = json!({
            "category_uid": 6, "class_uid": 6003, "time": 7, "status_id": 2,
            "actor": {"user": {"uid": "u-1", "email_addr": "ada@example.com"}},
            "user": {"name": "bob"},
            "api": {"operation": "Invoke", "service": {"name": "lambda"}},
            "resources": [{"uid": "arn:f"}, {"name": "orders"}],
            "metadata": {"correlation_uid": "c-1", "logged_time": 8},
            "palisade": {"clauses": ["SCSP-6.4"]},
        });
        let mut terms = Vec::new();
        each_term(&event, |field, text| terms.push((field, text)));
        terms.sort_unstable();
        assert_eq!(
            terms,
            [
                (Field::Principal, "ada@example.com"),
                (Field::Principal, "bob"),
                (Field::Principal, "u-1"),
                (Field::Function, "Invoke"),
                (Field::Function, "arn:f"),
                (Field::Function, "lambda"),
                (Field::Function, "orders"),
                (Field::Outcome, "failure"),
                (Field::Clause, "SCSP-6.4"),
                (Field::Correlation, "c-1"),
            ]
        );
        assert_eq!(
            (time(&event), logged_time(&event), class(&event)),
            (7, 8, 6003)
        );
    }

    #[test]
    fn the_status_of_a_finding_is_no_outcome() {
        let event = json!({"category_uid": 2, "status_id": 1});
        assert_eq!(Outcome::of(&event), None);
    }

    #[test]
    fn the_ledgers_own_time_of_logging_goes_before_what_the_event_says() {
        let event = json!({"metadata": {"logged_time": 5}, "palisade": {"logged_time": 9}});
        assert_eq!(logged_time(&event), 9);
    }
}
