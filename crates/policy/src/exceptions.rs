//! `exceptions.toml`: the policy's exception process as data (clause SCSP-20.3). Someone asks, someone
//! else approves, another control stands in its place, and it ends.
//!
//! An exception that has ended never silences anything; the finding comes back and says why.

use crate::catalogue::{Catalogue, root_table};
use crate::error::ConfigError;
use crate::glob::Glob;
use crate::known::{KnownRules, RuleRef};
use crate::read::{Reader, Table};
use palisade_core::{ClauseId, Date, Finding, Problem, ProblemLevel, Suppressed, SuppressedBy};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What an exception is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A rule, or the findings that carry a foreign id.
    Rule(RuleRef),
    /// Every finding that breaks a clause.
    Clause(ClauseId),
}

/// One approved exception.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// Its position in the file, from 0.
    pub index: usize,
    /// What it is from.
    pub subject: Subject,
    /// The addresses of the resources that it is for.
    pub resource: Glob,
    /// The files that it is for; all when there is none.
    pub file: Option<Glob>,
    /// Why the policy cannot be kept.
    pub reason: String,
    /// What protects instead.
    pub compensating_control: String,
    /// Who asked for it.
    pub requester: String,
    /// Who approved it: never the one who asked.
    pub approver: String,
    /// The last day on which it holds.
    pub expires: Date,
    /// Where it was discussed.
    pub ticket: Option<String>,
    line: u32,
    column: u32,
}

/// All exceptions of a project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exceptions {
    path: Arc<str>,
    list: Vec<Exception>,
}

/// What the exceptions say about a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExceptionMatch<'a> {
    /// Nothing.
    None,
    /// It is excepted.
    Active(&'a Exception),
    /// It was excepted, and no longer is.
    Expired(&'a Exception),
}

const KEYS: &[&str] = &["exception"];

const EXCEPTION_KEYS: &[&str] = &[
    "rule",
    "clause",
    "resource",
    "file",
    "reason",
    "compensating-control",
    "requester",
    "approver",
    "expires",
    "ticket",
];

impl Exceptions {
    /// Reads an exceptions file.
    ///
    /// # Errors
    /// Every mistake in the file, in the order of their places.
    pub fn parse(
        path: &str,
        text: &str,
        known: &KnownRules,
        catalogue: &Catalogue,
    ) -> Result<Self, Vec<ConfigError>> {
        let mut reader = Reader::new(path, text);
        let exceptions = reader.parse().map(|root| {
            let root = root_table(&root);
            reader.keys(root, KEYS);
            let mut list = Vec::new();
            if let Some(value) = root.get("exception") {
                for (index, item) in reader.list(value, "exception").iter().enumerate() {
                    let table = reader.table(item, "exception");
                    list.extend(table.and_then(|t| read(&mut reader, t, index, known, catalogue)));
                }
            }
            Self {
                path: Arc::from(path),
                list,
            }
        });
        reader.finish(exceptions)
    }

    /// All of them in their written order.
    pub fn iter(&self) -> impl Iterator<Item = &Exception> {
        self.list.iter()
    }

    /// What they say about a finding. One that holds wins over one that has ended.
    #[must_use]
    pub fn matching(&self, finding: &Finding, today: Date) -> ExceptionMatch<'_> {
        let mut found = ExceptionMatch::None;
        for exception in self.list.iter().filter(|e| e.covers(finding)) {
            if exception.holds(today) {
                return ExceptionMatch::Active(exception);
            }
            if found == ExceptionMatch::None {
                found = ExceptionMatch::Expired(exception);
            }
        }
        found
    }

    /// What they say about something that no scan looks at, such as a listener of the guard: it has
    /// an address that begins with [`Self::GUARD`], stands in a file and breaks a clause. One that
    /// ends after `latest` does not hold (see [`Self::too_long`]).
    #[must_use]
    pub fn from_clause(
        &self,
        clause: &str,
        address: &str,
        file: &str,
        [today, latest]: [Date; 2],
    ) -> ExceptionMatch<'_> {
        let mut found = ExceptionMatch::None;
        let said = |e: &&Exception| {
            let is_subject = matches!(&e.subject, Subject::Clause(said) if said.as_str() == clause);
            let is_file = e.file.as_ref().is_none_or(|said| said.covers(file));
            is_subject && is_file && e.resource.matches(address)
        };
        for exception in self.list.iter().filter(said) {
            if exception.holds(today) && exception.expires <= latest {
                return ExceptionMatch::Active(exception);
            }
            found = ExceptionMatch::Expired(exception);
        }
        found
    }

    /// How addresses of what the guard asks about begin.
    pub const GUARD: &str = "guard:";

    /// A problem for each exception that ends after `latest`: today and as many days as the
    /// parameter `exception-max-days` allows. What has no end in sight is a change of the policy.
    #[must_use]
    pub fn too_long(&self, latest: Date) -> Vec<Problem> {
        let long = self.list.iter().filter(|e| e.expires > latest);
        long.map(|e| {
            let message = format!(
                "the exception from {} ends on {}, later than the policy allows; {latest} is the \
                 last day possible",
                e.of_what(),
                e.expires
            );
            self.problem(e, ProblemLevel::Configuration, message)
        })
        .collect()
    }

    fn problem(&self, exception: &Exception, level: ProblemLevel, message: String) -> Problem {
        Problem {
            file: self.path.clone(),
            line: Some(exception.line),
            column: Some(exception.column),
            level,
            message,
        }
    }

    /// A warning for each exception that matched no finding, given the indices of those that did
    /// and which rules ran: what was not looked for could not be found.
    pub fn unused(
        &self,
        matched: &BTreeSet<usize>,
        today: Date,
        known: &KnownRules,
        ran: impl Fn(&str) -> bool,
    ) -> Vec<Problem> {
        self.list
            .iter()
            .filter(|e| !matched.contains(&e.index))
            // That is not for a scan to find.
            .filter(|e| !e.resource.as_str().starts_with(Self::GUARD))
            .filter(|e| match &e.subject {
                Subject::Rule(rule) => rule.ran(known, &ran),
                Subject::Clause(_) => true,
            })
            .map(|e| {
                let what = if e.holds(today) {
                    "matches nothing".to_owned()
                } else {
                    format!("ended on {} and matches nothing; remove it", e.expires)
                };
                let message = format!("the exception from {} {what}", e.of_what());
                self.problem(e, ProblemLevel::Warning, message)
            })
            .collect()
    }
}

