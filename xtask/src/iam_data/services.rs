//! Services, actions, kinds of resources and condition keys: the service authorization reference.

use super::{Texts, json, members, texts};
use anyhow::{Context, Result};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Names of actions by service and by lower-case name, with whether each only reads.
pub(super) struct Services {
    actions: BTreeMap<String, BTreeMap<String, (String, bool)>>,
}

impl Services {
    pub(super) fn has(&self, prefix: &str) -> bool {
        self.actions.contains_key(prefix)
    }

    /// The action's full name in its own spelling.
    pub(super) fn action(&self, prefix: &str, name: &str) -> Option<String> {
        let (name, _) = self.actions.get(prefix)?.get(&name.to_lowercase())?;
        Some(format!("{prefix}:{name}"))
    }

    /// Whether the action, given by its full name, changes nothing.
    pub(super) fn only_reads(&self, action: &str) -> bool {
        let reads = action
            .split_once(':')
            .and_then(|(prefix, name)| self.actions.get(prefix)?.get(&name.to_lowercase()));
        reads.is_some_and(|(_, reads)| *reads)
    }
}

pub(super) fn read(package: &Path, out: &mut Texts) -> Result<Services> {
    let data = package.join("data");
    let names = json(&data.join("serviceNames.json"))?;
    let mut services = Services {
        actions: BTreeMap::new(),
    };
    let mut counts = [0; 3];
    let mut foreign = BTreeSet::new();
    for (prefix, name) in members(&names) {
        let part = |kind: &str| json(&data.join(kind).join(format!("{prefix}.json")));
        let (keys, kinds, actions) = (
            part("conditionKeys")?,
            part("resourceTypes")?,
            part("actions")?,
        );
        let key_numbers = numbers(&keys);
        let listed = |list: &Value, between: &str| -> Result<String> {
            let numbers = texts(list).map(|key| {
                let number = key_numbers.get(&key.to_lowercase());
                number
                    .map(ToString::to_string)
                    .context(format!("{prefix}: no key {key}"))
            });
            Ok(numbers.collect::<Result<Vec<_>>>()?.join(between))
        };
        let mut text = name.as_str().context("a service without name")?.to_owned();
        for (_, key) in members(&keys) {
            let key_name = template(key["key"].as_str().context("a key without name")?);
            text += &format!("\n{}{key_name}", letter(&key["type"])?);
            let start = key_name.split_once(':').map_or("", |(start, _)| start);
            if start != "aws" && start != prefix {
                foreign.insert((start.to_owned(), prefix.clone()));
            }
        }
        let mut kind_lines = Vec::new();
        for (_, kind) in members(&kinds) {
            let field = |name: &str| kind[name].as_str().context("a kind without name or ARN");
            let keys = listed(&kind["conditionKeys"], " ")?;
            let line = format!("{}\t{}\t{keys}", field("key")?, field("arn")?);
            kind_lines.push(line.trim_end().to_owned());
        }
        let kind_numbers = numbers(&kinds);
        let (mut known, mut action_lines) = (BTreeMap::new(), Vec::new());
        for (lower, action) in members(&actions) {
            let name = action["name"].as_str().context("an action without name")?;
            let level = level(&action["accessLevel"])?;
            let mut resources = Vec::new();
            for resource in action["resourceTypes"].as_array().into_iter().flatten() {
                let kind = resource["name"].as_str().unwrap_or_default().to_lowercase();
                let kind = kind_numbers
                    .get(&kind)
                    .context(format!("{prefix}: no kind {kind}"))?;
                let mut item = kind.to_string();
                if resource["required"] == true {
                    item += "!";
                }
                let keys = listed(&resource["conditionKeys"], ",")?;
                if !keys.is_empty() {
                    item += &format!("={keys}");
                }
                resources.push(item);
            }
            let (resources, keys) = (resources.join(" "), listed(&action["conditionKeys"], " ")?);
            let line = format!("{name}\t{level}{resources}\t{keys}");
            action_lines.push(line.trim_end().to_owned());
            known.insert(lower.clone(), (name.to_owned(), matches!(level, 'L' | 'R')));
        }
        for (count, part) in counts.iter_mut().zip([&actions, &kinds, &keys]) {
            *count += members(part).count();
        }
        let parts = [text, kind_lines.join("\n"), action_lines.join("\n")];
        out.add("service", prefix, parts.join("\n\n"));
        services.actions.insert(prefix.clone(), known);
    }
    out.count("services", services.actions.len());
    for (what, count) in ["actions", "resource types", "condition keys"]
        .iter()
        .zip(counts)
    {
        out.count(what, count);
    }
    for (start, prefix) in foreign {
        out.about("foreign", &format!("{start}\t{prefix}"));
    }
    for prefix in texts(&json(&data.join("rcpSupportedServices.json"))?) {
        out.about("rcp", prefix);
    }
    global_keys(package, out)?;
    Ok(services)
}

/// The global condition keys stand in a script of the package, one `key:` and `type:` per entry.
fn global_keys(package: &Path, out: &mut Texts) -> Result<()> {
    let script = std::fs::read_to_string(package.join("dist/cjs/globalConditionKeys.js"))?;
    let mut key = None;
    let mut count = 0;
    for line in script.lines() {
        let quoted = |name: &str| {
            let rest = line.trim().strip_prefix(name)?.strip_prefix(": '")?;
            rest.split('\'').next().map(ToOwned::to_owned)
        };
        key = quoted("key").or(key);
        if let (Some(kind), Some(key)) = (quoted("type"), key.take_if(|_| line.contains("type:"))) {
            let key = key.replace("/tag-key", "/${TagKey}");
            out.about("key", &format!("{}{key}", letter(&Value::String(kind))?));
            count += 1;
        }
    }
    out.count("global condition keys", count);
    Ok(())
}

/// Numbers of the members of an object, in its order.
fn numbers(object: &Value) -> BTreeMap<String, usize> {
    let members = members(object).enumerate();
    members
        .map(|(number, (name, _))| (name.to_lowercase(), number))
        .collect()
}

/// One way to write what stands for any text.
fn template(key: &str) -> String {
    key.replace('<', "${").replace('>', "}")
}

fn letter(kind: &Value) -> Result<char> {
    let kind = kind.as_str().unwrap_or_default();
    let (many, kind) = kind
        .strip_prefix("ArrayOf")
        .map_or((false, kind), |one| (true, one));
    let letter = match kind {
        "String" => 's',
        "ARN" => 'a',
        "Bool" => 'b',
        "Numeric" => 'n',
        "Date" => 'd',
        "IPAddress" => 'i',
        _ => anyhow::bail!("what is a key of type `{kind}`?"),
    };
    Ok(if many {
        letter.to_ascii_uppercase()
    } else {
        letter
    })
}

fn level(level: &Value) -> Result<char> {
    let level = level.as_str().and_then(|level| level.split(',').next());
    Ok(match level {
        Some("List") => 'L',
        Some("Read") => 'R',
        Some("Write") => 'W',
        Some("Tagging") => 'T',
        Some("Permissions management") => 'P',
        _ => anyhow::bail!("what is an action of level {level:?}?"),
    })
}
