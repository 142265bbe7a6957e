//! The policy as data: every clause with what it asks, where it is enforced or who attests it, and
//! which clauses of other frameworks it answers.
//!
//! The status words of the data are claims; [`Catalogue::check`] holds them against what exists, and
//! [`coverage()`](crate::coverage()) computes the state that reports show. The catalogue must never
//! contain the texts of other frameworks, only their ids.

use crate::coverage::Enforcer;
use crate::error::{ConfigError, did_you_mean};
use crate::parameters::Parameters;
use crate::read::{Reader, Table};
pub(crate) use crate::read::{root_table, word};
use palisade_core::ClauseId;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;
use std::sync::LazyLock;

/// What holds a clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Something that exists enforces it, and is named.
    Enforced,
    /// People attest it, with evidence that expires.
    Attested,
    /// Nothing yet: a gap.
    Planned,
}

/// A point in the life of an application at which clauses are enforced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Point {
    /// Code and configuration.
    Scan,
    /// Deployment.
    Gate,
    /// Invocation.
    Guard,
    /// Secrets and keys.
    Vault,
    /// Operation.
    Watch,
    /// Proof.
    Audit,
}

/// What people must show for a clause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attestation {
    /// The evidence.
    pub evidence: String,
    /// The role that attests.
    pub owner: String,
    /// After how many days it must be renewed.
    pub max_age_days: u32,
}

/// One clause of the policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// Its id, the key under which everything refers to it.
    pub id: ClauseId,
    /// The id that the organisation shows beside it.
    pub own_id: Option<String>,
    /// The section of its document.
    pub section: String,
    /// A short title.
    pub title: String,
    /// What is asked, and why.
    pub text: String,
    /// The claim about what holds it.
    pub status: Status,
    /// Names of what enforces it, when the claim is `enforced`.
    pub by: Vec<String>,
    /// Where it is to be enforced, or its evidence collected.
    pub points: Vec<Point>,
    /// What people must show, when they must.
    pub attestation: Option<Attestation>,
    /// The role that answers for it, where the organisation names one.
    pub owner: Option<String>,
    /// Names of the parameters that it depends on.
    pub parameters: Vec<String>,
    /// Framework id to ids within that framework.
    pub frameworks: BTreeMap<String, Vec<String>>,
    /// Why the organisation does not hold to it, when it does not.
    pub retired: Option<String>,
}

/// A framework that clauses refer to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Framework {
    /// Its id in references.
    pub id: String,
    /// Its name and edition.
    pub title: String,
}

/// All clauses that hold for an organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catalogue {
    version: String,
    frameworks: Vec<Framework>,
    clauses: BTreeMap<ClauseId, Clause>,
}

const CLAUSE_KEYS: &[&str] = &[
    "id",
    "section",
    "title",
    "text",
    "status",
    "by",
    "points",
    "attestation",
    "owner",
    "own-id",
    "parameters",
    "frameworks",
];

const ATTESTATION_KEYS: &[&str] = &["evidence", "owner", "max-age-days"];

impl Status {
    /// All words.
    pub const ALL: [Self; 3] = [Self::Enforced, Self::Attested, Self::Planned];

    /// The word in files and reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Enforced => "enforced",
            Self::Attested => "attested",
            Self::Planned => "planned",
        }
    }
}

impl Point {
    /// All points in the order of an application's life.
    pub const ALL: [Self; 6] = [
        Self::Scan,
        Self::Gate,
        Self::Guard,
        Self::Vault,
        Self::Watch,
        Self::Audit,
    ];

    /// The word in files and reports, which is also the command.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Scan => "scan",
            Self::Gate => "gate",
            Self::Guard => "guard",
            Self::Vault => "vault",
            Self::Watch => "watch",
            Self::Audit => "audit",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

static BUILTIN: LazyLock<Catalogue> = LazyLock::new(|| {
    let read = || -> Result<Catalogue, Vec<ConfigError>> {
        let head = (
            "catalogue.toml",
            include_str!("../catalogue/catalogue.toml"),
        );
        let mut reader = Reader::new(head.0, head.1);
        let catalogue = read_head(&mut reader);
        let mut catalogue = reader.finish(catalogue)?;
        for (file, text) in [
            ("scsp.toml", include_str!("../catalogue/scsp.toml")),
            ("bpss.toml", include_str!("../catalogue/bpss.toml")),
        ] {
            let mut reader = Reader::new(file, text);
            if let Some(root) = reader.parse() {
                let root = root_table(&root);
                reader.keys(root, &["clause"]);
                let clauses = read_clauses(&mut reader, root, &catalogue.frameworks);
                catalogue
                    .clauses
                    .extend(clauses.into_iter().map(|(c, _)| (c.id.clone(), c)));
            }
            reader.finish(Some(()))?;
        }
        Ok(catalogue)
    };
    // INVARIANT: the texts are compiled in, and a test reads them.
    #[expect(clippy::expect_used, reason = "see the invariant above")]
    read().expect("the catalogue is well-formed")
});

impl Catalogue {
    /// The catalogue that comes with Palisade, read on first use.
    #[must_use]
    pub fn builtin() -> &'static Self {
        &BUILTIN
    }

