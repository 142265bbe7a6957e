//! The tables of boto3's resource objects and of waiters.

use std::collections::BTreeMap;
use std::sync::OnceLock;

/// One row about a resource type.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) kind: &'static str,
    pub(crate) member: &'static str,
    pub(crate) operation: &'static str,
    /// `Parameter=identifier`, or for `part` rows `identifier=parent's identifier` or `?`.
    pub(crate) bindings: Vec<(&'static str, &'static str)>,
    /// The type of the result.
    pub(crate) result: &'static str,
    /// Identifiers of the result: from identifiers, or from `@` arguments.
    pub(crate) identifiers: Vec<(&'static str, &'static str)>,
}

type Rows = BTreeMap<(&'static str, &'static str), Vec<Row>>;

fn rows() -> &'static Rows {
    static ROWS: OnceLock<Rows> = OnceLock::new();
    ROWS.get_or_init(|| {
        let mut rows = Rows::new();
        for line in lines(include_str!("../../data/boto3-resources.tsv")) {
            if let [service, of, kind, member, operation, bindings, result] = line[..] {
                let (result, identifiers) = result.split_once(':').unwrap_or((result, "-"));
                rows.entry((service, of)).or_default().push(Row {
                    kind,
                    member,
                    operation,
                    bindings: pairs(bindings),
                    result: if result == "-" { "" } else { result },
                    identifiers: pairs(identifiers),
                });
            }
        }
        rows
    })
}

fn lines(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split('\t').collect())
}

fn pairs(text: &'static str) -> Vec<(&'static str, &'static str)> {
    text.split(',')
        .filter(|pair| *pair != "-")
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .collect()
}

/// All rows about a type of resource.
pub(super) fn of_type(service: &str, kind: &str) -> &'static [Row] {
    rows()
        .iter()
        .find(|((s, k), _)| *s == service && *k == kind)
        .map_or(&[], |(_, rows)| rows)
}

/// The names of a type's identifiers, in the order of its constructor.
pub(super) fn identifiers(service: &str, kind: &str) -> Vec<&'static str> {
    let row = of_type(service, kind).iter().find(|row| row.kind == "type");
    row.map_or_else(Vec::new, |row| {
        row.bindings.iter().map(|(name, _)| *name).collect()
    })
}

/// The operation that a waiter calls. `waiter` may be in any spelling (`object_exists`,
/// `ObjectExists`), `service` boto3's or JavaScript's.
pub(super) fn waiter(service: &str, waiter: &str) -> Option<&'static str> {
    let plain = |name: &str| name.replace(['_', '-'], "").to_ascii_lowercase();
    let (service, waiter) = (plain(service), plain(waiter));
    let mut other_service = None;
    for line in lines(include_str!("../../data/waiters.tsv")) {
        let [of, name, operation] = line[..] else {
            continue;
        };
        if plain(name) == waiter {
            if plain(of) == service {
                return Some(operation);
            }
            // The two languages name some services differently; most waiters' names tell.
            other_service = match other_service {
                None => Some(Some(operation)),
                Some(Some(before)) if before == operation => other_service,
                Some(_) => Some(None),
            };
        }
    }
    other_service.flatten()
}
