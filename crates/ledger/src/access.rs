//! Who may read what. It is decided before anything is read, and the reading is an event of the
//! ledger that lasts before the first event is given; so is a refusal. A [`Permit`] can't be had in
//! another way.
//!
//! What this holds against: roles bind whoever reads through Palisade. Somebody who holds the key
//! and a copy of the folder can read with a program of their own, which nothing here sees: give the
//! key to nobody but the process that reads for them (a key service), or count its owner among
//! those who read all. That is what the default says: without any configured role the owner of the
//! key file reads all, and nobody else anything.

use crate::append;
use crate::error::{AppendError, LedgerError};
use crate::ledger::Ledger;
use crate::open;
use crate::query::{self, Answer, Query, View};
use crate::read;
use crate::reading::{self, Reading};
use crate::sign::{self, Description};
use crate::tail::Tail;
use crate::writer::{Parts, Settings};
use palisade_event::{Class, Record};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::io;

/// What a role lets its users read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Written")]
pub struct Role {
    /// Who has it.
    pub users: BTreeSet<String>,
    /// The classes of events that it shows; nothing for all of them.
    pub classes: Option<BTreeSet<Class>>,
    /// Whether it shows what is personal.
    pub personal: bool,
}

/// A role as it is configured.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    users: BTreeSet<String>,
    classes: BTreeSet<String>,
    #[serde(default)]
    personal: bool,
}

impl TryFrom<Written> for Role {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let named = |name: &String| {
            let mut all = Class::ALL.into_iter();
            all.find(|class| class.name() == name || class.caption() == name)
                .ok_or_else(|| {
                    let known: Vec<&str> = Class::ALL.iter().map(|class| class.name()).collect();
                    let known = known.join("`, `");
                    format!("there is no class `{name}`; there are `*` for all, `{known}`")
                })
        };
        let classes = match written.classes.contains("*") {
            true => None,
            false => Some(
                written
                    .classes
                    .iter()
                    .map(named)
                    .collect::<Result<_, _>>()?,
            ),
        };
        Ok(Self {
            users: written.users,
            classes,
            personal: written.personal,
        })
    }
}

/// The roles of a ledger, by name.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Roles(BTreeMap<String, Role>);

/// Who wants to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader {
    /// Under which name the roles and the record know them.
    pub principal: String,
    /// The role that they want to read in; needed where they have several.
    pub role: Option<String>,
}

/// Why somebody may not read. No message tells what the ledger holds.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No role names them.
    #[error(
        "no role lets `{0}` read this ledger: add the name to `users` of one under `[ledger.roles]`"
    )]
    NoRole(String),
    /// They want a role that they don't have.
    #[error("`{principal}` does not have the role `{role}`")]
    NotTheirs {
        /// Who wants to read.
        principal: String,
        /// In which role.
        role: String,
    },
    /// They have several roles.
    #[error("`{principal}` has several roles: say which to read in, of `{roles}`", roles = .roles.join("`, `"))]
    WhichRole {
        /// Who wants to read.
        principal: String,
        /// Their roles.
        roles: Vec<String>,
    },
    /// The role does not show a class.
    #[error("the role `{role}` does not show events of the class `{class}`")]
    Class {
        /// The role.
        role: String,
        /// The class's name.
        class: &'static str,
    },
    /// The role does not show what is personal, and so does not find by it.
    #[error("the role `{role}` does not show who acted, and can't ask for it")]
    Personal {
        /// The role.
        role: String,
    },
}

impl Refusal {
    /// As the record says it.
    const fn code(&self) -> &'static str {
        match self {
            Self::NoRole(_) => "no-role",
            Self::NotTheirs { .. } => "not-their-role",
            Self::WhichRole { .. } => "several-roles",
            Self::Class { .. } => "class",
            Self::Personal { .. } => "personal",
        }
    }
}

