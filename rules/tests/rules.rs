//! The examples on the rules' pages are their tests.
//!
//! A YAML block with a `# finding: ID, ID` mark is a bad example: on exactly the marked lines the
//! rule must speak, with exactly these foreign ids (`# finding` alone: with none). `# finding(all)`
//! marks what only `--profile all` reports. A block without a mark is a good example: the rule
//! must be silent. Files in a rule's folder `cases/` count like blocks. A block that begins with
//! "```yaml parameters: NAME=VALUE" is judged with that parameter of the policy.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test may panic, and works on files"
)]

use palisade_app::{FileError, Files};
use palisade_core::Date;
use palisade_policy::{Config, KnownRules, Parameters};
use palisade_rule::{Profile, RuleEntry};
use palisade_scan::{Examined, Settings, examine};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

struct Folder(PathBuf);

impl Files for Folder {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        std::fs::read(self.0.join(path)).map_err(|_| FileError::Missing)
    }
}

struct Example {
    name: String,
    text: String,
    folder: PathBuf,
    parameters: Parameters,
}

type Marks = BTreeMap<u32, (BTreeSet<String>, bool)>;

fn folder(entry: &RuleEntry) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(entry.family)
        .join(entry.rule.id)
}

fn examples(entry: &RuleEntry) -> Vec<Example> {
    let folder = folder(entry);
    let mut found = Vec::new();
    let mut block: Option<(usize, String)> = None;
    let mut parameters = Parameters::default();
    for (i, line) in entry.page.lines().enumerate() {
        match &mut block {
            Some((start, text)) if line.trim_end() == "```" => {
                found.push(Example {
                    name: format!("{} rule.md:{start}", entry.rule.id),
                    text: std::mem::take(text),
                    folder: folder.join("cases"),
                    parameters: std::mem::take(&mut parameters),
                });
                block = None;
            }
            Some((_, text)) => {
                text.push_str(line);
                text.push('\n');
            }
            None if line.starts_with("```yaml") => {
                if let Some((_, given)) = line.split_once("parameters: ")
                    && let Some((name, value)) = given.split_once('=')
                {
                    parameters = given_parameter(name, value);
                }
                block = Some((i + 1, String::new()));
            }
            None => {}
        }
    }
    let cases = std::fs::read_dir(folder.join("cases"))
        .into_iter()
        .flatten();
    for case in cases.flatten() {
        let path = case.path();
        if path.extension().is_some_and(|e| e == "yaml") {
            found.push(Example {
                name: format!("{} {}", entry.rule.id, path.display()),
                text: std::fs::read_to_string(&path).unwrap(),
                folder: folder.join("cases"),
                parameters: Parameters::default(),
            });
        }
    }
    found
}

/// The policy's parameters with one of them changed, as `palisade.toml` would.
fn given_parameter(name: &str, value: &str) -> Parameters {
    let number = value.parse::<u32>().is_ok() && value.len() < 10;
    let value = match name {
        "trusted-accounts" => format!("[{value:?}]"),
        _ if number => value.to_owned(),
        _ => format!("{value:?}"),
    };
    let text = format!("[parameters]\n{name} = {value}\n");
    let config = Config::parse("palisade.toml", &text, &KnownRules::default()).unwrap();
    Parameters::default().with(&config.parameters)
}

fn marks(text: &str) -> Marks {
    let mut marks = Marks::new();
    for (i, line) in text.lines().enumerate() {
        let Some((_, mark)) = line.split_once("# finding") else {
            continue;
        };
        let all = mark.starts_with("(all)");
        let ids = mark.split_once(':').map_or("", |(_, ids)| ids);
        let ids = ids
            .split(',')
            .map(|id| id.trim().to_owned())
            .filter(|id| !id.is_empty())
            .collect();
        marks.insert(u32::try_from(i + 1).unwrap(), (ids, all));
    }
    marks
}

fn run(entry: &RuleEntry, example: &Example, profile: Profile) -> Examined {
    let config = Config {
        profile,
        ..Config::default()
    };
    let settings = Settings {
        rules: &[entry.rule],
        known: &KnownRules::new([(entry.rule.id, entry.rule.aliases)]),
        config: &config,
        config_prefix: "",
        parameters: &example.parameters,
        today: Date::new(2026, 11, 22).unwrap(),
        template_parameters: &BTreeMap::new(),
        dump_model: true,
    };
    let tree = Folder(example.folder.clone());
    examine("t.yaml", example.text.as_bytes(), true, &tree, &settings)
}

fn found(examined: &Examined) -> BTreeMap<u32, BTreeSet<String>> {
    let mut found: BTreeMap<u32, BTreeSet<String>> = BTreeMap::new();
    for finding in &examined.findings {
        let ids = found.entry(finding.location.line).or_default();
        ids.extend(finding.aliases.iter().map(ToString::to_string));
    }
    found
}

