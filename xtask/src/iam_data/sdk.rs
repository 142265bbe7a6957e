//! SDK calls and the actions that they need: derived from the service models, with a table of
//! exceptions, and held against a map that others made.

use super::services::Services;
use super::{Texts, json, members, texts};
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What a call needs: parts as in `exceptions.txt`; nothing at all: not known.
type Needs = Vec<String>;

/// By boto3's name of the client and by operation.
pub(super) type Calls = BTreeMap<String, Client>;

/// What is known of an SDK's client.
pub(super) struct Client {
    /// The name that the SDKs for other languages make theirs of.
    id: String,
    operations: BTreeMap<String, Needs>,
}

pub(super) fn read(botocore: &Path, services: &Services, out: &mut Texts) -> Result<Calls> {
    let mut exceptions = Exceptions::read(services)?;
    let mut calls = Calls::new();
    let mut list = String::new();
    let mut names: BTreeSet<String> = BTreeSet::new();
    let (mut unknown, mut free, mut waiters) = (0, 0, 0);
    let directories = newest(botocore)?;
    names.extend(directories.keys().map(|name| letters(name)));
    for (name, directory) in directories {
        let model = model(&directory, "service-2.json")?.context(format!("{name}: no model"))?;
        let id = model["metadata"]["serviceId"]
            .as_str()
            .unwrap_or(&name)
            .to_owned();
        let prefixes = exceptions.prefixes(&name, &model, services);
        let mut operations = BTreeMap::new();
        for (operation, description) in members(&model["operations"]) {
            let derived = derive(services, &prefixes, &model, operation, description);
            let passed = if exceptions.no_roles.contains(&name) {
                Needs::new()
            } else {
                passed_roles(services, &model, &derived, description)
            };
            let needs = exceptions.apply(&name, operation, derived, passed);
            unknown += usize::from(needs.is_empty());
            free += usize::from(needs == ["-"]);
            operations.insert(operation.clone(), needs);
        }
        let stem = prefixes.first().map_or("", String::as_str);
        let mut text = stem.to_owned();
        for (operation, needs) in &operations {
            text += &format!("\n{operation}");
            if needs.is_empty() {
                text += "\t?";
            } else if *needs != [format!("{stem}:{operation}")] {
                text += &format!("\t{}", needs.join(" "));
            }
        }
        let described = self::model(&directory, "waiters-2.json")?.unwrap_or_default();
        for (waiter, description) in members(&described["waiters"]) {
            let operation = description["operation"]
                .as_str()
                .context("a waiter for nothing")?;
            text += &format!("\n~{waiter}\t{operation}");
            waiters += 1;
        }
        out.add("sdk", &name, text);
        let others = exceptions.aliases.remove(&name).unwrap_or_default();
        let others = std::iter::once(id.clone()).chain(others);
        let others: Vec<_> = others
            .filter(|other| names.insert(letters(other)))
            .collect();
        list += &format!("{}\n", [vec![name.clone()], others].concat().join("\t"));
        calls.insert(name, Client { id, operations });
    }
    exceptions.all_used()?;
    out.add("clients", "list", list);
    out.count("SDK clients", calls.len());
    out.count(
        "SDK operations",
        calls.values().map(|client| client.operations.len()).sum(),
    );
    out.count("operations without permission", free);
    out.count("operations of unknown needs", unknown);
    out.count("waiters", waiters);
    Ok(calls)
}

/// The directory of the newest version of each service.
fn newest(botocore: &Path) -> Result<BTreeMap<String, PathBuf>> {
    let mut services = BTreeMap::new();
    for entry in std::fs::read_dir(botocore)? {
        let path = entry?.path();
        if !path.is_dir() {
            continue;
        }
        let versions = std::fs::read_dir(&path)?.collect::<Result<Vec<_>, _>>()?;
        let versions = versions.iter().map(std::fs::DirEntry::path);
        let newest = versions.filter(|version| {
            version.join("service-2.json.gz").exists() || version.join("service-2.json").exists()
        });
        if let (Some(newest), Some(name)) = (newest.max(), path.file_name()) {
            services.insert(name.to_string_lossy().into_owned(), newest);
        }
    }
    Ok(services)
}

fn model(directory: &Path, file: &str) -> Result<Option<Value>> {
    let packed = directory.join(format!("{file}.gz"));
    if packed.exists() {
        let output = Command::new("gzip").arg("-dc").arg(&packed).output()?;
        ensure!(output.status.success(), "{}", packed.display());
        return Ok(Some(serde_json::from_slice(&output.stdout)?));
    }
    let plain = directory.join(file);
    plain.exists().then(|| json(&plain)).transpose()
}

