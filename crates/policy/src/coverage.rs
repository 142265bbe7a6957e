//! How much of the policy is held: computed from what exists, never from what is claimed.
//!
//! A clause is `enforced` when at least one thing that exists names it, `attested` when it is people
//! who hold it, and `planned` when nothing does. Points that are listed for it and where nothing
//! exists yet stay visible beside the state, so that "enforced in scan" is never read as more.

use crate::catalogue::{Catalogue, Clause, Point, Status};
use palisade_core::ClauseId;
use std::fmt;

/// Something that exists and enforces clauses: a rule, a step, a detection, a check.
#[derive(Clone, Copy, Debug)]
pub struct Enforcer<'a> {
    /// Its name.
    pub name: &'a str,
    /// The point at which it works.
    pub point: Point,
    /// The ids of the clauses that it enforces.
    pub clauses: &'a [&'a str],
}

/// What holds one clause today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClauseState<'a> {
    /// The clause.
    pub clause: &'a Clause,
    /// What holds it.
    pub status: Status,
    /// Names of what enforces it, with their points, sorted by point and name.
    pub enforced_by: Vec<(Point, &'a str)>,
    /// The points that are listed for it and where nothing enforces it yet. For a clause that only
    /// people hold they say where its evidence is collected, and are not listed here.
    pub planned: Vec<Point>,
    /// Whether people must attest it, alone or beside what is automatic.
    pub needs_attestation: bool,
}

impl<'a> Enforcer<'a> {
    /// A rule of `scan`.
    #[must_use]
    pub fn rule(name: &'a str, clauses: &'a [&'a str]) -> Self {
        Self {
            name,
            point: Point::Scan,
            clauses,
        }
    }

    /// Whether it names the clause.
    #[must_use]
    pub fn serves(&self, clause: &ClauseId) -> bool {
        self.clauses.iter().any(|id| *id == clause.as_str())
    }
}

impl ClauseState<'_> {
    /// Whether nothing holds the clause: it is planned, or people must attest it and have not
    /// (`attested` tells whether a valid attestation exists). A retired clause is no gap.
    #[must_use]
    pub fn is_gap(&self, attested: bool) -> bool {
        self.clause.retired.is_none()
            && match self.status {
                Status::Enforced => false,
                Status::Attested => !attested,
                Status::Planned => true,
            }
    }
}

/// One line: `enforced in scan by 7 rules; planned: gate, guard`.
impl fmt::Display for ClauseState<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(reason) = &self.clause.retired {
            return write!(f, "retired: {reason}");
        }
        write!(f, "{}", self.status)?;
        let mut separator = " in";
        if let (Status::Attested, Some(attestation)) = (self.status, &self.clause.attestation) {
            write!(f, " by {}", attestation.owner)?;
            separator = "; supported in";
        }
        for point in Point::ALL {
            let names: Vec<&str> = self
                .enforced_by
                .iter()
                .filter(|(at, _)| *at == point)
                .map(|(_, name)| *name)
                .collect();
            // A rule has one word, a command two.
            let what = match point {
                Point::Scan if !names.iter().any(|name| name.contains(' ')) => "rule",
                Point::Guard => "step",
                _ => "check",
            };
            match names[..] {
                [] => continue,
                [name] => write!(f, "{separator} {point} by `{name}`")?,
                _ => write!(f, "{separator} {point} by {} {what}s", names.len())?,
            }
            separator = ",";
        }
        if self.status != Status::Attested && self.needs_attestation {
            f.write_str("; to be attested as well")?;
        }
        if !self.planned.is_empty() {
            let points: Vec<&str> = self.planned.iter().map(|p| p.as_str()).collect();
            let start = if self.status == Status::Planned {
                " for"
            } else {
                "; planned:"
            };
            write!(f, "{start} {}", points.join(", "))?;
        }
        Ok(())
    }
}

/// The state of every clause, given everything that exists.
#[must_use]
pub fn coverage<'a>(catalogue: &'a Catalogue, enforcers: &[Enforcer<'a>]) -> Vec<ClauseState<'a>> {
    catalogue
        .clauses()
        .map(|clause| {
            let mut enforced_by: Vec<(Point, &str)> = enforcers
                .iter()
                .filter(|enforcer| enforcer.serves(&clause.id))
                .map(|enforcer| (enforcer.point, enforcer.name))
                .collect();
            enforced_by.sort_unstable();
            enforced_by.dedup();
            let by_people = clause.status == Status::Attested;
            let exists = |point: &Point| enforced_by.iter().any(|(at, _)| at == point);
            let planned = if by_people {
                Vec::new()
            } else {
                let points = clause.points.iter().copied();
                points.filter(|point| !exists(point)).collect()
            };
            let status = match clause.status {
                Status::Attested => Status::Attested,
                _ if enforced_by.is_empty() => Status::Planned,
                _ => Status::Enforced,
            };
            ClauseState {
                clause,
                status,
                enforced_by,
                planned,
                needs_attestation: clause.attestation.is_some(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(id: &str, enforcers: &[Enforcer<'_>]) -> String {
        let states = coverage(Catalogue::builtin(), enforcers);
        let state = states.iter().find(|s| s.clause.id.as_str() == id).unwrap();
        format!(
            "{state} ({})",
            if state.is_gap(false) { "gap" } else { "held" }
        )
    }

    #[test]
    fn states_follow_from_what_exists() {
        let one = Enforcer::rule("role-shared", &["SCSP-1.1", "SCSP-3.3", "SCSP-14.1"]);
        let two = Enforcer::rule("action-wildcard", &["SCSP-1.1"]);
        let gate = Enforcer {
            name: "permissions-grew",
            point: Point::Gate,
            clauses: &["SCSP-1.1"],
        };
        for (id, enforcers, expected) in [
            ("SCSP-1.1", &[][..], "planned for scan, gate, watch (gap)"),
            (
                "SCSP-1.1",
                &[one][..],
                "enforced in scan by `role-shared`; planned: gate, watch (held)",
            ),
            (
                "SCSP-1.1",
                &[one, two, gate][..],
                "enforced in scan by 2 rules, gate by `permissions-grew`; planned: watch (held)",
            ),
            ("SCSP-14.1", &[][..], "attested by application-owner (gap)"),
            (
                "SCSP-14.1",
                &[one][..],
                "attested by application-owner; supported in scan by `role-shared` (gap)",
            ),
            (
                "SCSP-3.3",
                &[one][..],
                "enforced in scan by `role-shared`; to be attested as well; planned: guard, audit (held)",
            ),
        ] {
            assert_eq!(line(id, enforcers), expected);
        }
    }

    #[test]
    fn an_attestation_closes_an_attested_clause_only() {
        for state in coverage(Catalogue::builtin(), &[]) {
            assert!(state.is_gap(false), "{}", state.clause.id);
            assert_eq!(state.is_gap(true), state.status == Status::Planned);
        }
    }
}
