//! Writes the part of the Open Cybersecurity Schema Framework that `palisade-event` uses, from the
//! framework's definitions: classes and the objects they reach, with inheritance, profiles and the
//! dictionary resolved.
//!
//! `crates/event/src/schema/read.rs` tells what the text looks like; this is its other end.

use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Where the text goes.
const TARGET: &str = "crates/event/data/ocsf.txt";

/// The classes in use: folder, name.
const CLASSES: [(&str, &str); 11] = [
    ("findings", "vulnerability_finding"),
    ("findings", "compliance_finding"),
    ("findings", "detection_finding"),
    ("findings", "incident_finding"),
    ("iam", "authentication"),
    ("iam", "authorize_session"),
    ("iam", "entity_management"),
    ("network", "http_activity"),
    ("application", "application_lifecycle"),
    ("application", "api_activity"),
    ("application", "datastore_activity"),
];

/// The profiles in use; attributes of others are left out.
const PROFILES: [&str; 4] = ["cloud", "host", "security_control", "trace"];

/// Derived from the class, so the dictionary's examples of values say nothing.
const DERIVED: [&str; 3] = ["category_uid", "class_uid", "type_uid"];

const HEAD: &str = "\
# The part of the Open Cybersecurity Schema Framework (OCSF) that Palisade's events use.
# Made by `cargo xtask ocsf` from https://github.com/ocsf/ocsf-schema: classes, objects and values
# are selected, and inheritance, profiles and the dictionary are resolved; not edited by hand.
# Copyright OCSF a Series of LF Projects, LLC. Apache License 2.0, see LICENSE.
#
#   class NAME UID CATEGORY, CAPTION | CATEGORY'S CAPTION
#   object NAME
#     at_least_one ATTRIBUTE …     constraints
#     just_one ATTRIBUTE …
#     NAME TYPE                    TYPE is a scalar (`…_t`), an object, or a list of one (`[…]`);
#                                  `!` required, `@` the profile that brings it,
#                                  `~` the attribute that holds a value's caption,
#                                  `=` what it can be
#   base                           attributes that every class has in common
#   values NAME                    KEY CAPTION, one per line
";

/// Attributes by name, as the definitions write them.
type Attributes = BTreeMap<String, Map<String, Value>>;

struct Definitions {
    root: PathBuf,
    dictionary: Value,
    objects: BTreeMap<String, Value>,
    events: BTreeMap<String, Value>,
}

/// A class or an object, with all that it inherits.
struct Resolved {
    attributes: Attributes,
    constraints: Value,
}

/// The text while it is made: lists of values are written once, whoever uses them.
#[derive(Default)]
struct Text {
    values: BTreeMap<String, String>,
    objects: BTreeSet<String>,
}

/// `ocsf DEFINITIONS`.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let [root] = arguments else {
        anyhow::bail!("usage: cargo xtask ocsf DEFINITIONS");
    };
    let text = write(&Definitions::read(Path::new(root))?)?;
    std::fs::write(crate::run::root().join(TARGET), &text)?;
    println!("{:>8} lines\n{:>8} bytes", text.lines().count(), text.len());
    Ok(())
}

fn write(definitions: &Definitions) -> Result<String> {
    let mut text = Text::default();
    let mut classes = Vec::new();
    for (_, name) in CLASSES {
        let resolved = definitions.resolve(&definitions.events, name)?;
        let lines = text.lines(name, &resolved)?;
        classes.push((name, lines, resolved.constraints));
    }
    let mut base = classes.first().context("no class")?.1.clone();
    base.retain(|line| classes.iter().all(|(_, lines, _)| lines.contains(line)));

    let mut body = String::from("\nbase\n");
    base.iter().for_each(|line| body.push_str(line));
    for ((folder, name), (_, lines, constraints)) in CLASSES.iter().zip(&classes) {
        body.push_str(&definitions.class(folder, name)?);
        body.push_str(&constraint(constraints));
        let own = lines.iter().filter(|line| !base.contains(line));
        own.for_each(|line| body.push_str(line));
    }
    let mut done = BTreeSet::new();
    while let Some(name) = text.objects.difference(&done).next().cloned() {
        let resolved = definitions.resolve(&definitions.objects, &name)?;
        text.lines(&name, &resolved)?;
        done.insert(name);
    }
    for name in done {
        let resolved = definitions.resolve(&definitions.objects, &name)?;
        let lines = text.lines(&name, &resolved)?;
        write!(
            body,
            "\nobject {name}\n{}",
            constraint(&resolved.constraints)
        )?;
        lines.iter().for_each(|line| body.push_str(line));
    }
    for (name, lines) in &text.values {
        write!(body, "\nvalues {name}\n{lines}")?;
    }
    // A list that is the only one for attributes of its name needs nobody's name before it.
    for full in text.values.keys() {
        let Some((_, short)) = full.split_once('.') else {
            continue;
        };
        let is_short = |name: &&String| name.split_once('.').is_some_and(|(_, s)| s == short);
        if text.values.keys().filter(is_short).count() == 1 {
            for mark in ['=', ' '] {
                body = body.replace(&format!("{mark}{full}\n"), &format!("{mark}{short}\n"));
            }
        }
    }
    let version = read(&definitions.root.join("version.json"))?;
    let version = version["version"].as_str().context("no version")?;
    Ok(format!("{HEAD}\nversion {version}\n{body}"))
}

