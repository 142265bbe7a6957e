//! One file: is it a template, what does it declare, what do the rules say.

use crate::read::{Given, Input, read};
use crate::report::EntryPointRow;
use crate::silence::Silencer;
use crate::words::Words;
use palisade_app::cfn::Outcome;
use palisade_app::{Application, Files, Language, Secrets};
use palisade_core::{
    Date, Finding, Fingerprint, Problem, ProblemLevel, Related, Unresolved, Witness,
};
use palisade_policy::{Config, KnownRules, Parameters, Setting};
use palisade_rule::{Check, Context, RawFinding, RawRelated, RawUnresolved, Rule, Stats};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The scanned tree: reads files, and tells nothing that lies outside of it.
pub trait Tree: Files + Sync {}
impl<T: Files + Sync> Tree for T {}

/// What a scan is asked to do.
#[derive(Clone, Debug)]
pub struct Settings<'a> {
    /// The rules that exist.
    pub rules: &'a [&'static Rule],
    /// Their ids and foreign ids, for names in comments.
    pub known: &'a KnownRules,
    /// The project's configuration, with what the command line changes of it.
    pub config: &'a Config,
    /// What stands in front of a file's path when the configuration speaks of it.
    pub config_prefix: &'a str,
    /// The policy's parameters.
    pub parameters: &'a Parameters,
    /// What is known of the world around the applications, for permissions.
    pub access: &'a palisade_access::Settings<'a>,
    /// The day of the scan.
    pub today: Date,
    /// What is given to templates.
    pub given: &'a Given,
    /// Whether the model is wanted beside the findings.
    pub dump_model: bool,
}

impl Settings<'_> {
    /// What the configuration says about a finding.
    fn setting<A: AsRef<str>>(
        &self,
        rule: &Rule,
        aliases: &[A],
        profile: palisade_rule::Profile,
        file: &str,
    ) -> Setting {
        let path = match self.config_prefix {
            "" => Cow::Borrowed(file),
            prefix => Cow::Owned(format!("{prefix}{file}")),
        };
        self.config.setting(rule.id, aliases, profile, &path)
    }

    /// Whether a rule runs at all.
    pub(crate) fn runs(&self, rule: &Rule) -> bool {
        let profile = palisade_rule::Profile::Default;
        self.config.runs(rule.id, rule.aliases, profile)
    }
}

/// What came of one file.
#[derive(Debug, Default)]
pub struct Examined {
    /// The file.
    pub path: Arc<str>,
    /// It is a template that could be read.
    pub template: bool,
    /// Paths of templates that it brings in as nested stacks.
    pub nested: Vec<Arc<str>>,
    /// What the rules found.
    pub findings: Vec<Finding>,
    /// What they could not decide.
    pub unresolved: Vec<Unresolved>,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// Suppressions that silence nothing.
    pub unused: Vec<Problem>,
    /// Its ways in.
    pub entry_points: Vec<EntryPointRow>,
    /// How many resources it declares.
    pub resources: usize,
    /// How much of what was asked is known.
    pub stats: Stats,
    /// The language of the application.
    pub language: Option<Language>,
    /// The names of given values that its texts mention.
    pub mentioned: BTreeSet<String>,
    /// The model, if it was wanted.
    pub model: Option<serde_json::Value>,
}

/// Examines one application. A file that the user named is a problem when it is not a template.
#[must_use]
pub fn examine(input: Input<'_>, tree: &dyn Tree, settings: &Settings<'_>) -> Examined {
    let path = input.path();
    let mut examined = Examined {
        path: Arc::from(path),
        ..Examined::default()
    };
    match read(input, &FilesOf(tree), settings.given) {
        Outcome::Broken(problem) => examined.problems.push(problem),
        Outcome::NotTemplate(what) => {
            if input.is_named() {
                examined.problems.push(Problem::file(
                    path,
                    ProblemLevel::Error,
                    format!("`{path}` is {what}, not a template"),
                ));
            }
        }
        Outcome::Application(app, problems) => {
            examined.template = true;
            examined.language = Some(app.language);
            examined.mentioned = settings.given.mentioned(&app);
            examined.problems = problems;
            judge(&app, &FilesOf(tree), settings, &mut examined);
        }
    }
    examined
}

struct FilesOf<'a>(&'a dyn Tree);

impl Files for FilesOf<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, palisade_app::FileError> {
        self.0.read(path)
    }

    fn list(&self, folder: &str) -> Option<Vec<String>> {
        self.0.list(folder)
    }

    fn folders(&self, folder: &str) -> Option<Vec<String>> {
        self.0.folders(folder)
    }
}

