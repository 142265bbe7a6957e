//! `palisade guard key`: API keys are issued, listed, rotated and revoked. A key is printed once, when
//! it is made; what is kept of it is a hash.

use super::book::{Book, Recorded};
use super::parts::{Loaded, fill, key_rules, unusable};
use super::tame;
use crate::cli::AnswerFormat;
use crate::cli::guard::{
    IssueArgs, KeyArgs, KeyCommand, ListArgs, RevokeArgs, RotateArgs, StoreArgs,
};
use crate::failure::CommandError;
use crate::ledger::{show, tell, user};
use crate::output;
use palisade_authn::api_key::{ApiKey, KeyRecord, KeyRules, NewKey};
use palisade_event::{Class, activity};
use palisade_guard::keys::{KeyStore, KeyStoreError};
use palisade_ledger::{Clock as _, SystemClock};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use zeroize::Zeroizing;

pub(crate) fn run(arguments: &KeyArgs) -> Result<ExitCode, CommandError> {
    match &arguments.command {
        KeyCommand::Issue(arguments) => issue(arguments),
        KeyCommand::List(arguments) => list(arguments),
        KeyCommand::Rotate(arguments) => rotate(arguments),
        KeyCommand::Revoke(arguments) => revoke(arguments),
    }
}

/// The store that a command is about.
struct Keys {
    loaded: Option<Loaded>,
    path: PathBuf,
}

impl Keys {
    fn find(arguments: &StoreArgs) -> Result<Self, CommandError> {
        if let Some(path) = &arguments.store {
            return Ok(Self {
                loaded: None,
                path: path.clone(),
            });
        }
        let config = arguments.config.as_deref();
        let config = config.unwrap_or(Path::new("guard.toml"));
        let loaded = Loaded::read(config).map_err(|wrong| unusable(&wrong))?;
        let Some(keys) = &loaded.config.keys else {
            return Err(CommandError::usage(format!(
                "{}: names no store of keys; write `[keys]` with `store = \"keys.json\"`",
                loaded.name
            )));
        };
        Ok(Self {
            path: loaded.beside(&keys.store),
            loaded: Some(loaded),
        })
    }

    /// Opens the store; only who issues a key may begin one.
    fn open(&self, may_begin: bool) -> Result<KeyStore, CommandError> {
        if !may_begin && !self.path.exists() {
            let path = self.path.clone();
            return Err(wrong(&KeyStoreError::Missing { path }));
        }
        KeyStore::open(&self.path, &mut fill).map_err(|error| wrong(&error))
    }

    /// What the policy says, as `palisade.toml` above the store has it.
    fn rules(&self) -> Result<KeyRules, CommandError> {
        key_rules(&self.path)
    }

    /// The environment, where it fits into a key.
    fn environment(&self) -> Option<String> {
        let environment = &self.loaded.as_ref()?.config.environment;
        let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        let is_fit = (1..=16).contains(&environment.len()) && environment.bytes().all(fits);
        is_fit.then(|| environment.clone())
    }

    fn book(&self, arguments: &StoreArgs) -> Result<Book, CommandError> {
        let passphrase = arguments.passphrase_file.as_deref();
        Book::open(self.loaded.as_ref(), &self.path, passphrase)
    }
}

fn wrong(error: &KeyStoreError) -> CommandError {
    let message = error.to_string();
    match error {
        KeyStoreError::Io { .. } => CommandError::internal(message),
        KeyStoreError::Damaged { .. } => CommandError::unreadable(message),
        _ => CommandError::usage(message),
    }
}

fn now() -> i64 {
    i64::try_from(SystemClock.now() / 1000).unwrap_or(i64::MAX)
}

/// A time as people read it.
fn day(seconds: i64) -> String {
    show(seconds.saturating_mul(1000))
}

fn issue(arguments: &IssueArgs) -> Result<ExitCode, CommandError> {
    let keys = Keys::find(&arguments.store)?;
    let (rules, user) = (keys.rules()?, user()?);
    let store = keys.open(true)?;
    let book = keys.book(&arguments.store)?;
    let new = NewKey {
        name: arguments.name.clone(),
        environment: keys.environment(),
        roles: arguments.roles.clone(),
        scopes: arguments.scopes.clone(),
        days: arguments.days.unwrap_or(rules.max_days),
    };
    let now = now();
    let key = store.issue(new, rules, &mut fill, now);
    let key = key.map_err(|error| wrong(&error))?;
    let record = find(&store, key.id())?;
    let event = event(&user, activity::entity::CREATE, &record, "issued", now);
    let recorded = book.write(&event).inspect_err(|_| {
        // Nobody has seen it, and nobody will.
        let _ = store.revoke(&record.id, now);
    })?;
    print(&key, &record, rules, recorded, arguments.format, "issued")
}

fn rotate(arguments: &RotateArgs) -> Result<ExitCode, CommandError> {
    let keys = Keys::find(&arguments.store)?;
    let (rules, user) = (keys.rules()?, user()?);
    let store = keys.open(false)?;
    let book = keys.book(&arguments.store)?;
    let now = now();
    let days = arguments.days.unwrap_or(rules.max_days);
    let key = store.rotate(
        &arguments.id,
        days,
        arguments.overlap,
        rules,
        &mut fill,
        now,
    );
    let key = key.map_err(|error| wrong(&error))?;
    let record = find(&store, key.id())?;
    let event = event(&user, activity::entity::UPDATE, &record, "rotated", now);
    let recorded = book.write(&event)?;
    print(&key, &record, rules, recorded, arguments.format, "rotated")
}

