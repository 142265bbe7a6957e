//! Questions about escalation as people write them down: `{"policies": {…}, "principal": "arn:…",
//! "inventory": {"arn:…": {"trust": {…}, "identity": […]}}}`, the `policies` object alone, or just
//! a policy document. What is wrong is a [`Note`] with its place.

use super::{Inventory, Question, Role};
use palisade_core::{Span, suggest};
use palisade_iam::{
    Catalogue, Note, NoteLevel, Policies, arn_part, read_policies, read_policy_or_policies,
};
use palisade_syntax::{Data, Document, Entry, Node};
use std::sync::Arc;

/// A question that was read.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// The policies.
    pub policies: Policies,
    /// The principal's ARN.
    pub principal: Option<Arc<str>>,
    /// The roles that there are.
    pub inventory: Option<Inventory>,
    /// What is wrong or doubtful in it.
    pub notes: Vec<Note>,
}

impl Asked {
    /// The question, unless something in it is wrong.
    #[must_use]
    pub fn question<'a>(&'a self, catalogue: &'a Catalogue) -> Option<Question<'a>> {
        let wrong = |note: &Note| note.level == NoteLevel::Error;
        (!self.notes.iter().any(wrong)).then_some(Question {
            policies: &self.policies,
            principal: self.principal.as_deref(),
            inventory: self.inventory.as_ref(),
            catalogue,
        })
    }
}

/// Reads one question, or a list of them, and says whether it is a list.
#[must_use]
pub fn read(document: &Document) -> (bool, Vec<Asked>) {
    let (listed, nodes) = match &document.root.data {
        Data::Seq(items) => (true, items.as_slice()),
        _ => (false, std::slice::from_ref(&document.root)),
    };
    let read = |node: &Node| {
        let mut asked = question(node);
        let inside = node.origin.span.range();
        for (key, span) in &document.duplicate_keys {
            if inside.contains(&span.range().start) {
                let message = format!("`{}` is written twice; the later one counts", cut(key));
                asked.notes.push(Note::error(*span, message));
            }
        }
        asked.notes.sort_by_key(|note| note.span.start);
        asked
    };
    (listed, nodes.iter().map(read).collect())
}

fn question(node: &Node) -> Asked {
    const OWN: &[&str] = &["policies", "principal", "inventory"];
    let mut asked = Asked::default();
    let mut rest = node.clone();
    let (principal, inventory) = (rest.remove("principal"), rest.remove("inventory"));
    let policies = match rest.get("policies") {
        Some(policies) => {
            known(&rest, "a question", OWN, &mut asked.notes);
            read_policies(policies)
        }
        None => read_policy_or_policies(&rest),
    };
    asked.policies = policies.0;
    asked.notes.extend(policies.1);
    let given = |entry: Option<Entry>| {
        entry
            .map(|entry| entry.value)
            .filter(|value| !value.is_null())
    };
    if let Some(value) = given(principal) {
        asked.principal = identity(&value, &mut asked.notes);
    }
    if let Some(value) = given(inventory) {
        asked.inventory = Some(inventory_of(&value, &mut asked.notes));
    }
    asked
}

/// The ARN of a user, a role or a session.
fn identity(node: &Node, notes: &mut Vec<Note>) -> Option<Arc<str>> {
    let text = node.scalar_text();
    let is_identity = |text: &Arc<str>| {
        let kinds = ["user/", "role/", "assumed-role/", "federated-user/", "root"];
        let name = arn_part(text, 5).unwrap_or_default();
        arn_part(text, 4).is_some() && kinds.iter().any(|kind| name.starts_with(kind))
    };
    let found = text.filter(is_identity);
    if found.is_none() {
        let note = Note::error(node.origin.span, "this is not the ARN of a user or a role");
        notes.push(note.help("write `arn:aws:iam::111122223333:role/name`"));
    }
    found
}

