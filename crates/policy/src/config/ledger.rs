//! `[ledger.roles.NAME]`: who may read what of a ledger; `[ledger.publish]`: where its checkpoints go.

use crate::error::did_you_mean;
use crate::read::{Reader, Table};
use std::collections::{BTreeMap, BTreeSet};

/// What is said about a ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LedgerConfig {
    /// Who may read what; nothing when nobody said it.
    pub roles: Option<BTreeMap<String, LedgerRole>>,
    /// Where checkpoints go; nothing when nobody said it.
    pub publish: Option<LedgerPublish>,
}

/// Where the checkpoints of a ledger go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerPublish {
    /// How often, in seconds.
    pub every: u64,
    /// A file that always has the last one.
    pub file: Option<String>,
    /// What it is posted to.
    pub url: Option<String>,
    /// Who cosigns.
    pub witnesses: Vec<LedgerWitness>,
    /// A file with certificates that are trusted beside those of the system.
    pub ca: Option<String>,
}

impl LedgerPublish {
    /// How often, when nobody says it, in seconds.
    pub const EVERY: u64 = 60;

    /// Reads how often something is done, such as `30s`, `5m` or `1h`: at least each second, at most
    /// each day.
    #[must_use]
    pub fn every(text: &str) -> Option<u64> {
        let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
        let unit = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            _ => return None,
        };
        let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
        let number: u32 = is_number.then(|| number.parse().ok())??;
        let seconds = u64::from(number) * unit;
        (1..=86_400).contains(&seconds).then_some(seconds)
    }
}

/// Somebody who cosigns checkpoints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerWitness {
    /// Where it is asked; `/add-checkpoint` follows.
    pub url: String,
    /// The key that verifies its cosignatures.
    pub key: String,
}

/// What a role lets its users read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LedgerRole {
    /// Who has it.
    pub users: BTreeSet<String>,
    /// The names of the classes of events that it shows; nothing for all of them.
    pub classes: Option<BTreeSet<String>>,
    /// Whether it shows what is personal.
    pub personal: bool,
}

impl LedgerConfig {
    /// The classes of events that a role can show. Another crate knows what they are; a test of
    /// the program holds both against each other.
    pub const CLASSES: [&str; 11] = [
        "vulnerability_finding",
        "compliance_finding",
        "detection_finding",
        "incident_finding",
        "authentication",
        "authorize_session",
        "entity_management",
        "http_activity",
        "application_lifecycle",
        "api_activity",
        "datastore_activity",
    ];
}

pub(super) const KEYS: &[&str] = &["roles", "publish"];
pub(super) const PUBLISH_KEYS: &[&str] = &["every", "file", "url", "witnesses", "ca"];
pub(super) const WITNESS_KEYS: &[&str] = &["url", "key"];
pub(super) const ROLE_KEYS: &[&str] = &["users", "classes", "personal"];

/// Reads `[ledger]`.
pub(super) fn read<'t>(reader: &mut Reader<'t>, table: Table<'_, 't>) -> LedgerConfig {
    reader.keys(table, KEYS);
    let roles = table.get("roles");
    let roles = roles.and_then(|value| reader.table(value, "roles"));
    let roles = roles.map(|table| {
        let mut roles = BTreeMap::new();
        for (key, value) in table.entries {
            let name: &str = key.get_ref();
            if let Some(table) = reader.table(value, name) {
                roles.insert(name.to_owned(), role(reader, table));
            }
        }
        roles
    });
    let publish = table.get("publish");
    let publish = publish.and_then(|value| reader.table(value, "publish"));
    let publish = publish.map(|table| publication(reader, table));
    LedgerConfig { roles, publish }
}

fn publication<'t>(reader: &mut Reader<'t>, table: Table<'_, 't>) -> LedgerPublish {
    reader.keys(table, PUBLISH_KEYS);
    let mut publish = LedgerPublish {
        every: LedgerPublish::EVERY,
        file: reader.optional_text(table, "file"),
        url: reader.optional_text(table, "url"),
        witnesses: Vec::new(),
        ca: reader.optional_text(table, "ca"),
    };
    if let Some(value) = table.get("every")
        && let Some(text) = reader.text(value, "every")
    {
        match LedgerPublish::every(&text) {
            Some(every) => publish.every = every,
            None => reader.error(
                value.span(),
                format!("`{text}` is not how often something is done"),
                Some("write `30s`, `5m` or `1h`: from a second to a day".to_owned()),
            ),
        }
    }
    if let Some(value) = table.get("witnesses") {
        for item in reader.list(value, "witnesses") {
            let Some(table) = reader.table(item, "witnesses") else {
                continue;
            };
            reader.keys(table, WITNESS_KEYS);
            let mut needed = |name| {
                if table.get(name).is_none() {
                    reader.missing(table, name);
                }
                reader.optional_text(table, name).unwrap_or_default()
            };
            let (url, key) = (needed("url"), needed("key"));
            publish.witnesses.push(LedgerWitness { url, key });
        }
    }
    publish
}

fn role<'t>(reader: &mut Reader<'t>, table: Table<'_, 't>) -> LedgerRole {
    reader.keys(table, ROLE_KEYS);
    let mut role = LedgerRole::default();
    match table.get("users") {
        Some(value) => role.users = reader.texts(value, "users").into_iter().collect(),
        None => reader.missing(table, "users"),
    }
    match table.get("classes") {
        Some(value) => {
            let mut classes = BTreeSet::new();
            let mut all = false;
            for (name, at) in reader.spanned_texts(value, "classes") {
                if name == "*" {
                    all = true;
                } else if LedgerConfig::CLASSES.contains(&name.as_str()) {
                    classes.insert(name);
                } else {
                    let near = did_you_mean(&name, LedgerConfig::CLASSES);
                    let help = near.unwrap_or_else(|| {
                        let known = LedgerConfig::CLASSES.join("`, `");
                        format!("there are `*` for all, `{known}`")
                    });
                    reader.error(at, format!("unknown class `{name}`"), Some(help));
                }
            }
            role.classes = (!all).then_some(classes);
        }
        None => reader.missing(table, "classes"),
    }
    if let Some(value) = table.get("personal") {
        role.personal = reader.truth(value, "personal").unwrap_or_default();
    }
    role
}