fn revoke(arguments: &RevokeArgs) -> Result<ExitCode, CommandError> {
    let keys = Keys::find(&arguments.store)?;
    let user = user()?;
    let store = keys.open(false)?;
    let now = now();
    // A key that leaked must end, whether that can be recorded or not.
    let book = keys.book(&arguments.store);
    let revoked = store.revoke(&arguments.id, now);
    revoked.map_err(|error| wrong(&error))?;
    let record = find(&store, &arguments.id)?;
    let said = format!(
        "revoked the key `{}` of `{}`",
        record.id,
        tame(&record.name)
    );
    let event = event(&user, activity::entity::DISABLE, &record, "revoked", now);
    match book.and_then(|book| book.write(&event)) {
        Ok(_) => {
            tell(&said);
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => Err(CommandError::internal(format!(
            "{said}, but that is not recorded: {error}"
        ))),
    }
}

fn find(store: &KeyStore, id: &str) -> Result<KeyRecord, CommandError> {
    let all = store.list().map_err(|error| wrong(&error))?;
    let found = all.into_iter().find(|record| record.id == id);
    found.ok_or_else(|| wrong(&KeyStoreError::Unknown))
}

/// What was done to a key. Nothing in it makes a key.
fn event(user: &str, activity: u8, record: &KeyRecord, code: &str, now: i64) -> Value {
    let mut detail = format!("valid until {}", day(record.current.expires));
    if let Some(previous) = &record.previous {
        let _ = write!(detail, "; the one before until {}", day(previous.expires));
    }
    for (what, names) in [("roles", &record.roles), ("scopes", &record.scopes)] {
        if !names.is_empty() {
            let _ = write!(detail, "; {what} {}", names.join(", "));
        }
    }
    json!({
        "class_uid": Class::EntityManagement.uid(),
        "activity_id": activity,
        "time": now.saturating_mul(1000),
        "actor": {"user": {"name": user}},
        "entity": {
            "name": record.name,
            "type": "API key",
            "type_id": 99,
            "uid": record.id,
        },
        "palisade": {"clauses": ["SCSP-5.1"]},
        "status_id": 1,
        "status_code": code,
        "status_detail": detail,
    })
}

/// Prints a key, once: alone on its line, so that it can be put where it belongs.
fn print(
    key: &ApiKey,
    record: &KeyRecord,
    rules: KeyRules,
    recorded: Recorded,
    format: AnswerFormat,
    done: &str,
) -> Result<ExitCode, CommandError> {
    let text = match format {
        AnswerFormat::Text => {
            let mut said = format!(
                "{done} the key `{}` of `{}`, valid until {}; it is shown only now",
                record.id,
                tame(&record.name),
                day(record.current.expires)
            );
            if let Some(previous) = &record.previous {
                let until = day(previous.expires);
                let _ = write!(said, "\nthe one before holds until {until}");
            }
            tell(&said);
            Zeroizing::new(format!("{}\n", key.reveal()))
        }
        AnswerFormat::Json => {
            let mut json = shown(record, rules);
            json["schema"] = "palisade.guard-key/1".into();
            json["key"] = key.reveal().into();
            json["recorded"] = recorded.name().into();
            Zeroizing::new(format!("{json:#}\n"))
        }
    };
    output::write(None, &text)?;
    Ok(ExitCode::SUCCESS)
}

/// What may be shown of a key.
fn shown(record: &KeyRecord, rules: KeyRules) -> Value {
    json!({
        "id": record.id,
        "name": record.name,
        "environment": record.environment,
        "roles": record.roles,
        "scopes": record.scopes,
        "created": day(record.created),
        "issued": day(record.current.issued),
        "expires": day(record.current.end(rules)),
        "previous_until": record.previous.as_ref().map(|previous| day(previous.end(rules))),
        "revoked": record.revoked.map(day),
    })
}

fn list(arguments: &ListArgs) -> Result<ExitCode, CommandError> {
    let keys = Keys::find(&arguments.store)?;
    let rules = keys.rules()?;
    let records = keys.open(false)?.list().map_err(|error| wrong(&error))?;
    let now = now();
    let text = match arguments.format {
        AnswerFormat::Json => {
            let all = records.iter().map(|record| {
                let mut json = shown(record, rules);
                json["state"] = state(record, rules, now).into();
                json
            });
            let json = json!({
                "schema": "palisade.guard-keys/1",
                "keys": all.collect::<Vec<Value>>(),
            });
            format!("{json:#}\n")
        }
        AnswerFormat::Text if records.is_empty() => "there are no keys\n".to_owned(),
        AnswerFormat::Text => records
            .iter()
            .map(|record| line(record, rules, now))
            .collect(),
    };
    output::write(None, &text)?;
    Ok(ExitCode::SUCCESS)
}

fn state(record: &KeyRecord, rules: KeyRules, now: i64) -> &'static str {
    match (record.revoked, record.current.end(rules) > now) {
        (Some(_), _) => "revoked",
        (None, true) => "valid",
        (None, false) => "expired",
    }
}

fn line(record: &KeyRecord, rules: KeyRules, now: i64) -> String {
    let (word, time) = match record.revoked {
        Some(revoked) => ("since", revoked),
        None => ("until", record.current.end(rules)),
    };
    let mut text = format!(
        "{}  {:<7}  {word} {}  {}",
        record.id,
        state(record, rules, now),
        day(time),
        tame(&record.name)
    );
    for (what, names) in [("roles", &record.roles), ("scopes", &record.scopes)] {
        if !names.is_empty() {
            let _ = write!(text, "  {what} {}", tame(&names.join(", ")));
        }
    }
    let previous = record.previous.as_ref().map(|previous| previous.end(rules));
    if let Some(end) = previous.filter(|end| *end > now && record.revoked.is_none()) {
        let _ = write!(text, "  (the one before until {})", day(end));
    }
    text.push('\n');
    text
}