#[test]
fn examples_give_what_they_are_marked_with() {
    let mut wrong = Vec::new();
    for entry in palisade_rules::ALL {
        let (mut bad, mut good) = (0, 0);
        for example in examples(entry) {
            let marks = marks(&example.text);
            if marks.is_empty() {
                good += 1;
            } else {
                bad += 1;
            }
            for profile in [Profile::All, Profile::Default] {
                if profile == Profile::Default && entry.rule.profile == Profile::All {
                    continue;
                }
                let expected: BTreeMap<u32, BTreeSet<String>> = marks
                    .iter()
                    .filter(|(_, (_, all))| profile == Profile::All || !all)
                    .map(|(line, (ids, _))| (*line, ids.clone()))
                    .collect();
                let examined = run(entry, &example, profile);
                let found = found(&examined);
                let unreadable: Vec<_> = examined.problems.iter().map(|p| &p.message).collect();
                if found != expected || !unreadable.is_empty() {
                    wrong.push(format!(
                        "{} ({profile:?})\n  marked: {expected:?}\n  found:  {found:?}\n  \
                         unresolved: {:?}\n  problems: {unreadable:?}",
                        example.name,
                        examined
                            .unresolved
                            .iter()
                            .map(|u| &u.reason)
                            .collect::<Vec<_>>(),
                    ));
                }
            }
        }
        if bad == 0 || good == 0 {
            wrong.push(format!(
                "{}: {bad} bad and {good} good examples",
                entry.rule.id
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn metadata_is_complete() {
    let mut seen = BTreeSet::new();
    for entry in palisade_rules::ALL {
        let rule = entry.rule;
        let kebab = rule
            .id
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        assert!(kebab && seen.insert(rule.id), "{}", rule.id);
        assert!(
            folder(entry).join("rule.rs").exists(),
            "{}: wrong folder",
            rule.id
        );
        assert!(
            !rule.title.ends_with('.'),
            "{}: title ends with a stop",
            rule.id
        );
        assert!(!rule.clauses.is_empty(), "{}: no clause", rule.id);
        for clause in rule.clauses {
            assert!(
                clause.parse::<palisade_core::ClauseId>().is_ok(),
                "{}: {clause}",
                rule.id
            );
        }
        let page = entry.page;
        assert!(
            page.starts_with(&format!("# {}\n", rule.id)),
            "{}: heading",
            rule.id
        );
        for section in ["## Why it matters", "## How to fix", "## What it can't see"] {
            assert!(
                page.contains(section),
                "{}: no section `{section}`",
                rule.id
            );
        }
    }
}

/// Every foreign id that a rule can give has a failing case and a passing case: a good example of
/// the same rule with a resource of a kind on which the id fails.
#[test]
fn every_foreign_id_has_a_failing_and_a_passing_case() {
    let mut lacking = Vec::new();
    for entry in palisade_rules::ALL {
        let mut failing: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut passing: BTreeSet<String> = BTreeSet::new();
        for example in examples(entry) {
            let examined = run(entry, &example, Profile::All);
            if examined.findings.is_empty() {
                passing.extend(kinds(&examined).into_values());
            }
            let kinds = kinds(&examined);
            for finding in &examined.findings {
                for alias in &finding.aliases {
                    let address = finding.resource.address.to_string();
                    let known = kinds.get(&address).cloned();
                    let kind = known.unwrap_or_else(|| finding.resource.kind.to_string());
                    failing.entry(alias.to_string()).or_default().insert(kind);
                    failing
                        .entry(alias.to_string())
                        .or_default()
                        .insert(finding.resource.kind.to_string());
                }
            }
        }
        for alias in entry.rule.aliases {
            match failing.get(*alias) {
                None => lacking.push(format!("{}: {alias} has no failing case", entry.rule.id)),
                Some(kinds) if kinds.is_disjoint(&passing) => {
                    lacking.push(format!("{}: {alias} has no passing case", entry.rule.id));
                }
                Some(_) => {}
            }
        }
        for alias in failing.keys() {
            if !entry.rule.aliases.contains(&alias.as_str()) {
                lacking.push(format!("{}: {alias} is not in its metadata", entry.rule.id));
            }
        }
    }
    assert!(lacking.is_empty(), "{}", lacking.join("\n"));
}

/// The kinds of an example's resources by address, of those that its owner wrote and those that
/// transforms made.
fn kinds(examined: &Examined) -> BTreeMap<String, String> {
    let model = examined.model.clone().unwrap_or_default();
    let mut kinds = BTreeMap::new();
    for resource in model["resources"].as_array().into_iter().flatten() {
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        kinds.insert(text(&resource["id"]), text(&resource["kind"]));
    }
    kinds
}
