//! Reads the examples of the rules' pages and runs rules over them.

use palisade_app::{FileError, Files};
use palisade_core::Date;
use palisade_policy::{Config, KnownRules, Parameters};
use palisade_rule::{Profile, Rule, RuleEntry};
use palisade_scan::{Examined, Given, Input, Settings, examine};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A folder of cases in which one more file stands.
struct Folder<'a> {
    folder: PathBuf,
    name: &'a str,
    text: &'a str,
}

impl Files for Folder<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        if path == self.name {
            return Ok(self.text.as_bytes().to_vec());
        }
        std::fs::read(self.folder.join(path)).map_err(|_| FileError::Missing)
    }

    fn list(&self, folder: &str) -> Option<Vec<String>> {
        Some(match folder {
            "" => vec![self.name.to_owned()],
            _ => Vec::new(),
        })
    }
}

/// What an example is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Language {
    CloudFormation,
    Terraform,
    Serverless,
}

impl Language {
    pub(crate) const ALL: [Self; 3] = [Self::CloudFormation, Self::Terraform, Self::Serverless];

    /// The name that a file of it must have to be known as such.
    fn file(self) -> &'static str {
        match self {
            Self::CloudFormation => "t.yaml",
            Self::Terraform => "main.tf",
            Self::Serverless => "serverless.yml",
        }
    }

    /// How the file name of a case ends.
    fn ending(self) -> &'static str {
        match self {
            Self::CloudFormation => ".yaml",
            Self::Terraform => ".tf",
            Self::Serverless => ".serverless.yml",
        }
    }

    /// How the fence of an example begins.
    fn of_fence(line: &str) -> Option<Self> {
        let words = line.strip_prefix("```")?;
        match words.split(' ').next()? {
            "yaml" if words.contains("serverless") => Some(Self::Serverless),
            "yaml" => Some(Self::CloudFormation),
            "hcl" => Some(Self::Terraform),
            _ => None,
        }
    }
}

pub(crate) struct Example {
    pub(crate) name: String,
    pub(crate) language: Language,
    pub(crate) text: String,
    pub(crate) folder: PathBuf,
    pub(crate) parameters: Parameters,
}

pub(crate) type Marks = BTreeMap<u32, (BTreeSet<String>, bool)>;

pub(crate) fn folder(entry: &RuleEntry) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(entry.family)
        .join(entry.rule.id)
}

pub(crate) fn examples(entry: &RuleEntry) -> Vec<Example> {
    let folder = folder(entry);
    let mut found = Vec::new();
    let mut block: Option<(usize, Language, String)> = None;
    let mut parameters = Parameters::default();
    for (i, line) in entry.page.lines().enumerate() {
        match &mut block {
            Some((start, language, text)) if line.trim_end() == "```" => {
                found.push(Example {
                    name: format!("{} rule.md:{start}", entry.rule.id),
                    language: *language,
                    text: std::mem::take(text),
                    folder: folder.join("cases"),
                    parameters: std::mem::take(&mut parameters),
                });
                block = None;
            }
            Some((_, _, text)) => {
                text.push_str(line);
                text.push('\n');
            }
            None => {
                let Some(language) = Language::of_fence(line) else {
                    continue;
                };
                if let Some((_, given)) = line.split_once("parameters: ")
                    && let Some((name, value)) = given.split_once('=')
                {
                    parameters = given_parameter(name, value);
                }
                block = Some((i + 1, language, String::new()));
            }
        }
    }
    let cases = std::fs::read_dir(folder.join("cases"))
        .into_iter()
        .flatten();
    for case in cases.flatten() {
        let path = case.path();
        let name = case.file_name().to_string_lossy().into_owned();
        let language = Language::ALL
            .into_iter()
            .find(|l| name.ends_with(l.ending()));
        if let Some(language) = language {
            found.push(Example {
                name: format!("{} {}", entry.rule.id, path.display()),
                language,
                text: std::fs::read_to_string(&path).unwrap(),
                folder: folder.join("cases"),
                parameters: Parameters::default(),
            });
        }
    }
    found
}

/// The policy's parameters with one of them changed, as `palisade.toml` would.
pub(crate) fn given_parameter(name: &str, value: &str) -> Parameters {
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

pub(crate) fn marks(text: &str) -> Marks {
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

pub(crate) fn run(entry: &RuleEntry, example: &Example, profile: Profile) -> Examined {
    run_rules(&[entry.rule], example, profile)
}

pub(crate) fn run_rules(rules: &[&'static Rule], example: &Example, profile: Profile) -> Examined {
    let config = Config {
        profile,
        ..Config::default()
    };
    let mut access = palisade_access::Settings::default();
    let trusted = example.parameters.trusted_accounts.iter();
    access.zone.accounts = trusted.map(|id| Arc::from(id.as_str())).collect();
    let settings = Settings {
        rules,
        known: &KnownRules::new(rules.iter().map(|rule| (rule.id, rule.aliases))),
        config: &config,
        config_prefix: "",
        parameters: &example.parameters,
        access: &access,
        today: Date::new(2026, 11, 22).unwrap(),
        given: &Given::default(),
        dump_model: true,
    };
    let name = example.language.file();
    let tree = Folder {
        folder: example.folder.clone(),
        name,
        text: &example.text,
    };
    let input = match example.language {
        Language::Terraform => Input::Folder(""),
        _ => Input::named(name, example.text.as_bytes()),
    };
    examine(input, &tree, &settings)
}

pub(crate) fn found(examined: &Examined) -> BTreeMap<u32, BTreeSet<String>> {
    let mut found: BTreeMap<u32, BTreeSet<String>> = BTreeMap::new();
    for finding in &examined.findings {
        let ids = found.entry(finding.location.line).or_default();
        ids.extend(finding.aliases.iter().map(ToString::to_string));
    }
    found
}

/// The kinds of an example's resources by address, of those that its owner wrote and those that
/// transforms made.
pub(crate) fn kinds(examined: &Examined) -> BTreeMap<String, String> {
    let model = examined.model.clone().unwrap_or_default();
    let mut kinds = BTreeMap::new();
    for resource in model["resources"].as_array().into_iter().flatten() {
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        kinds.insert(text(&resource["id"]), text(&resource["kind"]));
    }
    kinds
}
