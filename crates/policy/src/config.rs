//! `palisade.toml`: what a project says about how it wants to be scanned.
//!
//! Which rules report what is decided in one place, [`Config::setting`], from the general to the
//! particular: profile, `select`, `[rules]`, then each `[[paths]]` entry in its written order.
//! `ignore` is final, and `select` is a limit that nothing below it widens.

mod environment;
mod ledger;

pub use environment::Environment;
pub use ledger::{LedgerConfig, LedgerPublish, LedgerRole, LedgerWitness};

use crate::catalogue::{root_table, word};
use crate::error::ConfigError;
use crate::glob::Glob;
use crate::known::{KnownRules, RuleRef};
use crate::parameters::ParameterChanges;
use crate::read::{Reader, Table, Value};
use palisade_core::Severity;
use std::collections::BTreeMap;

/// Which rules run when nothing else is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Profile {
    /// The rules that nearly everyone wants.
    #[default]
    Default,
    /// All rules.
    All,
}

/// What is to be done with a rule, or with one of its findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// Not reported.
    Off,
    /// Reported with the severity that the rule gives.
    On,
    /// Reported with this severity.
    At(Severity),
}

/// The setting of one rule or foreign id, with its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleSetting {
    /// What is to be done.
    pub setting: Setting,
    /// Why, when it was said.
    pub reason: Option<String>,
}

/// Settings for the files under a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathSettings {
    /// Which files; a folder stands for what is in it.
    pub path: Glob,
    /// What differs there.
    pub rules: BTreeMap<RuleRef, RuleSetting>,
}

/// A project's configuration. Paths and patterns are relative to the folder of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Which rules run when nothing else is said.
    pub profile: Profile,
    /// The severity from which findings make the run fail.
    pub fail_on: Severity,
    /// The organisation's overlay of the policy.
    pub policy: Option<String>,
    /// What is not scanned; a folder stands for what is in it.
    pub exclude: Vec<Glob>,
    /// When not empty: only these.
    pub select: Vec<RuleRef>,
    /// Never these.
    pub ignore: Vec<RuleRef>,
    /// Settings of rules.
    pub rules: BTreeMap<RuleRef, RuleSetting>,
    /// Settings of rules for some files.
    pub paths: Vec<PathSettings>,
    /// Values that are given to parameters of the policy, trusted accounts among them.
    pub parameters: ParameterChanges,
    /// Values for the parameters of `CloudFormation` templates.
    pub cloudformation: BTreeMap<String, String>,
    /// Values for the parameters of SAM templates.
    pub sam: BTreeMap<String, String>,
    /// The account that is deployed to.
    pub account: Option<String>,
    /// The region that is deployed to.
    pub region: Option<String>,
    /// The organisation that the account is in.
    pub organization: OrganizationConfig,
    /// What is deployed to, by name: each is given values of its own.
    pub environments: BTreeMap<String, Environment>,
    /// Who may read what of a ledger, and where its checkpoints go.
    pub ledger: LedgerConfig,
}

/// What a project says about the organisation that its account is in. Files hold one policy each;
/// every list of files is one level, from the root down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrganizationConfig {
    /// The ids of organisations that are trusted.
    pub ids: Vec<String>,
    /// Files of service control policies.
    pub scp: Vec<Vec<String>>,
    /// Files of resource control policies.
    pub rcp: Vec<Vec<String>>,
}

const KEYS: &[&str] = &[
    "profile",
    "fail-on",
    "policy",
    "exclude",
    "select",
    "ignore",
    "rules",
    "paths",
    "parameters",
    "accounts",
    "cloudformation",
    "sam",
    "organization",
    "environments",
    "ledger",
];
const RULE_KEYS: &[&str] = &["severity", "reason"];
const PATH_KEYS: &[&str] = &["path", "rules"];
const ACCOUNT_KEYS: &[&str] = &["own", "region", "trusted"];
const ORGANIZATION_KEYS: &[&str] = &["ids", "scp", "rcp"];
const TEMPLATE_KEYS: &[&str] = &["parameters"];