impl Text {
    /// One line per attribute, in order of names.
    fn lines(&mut self, of: &str, resolved: &Resolved) -> Result<Vec<String>> {
        let mut lines = Vec::new();
        for (name, attribute) in &resolved.attributes {
            let word = |what: &str| attribute.get(what).and_then(Value::as_str);
            let kind = word("type").with_context(|| format!("`{of}.{name}` has no type"))?;
            if !kind.ends_with("_t") && kind != "object" {
                self.objects.insert(kind.to_owned());
            }
            let is_list = attribute.get("is_array").and_then(Value::as_bool) == Some(true);
            let mut line = match is_list {
                true => format!("  {name} [{kind}]"),
                false => format!("  {name} {kind}"),
            };
            if word("requirement") == Some("required") {
                line.push_str(" !");
            }
            if let Some(profile) = word("profile") {
                write!(line, " @{profile}")?;
            }
            if let Some(sibling) = word("sibling") {
                write!(line, " ~{sibling}")?;
            }
            if let Some(values) = attribute.get("enum").and_then(Value::as_object)
                && !DERIVED.contains(&name.as_str())
            {
                write!(line, " ={}", self.values(of, name, values)?)?;
            }
            lines.push(line + "\n");
        }
        Ok(lines)
    }

    /// The name under which a list of values is written.
    fn values(&mut self, of: &str, name: &str, values: &Map<String, Value>) -> Result<String> {
        let mut rows: Vec<(Option<i64>, &str, &str)> = Vec::new();
        for (key, value) in values {
            let caption = value["caption"]
                .as_str()
                .context("a value has no caption")?;
            ensure!(!key.contains(' '), "`{of}.{name}` has a value with a space");
            rows.push((key.parse().ok(), key, caption));
        }
        rows.sort_unstable();
        let mut text = String::new();
        for (_, key, caption) in rows {
            writeln!(text, "  {key} {caption}")?;
        }
        let own = format!("{of}.{name}");
        let known = self.values.iter().find(|(_, known)| **known == text);
        let found = known.map_or_else(|| own.clone(), |(known, _)| known.clone());
        self.values.insert(found.clone(), text);
        Ok(found)
    }
}

impl Definitions {
    fn read(root: &Path) -> Result<Self> {
        let mut events = BTreeMap::new();
        let folders = CLASSES.map(|(folder, _)| folder);
        for path in folders
            .iter()
            .map(|folder| root.join("events").join(folder))
        {
            events.extend(named(&path)?);
        }
        let base = read(&root.join("events/base_event.json"))?;
        events.insert("base_event".to_owned(), base);
        let mut definitions = Self {
            root: root.to_owned(),
            dictionary: read(&root.join("dictionary.json"))?,
            objects: named(&root.join("objects"))?,
            events,
        };
        definitions.observables()?;
        Ok(definitions)
    }

    /// Fills in what can be observed: types, objects and attributes say so themselves, by number.
    fn observables(&mut self) -> Result<()> {
        let dictionary = &self.dictionary;
        let general = [
            &dictionary["types"]["attributes"],
            &dictionary["attributes"],
        ];
        let general = general.iter().filter_map(|all| all.as_object()).flatten();
        let mut found: Vec<(&Value, String)> = general
            .map(|(_, one)| (&one["observable"], caption(one)))
            .collect();
        for object in self.objects.values() {
            found.push((&object["observable"], caption(object)));
            for (name, attribute) in object["attributes"].as_object().into_iter().flatten() {
                let own = format!("{}: {name}", caption(object));
                found.push((&attribute["observable"], own));
            }
        }
        let rows = found.into_iter().filter_map(|(number, caption)| {
            Some((number.as_u64()?.to_string(), json!({ "caption": caption })))
        });
        let rows: Map<String, Value> = rows.collect();
        let observable = self
            .objects
            .get_mut("observable")
            .context("no observable")?;
        let values = &mut observable["attributes"]["type_id"]["enum"];
        values.as_object_mut().context("no values")?.extend(rows);
        Ok(())
    }