    /// The version of the clauses.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The frameworks that clauses refer to.
    #[must_use]
    pub fn frameworks(&self) -> &[Framework] {
        &self.frameworks
    }

    /// Every clause, by document and number.
    pub fn clauses(&self) -> impl Iterator<Item = &Clause> {
        self.clauses.values()
    }

    /// One clause.
    #[must_use]
    pub fn get(&self, id: &ClauseId) -> Option<&Clause> {
        self.clauses.get(id)
    }

    /// The clauses that answer an id of a framework (`nist-800-53`, `AC-6`).
    pub fn answering<'a>(
        &'a self,
        framework: &'a str,
        id: &'a str,
    ) -> impl Iterator<Item = &'a Clause> {
        self.clauses().filter(move |clause| {
            let ids = clause.frameworks.get(framework);
            ids.is_some_and(|ids| ids.iter().any(|known| known == id))
        })
    }

    /// The clause of this id, or what to write instead.
    pub(crate) fn resolve(&self, text: &str) -> Result<ClauseId, (String, Option<String>)> {
        match text.parse::<ClauseId>() {
            Ok(id) if self.clauses.contains_key(&id) => Ok(id),
            Ok(_) => {
                let help = did_you_mean(text, self.clauses.keys().map(ClauseId::as_str));
                Err((format!("unknown clause `{text}`"), help))
            }
            Err(error) => Err((error.to_string(), None)),
        }
    }

    pub(crate) fn documents(&self) -> BTreeSet<&str> {
        self.clauses.keys().map(ClauseId::document).collect()
    }

    pub(crate) fn clauses_mut(&mut self) -> &mut BTreeMap<ClauseId, Clause> {
        &mut self.clauses
    }

    pub(crate) fn set_version(&mut self, version: String) {
        self.version = version;
    }

    /// What is claimed and not so: clauses that name something that does not exist or does not
    /// serve them, and enforcers that name a clause that does not exist. Empty when all is well.
    #[must_use]
    pub fn check(&self, enforcers: &[Enforcer<'_>]) -> Vec<String> {
        let mut wrong = Vec::new();
        for enforcer in enforcers {
            for name in enforcer.clauses {
                if let Err((message, help)) = self.resolve(name) {
                    let help = help.map(|h| format!("; {h}")).unwrap_or_default();
                    wrong.push(format!("`{}`: {message}{help}", enforcer.name));
                }
            }
        }
        for clause in self.clauses() {
            if clause.status == Status::Enforced && clause.by.is_empty() {
                wrong.push(format!("clause `{}` is enforced by nothing", clause.id));
            }
            for name in &clause.by {
                match enforcers.iter().find(|enforcer| enforcer.name == name) {
                    None => wrong.push(format!(
                        "clause `{}` is enforced by `{name}`, which does not exist",
                        clause.id
                    )),
                    Some(enforcer) if !enforcer.serves(&clause.id) => wrong.push(format!(
                        "clause `{}` is enforced by `{name}`, which does not name it",
                        clause.id
                    )),
                    Some(_) => {}
                }
            }
        }
        wrong
    }
}

fn read_head(reader: &mut Reader<'_>) -> Option<Catalogue> {
    let root = reader.parse()?;
    let root = root_table(&root);
    reader.keys(root, &["version", "framework"]);
    let mut frameworks = Vec::new();
    for item in root.get("framework").map(|v| reader.list(v, "framework"))? {
        let table = reader.table(item, "framework")?;
        frameworks.push(Framework {
            id: reader.required_text(table, "id")?,
            title: reader.required_text(table, "title")?,
        });
    }
    Some(Catalogue {
        version: reader.required_text(root, "version")?,
        frameworks,
        clauses: BTreeMap::new(),
    })
}

/// Reads the `[[clause]]` entries of a file. A clause that is written twice is an error.
pub(crate) fn read_clauses<'t>(
    reader: &mut Reader<'t>,
    root: Table<'_, 't>,
    frameworks: &[Framework],
) -> Vec<(Clause, Range<usize>)> {
    let mut clauses: Vec<(Clause, Range<usize>)> = Vec::new();
    let Some(list) = root.get("clause") else {
        return clauses;
    };
    for item in reader.list(list, "clause") {
        let Some(table) = reader.table(item, "clause") else {
            continue;
        };
        if let Some(clause) = read_clause(reader, table, frameworks) {
            if clauses.iter().any(|(known, _)| known.id == clause.id) {
                let message = format!("clause `{}` is written twice", clause.id);
                reader.error(item.span(), message, None);
            }
            clauses.push((clause, item.span()));
        }
    }
    clauses
}