fn judge(app: &Application, files: &dyn Files, settings: &Settings<'_>, examined: &mut Examined) {
    let (parameters, today) = (settings.parameters, settings.today);
    let cx = Context::new(app, parameters, today, files, settings.access);
    let mut outcome = palisade_rule::Outcome::default();
    // Rules that are switched off run too: what they know to be secret must not be shown by others.
    for rule in settings.rules {
        if !matches!(rule.check, Check::Code(_)) || settings.runs(rule) {
            rule.run(&cx, &mut outcome);
        }
    }
    let secrets = &Secrets::of(app, &outcome.secrets);
    let (mut silencer, problems) = Silencer::of(app, settings);
    examined.problems.extend(problems);
    examined.nested.clone_from(&app.nested);
    examined.resources = app.resources().count();
    examined.entry_points = EntryPointRow::all(app);
    let words = Words::of(app);
    for entry in &mut examined.entry_points {
        entry.label = shown(words.named(&entry.label).into_owned(), secrets);
    }
    examined.stats = outcome.stats;
    if settings.dump_model {
        examined.model = Some(palisade_app::dump(app, secrets));
    }
    for raw in outcome.unresolved {
        let file = app.sources.path(raw.place.file);
        if settings.setting(raw.rule, &raw.aliases, raw.profile, &file) == Setting::Off {
            continue;
        }
        let aliases: Vec<Arc<str>> = raw.aliases.iter().map(|a| Arc::from(*a)).collect();
        let extent = app.sources.location(raw.extent);
        let unresolved = unresolved(raw, app, &words, secrets);
        silencer.note_unresolved(&unresolved, &aliases, &extent);
        examined.unresolved.push(unresolved);
    }
    for raw in outcome.findings {
        let file = app.sources.path(raw.origin.span.file);
        let setting = settings.setting(raw.rule, &raw.aliases, raw.profile, &file);
        if setting == Setting::Off {
            continue;
        }
        let extent = app.sources.location(raw.extent);
        let mut finding = finding(raw, app, &words, secrets);
        if let Setting::At(severity) = setting {
            finding.severity = severity;
        }
        finding.suppressed = silencer.silence(&finding, &extent);
        examined.findings.push(finding);
    }
    examined.unused = silencer.unused(settings);
    for problem in &mut examined.problems {
        secrets.scrub_in_place(&mut problem.message);
    }
}

/// A text of a report.
fn shown(mut text: String, secrets: &Secrets) -> String {
    secrets.scrub_in_place(&mut text);
    text
}

/// A request of a report.
fn shown_witness(mut witness: Witness, secrets: &Secrets) -> Witness {
    secrets.scrub_in_place(&mut witness.principal);
    secrets.scrub_in_place(&mut witness.resource);
    for value in witness.context.values_mut().flatten() {
        secrets.scrub_in_place(value);
    }
    witness
}

fn unresolved(
    raw: RawUnresolved,
    app: &Application,
    words: &Words<'_>,
    secrets: &Secrets,
) -> Unresolved {
    Unresolved {
        rule: Arc::from(raw.rule.id),
        resource: raw.resource,
        reason: shown(words.named(&raw.reason.detail).into_owned(), secrets),
        location: app.sources.location(raw.place),
    }
}

fn related(raw: RawRelated, message: String, app: &Application, secrets: &Secrets) -> Related {
    Related {
        message,
        resource: raw.resource,
        location: app.sources.location(raw.span),
        excerpt: app.sources.excerpt(raw.span, secrets.spans()),
    }
}

fn finding(raw: RawFinding, app: &Application, words: &Words<'_>, secrets: &Secrets) -> Finding {
    let said = |text: &str| shown(words.said(text, &raw.resource_id), secrets);
    let all = |list: Vec<RawRelated>| {
        list.into_iter()
            .map(|raw| {
                let message = said(&raw.message);
                related(raw, message, app, secrets)
            })
            .collect()
    };
    let fingerprint = Fingerprint::of(&[
        raw.rule.id,
        &raw.aliases.join(","),
        &app.sources.path(raw.declared_in),
        &raw.resource_id,
        raw.property,
        &raw.item,
    ]);
    Finding {
        rule: Arc::from(raw.rule.id),
        aliases: raw.aliases.into_iter().map(Arc::from).collect(),
        severity: raw.severity,
        confidence: raw.confidence,
        clauses: raw
            .rule
            .clauses
            .iter()
            .filter_map(|c| c.parse().ok())
            .collect(),
        message: said(&raw.message),
        help: said(&raw.help),
        resource: raw.resource,
        location: app.sources.location(raw.origin.span),
        related: all(raw.related),
        path: all(raw.path),
        witness: raw.witness.map(|witness| shown_witness(witness, secrets)),
        when: raw.when.into_iter().map(|w| shown(w, secrets)).collect(),
        environments: Vec::new(),
        fingerprint,
        suppressed: None,
        excerpt: app.sources.excerpt(raw.origin.span, secrets.spans()),
    }
}