/// The action of the operation's name; none for operations that are not signed.
fn derive(
    services: &Services,
    prefixes: &[String],
    model: &Value,
    operation: &str,
    description: &Value,
) -> Needs {
    let mut auth = texts(&description["auth"]);
    let unsigned = description["authtype"] == "none"
        || auth.any(|kind| kind == "smithy.api#noAuth")
        || model["metadata"]["signatureVersion"] == "bearer";
    if unsigned {
        return vec!["-".into()];
    }
    let named = prefixes
        .iter()
        .find_map(|prefix| services.action(prefix, operation));
    // The actions on API Gateway's own resources are called after HTTP's methods.
    let method = || {
        let method = description["http"]["method"].as_str()?;
        let gateway = prefixes
            .first()
            .is_some_and(|prefix| prefix == "apigateway");
        gateway
            .then(|| services.action("apigateway", method))
            .flatten()
    };
    named.or_else(method).into_iter().collect()
}

/// Arguments that name a role which the service then uses: `iam:PassRole` is needed as well.
fn passed_roles(services: &Services, model: &Value, derived: &Needs, operation: &Value) -> Needs {
    let Some(action) = derived
        .first()
        .filter(|action| !services.only_reads(action))
    else {
        return Needs::new();
    };
    if action == "-"
        || action
            .split(':')
            .nth(1)
            .is_some_and(|name| name.starts_with("Delete"))
    {
        return Needs::new();
    }
    let shape = |reference: &Value| &model["shapes"][reference["shape"].as_str().unwrap_or("")];
    let names_role = |name: &str, member: &Value| {
        let name = name.to_lowercase().replace('_', "");
        let plain = [
            "role",
            "servicerole",
            "executionrole",
            "taskrole",
            "jobrole",
        ];
        let text = shape(member)["type"] == "string";
        text && (name.ends_with("rolearn") || plain.contains(&name.as_str()))
    };
    let arguments = members(&shape(&operation["input"])["members"]);
    let passing = arguments.filter(|(name, argument)| {
        let inner = shape(argument);
        let inner = match inner["type"].as_str() {
            Some("list") => shape(&inner["member"]),
            Some("map") => shape(&inner["value"]),
            _ => inner,
        };
        names_role(name, argument)
            || members(&inner["members"]).any(|(name, member)| names_role(name, member))
    });
    passing
        .map(|(name, _)| format!("{name}=iam:PassRole"))
        .collect()
}

/// `exceptions.txt`.
#[derive(Default)]
struct Exceptions {
    prefixes: BTreeMap<String, Vec<String>>,
    aliases: BTreeMap<String, Vec<String>>,
    no_roles: BTreeSet<String>,
    calls: BTreeMap<(String, String), Needs>,
}

impl Exceptions {
    fn read(services: &Services) -> Result<Self> {
        let mut exceptions = Self::default();
        for line in include_str!("exceptions.txt").lines() {
            let line = line.split('#').next().unwrap_or_default().trim();
            let words: Vec<String> = line.split_whitespace().map(Into::into).collect();
            let Some((first, rest)) = words.split_first() else {
                continue;
            };
            match (first.as_str(), rest) {
                ("prefix", [service, prefixes @ ..]) => {
                    let known = prefixes.iter().all(|prefix| services.has(prefix));
                    ensure!(known, "no such prefix: {line}");
                    exceptions
                        .prefixes
                        .insert(service.clone(), prefixes.to_vec());
                }
                ("alias", [service, names @ ..]) => {
                    exceptions.aliases.insert(service.clone(), names.to_vec());
                }
                ("pass-role", [_, names @ ..]) => exceptions.no_roles.extend(names.to_vec()),
                (service, [operations, equals, needs @ ..]) if equals == "=" => {
                    for need in needs
                        .iter()
                        .filter(|need| !matches!(need.as_str(), "+" | "-"))
                    {
                        let action = action(need);
                        let found = action
                            .split_once(':')
                            .and_then(|(prefix, name)| services.action(prefix, name));
                        ensure!(
                            found.as_deref() == Some(action),
                            "no action {action}: {line}"
                        );
                    }
                    for operation in operations.split(',') {
                        let call = (service.to_owned(), operation.to_owned());
                        let earlier = exceptions.calls.insert(call, needs.to_vec());
                        ensure!(
                            earlier.is_none(),
                            "{service} {operation} stands there twice"
                        );
                    }
                }
                _ => anyhow::bail!("not understood: {line}"),
            }
        }
        Ok(exceptions)
    }

