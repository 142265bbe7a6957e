//! SARIF 2.1.0 (OASIS), for code scanning services and editors.
//!
//! Severities are real levels, a rule's page is its help, an attack path is a code flow, and a
//! silenced finding is a suppression with its reason. What could not be read or decided is a
//! notification of the invocation.

mod model;

use crate::clean::line;
use crate::line::path as with_prefix;
use crate::mask::{self, Line};
use crate::{Policy, json};
use model::{
    ArtifactLocation, BaseId, CodeFlow, Configuration, Driver, FlowLocation, Invocation, Location,
    Log, LogicalLocation, Notification, PhysicalLocation, Region, ReportingDescriptor,
    ResultObject, RuleReference, Run, Suppression, Text, ThreadFlow, Tool,
};
use palisade_core::{
    Confidence, Finding, Location as Place, Problem, ProblemLevel, Related, ResourceRef, Severity,
    Suppressed, SuppressedBy,
};
use palisade_rule::RuleEntry;
use palisade_scan::Report;
use serde_json::{Value, json as value};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The base that all paths are relative to.
const ROOT: &str = "SRCROOT";

/// The report as SARIF, with the rules of the policy as its rule table. Paths are written behind
/// `root_prefix`, which leads from the repository to the scanned root.
#[must_use]
pub fn render(report: &Report, root_prefix: &str, policy: &Policy<'_>) -> String {
    let writer = Writer {
        root_prefix,
        policy,
        index: policy
            .rules
            .iter()
            .enumerate()
            .map(|(i, entry)| (entry.rule.id, i))
            .collect(),
    };
    json::text(&writer.log(report, policy.rules))
}

struct Writer<'a> {
    root_prefix: &'a str,
    policy: &'a Policy<'a>,
    index: BTreeMap<&'static str, usize>,
}

impl Writer<'_> {
    fn log(&self, report: &Report, rules: &[RuleEntry]) -> Log {
        Log {
            schema: "https://json.schemastore.org/sarif-2.1.0.json",
            version: "2.1.0",
            runs: [Run {
                tool: Tool {
                    driver: Driver {
                        name: "Palisade",
                        version: env!("CARGO_PKG_VERSION"),
                        semantic_version: env!("CARGO_PKG_VERSION"),
                        information_uri: env!("CARGO_PKG_REPOSITORY"),
                        rules: rules.iter().map(descriptor).collect(),
                    },
                },
                invocations: [Invocation {
                    execution_successful: !report.incomplete(),
                    tool_execution_notifications: self.notifications(report),
                }],
                original_uri_base_ids: BTreeMap::from([(
                    ROOT,
                    BaseId {
                        description: plain("The root of the repository"),
                    },
                )]),
                column_kind: "unicodeCodePoints",
                results: report.findings.iter().map(|f| self.result(f)).collect(),
                properties: json::sorted(value!({
                    "entryPoints": report.entry_points,
                    "stats": report.stats,
                })),
            }],
        }
    }

    fn notifications(&self, report: &Report) -> Vec<Notification> {
        let problems = report.problems.iter().map(|p| self.problem(p));
        let unresolved = report.unresolved.iter().map(|u| Notification {
            level: "note",
            message: message(&format!("can't tell: {}", u.reason)),
            locations: vec![self.location(&u.location, None, Some(&u.resource))],
            associated_rule: Some(RuleReference {
                id: u.rule.to_string(),
                index: self.index.get(&*u.rule).copied(),
            }),
        });
        problems.chain(unresolved).collect()
    }

    fn problem(&self, problem: &Problem) -> Notification {
        let region = problem.line.map(|line| Region {
            start_line: line.max(1),
            start_column: problem.column.map(|c| c.max(1)),
            ..Region::default()
        });
        Notification {
            level: match problem.level {
                ProblemLevel::Error | ProblemLevel::Configuration => "error",
                ProblemLevel::Warning => "warning",
            },
            message: message(&problem.message),
            locations: vec![Location {
                id: None,
                physical_location: PhysicalLocation {
                    artifact_location: self.artifact(&problem.file),
                    region,
                    context_region: None,
                },
                logical_locations: Vec::new(),
                message: None,
            }],
            associated_rule: None,
        }
    }

    fn result(&self, finding: &Finding) -> ResultObject {
        let secret = mask::about_secret(finding, self.policy);
        let related = finding.related.iter().zip(1..);
        let flow: Vec<FlowLocation> = finding
            .path
            .iter()
            .map(|hop| FlowLocation {
                location: self.related(hop, None, secret),
            })
            .collect();
        let code_flows = match flow.is_empty() {
            true => Vec::new(),
            false => vec![CodeFlow {
                thread_flows: [ThreadFlow { locations: flow }],
            }],
        };
        let place = self.location(
            &finding.location,
            mask::line(&finding.excerpt, secret),
            Some(&finding.resource),
        );
        ResultObject {
            rule_id: finding.rule.to_string(),
            rule_index: self.index.get(&*finding.rule).copied(),
            level: level(finding.severity),
            rank: rank(finding.severity),
            message: message(&sentence(finding)),
            locations: vec![place],
            related_locations: related
                .map(|(r, id)| self.related(r, Some(id), secret))
                .collect(),
            code_flows,
            partial_fingerprints: BTreeMap::from([(
                "palisade/v1",
                finding.fingerprint.as_str().to_owned(),
            )]),
            suppressions: finding.suppressed.iter().map(suppression).collect(),
            properties: properties(finding),
        }
    }

    fn related(&self, related: &Related, id: Option<usize>, secret: bool) -> Location {
        Location {
            id,
            message: Some(message(&related.message)),
            ..self.location(
                &related.location,
                mask::line(&related.excerpt, secret),
                related.resource.as_ref(),
            )
        }
    }

    fn location(
        &self,
        place: &Place,
        shown: Option<Line>,
        resource: Option<&ResourceRef>,
    ) -> Location {
        let (region, context_region) = regions(place, shown);
        Location {
            id: None,
            physical_location: PhysicalLocation {
                artifact_location: self.artifact(&place.file),
                region: Some(region),
                context_region,
            },
            logical_locations: resource
                .iter()
                .map(|r| LogicalLocation {
                    name: r.address.to_string(),
                    fully_qualified_name: format!("{}/{}", place.file, r.address),
                    kind: "resource",
                })
                .collect(),
            message: None,
        }
    }

    fn artifact(&self, file: &str) -> ArtifactLocation {
        ArtifactLocation {
            uri: encode_path(&with_prefix(self.root_prefix, file)),
            uri_base_id: ROOT,
        }
    }
}