/// Why nothing was read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is not allowed. That is recorded.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The ledger takes no events, so that the reading would be recorded nowhere.
    #[error("nothing was read: {0}, so its reading must be recorded in another ledger")]
    Nowhere(LedgerError),
    /// The reading could not be recorded, and what is not recorded does not happen.
    #[error("nothing was read, because the reading could not be recorded: {0}")]
    Unrecorded(LedgerError),
    /// The same, of a ledger that this process has open.
    #[error("nothing was read, because the reading could not be recorded: {0}")]
    NotAppended(#[from] AppendError),
    /// The ledger can't be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl Roles {
    /// These roles.
    #[must_use]
    pub fn new(roles: BTreeMap<String, Role>) -> Self {
        Self(roles)
    }

    /// Without configuration: the owner of the key file reads all.
    #[must_use]
    pub fn owner(principal: &str) -> Self {
        let role = Role {
            users: [principal.to_owned()].into(),
            classes: None,
            personal: true,
        };
        Self([("owner".to_owned(), role)].into())
    }

    /// The role that somebody reads in.
    fn role_of(&self, reader: &Reader) -> Result<(&str, &Role), Refusal> {
        let principal = reader.principal.clone();
        let theirs = self.0.iter();
        let mut theirs = theirs.filter(|(_, role)| role.users.contains(&reader.principal));
        if let Some(wanted) = &reader.role {
            let found = theirs.find(|(name, _)| *name == wanted);
            return found
                .map(|(name, role)| (name.as_str(), role))
                .ok_or_else(|| Refusal::NotTheirs {
                    principal,
                    role: wanted.clone(),
                });
        }
        let theirs: Vec<_> = theirs.collect();
        match theirs[..] {
            [] => Err(Refusal::NoRole(principal)),
            [(name, role)] => Ok((name, role)),
            _ => Err(Refusal::WhichRole {
                principal,
                roles: theirs.iter().map(|(name, _)| (*name).clone()).collect(),
            }),
        }
    }

    /// What is read when somebody asks something: the query as far as their role goes.
    fn decide(&self, reader: &Reader, query: &Query) -> Result<(Query, View), Refusal> {
        let (name, role) = self.role_of(reader)?;
        let mut query = query.clone();
        if let Some(shown) = &role.classes {
            if let Some(class) = query.classes.difference(shown).next() {
                return Err(Refusal::Class {
                    role: name.to_owned(),
                    class: class.name(),
                });
            }
            if query.classes.is_empty() {
                query.classes.clone_from(shown);
            }
        }
        if role.personal {
            return Ok((query, View::Whole));
        }
        if query.principal.is_some() {
            return Err(Refusal::Personal {
                role: name.to_owned(),
            });
        }
        Ok((query, View::Impersonal))
    }
}

/// Says that somebody may read the answer to one query, once, and that it is recorded.
#[derive(Debug)]
pub struct Permit {
    parts: Parts,
    query: Query,
    seen: View,
    /// Nothing can be: a role that shows no class.
    nothing: bool,
}

impl Permit {
    /// What it lets read.
    pub(crate) fn asked(&self) -> &Query {
        &self.query
    }

    /// Gives what was asked for, event by event.
    ///
    /// # Errors
    /// The first fault, and what `each` fails with.
    pub fn query<E: From<LedgerError>>(
        self,
        each: impl FnMut(Answer) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.nothing {
            return Ok(());
        }
        query::run(&self.parts, &self.query, self.seen, u64::MAX, each)
    }

    /// Gives what the tree covers of the first event that was asked for: without personal fields,
    /// whatever the role shows. Nothing when there is none, or not one that was asked for.
    ///
    /// # Errors
    /// When it has expired, and the first fault.
    pub fn leaf(self) -> Result<Option<Vec<u8>>, LedgerError> {
        let index = self.query.from_index.unwrap_or_default();
        if self.nothing {
            return Ok(None);
        }
        let Some(stored) = read::read(&self.parts, index)? else {
            return Ok(None);
        };
        let event = stored.event().map_err(|_| LedgerError::Record { index })?;
        Ok(self.query.matches(&event).then_some(stored.leaf))
    }

