//! The oldest TLS that a listener takes: 1.3, as the policy asks for, and 1.2 as long as an exception of
//! the policy holds.

use super::parts::{Loaded, Wrong};
use crate::settings::{CONFIG, Project};
use palisade_core::Date;
use palisade_gateway::Floor;
use palisade_guard::config::TlsVersion;
use palisade_policy::{ExceptionMatch, Exceptions};
use std::path::{Path, PathBuf};

/// What asks for TLS of at least the agreed version.
const CLAUSE: &str = "SCSP-3.2";
/// How exceptions name a listener, behind [`Exceptions::GUARD`].
const LISTEN: &str = "listen";

/// What a listener may take.
#[derive(Debug, Default)]
pub(super) struct Allowed {
    pub(super) floor: Floor,
    /// The last day on which that is so.
    pub(super) until: Option<Date>,
    /// The files that say so.
    pub(super) files: Vec<PathBuf>,
}

/// What a configuration asks for, as far as the policy allows it.
pub(super) fn allowed(loaded: &Loaded, today: Date) -> Result<Allowed, Wrong> {
    let listen = loaded.config.listen.as_ref();
    let Some(listen) = listen.filter(|listen| listen.min_tls == TlsVersion::Tls12) else {
        return Ok(Allowed::default());
    };
    let wrong = |message: String| Wrong::of(&loaded.name, listen.line, message);
    let folder = match loaded.folder.as_os_str().is_empty() {
        true => Path::new("."),
        false => &loaded.folder,
    };
    let start = folder.canonicalize();
    let start = start.map_err(|error| wrong(format!("`{}`: {error}", folder.display())))?;
    let project = Project::find(&start, None)
        .map_err(|error| wrong(format!("`min-tls = \"1.2\"` needs an exception: {error}")))?;
    let name = Path::new(&loaded.name).file_name().unwrap_or_default();
    let file = format!("{}{}", project.prefix, name.to_string_lossy());
    let latest = today.plus_days(project.parameters().exception_max_days);
    let address = format!("{}{LISTEN}", Exceptions::GUARD);
    let days = [today, latest];
    let found = project
        .exceptions
        .from_clause(CLAUSE, &address, &file, days);
    let why = match found {
        ExceptionMatch::Active(exception) => {
            return Ok(Allowed {
                floor: Floor::Tls12,
                until: Some(exception.expires),
                files: vec![
                    project.folder.join("exceptions.toml"),
                    project.folder.join(CONFIG),
                ],
            });
        }
        ExceptionMatch::None => format!(
            "there is none from `{CLAUSE}` for `{address}` in `{}`",
            project.folder.join("exceptions.toml").display()
        ),
        ExceptionMatch::Expired(exception) if exception.expires > latest => format!(
            "the one that is there ends on {}, later than the policy allows; {latest} is the last day possible",
            exception.expires
        ),
        ExceptionMatch::Expired(exception) => exception.ended(),
    };
    Err(wrong(format!(
        "`min-tls = \"1.2\"` without an exception of the policy that holds today: {why}"
    )))
}