fn read_clause<'t>(
    reader: &mut Reader<'t>,
    table: Table<'_, 't>,
    known: &[Framework],
) -> Option<Clause> {
    reader.keys(table, CLAUSE_KEYS);
    let id = reader.required_text(table, "id").and_then(|text| {
        text.parse::<ClauseId>()
            .map_err(|error| reader.error(table.start..table.start, error.to_string(), None))
            .ok()
    });
    let section = reader.required_text(table, "section");
    let title = reader.required_text(table, "title");
    let text = reader.required_text(table, "text");
    if table.get("status").is_none() {
        reader.missing(table, "status");
    }
    let status = read_status(reader, table);
    let by = table
        .get("by")
        .map(|v| reader.texts(v, "by"))
        .unwrap_or_default();
    let points = read_points(reader, table);
    let attestation = read_attestation(reader, table);
    let parameters = read_parameters(reader, table);
    let frameworks = read_frameworks(reader, table, known);
    let clause = Clause {
        id: id?,
        own_id: reader.optional_text(table, "own-id"),
        section: section?,
        title: title?,
        text: text?,
        status: status?,
        by,
        points: points.unwrap_or_default(),
        attestation,
        owner: reader.optional_text(table, "owner"),
        parameters,
        frameworks,
        retired: None,
    };
    if let Some(message) = inconsistent(&clause) {
        reader.error(table.start..table.start, message, None);
    }
    Some(clause)
}

/// Why the status of a clause does not go with its other fields.
pub(crate) fn inconsistent(clause: &Clause) -> Option<String> {
    let id = &clause.id;
    match clause.status {
        Status::Enforced if clause.by.is_empty() => {
            Some(format!("clause `{id}` is enforced but `by` names nothing"))
        }
        Status::Attested if clause.attestation.is_none() => Some(format!(
            "clause `{id}` is attested but has no `attestation`"
        )),
        Status::Planned if clause.points.is_empty() => {
            Some(format!("clause `{id}` is planned but has no `points`"))
        }
        Status::Attested | Status::Planned if !clause.by.is_empty() => {
            Some(format!("clause `{id}` has `by` but is not enforced"))
        }
        _ => None,
    }
}

pub(crate) fn read_status<'t>(reader: &mut Reader<'t>, table: Table<'_, 't>) -> Option<Status> {
    let value = table.get("status")?;
    let text = reader.text(value, "status")?;
    word(reader, value, &text, &Status::ALL.map(|s| (s.as_str(), s)))
}

pub(crate) fn read_points<'t>(reader: &mut Reader<'t>, table: Table<'_, 't>) -> Option<Vec<Point>> {
    let value = table.get("points")?;
    let words = Point::ALL.map(|p| (p.as_str(), p));
    let mut points = Vec::new();
    for item in reader.list(value, "points") {
        let text = reader.text(item, "points")?;
        points.extend(word(reader, item, &text, &words));
    }
    points.sort_unstable();
    points.dedup();
    Some(points)
}

pub(crate) fn read_attestation<'t>(
    reader: &mut Reader<'t>,
    table: Table<'_, 't>,
) -> Option<Attestation> {
    let table = reader.table(table.get("attestation")?, "attestation")?;
    reader.keys(table, ATTESTATION_KEYS);
    let max_age = match table.get("max-age-days") {
        Some(value) => reader.number(value, "max-age-days").filter(|days| {
            if *days == 0 {
                reader.error(value.span(), "`max-age-days` must be at least 1", None);
            }
            *days > 0
        }),
        None => {
            reader.missing(table, "max-age-days");
            None
        }
    };
    let evidence = reader.required_text(table, "evidence");
    let owner = reader.required_text(table, "owner");
    Some(Attestation {
        evidence: evidence?,
        owner: owner?,
        max_age_days: max_age?,
    })
}

fn read_parameters<'t>(reader: &mut Reader<'t>, table: Table<'_, 't>) -> Vec<String> {
    let Some(value) = table.get("parameters") else {
        return Vec::new();
    };
    let mut names = Vec::new();
    for (name, at) in reader.spanned_texts(value, "parameters") {
        if !Parameters::NAMES.contains(&name.as_str()) {
            let help = did_you_mean(&name, Parameters::NAMES.iter().copied());
            reader.error(at, format!("unknown parameter `{name}`"), help);
        }
        names.push(name);
    }
    names
}

fn read_frameworks<'t>(
    reader: &mut Reader<'t>,
    table: Table<'_, 't>,
    known: &[Framework],
) -> BTreeMap<String, Vec<String>> {
    let mut frameworks = BTreeMap::new();
    let Some(table) = table
        .get("frameworks")
        .and_then(|value| reader.table(value, "frameworks"))
    else {
        return frameworks;
    };
    let names: Vec<&str> = known.iter().map(|f| f.id.as_str()).collect();
    for (key, value) in table.entries {
        let name: &str = key.get_ref();
        if !names.contains(&name) {
            let help = did_you_mean(name, names.iter().copied());
            reader.error(key.span(), format!("unknown framework `{name}`"), help);
        }
        frameworks.insert(name.to_owned(), reader.texts(value, name));
    }
    frameworks
}

#[cfg(test)]
pub(crate) const SCHEMA_KEYS: [crate::testing::Keys; 2] =
    [("clause", CLAUSE_KEYS), ("attestation", ATTESTATION_KEYS)];

#[cfg(test)]
mod tests;