fn inventory_of(node: &Node, notes: &mut Vec<Note>) -> Inventory {
    const ROLE: &[&str] = &["trust", "identity", "boundary"];
    let mut inventory = Inventory::new();
    let Some(entries) = node.as_map() else {
        notes.push(Note::error(
            node.origin.span,
            "`inventory` is a map of roles by their ARNs",
        ));
        return inventory;
    };
    for entry in entries {
        let arn = &entry.key.name;
        if !arn_part(arn, 5).is_some_and(|name| name.starts_with("role/")) {
            let message = format!("`{}` is not the ARN of a role", cut(arn));
            notes.push(Note::error(entry.key.origin.span, message));
        }
        known(&entry.value, "a role", ROLE, notes);
        // A role's trust policy is the policy of the role as a resource.
        let mut role = entry.value.clone();
        if let Some(trust) = role.remove("trust") {
            role.insert("resource", trust.value);
        }
        if role.as_map().is_none() {
            continue;
        }
        let (policies, wrong) = read_policies(&role);
        notes.extend(wrong);
        inventory.insert(
            arn.clone(),
            Role {
                trust: policies.resource.unwrap_or_default(),
                identity: policies.identity,
                boundary: policies.boundary,
            },
        );
    }
    inventory
}

/// Says which members are not known.
fn known(node: &Node, what: &str, members: &[&str], notes: &mut Vec<Note>) {
    let Some(entries) = node.as_map() else {
        let names: Vec<String> = members.iter().map(|name| format!("`{name}`")).collect();
        let message = format!("{what} is a map of {}", names.join(", "));
        notes.push(Note::error(node.origin.span, message));
        return;
    };
    for entry in entries {
        let name = &*entry.key.name;
        if members.contains(&name) {
            continue;
        }
        let span: Span = entry.key.origin.span;
        let note = Note::error(span, format!("`{}` is not a member of {what}", cut(name)));
        notes.push(match suggest(name, members.iter().copied()) {
            Some(word) => note.help(format!("did you mean `{word}`?")),
            None => note,
        });
    }
}

/// A text of the input, short enough for a message.
fn cut(text: &str) -> String {
    const LONGEST: usize = 80;
    match text.char_indices().nth(LONGEST) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use palisade_core::FileId;
    use palisade_syntax::parse_json;

    const ALLOW: &str = r#"{"Statement":{"Effect":"Allow","Action":"iam:*","Resource":"*"}}"#;

    fn asked(text: &str) -> Vec<Asked> {
        read(&parse_json(FileId::default(), text).expect("JSON")).1
    }

    #[test]
    fn questions_are_written_in_three_ways() {
        let whole = format!(
            r#"{{"policies":{{"identity":[{ALLOW}]}},"principal":"arn:aws:iam::111122223333:user/a","inventory":{{}}}}"#
        );
        let policies =
            format!(r#"{{"identity":[{ALLOW}],"principal":"arn:aws:iam::111122223333:user/a"}}"#);
        for (text, principal, inventory) in [
            (&*whole, true, true),
            (&policies, true, false),
            (ALLOW, false, false),
        ] {
            let asked = asked(text);
            assert_eq!(asked[0].notes, [], "{text}");
            assert_eq!(asked[0].policies.identity.len(), 1, "{text}");
            assert_eq!(
                (asked[0].principal.is_some(), asked[0].inventory.is_some()),
                (principal, inventory)
            );
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let check = |text: &str, expected: &[(&str, &str)]| {
            let all = asked(text);
            let notes = all.iter().flat_map(|asked| &asked.notes);
            let found: Vec<(&str, &str)> = notes
                .map(|note| (&*note.message, &text[note.span.range()]))
                .collect();
            assert_eq!(found, expected);
            assert!(all[0].question(Catalogue::builtin()).is_none());
        };
        check("[1]", &[("a policy is a map with `Statement`", "1")]);
        check(
            r#"{"policies":{},"inventry":{},"principal":"lambda.amazonaws.com"}"#,
            &[
                ("`inventry` is not a member of a question", r#""inventry""#),
                (
                    "this is not the ARN of a user or a role",
                    r#""lambda.amazonaws.com""#,
                ),
            ],
        );
        check(
            r#"{"policies":{},"inventory":{"admin":{"trust":1,"trusts":{}},"arn:aws:iam::111122223333:role/r":[]}}"#,
            &[
                ("`admin` is not the ARN of a role", r#""admin""#),
                ("a policy is a map with `Statement`", "1"),
                ("`trusts` is not a member of a role", r#""trusts""#),
                ("`trusts` is not a member of `policies`", r#""trusts""#),
                ("a role is a map of `trust`, `identity`, `boundary`", "[]"),
            ],
        );
        check(
            r#"{"policies":{},"inventory":[],"principal":null,"principal":null}"#,
            &[
                ("`inventory` is a map of roles by their ARNs", "[]"),
                (
                    "`principal` is written twice; the later one counts",
                    r#""principal""#,
                ),
            ],
        );
    }
}