    /// The IAM prefixes that actions of a client can have.
    fn prefixes(&mut self, name: &str, model: &Value, services: &Services) -> Vec<String> {
        if let Some(given) = self.prefixes.remove(name) {
            return given;
        }
        let metadata = |name: &str| model["metadata"][name].as_str().unwrap_or_default();
        let id = metadata("serviceId").to_lowercase();
        let (kebab, joined) = (id.replace(' ', "-"), id.replace(' ', ""));
        let mut prefixes: Vec<String> = Vec::new();
        let signing = metadata("signingName");
        for prefix in [signing, metadata("endpointPrefix"), name, &kebab, &joined] {
            if services.has(prefix) && !prefixes.iter().any(|known| known == prefix) {
                prefixes.push(prefix.into());
            }
        }
        prefixes
    }

    fn apply(&mut self, name: &str, operation: &str, derived: Needs, passed: Needs) -> Needs {
        let mut usual = derived;
        usual.extend(passed);
        let Some(written) = self.calls.remove(&(name.to_owned(), operation.to_owned())) else {
            return usual;
        };
        let parts = written.into_iter();
        let all = parts.flat_map(|part| {
            if part == "+" {
                usual.clone()
            } else {
                vec![part]
            }
        });
        let all: Needs = all.collect();
        // What each call needs is not said once more for some calls.
        let always: Vec<String> = all
            .iter()
            .filter(|need| action(need) == *need)
            .cloned()
            .collect();
        let mut needs = Needs::new();
        for need in all {
            let once = !needs.contains(&need);
            let more = action(&need) == need || !always.iter().any(|known| known == action(&need));
            if once && more {
                needs.push(need);
            }
        }
        needs
    }

    /// An exception for what does not exist is a mistake, or out of date.
    fn all_used(&self) -> Result<()> {
        let left = (self.prefixes.keys(), self.aliases.keys(), self.calls.keys());
        let none = self.prefixes.is_empty() && self.aliases.is_empty() && self.calls.is_empty();
        ensure!(none, "exceptions for what is not there: {left:?}");
        Ok(())
    }
}

/// The action in a part such as `ACL=s3:PutObjectAcl`.
fn action(need: &str) -> &str {
    let need = need.trim_start_matches('?');
    need.split_once('=').map_or(need, |(_, action)| action)
}

/// A name as it is compared.
fn letters(name: &str) -> String {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    letters.map(|letter| letter.to_ascii_lowercase()).collect()
}

/// How far the calls agree with iam-dataset's map (`aws/map.json`).
pub(super) fn compare(calls: &Calls, map: &Value) {
    let mut by_name: BTreeMap<String, &str> = BTreeMap::new();
    for (name, client) in calls {
        by_name.entry(letters(name)).or_insert(name);
        by_name.insert(letters(&client.id), name);
    }
    let mut theirs: BTreeMap<(&str, &str), BTreeSet<String>> = BTreeMap::new();
    let mut others = 0;
    for (call, mapped) in members(&map["sdk_method_iam_mappings"]) {
        let (service, operation) = call.split_once('.').unwrap_or_default();
        let client = by_name.get(&letters(service)).copied();
        let known = client.filter(|name| calls[*name].operations.contains_key(operation));
        let Some(name) = known else {
            others += 1;
            continue;
        };
        let mapped = mapped.as_array().into_iter().flatten();
        let actions = mapped.filter_map(|entry| Some(entry["action"].as_str()?.to_lowercase()));
        theirs.entry((name, operation)).or_default().extend(actions);
    }
    let (mut main, mut same, mut role, mut our_role) = (0, 0, [0, 0], 0);
    let mut differ: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for ((name, operation), theirs) in &theirs {
        let needs = &calls[*name].operations[*operation];
        let ours: BTreeSet<String> = needs
            .iter()
            .map(|need| action(need).to_lowercase())
            .collect();
        let agrees = needs
            .first()
            .is_some_and(|need| theirs.contains(&action(need).to_lowercase()));
        main += usize::from(agrees);
        same += usize::from(ours == *theirs);
        our_role += usize::from(ours.contains("iam:passrole"));
        if theirs.contains("iam:passrole") {
            role[usize::from(ours.contains("iam:passrole"))] += 1;
        }
        if !agrees {
            let line = format!("{operation}: {} instead of {theirs:?}", needs.join(" "));
            differ.entry(name).or_default().push(line);
        }
    }
    let share = |part: usize| format!("{:.1} %", 100.0 * part as f64 / theirs.len() as f64);
    println!(
        "{:>8} calls in the map and in the models ({others} only in the map)",
        theirs.len()
    );
    println!(
        "{:>8} with the main action among the map's: {}",
        main,
        share(main)
    );
    println!("{same:>8} with the very same actions: {}", share(same));
    println!(
        "{our_role:>8} pass a role, of the map's {} that do: {}",
        role[0] + role[1],
        role[1]
    );
    for (name, lines) in differ {
        println!("{name}: {}", lines.len());
        for line in lines.iter().take(6) {
            println!("    {line}");
        }
    }
}