impl Default for Config {
    fn default() -> Self {
        Self {
            profile: Profile::Default,
            fail_on: Severity::Low,
            policy: None,
            exclude: Vec::new(),
            select: Vec::new(),
            ignore: Vec::new(),
            rules: BTreeMap::new(),
            paths: Vec::new(),
            parameters: ParameterChanges::default(),
            cloudformation: BTreeMap::new(),
            sam: BTreeMap::new(),
            account: None,
            region: None,
            organization: OrganizationConfig::default(),
            environments: BTreeMap::new(),
            ledger: LedgerConfig::default(),
        }
    }
}

impl Config {
    /// Reads a configuration.
    ///
    /// # Errors
    /// Every mistake in the file, in the order of their places.
    pub fn parse(path: &str, text: &str, known: &KnownRules) -> Result<Self, Vec<ConfigError>> {
        let mut reader = Reader::new(path, text);
        let config = reader
            .parse()
            .map(|root| read(&mut reader, root_table(&root), known));
        reader.finish(config)
    }

    /// What is to be done with a finding of a rule: `aliases` are the foreign ids that the finding
    /// carries, `profile` is the rule's own, `path` the file of the finding.
    pub fn setting<A: AsRef<str>>(
        &self,
        rule: &str,
        aliases: &[A],
        profile: Profile,
        path: &str,
    ) -> Setting {
        let named = |refs: &[RuleRef]| refs.iter().any(|r| r.names(rule, aliases));
        if named(&self.ignore) || !(self.select.is_empty() || named(&self.select)) {
            return Setting::Off;
        }
        let here = self.paths.iter().filter(|entry| entry.path.covers(path));
        // A foreign id sorts after a rule, so that the more particular one decides.
        std::iter::once(&self.rules)
            .chain(here.map(|entry| &entry.rules))
            .flatten()
            .filter(|(r, _)| r.names(rule, aliases))
            .map(|(_, setting)| setting.setting)
            .last()
            .unwrap_or_else(|| self.start(profile))
    }

    /// Whether a rule can report anything at all: `carried` are all foreign ids that it can give.
    pub fn runs<A: AsRef<str>>(&self, rule: &str, carried: &[A], profile: Profile) -> bool {
        let selected = |refs: &[RuleRef]| refs.iter().any(|r| r.names(rule, carried));
        let whole = |r: &RuleRef| matches!(r, RuleRef::Rule(id) if &**id == rule);
        if self.ignore.iter().any(whole) || !(self.select.is_empty() || selected(&self.select)) {
            return false;
        }
        let set = self.rules.iter().find(|(r, _)| whole(r));
        let start = set.map_or_else(|| self.start(profile), |(_, s)| s.setting);
        start != Setting::Off
            || std::iter::once(&self.rules)
                .chain(self.paths.iter().map(|entry| &entry.rules))
                .flatten()
                .any(|(r, s)| r.names(rule, carried) && s.setting != Setting::Off)
    }

    fn start(&self, profile: Profile) -> Setting {
        if !self.select.is_empty() || profile <= self.profile {
            Setting::On
        } else {
            Setting::Off
        }
    }

    /// The pattern that keeps a path from being scanned, if any does.
    #[must_use]
    pub fn excluded(&self, path: &str) -> Option<&Glob> {
        self.exclude.iter().find(|glob| glob.covers(path))
    }
}

impl Profile {
    /// The word in files and options.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::All => "all",
        }
    }
}