impl Exception {
    /// Whether it holds on a day.
    #[must_use]
    pub fn holds(&self, today: Date) -> bool {
        today <= self.expires
    }

    /// Whether a finding is meant, be it still or no longer.
    #[must_use]
    pub fn covers(&self, finding: &Finding) -> bool {
        let subject = match &self.subject {
            Subject::Rule(rule) => rule.names(&finding.rule, &finding.aliases),
            Subject::Clause(clause) => finding.clauses.contains(clause),
        };
        subject
            && self.resource.matches(&finding.resource.address)
            && self
                .file
                .as_ref()
                .is_none_or(|file| file.covers(&finding.location.file))
    }

    /// What the finding carries while the exception holds.
    #[must_use]
    pub fn suppressed(&self) -> Suppressed {
        Suppressed {
            by: SuppressedBy::Exception,
            reason: self.reason.clone(),
            until: Some(self.expires),
        }
    }

    /// What is said beside a finding that has come back.
    #[must_use]
    pub fn ended(&self) -> String {
        format!(
            "the exception from {}, approved by {}, ended on {}",
            self.of_what(),
            self.approver,
            self.expires
        )
    }

    fn of_what(&self) -> String {
        let subject = match &self.subject {
            Subject::Rule(rule) => rule.as_str(),
            Subject::Clause(clause) => clause.as_str(),
        };
        format!("`{subject}` for `{}`", self.resource.as_str())
    }
}

fn read<'t>(
    reader: &mut Reader<'t>,
    table: Table<'_, 't>,
    index: usize,
    known: &KnownRules,
    catalogue: &Catalogue,
) -> Option<Exception> {
    reader.keys(table, EXCEPTION_KEYS);
    let subject = read_subject(reader, table, known, catalogue);
    let resource = reader.required_text(table, "resource");
    let file = reader.optional_text(table, "file");
    let reason = reader.required_text(table, "reason");
    let compensating_control = reader.required_text(table, "compensating-control");
    let requester = reader.required_text(table, "requester");
    let approver = reader.required_text(table, "approver");
    if let (Some(requester), Some(approver), Some(value)) =
        (&requester, &approver, table.get("approver"))
        && requester.to_lowercase() == approver.to_lowercase()
    {
        let message = format!("`{approver}` cannot approve their own exception");
        let help = "the approver must be someone other than the requester".to_owned();
        reader.error(value.span(), message, Some(help));
    }
    let expires = match table.get("expires") {
        Some(value) => reader.date(value, "expires"),
        None => {
            reader.missing(table, "expires");
            None
        }
    };
    let ticket = reader.optional_text(table, "ticket");
    let (line, column) = reader.place(table.start);
    Some(Exception {
        index,
        subject: subject?,
        resource: Glob::new(&resource?),
        file: file.map(|text| Glob::new(&text)),
        reason: reason?,
        compensating_control: compensating_control?,
        requester: requester?,
        approver: approver?,
        expires: expires?,
        ticket,
        line,
        column,
    })
}