    /// Gives the last events that were asked for, `count` of them at most, the oldest first, and
    /// what gives those that come after them.
    ///
    /// # Errors
    /// The first fault, and what `each` fails with.
    pub fn tail<E: From<LedgerError>>(
        self,
        count: u64,
        each: impl FnMut(Answer) -> Result<(), E>,
    ) -> Result<Tail, E> {
        let query = match self.nothing {
            // No event was logged before the first moment there is.
            true => Query {
                logged_until: Some(i64::MIN),
                ..self.query
            },
            false => self.query,
        };
        Tail::begin(self.parts, query, self.seen, count, each)
    }
}

/// What is recorded, and what follows.
struct Decision {
    reading: Reading,
    outcome: Result<(Query, View, bool), Refusal>,
}

fn decide(parts: &Parts, roles: &Roles, reader: &Reader, query: &Query) -> Decision {
    let outcome = roles.decide(reader, query).map(|(query, seen)| {
        let role = roles.role_of(reader).ok().map(|(_, role)| role);
        let shown = role.and_then(|role| role.classes.as_ref());
        let nothing = shown.is_some_and(BTreeSet::is_empty);
        (query, seen, nothing)
    });
    let role = match roles.role_of(reader) {
        Ok((role, _)) => Some(role.to_owned()),
        Err(_) => reader.role.clone(),
    };
    Decision {
        reading: Reading {
            ledger: parts.signer.key().name().to_string(),
            principal: reader.principal.clone(),
            description: reading::describe(role.as_deref(), query),
            refused: outcome.as_ref().err().map(|r| r.code().to_owned()),
        },
        outcome,
    }
}

impl Decision {
    fn permit(self, parts: &Parts) -> Result<Permit, ReadError> {
        let (query, seen, nothing) = self.outcome?;
        Ok(Permit {
            parts: parts.clone(),
            query,
            seen,
            nothing,
        })
    }
}

impl Ledger {
    /// Decides on a reading and records it, in a ledger that this process has open.
    ///
    /// # Errors
    /// When it is refused, and when it can't be recorded.
    pub async fn permit(
        &self,
        roles: &Roles,
        reader: &Reader,
        query: &Query,
    ) -> Result<Permit, ReadError> {
        let decision = decide(self.parts(), roles, reader, query);
        let event = reading::event(self.parts(), &decision.reading, None);
        self.append(event.map_err(ReadError::Unrecorded)?).await?;
        decision.permit(self.parts())
    }
}

/// Where the reading of a ledger is recorded that takes no events: a copy, or a folder that can't be
/// written.
#[derive(Clone, Copy, Debug)]
pub struct Elsewhere<'a> {
    /// Another ledger.
    pub parts: &'a Parts,
    /// The roles that are held there.
    pub roles: &'a Roles,
}

/// Decides on a reading and records it, in a ledger that this process does not have open: it is
/// opened for that, or, where another process writes it, that one is asked to record it. A ledger
/// that takes no events is read on a record in another one, if there is one.
///
/// # Errors
/// When it is refused, and when it can't be recorded: for a folder that can't be written, or when
/// the process that writes does not answer.
pub fn permit(
    parts: &Parts,
    elsewhere: Option<Elsewhere<'_>>,
    settings: Settings,
    roles: &Roles,
    reader: &Reader,
    query: &Query,
) -> Result<Permit, ReadError> {
    let disk = &*parts.disk;
    if Description::read(disk, &*parts.signer)?.is_none() {
        let none = io::ErrorKind::NotFound.into();
        return Err(LedgerError::disk("reading", sign::DESCRIPTION)(none).into());
    }
    let decision = decide(parts, roles, reader, query);
    match (record(parts, settings, &decision.reading), elsewhere) {
        (Err(error), None) if error.takes_no_events() => Err(ReadError::Nowhere(error)),
        (Err(error), Some(other)) if error.takes_no_events() => {
            let decision = decide(parts, other.roles, reader, query);
            let recorded = record(other.parts, settings, &decision.reading);
            recorded.map_err(ReadError::Unrecorded)?;
            decision.permit(parts)
        }
        (recorded, _) => {
            recorded.map_err(ReadError::Unrecorded)?;
            decision.permit(parts)
        }
    }
}

