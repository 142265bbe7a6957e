//! What a rule is: its metadata, what it is given, and the three answers it can give.
//!
//! Apart from the driver and from the rules, so that changing one does not rebuild the other.
//!
//! Invariants:
//! - A rule is data and plain functions: it keeps no state and reads nothing but its [`Context`].
//! - What can't be decided is said ([`Sink::unresolved`]), never guessed and never dropped.

mod sink;
mod table;

/// When a rule or one of its conditions speaks.
pub use palisade_policy::Profile;
pub use sink::{FindingBuilder, Outcome, RawFinding, RawRelated, RawUnresolved, Sink, Stats};
pub use table::{Is, Row, Want};

use palisade_access::Access;
use palisade_app::{Application, Files, Resource};
use palisade_core::{Confidence, Date, Severity};
use palisade_policy::Parameters;
use std::cell::OnceCell;

/// A rule: one concept that breaks the policy.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Kebab-case; reads well after "allow".
    pub id: &'static str,
    /// One line, without a final stop.
    pub title: &'static str,
    /// How bad it usually is; a finding may say otherwise.
    pub severity: Severity,
    /// How sure a finding is.
    pub confidence: Confidence,
    /// When it speaks; a finding may say otherwise.
    pub profile: Profile,
    /// Ids of the clauses that it gives evidence for.
    pub clauses: &'static [&'static str],
    /// The weakness that it finds, as a CWE number.
    pub cwe: Option<u16>,
    /// All ids of other tools that its findings can carry.
    pub aliases: &'static [&'static str],
    /// The version that it came with.
    pub since: &'static str,
    /// What it does.
    pub check: Check,
}

/// The forms of a check.
#[derive(Clone, Copy, Debug)]
pub enum Check {
    /// Looks at one resource of these kinds at a time.
    Resource {
        /// The kinds that it wants to see.
        kinds: &'static [&'static str],
        /// Called for each.
        check: fn(&Resource, &Context<'_>, &mut Sink<'_>),
    },
    /// Looks at the whole application once.
    Application(fn(&Context<'_>, &mut Sink<'_>)),
    /// Looks at the whole application and at the code of its functions; reading code takes time, so
    /// that it runs only when it is switched on.
    Code(fn(&Context<'_>, &mut Sink<'_>)),
    /// Asks the same question of many kinds of resource.
    Table(&'static [Row]),
}

/// A rule with its documentation page.
#[derive(Clone, Copy, Debug)]
pub struct RuleEntry {
    /// The folder that it stands in.
    pub family: &'static str,
    /// The rule.
    pub rule: &'static Rule,
    /// Its page, in Markdown.
    pub page: &'static str,
}

/// What a rule is given.
pub struct Context<'a> {
    /// The application that is looked at.
    pub app: &'a Application,
    /// The policy's parameters.
    pub parameters: &'a Parameters,
    /// The day of the scan.
    pub today: Date,
    /// The scanned tree, for the code of functions.
    pub files: &'a dyn Files,
    settings: &'a palisade_access::Settings<'a>,
    access: OnceCell<Access<'a>>,
}

impl std::fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context")
            .field("app", &self.app.root)
            .finish_non_exhaustive()
    }
}

impl<'a> Context<'a> {
    /// What rules are given about an application.
    #[must_use]
    pub fn new(
        app: &'a Application,
        parameters: &'a Parameters,
        today: Date,
        files: &'a dyn Files,
        settings: &'a palisade_access::Settings<'a>,
    ) -> Self {
        Self {
            app,
            parameters,
            today,
            files,
            settings,
            access: OnceCell::new(),
        }
    }

    /// Who may do what in the application; worked out when it is first asked for.
    pub fn access(&self) -> &Access<'a> {
        self.access
            .get_or_init(|| Access::of(self.app, self.settings))
    }
}
