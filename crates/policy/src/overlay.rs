//! What an organisation changes in the policy: parameters, own ids beside ours, owners, status,
//! clauses that it does not hold to, and clauses of its own.
//!
//! An overlay may state anything about its own policy, but it cannot make a clause disappear in
//! silence: what is retired stays in every report, with its reason.

use crate::catalogue::{
    Attestation, Catalogue, Clause, Point, Status, inconsistent, read_attestation, read_clauses,
    read_points, read_status, root_table,
};
use crate::error::ConfigError;
use crate::parameters::ParameterChanges;
use crate::read::{Reader, Table};
use palisade_core::ClauseId;
use std::collections::BTreeMap;

/// The changes that one overlay file makes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overlay {
    version: Option<String>,
    parameters: ParameterChanges,
    clauses: Vec<Clause>,
    changes: BTreeMap<ClauseId, Change>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Change {
    own_id: Option<String>,
    owner: Option<String>,
    status: Option<Status>,
    by: Vec<String>,
    points: Option<Vec<Point>>,
    attestation: Option<Attestation>,
    retired: Option<String>,
}

const KEYS: &[&str] = &["version", "parameters", "clause", "change"];

const CHANGE_KEYS: &[&str] = &[
    "own-id",
    "owner",
    "status",
    "by",
    "points",
    "attestation",
    "retired",
];

impl Overlay {
    /// Reads an overlay over a catalogue.
    ///
    /// # Errors
    /// Every mistake in the file, in the order of their places.
    pub fn parse(path: &str, text: &str, catalogue: &Catalogue) -> Result<Self, Vec<ConfigError>> {
        let mut reader = Reader::new(path, text);
        let overlay = reader.parse().map(|root| {
            let root = root_table(&root);
            reader.keys(root, KEYS);
            read(&mut reader, root, catalogue)
        });
        reader.finish(overlay)
    }

    /// The values that it gives to parameters.
    #[must_use]
    pub fn parameters(&self) -> &ParameterChanges {
        &self.parameters
    }

    /// The catalogue with the changes of this overlay, which was read over it.
    #[must_use]
    pub fn apply(&self, catalogue: &Catalogue) -> Catalogue {
        let mut catalogue = catalogue.clone();
        if let Some(version) = &self.version {
            catalogue.set_version(format!("{}+{version}", catalogue.version()));
        }
        for (id, change) in &self.changes {
            if let Some(clause) = catalogue.clauses_mut().get_mut(id) {
                change.apply(clause);
            }
        }
        for clause in &self.clauses {
            let id = clause.id.clone();
            catalogue.clauses_mut().insert(id, clause.clone());
        }
        catalogue
    }
}

impl Change {
    fn apply(&self, clause: &mut Clause) {
        let put = |from: &Option<String>, to: &mut Option<String>| {
            if from.is_some() {
                to.clone_from(from);
            }
        };
        put(&self.own_id, &mut clause.own_id);
        put(&self.owner, &mut clause.owner);
        put(&self.retired, &mut clause.retired);
        if let Some(status) = self.status {
            clause.status = status;
            clause.by.clone_from(&self.by);
        }
        if let Some(points) = &self.points {
            clause.points.clone_from(points);
        }
        if let Some(attestation) = &self.attestation {
            clause.attestation = Some(attestation.clone());
        }
    }
}

fn read<'t>(reader: &mut Reader<'t>, root: Table<'_, 't>, catalogue: &Catalogue) -> Overlay {
    let parameters = root
        .get("parameters")
        .and_then(|value| reader.table(value, "parameters"))
        .map(|table| ParameterChanges::read(reader, table))
        .unwrap_or_default();
    let clauses = read_clauses(reader, root, catalogue.frameworks());
    let documents = catalogue.documents();
    for (clause, at) in &clauses {
        let document = clause.id.document();
        if documents.contains(document) {
            let message = format!("clause `{}` is in a document of Palisade", clause.id);
            let help = "own clauses need a prefix of their own, such as `ACME-1.1`".to_owned();
            reader.error(at.clone(), message, Some(help));
        }
    }
    let mut changes = BTreeMap::new();
    if let Some(table) = root
        .get("change")
        .and_then(|value| reader.table(value, "change"))
    {
        for (key, value) in table.entries {
            let name: &str = key.get_ref();
            if reader.full() {
                break;
            }
            let id = match catalogue.resolve(name) {
                Ok(id) => id,
                Err((message, help)) => {
                    reader.error(key.span(), message, help);
                    continue;
                }
            };
            let Some(table) = reader.table(value, name) else {
                continue;
            };
            let change = read_change(reader, table);
            if let Some(mut clause) = catalogue.get(&id).cloned() {
                change.apply(&mut clause);
                if let Some(message) = inconsistent(&clause) {
                    reader.error(key.span(), message, None);
                }
            }
            changes.insert(id, change);
        }
    }
    Overlay {
        version: reader.optional_text(root, "version"),
        parameters,
        clauses: clauses.into_iter().map(|(clause, _)| clause).collect(),
        changes,
    }
}