fn properties(finding: &Finding) -> Value {
    let mut properties = value!({
        "severity": finding.severity,
        "security-severity": security_severity(finding.severity),
        "confidence": finding.confidence,
        "clauses": finding.clauses,
        "aliases": finding.aliases,
        "resource": finding.resource,
        "when": finding.when,
    });
    if !finding.environments.is_empty() {
        properties["environments"] = value!(finding.environments);
    }
    json::sorted(properties)
}

/// The region, and the line around it where the whole line is known.
fn regions(place: &Place, shown: Option<Line>) -> (Region, Option<Region>) {
    let one_line = place.end_line <= place.line;
    let mut region = Region {
        start_line: place.line.max(1),
        start_column: Some(place.column.max(1)),
        end_line: Some(place.end_line.max(place.line).max(1)),
        // Without it, a region goes to the end of its line: an empty one would say nothing.
        end_column: Some(place.end_column).filter(|end| *end > place.column || !one_line),
        snippet: None,
    };
    region.end_column = region.end_column.map(|end| end.max(1));
    let Some(Line { text, mark, number }) = shown else {
        return (region, None);
    };
    if one_line && !mark.is_empty() {
        region.snippet = Some(plain(&text[mark.clone()]));
    }
    let whole = text[..mark.start].chars().count() + 1 == place.column as usize;
    let context = (whole && one_line).then(|| Region {
        start_line: number.max(1),
        snippet: Some(plain(&text)),
        ..Region::default()
    });
    (region, context)
}

fn descriptor(entry: &RuleEntry) -> ReportingDescriptor {
    let rule = entry.rule;
    let mut tags = vec!["security".to_owned(), entry.family.to_owned()];
    tags.extend(rule.clauses.iter().map(|c| (*c).to_owned()));
    tags.extend(rule.cwe.map(|n| format!("external/cwe/cwe-{n:03}")));
    ReportingDescriptor {
        id: rule.id.to_owned(),
        short_description: plain(rule.title),
        full_description: plain(&first_paragraph(entry.page)),
        help: Text {
            text: entry.page.to_owned(),
            markdown: Some(entry.page.to_owned()),
        },
        default_configuration: Configuration {
            level: level(rule.severity),
            rank: rank(rule.severity),
        },
        properties: json::sorted(value!({
            "tags": tags,
            "precision": match rule.confidence {
                Confidence::High => "very-high",
                Confidence::Medium => "high",
                Confidence::Low => "medium",
            },
            "security-severity": security_severity(rule.severity),
            "aliases": rule.aliases,
            "since": rule.since,
        })),
    }
}

/// The first text below the page's heading, on one line.
fn first_paragraph(page: &str) -> String {
    let lines = page.lines().map(str::trim);
    let mut lines = lines.skip_while(|l| l.is_empty() || l.starts_with('#'));
    let mut text = String::new();
    for line in lines.by_ref().take_while(|l| !l.is_empty()) {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(line);
    }
    text
}

/// Why and how, with the conditions.
fn sentence(finding: &Finding) -> String {
    let mut text = finding.message.clone();
    if !finding.when.is_empty() {
        let _ = write!(text, " (fails when {})", finding.when.join(" and "));
    }
    if !finding.help.is_empty() {
        let _ = write!(text, ". To mend it: {}", finding.help);
    }
    text
}

fn suppression(suppressed: &Suppressed) -> Suppression {
    Suppression {
        kind: match suppressed.by {
            SuppressedBy::Inline | SuppressedBy::ForeignComment => "inSource",
            SuppressedBy::Exception => "external",
        },
        justification: suppressed.reason.clone(),
        properties: json::sorted(value!({"by": suppressed.by, "until": suppressed.until})),
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

fn rank(severity: Severity) -> f32 {
    match severity {
        Severity::Critical => 95.0,
        Severity::High => 80.0,
        Severity::Medium => 55.0,
        Severity::Low => 30.0,
        Severity::Info => 10.0,
    }
}

/// On the scale of CVSS, as code scanning services expect it.
fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "3.0",
        Severity::Info => "0.0",
    }
}

fn plain(text: &str) -> Text {
    Text {
        text: text.to_owned(),
        markdown: None,
    }
}

/// A message holds names of templates. `[…](…)` in it would be a link.
fn message(text: &str) -> Text {
    plain(&line(text).replace("](", "] ("))
}

/// A path as a relative URI reference: bytes other than unreserved ones and `/` are escaped.
pub(crate) fn encode_path(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests;