    /// A class or an object with what it inherits and what the dictionary says of each attribute.
    fn resolve(&self, among: &BTreeMap<String, Value>, name: &str) -> Result<Resolved> {
        let definition = among.get(name).with_context(|| format!("no `{name}`"))?;
        let mut resolved = match definition["extends"].as_str().filter(|base| *base != name) {
            Some(base) => self.resolve(among, base)?,
            None => Resolved {
                attributes: Attributes::new(),
                constraints: Value::Null,
            },
        };
        if let Some(constraints) = definition.get("constraints") {
            resolved.constraints = constraints.clone();
        }
        let own = definition["attributes"]
            .as_object()
            .context("no attributes")?;
        for include in own
            .get("$include")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let path = include.as_str().context("an include is no text")?;
            let profile = read(&self.root.join(path))?;
            let profile_name = profile["name"].clone();
            for (name, attribute) in profile["attributes"].as_object().into_iter().flatten() {
                let mut attribute = attribute.as_object().context("no attribute")?.clone();
                attribute
                    .entry("profile")
                    .or_insert_with(|| profile_name.clone());
                self.merge(&mut resolved.attributes, name, &attribute);
            }
        }
        for (name, attribute) in own.iter().filter(|(name, _)| *name != "$include") {
            let attribute = attribute.as_object().context("no attribute")?;
            self.merge(&mut resolved.attributes, name, attribute);
        }
        // `"profile": null` says that an attribute of a profile is the class's own.
        resolved.attributes.retain(|_, attribute| {
            let profile = attribute.get("profile").and_then(Value::as_str);
            profile.is_none_or(|profile| PROFILES.contains(&profile))
        });
        Ok(resolved)
    }

    /// Lays what is written of an attribute over what is known of it; values are added to.
    fn merge(&self, attributes: &mut Attributes, name: &str, written: &Map<String, Value>) {
        let known = attributes.entry(name.to_owned()).or_insert_with(|| {
            let general = self.dictionary["attributes"][name].as_object();
            general.cloned().unwrap_or_default()
        });
        for (what, value) in written {
            match (known.get_mut(what), value) {
                (Some(Value::Object(known)), Value::Object(more)) if what == "enum" => {
                    known.extend(more.clone());
                }
                _ => {
                    known.insert(what.clone(), value.clone());
                }
            }
        }
    }

    /// The line that opens a class.
    fn class(&self, folder: &str, name: &str) -> Result<String> {
        let categories = read(&self.root.join("categories.json"))?;
        let category = &categories["attributes"][folder];
        let number = |value: &Value| value["uid"].as_u64().context("no uid");
        let class = &self.events[name];
        let category_uid = number(category)?;
        Ok(format!(
            "\nclass {name} {} {category_uid}, {} | {}\n",
            category_uid * 1000 + number(class)?,
            class["caption"].as_str().context("no caption")?,
            category["caption"].as_str().context("no caption")?,
        ))
    }
}

fn constraint(constraints: &Value) -> String {
    let mut text = String::new();
    for (what, names) in constraints.as_object().into_iter().flatten() {
        let names = names.as_array().into_iter().flatten();
        let names: Vec<&str> = names.filter_map(Value::as_str).collect();
        let _ = writeln!(text, "  {what} {}", names.join(" "));
    }
    text
}

fn caption(definition: &Value) -> String {
    definition["caption"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

/// The definitions of a folder, by the names that they give themselves.
fn named(folder: &Path) -> Result<BTreeMap<String, Value>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let definition = read(&entry?.path())?;
        if let Some(name) = definition["name"].as_str() {
            found.insert(name.to_owned(), definition);
        }
    }
    Ok(found)
}

fn read(path: &Path) -> Result<Value> {
    let text = std::fs::read(path).with_context(|| path.display().to_string())?;
    serde_json::from_slice(&text).with_context(|| path.display().to_string())
}