fn read_change<'t>(reader: &mut Reader<'t>, table: Table<'_, 't>) -> Change {
    reader.keys(table, CHANGE_KEYS);
    let by = table.get("by").map(|value| reader.texts(value, "by"));
    let status = read_status(reader, table);
    if let (None, Some(value)) = (status, table.get("by")) {
        let message = "`by` needs `status = \"enforced\"` beside it";
        reader.error(value.span(), message, None);
    }
    Change {
        own_id: reader.optional_text(table, "own-id"),
        owner: reader.optional_text(table, "owner"),
        status,
        by: by.unwrap_or_default(),
        points: read_points(reader, table),
        attestation: read_attestation(reader, table),
        retired: reader.optional_text(table, "retired"),
    }
}

#[cfg(test)]
pub(crate) const SCHEMA_KEYS: [crate::testing::Keys; 2] = [("", KEYS), ("change", CHANGE_KEYS)];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Parameters, TlsVersion, coverage};

    const GOOD: &str = r#"
version = "acme-4"
[parameters]
tls-floor = "1.2"
[[clause]]
id = "ACME-1.1"
section = "House rules"
title = "Functions have a cost centre"
text = "Every function is tagged with who pays for it."
status = "planned"
points = ["scan"]
frameworks = { iso-27001 = ["A.5.9"] }
[change."SCSP-2.3"]
own-id = "SEC-12"
owner = "head of engineering"
[change."SCSP-7.2"]
status = "attested"
attestation = { evidence = "report of the provider", owner = "security-lead", max-age-days = 90 }
[change."BPSS-4.11"]
retired = "we do not use Azure"
"#;

    fn errors(text: &str) -> Vec<String> {
        Overlay::parse("policy.toml", text, Catalogue::builtin())
            .unwrap_err()
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn an_overlay_changes_and_adds() {
        let overlay = Overlay::parse("policy.toml", GOOD, Catalogue::builtin()).unwrap();
        let catalogue = overlay.apply(Catalogue::builtin());
        assert_eq!(catalogue.version(), "1.0.0+acme-4");
        assert_eq!(catalogue.clauses().count(), 159);
        let get = |id: &str| catalogue.get(&id.parse().unwrap()).unwrap();
        assert_eq!(get("SCSP-2.3").own_id.as_deref(), Some("SEC-12"));
        assert_eq!(get("SCSP-7.2").status, Status::Attested);
        let parameters = Parameters::default().with(overlay.parameters());
        assert_eq!(parameters.tls_floor, TlsVersion::Tls12);
        let states = coverage(&catalogue, &[]);
        let retired = states
            .iter()
            .find(|s| s.clause.id.as_str() == "BPSS-4.11")
            .unwrap();
        assert!(!retired.is_gap(false));
        assert_eq!(retired.to_string(), "retired: we do not use Azure");
    }

    #[test]
    fn mistakes_have_places() {
        for (text, expected) in [
            (
                "[changes]",
                "policy.toml:1:2: unknown key `changes`; did you mean `change`?",
            ),
            (
                "[change.\"SCSP-2.33\"]\nowner = \"x\"",
                "policy.toml:1:9: unknown clause `SCSP-2.33`; did you mean `SCSP-2.3`?",
            ),
            (
                "[change.\"SCSP-1.1\"]\nstatus = \"enforced\"",
                "policy.toml:1:9: clause `SCSP-1.1` is enforced but `by` names nothing",
            ),
            (
                "[change.\"SCSP-1.1\"]\nstatus = \"atested\"",
                "policy.toml:2:10: `atested` is not one of `enforced`, `attested`, `planned`; did you mean `attested`?",
            ),
            (
                "[change.\"SCSP-1.1\"]\nby = [\"x\"]",
                "policy.toml:2:6: `by` needs `status = \"enforced\"` beside it",
            ),
            (
                "[change.\"SCSP-1.1\"]\nretired = \" \"",
                "policy.toml:2:11: `retired` is empty",
            ),
        ] {
            assert_eq!(errors(text), [expected], "{text}");
        }
        let own = GOOD.replace("ACME-1.1", "SCSP-99.1");
        assert!(errors(&own)[0].contains("is in a document of Palisade"));
        assert_eq!(errors("[[clause]]\nid = \"ACME-1\"").len(), 4);
    }
}