fn read_subject<'t>(
    reader: &mut Reader<'t>,
    table: Table<'_, 't>,
    known: &KnownRules,
    catalogue: &Catalogue,
) -> Option<Subject> {
    if reader.full() {
        return None;
    }
    match (table.get("rule"), table.get("clause")) {
        (Some(value), None) => {
            let name = reader.text(value, "rule")?;
            match known.resolve(&name) {
                Ok(rule) => Some(Subject::Rule(rule)),
                Err(error) => {
                    let help = error.help().map(ToOwned::to_owned);
                    reader.error(value.span(), format!("unknown rule `{name}`"), help);
                    None
                }
            }
        }
        (None, Some(value)) => {
            let name = reader.text(value, "clause")?;
            match catalogue.resolve(&name) {
                Ok(clause) => Some(Subject::Clause(clause)),
                Err((message, help)) => {
                    reader.error(value.span(), message, help);
                    None
                }
            }
        }
        (Some(_), Some(value)) => {
            let message = "an exception is from a `rule` or from a `clause`, not from both";
            reader.error(value.span(), message, None);
            None
        }
        (None, None) => {
            let message = "`rule` or `clause` is missing";
            reader.error(table.start..table.start, message, None);
            None
        }
    }
}

#[cfg(test)]
pub(crate) const SCHEMA_KEYS: [crate::testing::Keys; 2] =
    [("", KEYS), ("exception", EXCEPTION_KEYS)];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{finding, known};

    const GOOD: &str = r#"
[[exception]]
rule = "queue-unencrypted"
resource = "Legacy*"
file = "old"
reason = "the partner cannot decrypt"
compensating-control = "private network only"
requester = "ann@example.com"
approver = "bob@example.com"
expires = 2026-12-31