/// Records a reading, by the process that writes where there is one.
fn record(parts: &Parts, settings: Settings, reading: &Reading) -> Result<(), LedgerError> {
    match write(parts, settings, reading) {
        Err(LedgerError::Locked { .. }) => match reading::ask(parts, reading) {
            Ok(true) => Ok(()),
            // The process may have ended meanwhile.
            Ok(false) => write(parts, settings, reading),
            Err(error) => Err(error),
        },
        recorded => recorded,
    }
}

/// Records a reading as the one that writes.
fn write(parts: &Parts, settings: Settings, reading: &Reading) -> Result<(), LedgerError> {
    let (mut writer, _) = open::open(parts.clone(), settings)?;
    let event = reading::event(parts, reading, None)?;
    let ready = append::ready(parts, event, Record::Before);
    writer.commit(&[ready.map_err(|error| LedgerError::Own {
        reason: error.to_string(),
    })?])?;
    writer.checkpoint()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roles() -> Roles {
        serde_json::from_str(
            r#"{
                "auditor": {"users": ["ada", "bob"], "classes": ["*"]},
                "support": {"users": ["bob"], "classes": ["api_activity", "Authentication"], "personal": true},
                "nobody": {"users": ["eve"], "classes": []}
            }"#,
        )
        .unwrap()
    }

    fn decide(
        principal: &str,
        role: Option<&str>,
        query: &Query,
    ) -> Result<(Query, View), &'static str> {
        let reader = Reader {
            principal: principal.to_owned(),
            role: role.map(str::to_owned),
        };
        let decided = roles().decide(&reader, query);
        decided.map_err(|refusal| refusal.code())
    }

    #[test]
    fn a_role_decides_what_is_read() {
        let all = Query::default();
        let of = |classes: &[Class]| Query {
            classes: classes.iter().copied().collect(),
            ..Query::default()
        };
        assert_eq!(
            decide("ada", None, &all),
            Ok((all.clone(), View::Impersonal))
        );
        assert_eq!(decide("ada", Some("support"), &all), Err("not-their-role"));
        assert_eq!(decide("mallory", None, &all), Err("no-role"));
        assert_eq!(decide("bob", None, &all), Err("several-roles"));
        // What the role does not show is not read.
        let shown = of(&[Class::ApiActivity, Class::Authentication]);
        assert_eq!(
            decide("bob", Some("support"), &all),
            Ok((shown, View::Whole))
        );
        let one = of(&[Class::ApiActivity]);
        assert_eq!(decide("bob", Some("support"), &one), Ok((one, View::Whole)));
        let other = of(&[Class::ApiActivity, Class::HttpActivity]);
        assert_eq!(decide("bob", Some("support"), &other), Err("class"));
        // Who is not shown is not found either.
        let of_ada = Query {
            principal: Some("ada".to_owned()),
            ..Query::default()
        };
        assert_eq!(decide("ada", None, &of_ada), Err("personal"));
        assert!(decide("bob", Some("support"), &of_ada).is_ok());
    }

    #[test]
    fn a_role_that_is_no_role_is_refused() {
        for text in [
            r#"{"users": ["ada"], "classes": ["api"]}"#,
            r#"{"users": ["ada"]}"#,
            r#"{"users": ["ada"], "classes": [], "secret": true}"#,
        ] {
            assert!(serde_json::from_str::<Role>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn without_configuration_the_owner_reads_all_and_nobody_else_anything() {
        let reader = |principal: &str| Reader {
            principal: principal.to_owned(),
            role: None,
        };
        let (roles, all) = (Roles::owner("ada"), Query::default());
        assert_eq!(
            roles.decide(&reader("ada"), &all),
            Ok((all.clone(), View::Whole))
        );
        let refused = roles.decide(&reader("bob"), &all);
        assert_eq!(refused, Err(Refusal::NoRole("bob".to_owned())));
    }
}
