//! Compares our SAM transform with the outputs that the SAM translator's own tests expect.
//!
//! It is a yardstick, not a test: the pairs are read from a checkout of
//! `aws/serverless-application-model` and are never part of this repository. A normalisation may only
//! hide what cannot matter to a rule; each is named in the help with its reason.

use anyhow::{Context, bail};
use palisade_app::cfn::long_form::to_long_form;
use palisade_app::cfn::sam::{SamOptions, transform};
use palisade_core::{Origin, Sources};
use palisade_syntax::{Data, Node};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const HELP: &str = "\
usage: cargo xtask sam-oracle CHECKOUT [--partition aws|aws-cn|aws-us-gov] [--show NAME] [--errors]

Transforms tests/translator/input/*.yaml of a checkout of aws/serverless-application-model and compares
with tests/translator/output. Prints the share that agrees, and what does not with the first path that
differs. Exits 1 below 95 %.

  --show NAME    print our output, the expected one and our problems for one template
  --errors       report how many of the error_* templates give at least one problem

Normalisations (applied to both sides):
  deployment ids   `...Deployment` and ten hexadecimal digits, and the digest in its description, lose
                   the digits: the hash is over a text form of the body that only Python 2 writes
  order of lists   lists are sorted, as the translator's own tests do: several of them come from Python
                   sets. The arguments of functions (`Fn::..`) and `Layers` keep their order, but for
                   `Fn::Or` and `Fn::And`, where it means nothing
  Transform        left out: SAM takes the whole key away, we leave other transforms for the evaluator,
                   which has to know that they are there
  repository URLs  the `TemplateURL` of an application from the Serverless Application Repository is
                   left out: it comes from a call to the service, which the tests mock
  numbers          compared by value: `1` and `1.0` are the same JSON number
";

/// Runs the comparison.
pub(crate) fn run(mut arguments: impl Iterator<Item = String>) -> anyhow::Result<bool> {
    let mut checkout = None;
    let mut partition = "aws".to_owned();
    let mut show = None;
    let mut errors = false;
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--partition" => partition = arguments.next().context("--partition needs a value")?,
            "--show" => show = Some(arguments.next().context("--show needs a name")?),
            "--errors" => errors = true,
            "--help" | "-h" => {
                print(HELP);
                return Ok(true);
            }
            _ if checkout.is_none() => checkout = Some(PathBuf::from(argument)),
            _ => bail!("what is `{argument}`?\n{HELP}"),
        }
    }
    let checkout = checkout.with_context(|| HELP.to_owned())?;
    let tests = checkout.join("tests/translator");
    let region = match partition.as_str() {
        "aws" => "ap-southeast-1",
        "aws-cn" => "cn-north-1",
        "aws-us-gov" => "us-gov-west-1",
        other => bail!("the oracle has no partition `{other}`"),
    };
    let outputs = match partition.as_str() {
        "aws" => tests.join("output"),
        other => tests.join("output").join(other),
    };
    let mut names = Vec::new();
    for entry in
        std::fs::read_dir(tests.join("input")).context("no tests/translator/input there")?
    {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "yaml")
            && let Some(name) = path.file_stem().and_then(|name| name.to_str())
        {
            names.push(name.to_owned());
        }
    }
    names.sort();
    let options = SamOptions {
        parameters: [("param1", "value1"), ("param2", "value2")]
            .map(|(name, value)| (name.to_owned(), Node::string(value, Origin::default())))
            .into(),
        region: Some(region.to_owned()),
        partition: Some(partition),
    };
    if let Some(name) = show {
        let (ours, problems) = ours(&tests, &name, &options)?;
        let expected = expected(&outputs, &name)?;
        print(&format!("ours: {ours:#}\n\nexpected: {expected:#}\n"));
        print(&problems.join("\n"));
        let difference = difference(&normal(ours), &normal(expected), "");
        print(&difference.unwrap_or_else(|| "equal".to_owned()));
        return Ok(true);
    }
    if errors {
        return wrong_templates(&tests, &names, &options);
    }
    compare(&tests, &outputs, &names, &options)
}

fn compare(
    tests: &Path,
    outputs: &Path,
    names: &[String],
    options: &SamOptions,
) -> anyhow::Result<bool> {
    let (mut all, mut equal, mut with_problems) = (0_u32, 0_u32, 0_u32);
    for name in names.iter().filter(|name| !name.starts_with("error_")) {
        if !outputs.join(format!("{name}.json")).exists() {
            print(&format!("{name}: no expected output, left out"));
            continue;
        }
        all += 1;
        let (ours, problems) = ours(tests, name, options)?;
        let expected = expected(outputs, name)?;
        let problem = problems.first();
        with_problems += u32::from(problem.is_some());
        match difference(&normal(ours), &normal(expected), "") {
            None => {
                equal += 1;
                if let Some(problem) = problem {
                    print(&format!("{name}: equal, but with a problem: {problem}"));
                }
            }
            Some(path) => {
                let problem = problem.map(|p| format!("\n    problem: {p}"));
                print(&format!("{name}: {path}{}", problem.unwrap_or_default()));
            }
        }
    }
    let share = f64::from(equal) * 100.0 / f64::from(all.max(1));
    print(&format!(
        "{equal} of {all} equal ({share:.1} %), {with_problems} with problems"
    ));
    Ok(share >= 95.0)
}

fn wrong_templates(tests: &Path, names: &[String], options: &SamOptions) -> anyhow::Result<bool> {
    let (mut all, mut said) = (0_u32, 0_u32);
    for name in names.iter().filter(|name| name.starts_with("error_")) {
        all += 1;
        match ours(tests, name, options) {
            Ok((_, problems)) if problems.is_empty() => print(&format!("{name}: no problem")),
            Ok(_) => said += 1,
            Err(error) => {
                said += 1;
                print(&format!("{name}: not read: {error}"));
            }
        }
    }
    print(&format!("{said} of {all} wrong templates give a problem"));
    Ok(true)
}

fn ours(tests: &Path, name: &str, options: &SamOptions) -> anyhow::Result<(Value, Vec<String>)> {
    let path = tests.join("input").join(format!("{name}.yaml"));
    let bytes = read(&path)?;
    let text = palisade_syntax::decode(&bytes)?;
    let mut sources = Sources::default();
    let file = sources.add(name, text.as_str());
    let mut root = palisade_syntax::parse(file, &text)?.root;
    to_long_form(&mut root);
    let (made, problems) = transform(root, options);
    let problems = problems
        .iter()
        .map(|problem| format!("line {}: {}", sources.line(problem.span), problem.message))
        .collect();
    Ok((json(&made), problems))
}

fn expected(outputs: &Path, name: &str) -> anyhow::Result<Value> {
    let bytes = read(&outputs.join(format!("{name}.json")))?;
    Ok(serde_json::from_slice(&bytes)?)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a development command reads files itself"
)]
fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

#[expect(clippy::print_stdout, reason = "this is what the command is for")]
fn print(text: &str) {
    println!("{text}");
}

fn json(node: &Node) -> Value {
    match &node.data {
        Data::Null => Value::Null,
        Data::Bool(value) => Value::Bool(*value),
        Data::Number(number) => Value::from(number.value),
        Data::String(text) => Value::from(text.as_ref()),
        Data::Seq(items) => items.iter().map(json).collect(),
        Data::Map(entries) => {
            let entries = entries
                .iter()
                .map(|e| (e.key.name.to_string(), json(&e.value)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
    }
}

fn normal(mut value: Value) -> Value {
    if let Some(root) = value.as_object_mut() {
        root.remove("Transform");
    }
    let mut renamed = BTreeMap::new();
    if let Some(resources) = value.get("Resources").and_then(Value::as_object) {
        for (id, resource) in resources {
            if resource.get("Type") == Some(&Value::from("AWS::ApiGateway::Deployment"))
                && let Some((base, digits)) = id.rsplit_once("Deployment")
                && digits.len() == 10
            {
                renamed.insert(id.clone(), format!("{base}Deployment"));
            }
        }
    }
    settle(value, &renamed, true)
}

fn settle(value: Value, renamed: &BTreeMap<String, String>, sorted: bool) -> Value {
    let rename = |text: String| renamed.get(&text).cloned().unwrap_or(text);
    match value {
        Value::Number(number) => Value::from(number.as_f64().unwrap_or_default()),
        Value::String(text) if text.starts_with("RestApi deployment id: ") => {
            Value::from("RestApi deployment id")
        }
        Value::String(text) => Value::from(rename(text)),
        Value::Array(items) => {
            let items = items.into_iter().map(|item| settle(item, renamed, true));
            let mut items: Vec<Value> = items.collect();
            if sorted {
                items.sort_by_cached_key(Value::to_string);
            }
            Value::Array(items)
        }
        Value::Object(fields) => {
            let mocked = |name: &str, value: &Value| {
                name == "TemplateURL"
                    && value
                        .as_str()
                        .is_some_and(|url| url.contains("awsserverlessrepo-changesets"))
            };
            let fields = fields
                .into_iter()
                .filter(|(name, value)| !mocked(name, value));
            let free = ["Fn::Or", "Fn::And"];
            let ordered = |name: &str| {
                (name.starts_with("Fn::") && !free.contains(&name)) || name == "Layers"
            };
            let fields = fields.map(|(name, value)| {
                let value = settle(value, renamed, !ordered(&name));
                (rename(name), value)
            });
            Value::Object(fields.collect())
        }
        other => other,
    }
}

fn short(value: &Value) -> String {
    value.to_string().chars().take(300).collect()
}

/// The first path at which two values differ.
fn difference(ours: &Value, expected: &Value, path: &str) -> Option<String> {
    match (ours, expected) {
        (Value::Object(ours), Value::Object(expected)) => {
            let missing = expected.iter().find(|(name, _)| !ours.contains_key(*name));
            if let Some((name, value)) = missing {
                return Some(format!("{path}/{name} is missing: {}", short(value)));
            }
            for (name, value) in ours {
                let below = format!("{path}/{name}");
                let Some(expected) = expected.get(name) else {
                    return Some(format!("{below} is too much: {}", short(value)));
                };
                if let Some(found) = difference(value, expected, &below) {
                    return Some(found);
                }
            }
            None
        }
        (Value::Array(ours), Value::Array(expected)) if ours.len() == expected.len() => {
            let mut pairs = ours.iter().zip(expected).enumerate();
            pairs.find_map(|(at, (ours, expected))| {
                difference(ours, expected, &format!("{path}/{at}"))
            })
        }
        _ if ours == expected => None,
        _ => Some(format!(
            "{path}: {} instead of {}",
            short(ours),
            short(expected)
        )),
    }
}