[[exception]]
clause = "SCSP-3.1"
resource = "*"
reason = "moving to the new key"
compensating-control = "access is limited to two roles"
requester = "ann"
approver = "bob"
expires = "2026-06-30"
ticket = "SEC-7"
"#;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn parse(text: &str) -> Result<Exceptions, Vec<ConfigError>> {
        Exceptions::parse("e.toml", text, &known(), Catalogue::builtin())
    }

    #[test]
    fn exceptions_hold_until_their_day() {
        let exceptions = parse(GOOD).unwrap();
        let describe = |rule, address, file, today| {
            let finding = finding(rule, &["CKV_AWS_27"], address, file, 3);
            match exceptions.matching(&finding, day(today)) {
                ExceptionMatch::None => "none".to_owned(),
                ExceptionMatch::Active(e) => format!("active {}", e.index),
                ExceptionMatch::Expired(e) => e.ended(),
            }
        };
        for (rule, address, file, today, expected) in [
            (
                "queue-unencrypted",
                "LegacyQueue",
                "old/t.yaml",
                "2026-12-31",
                "active 0",
            ),
            (
                "queue-unencrypted",
                "LegacyQueue",
                "old/t.yaml",
                "2026-06-30",
                "active 0",
            ),
            (
                "queue-unencrypted",
                "LegacyQueue",
                "old/t.yaml",
                "2027-01-01",
                "the exception from `queue-unencrypted` for `Legacy*`, approved by bob@example.com, ended on 2026-12-31",
            ),
            (
                "queue-unencrypted",
                "Orders",
                "t.yaml",
                "2026-06-30",
                "active 1",
            ),
            (
                "table-unencrypted",
                "Orders",
                "t.yaml",
                "2026-07-01",
                "the exception from `SCSP-3.1` for `*`, approved by bob, ended on 2026-06-30",
            ),
        ] {
            assert_eq!(describe(rule, address, file, today), expected);
        }
        let mut other = finding("role-shared", &[], "A", "a", 1);
        other.clauses.clear();
        assert_eq!(
            exceptions.matching(&other, day("2026-01-01")),
            ExceptionMatch::None
        );
    }

    #[test]
    fn the_guard_asks_about_a_clause() {
        let text = GOOD.replace(
            "resource = \"*\"",
            "resource = \"guard:listen\"\nfile = \"shop/**\"",
        );
        let exceptions = parse(&text).unwrap();
        let ask = |clause: &str, address, file, today, latest| {
            let days = [day(today), day(latest)];
            match exceptions.from_clause(clause, address, file, days) {
                ExceptionMatch::None => "none",
                ExceptionMatch::Active(_) => "active",
                ExceptionMatch::Expired(_) => "expired",
            }
        };
        let (listen, file) = ("guard:listen", "shop/guard.toml");
        for (clause, address, file, today, latest, expected) in [
            (
                "SCSP-3.1",
                listen,
                file,
                "2026-06-30",
                "2026-12-31",
                "active",
            ),
            (
                "SCSP-3.1",
                listen,
                file,
                "2026-07-01",
                "2026-12-31",
                "expired",
            ),
            (
                "SCSP-3.1",
                listen,
                file,
                "2026-06-01",
                "2026-06-29",
                "expired",
            ),
            ("SCSP-3.2", listen, file, "2026-06-30", "2026-12-31", "none"),
            (
                "SCSP-3.1",
                "guard:other",
                file,
                "2026-06-30",
                "2026-12-31",
                "none",
            ),
            (
                "SCSP-3.1",
                listen,
                "guard.toml",
                "2026-06-30",
                "2026-12-31",
                "none",
            ),
        ] {
            assert_eq!(ask(clause, address, file, today, latest), expected);
        }
        // A scan does not miss it.
        let unused = exceptions.unused(&BTreeSet::from([0]), day("2026-07-01"), &known(), |_| true);
        assert!(unused.is_empty(), "{unused:?}");
    }

    #[test]
    fn what_matched_nothing_is_told() {
        let exceptions = parse(GOOD).unwrap();
        let tell = |matched: &[usize], ran: bool| -> Vec<String> {
            let matched = matched.iter().copied().collect();
            exceptions
                .unused(&matched, day("2026-07-01"), &known(), |_| ran)
                .into_iter()
                .map(|p| format!("{}:{}", p.line.unwrap(), p.message))
                .collect()
        };
        assert!(tell(&[0, 1], true).is_empty());
        assert_eq!(
            tell(&[], true),
            [
                "2:the exception from `queue-unencrypted` for `Legacy*` matches nothing",
                "12:the exception from `SCSP-3.1` for `*` ended on 2026-06-30 and matches nothing; remove it",
            ]
        );
        assert_eq!(tell(&[], false).len(), 1);
        let long = exceptions.too_long(day("2026-12-30"));
        assert_eq!(long.len(), 1);
        assert_eq!(
            long[0].message,
            "the exception from `queue-unencrypted` for `Legacy*` ends on 2026-12-31, later than \
             the policy allows; 2026-12-30 is the last day possible"
        );
    }

    #[test]
    fn mistakes_have_places() {
        let change = |from: &str, to: &str| {
            let errors = parse(&GOOD.replacen(from, to, 1)).unwrap_err();
            let errors: Vec<_> = errors.iter().map(ToString::to_string).collect();
            errors.join("\n")
        };
        for (from, to, expected) in [
            (
                "reason = \"the",
                "reson = \"the",
                "e.toml:2:1: `reason` is missing\ne.toml:6:1: unknown key `reson`; did you mean `reason`?",
            ),
            (
                "bob@example.com",
                "Ann@Example.com",
                "e.toml:9:12: `Ann@Example.com` cannot approve their own exception; the approver must be someone other than the requester",
            ),
            (
                "2026-12-31",
                "\"soon\"",
                "e.toml:10:11: `expires` must be a date such as 2027-01-01, not a TOML string",
            ),
            (
                "2026-12-31",
                "2026-12-31T10:00:00Z",
                "e.toml:10:11: `expires` must be a date such as 2027-01-01, not a TOML datetime",
            ),
            (
                "queue-unencrypted",
                "queue-unencryptd",
                "e.toml:3:8: unknown rule `queue-unencryptd`; did you mean `queue-unencrypted`?",
            ),
            (
                "SCSP-3.1",
                "SCSP-3.91",
                "e.toml:13:10: unknown clause `SCSP-3.91`; did you mean `SCSP-3.1`?",
            ),
            (
                "rule = \"queue-unencrypted\"",
                "",
                "e.toml:2:1: `rule` or `clause` is missing",
            ),
            (
                "clause = \"SCSP-3.1\"",
                "clause = \"SCSP-3.1\"\nrule = \"role-shared\"",
                "e.toml:13:10: an exception is from a `rule` or from a `clause`, not from both",
            ),
        ] {
            assert_eq!(change(from, to), expected);
        }
        assert_eq!(parse("[[exception]]").unwrap_err().len(), 7);
        assert!(parse("").unwrap().iter().next().is_none());
    }
}
