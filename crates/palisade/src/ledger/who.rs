//! Who reads: the user of the operating system who runs the command, in a role that the
//! configuration beside the ledger gives. Without roles the owner of the key file reads all.

#![expect(clippy::disallowed_methods, reason = "this is the rim")]

use super::failed_as;
use super::place::Place;
use crate::cli::ReadArgs;
use crate::failure::CommandError;
use crate::settings;
use palisade_event::Class;
use palisade_ledger::{
    Elsewhere, Parts, Permit, Query, ReadError, Reader, Role, Roles, Settings, permit as ask,
};
use palisade_policy::LedgerRole;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

/// Decides on a reading, and records it.
pub(crate) fn permit(
    place: &Place<'_>,
    parts: &Parts,
    read: &ReadArgs,
    query: &Query,
) -> Result<Permit, CommandError> {
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let who = running().map_err(|error| {
        CommandError::internal(format!("nobody can tell which user runs this: {error}"))
    })?;
    let reader = Reader {
        principal: name(&users, who),
        role: read.role.clone(),
    };
    let roles = roles(place, &users)?;
    let other = match &read.record_in {
        Some(dir) => {
            let place = Place::with_key_beside(dir, read.record_passphrase_file.as_deref())?;
            Some((place.existing()?, self::roles(&place, &users)?))
        }
        None => None,
    };
    let other = other.as_ref();
    let other = other.map(|(parts, roles)| Elsewhere { parts, roles });
    let settings = Settings::default();
    ask(parts, other, settings, &roles, &reader, query).map_err(|error| {
        let message = format!("`{}`: {error}", place.dir().display());
        match error {
            ReadError::Refused(_) => {
                CommandError::refused(format!("{message}; nothing was read, and that is recorded"))
            }
            ReadError::Nowhere(_) => {
                CommandError::usage(format!("{message}: --record-in names its folder"))
            }
            ReadError::Unrecorded(error) => failed_as(&error, message),
            ReadError::Ledger(error) => failed_as(&error, message),
            ReadError::NotAppended(_) => CommandError::internal(message),
        }
    })
}

/// The name of the user who runs this process.
pub(crate) fn user() -> Result<String, CommandError> {
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let who = running().map_err(|error| {
        CommandError::internal(format!("nobody can tell which user runs this: {error}"))
    })?;
    Ok(name(&users, who))
}

/// The roles of a ledger, wherever somebody stands who asks.
fn roles(place: &Place<'_>, users: &str) -> Result<Roles, CommandError> {
    let unread = |path: &Path, error: &io::Error| {
        CommandError::internal(format!("`{}`: {error}", path.display()))
    };
    let dir = place.dir();
    let dir = dir.canonicalize().map_err(|error| unread(dir, &error))?;
    let above = dir.parent().unwrap_or(&dir);
    Ok(match settings::config(above)?.ledger.roles {
        Some(roles) => Roles::new(
            roles
                .into_iter()
                .map(|(n, role)| (n, shown(role)))
                .collect(),
        ),
        None => {
            let key = place.key_file();
            let owner = std::fs::metadata(key).map_err(|error| unread(key, &error))?;
            Roles::owner(&name(users, owner.uid()))
        }
    })
}

/// A role as the ledger has it.
fn shown(role: LedgerRole) -> Role {
    let named = |names: std::collections::BTreeSet<String>| {
        let all = Class::ALL.into_iter();
        all.filter(|class| names.contains(class.name())).collect()
    };
    Role {
        users: role.users,
        classes: role.classes.map(named),
        personal: role.personal,
    }
}

/// The user who runs this process.
fn running() -> io::Result<u32> {
    if let Ok(status) = std::fs::read_to_string("/proc/self/status")
        && let Some(user) = real_user(&status)
    {
        return Ok(user);
    }
    // Elsewhere: whoever makes a file owns it.
    let path = std::env::temp_dir().join(format!("palisade-user-{}", std::process::id()));
    let file = std::fs::File::create_new(&path)?;
    let user = file.metadata().map(|metadata| metadata.uid());
    std::fs::remove_file(&path)?;
    user
}

/// Of the four ids that a process has, the one of whoever began it.
fn real_user(status: &str) -> Option<u32> {
    let mut lines = status.lines();
    let ids = lines.find_map(|line| line.strip_prefix("Uid:"))?;
    ids.split_whitespace().next()?.parse().ok()
}

/// The name of a user; the number for whom the machine has no name.
fn name(users: &str, id: u32) -> String {
    let number = id.to_string();
    let mut users = users.lines().map(|line| line.split(':'));
    let name = users.find_map(|mut fields| {
        let name = fields.next().filter(|name| !name.is_empty())?;
        (fields.nth(1)? == number).then_some(name)
    });
    name.map_or(number.clone(), ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use palisade_policy::LedgerConfig;

    #[test]
    fn users_have_names_where_the_machine_knows_them() {
        let users =
            "root:x:0:0:root:/root:/bin/sh\n\n::7\nada:x:1000:1000::/home/ada:\nbob:x:1000:1:";
        assert_eq!(name(users, 0), "root");
        assert_eq!(name(users, 1000), "ada");
        assert_eq!(name(users, 7), "7");
        assert_eq!(
            real_user("Name:\tx\nUid:\t1000\t0\t0\t0\nGid:\t1\n"),
            Some(1000)
        );
        assert_eq!(real_user("Name:\tx\n"), None);
    }

    #[test]
    fn a_role_can_show_every_class_there_is() {
        assert_eq!(Class::ALL.map(Class::name), LedgerConfig::CLASSES);
    }
}