fn read<'t>(reader: &mut Reader<'t>, root: Table<'_, 't>, known: &KnownRules) -> Config {
    reader.keys(root, KEYS);
    let mut config = Config::default();
    if let Some(value) = root.get("profile")
        && let Some(text) = reader.text(value, "profile")
    {
        let words = [Profile::Default, Profile::All].map(|p| (p.as_str(), p));
        config.profile = word(reader, value, &text, &words).unwrap_or_default();
    }
    if let Some(value) = root.get("fail-on") {
        config.fail_on = reader.severity(value, "fail-on").unwrap_or(Severity::Low);
    }
    config.policy = reader.optional_text(root, "policy");
    if let Some(value) = root.get("exclude") {
        let patterns = reader.texts(value, "exclude");
        config.exclude = patterns.iter().map(|text| Glob::new(text)).collect();
    }
    config.select = read_refs(reader, root, "select", known);
    config.ignore = read_refs(reader, root, "ignore", known);
    if let Some(value) = root.get("rules") {
        config.rules = read_rules(reader, value, known);
    }
    if let Some(value) = root.get("paths") {
        for item in reader.list(value, "paths") {
            let path = read_path(reader, item, known);
            config.paths.extend(path);
        }
    }
    if let Some(table) = read_table(reader, root, "parameters") {
        config.parameters = ParameterChanges::read(reader, table);
    }
    read_accounts(reader, root, &mut config);
    read_organization(reader, root, &mut config);
    for (name, values) in [
        ("cloudformation", &mut config.cloudformation),
        ("sam", &mut config.sam),
    ] {
        if let Some(table) = read_table(reader, root, name) {
            reader.keys(table, TEMPLATE_KEYS);
            if let Some(value) = table.get("parameters") {
                *values = reader.scalars(value, "parameters");
            }
        }
    }
    if let Some(table) = read_table(reader, root, "environments") {
        config.environments = environment::read(reader, table);
    }
    if let Some(table) = read_table(reader, root, "ledger") {
        config.ledger = ledger::read(reader, table);
    }
    contradictions(reader, root, &config);
    config
}

fn read_table<'a, 't>(
    reader: &mut Reader<'t>,
    root: Table<'a, 't>,
    name: &str,
) -> Option<Table<'a, 't>> {
    root.get(name).and_then(|value| reader.table(value, name))
}

fn resolve(
    reader: &mut Reader<'_>,
    name: &str,
    at: std::ops::Range<usize>,
    known: &KnownRules,
) -> Option<RuleRef> {
    if reader.full() {
        return None;
    }
    match known.resolve(name) {
        Ok(found) => Some(found),
        Err(error) => {
            let help = error.help().map(ToOwned::to_owned);
            reader.error(at, format!("unknown rule `{name}`"), help);
            None
        }
    }
}

fn read_refs<'t>(
    reader: &mut Reader<'t>,
    root: Table<'_, 't>,
    key: &str,
    known: &KnownRules,
) -> Vec<RuleRef> {
    let Some(value) = root.get(key) else {
        return Vec::new();
    };
    let names = reader.spanned_texts(value, key);
    names
        .into_iter()
        .filter_map(|(name, at)| resolve(reader, &name, at, known))
        .collect()
}

fn read_rules<'t>(
    reader: &mut Reader<'t>,
    value: &Value<'t>,
    known: &KnownRules,
) -> BTreeMap<RuleRef, RuleSetting> {
    let mut rules = BTreeMap::new();
    let Some(table) = reader.table(value, "rules") else {
        return rules;
    };
    for (key, value) in table.entries {
        let name = resolve(reader, key.get_ref(), key.span(), known);
        let setting = read_setting(reader, value, key.get_ref());
        if let (Some(name), Some(setting)) = (name, setting) {
            rules.insert(name, setting);
        }
    }
    rules
}

fn read_setting<'t>(reader: &mut Reader<'t>, value: &Value<'t>, name: &str) -> Option<RuleSetting> {
    if !value.get_ref().is_table() {
        let setting = read_level(reader, value, name)?;
        return Some(RuleSetting {
            setting,
            reason: None,
        });
    }
    let table = reader.table(value, name)?;
    reader.keys(table, RULE_KEYS);
    let setting = match table.get("severity") {
        Some(level) => read_level(reader, level, "severity")?,
        None => Setting::On,
    };
    Some(RuleSetting {
        setting,
        reason: reader.optional_text(table, "reason"),
    })
}

fn read_level<'t>(reader: &mut Reader<'t>, value: &Value<'t>, name: &str) -> Option<Setting> {
    let text = reader.text(value, name)?;
    let mut words = vec![("off", Setting::Off), ("on", Setting::On)];
    words.extend(Severity::ALL.map(|s| (s.as_str(), Setting::At(s))));
    word(reader, value, &text, &words)
}

