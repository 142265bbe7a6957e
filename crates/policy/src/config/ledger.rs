//! `[ledger.roles.NAME]`: who may read what of a ledger.

use crate::error::did_you_mean;
use crate::read::{Reader, Table};
use std::collections::{BTreeMap, BTreeSet};

/// What is said about a ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LedgerConfig {
    /// Who may read what; nothing when nobody said it.
    pub roles: Option<BTreeMap<String, LedgerRole>>,
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

pub(super) const KEYS: &[&str] = &["roles"];
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
    LedgerConfig { roles }
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