fn read_path<'t>(
    reader: &mut Reader<'t>,
    item: &Value<'t>,
    known: &KnownRules,
) -> Option<PathSettings> {
    let table = reader.table(item, "paths")?;
    reader.keys(table, PATH_KEYS);
    let path = reader.required_text(table, "path");
    let Some(rules) = table.get("rules") else {
        reader.missing(table, "rules");
        return None;
    };
    let rules = read_rules(reader, rules, known);
    Some(PathSettings {
        path: Glob::new(&path?),
        rules,
    })
}

/// `[accounts] trusted` is another way to write the parameter `trusted-accounts`.
fn read_accounts<'t>(reader: &mut Reader<'t>, root: Table<'_, 't>, config: &mut Config) {
    if let Some(value) = root
        .get("accounts")
        .and_then(|v| v.get_ref().get("trusted"))
        && config.parameters.trusted_accounts.is_some()
    {
        let message = "trusted accounts are given here and as parameter `trusted-accounts`";
        reader.error(value.span(), message, Some("keep one of them".to_owned()));
    }
    let Some(table) = read_table(reader, root, "accounts") else {
        return;
    };
    reader.keys(table, ACCOUNT_KEYS);
    config.region = reader.optional_text(table, "region");
    if let Some(value) = table.get("own")
        && let Some(account) = reader.text(value, "own")
    {
        config.account = account_id(reader, account, value.span());
    }
    let Some(value) = table.get("trusted") else {
        return;
    };
    let mut trusted = Vec::new();
    for (account, at) in reader.spanned_texts(value, "trusted") {
        trusted.extend(account_id(reader, account, at));
    }
    config.parameters.trusted_accounts = Some(trusted);
}

fn account_id(
    reader: &mut Reader<'_>,
    account: String,
    at: std::ops::Range<usize>,
) -> Option<String> {
    let is_one = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
    if !is_one {
        let help = "AWS account ids have 12 digits".to_owned();
        reader.error(at, format!("`{account}` is not an account id"), Some(help));
    }
    is_one.then_some(account)
}

fn read_organization<'t>(reader: &mut Reader<'t>, root: Table<'_, 't>, config: &mut Config) {
    let Some(table) = read_table(reader, root, "organization") else {
        return;
    };
    reader.keys(table, ORGANIZATION_KEYS);
    let organization = &mut config.organization;
    if let Some(value) = table.get("ids") {
        organization.ids = reader.texts(value, "ids");
    }
    for (name, levels) in [
        ("scp", &mut organization.scp),
        ("rcp", &mut organization.rcp),
    ] {
        if let Some(value) = table.get(name) {
            for level in reader.list(value, name) {
                levels.push(reader.texts(level, name));
            }
        }
    }
}

/// What is ignored can have no other setting.
fn contradictions<'t>(reader: &mut Reader<'t>, root: Table<'_, 't>, config: &Config) {
    let Some(at) = root.get("ignore").map(|value| value.span()) else {
        return;
    };
    for name in &config.ignore {
        let set = config.rules.get(name).map(|set| set.setting);
        let other = if config.select.contains(name) {
            "`select`"
        } else if set.is_some_and(|set| set != Setting::Off) {
            "`[rules]`"
        } else {
            continue;
        };
        let message = format!("`{}` is in `ignore` and in {other}", name.as_str());
        reader.error(at.clone(), message, Some("keep one of them".to_owned()));
    }
}

#[cfg(test)]
pub(crate) const SCHEMA_KEYS: [crate::testing::Keys; 11] = [
    ("", KEYS),
    ("rule", RULE_KEYS),
    ("path", PATH_KEYS),
    ("accounts", ACCOUNT_KEYS),
    ("organization", ORGANIZATION_KEYS),
    ("template", TEMPLATE_KEYS),
    ("environment", environment::KEYS),
    ("ledger", ledger::KEYS),
    ("ledger-publish", ledger::PUBLISH_KEYS),
    ("ledger-role", ledger::ROLE_KEYS),
    ("ledger-witness", ledger::WITNESS_KEYS),
];

#[cfg(test)]
mod tests;
