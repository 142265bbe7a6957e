//! Where rules put their answers. A finding is begun with [`Sink::finding`], described, and ended
//! with [`FindingBuilder::report`] or [`FindingBuilder::judge`].

use crate::{Check, Context, Profile, Rule, table};
use palisade_app::{Reason, ReasonKind, Resource, Verdict};
use palisade_core::{Confidence, FileId, Origin, ResourceRef, Severity, Span, ViaKind, Witness};
use palisade_iam::{Caller, ContextValue, Request, Symbols};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A finding as a rule made it, before anything is silenced. Most are of rules that are switched
/// off, so that nothing is worked out here that only a report needs.
#[derive(Clone, Debug)]
pub struct RawFinding {
    /// The rule that made it.
    pub rule: &'static Rule,
    /// When it speaks.
    pub profile: Profile,
    /// How bad it is.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// Foreign ids of the condition that failed.
    pub aliases: Vec<&'static str>,
    /// Why it matters.
    pub message: Cow<'static, str>,
    /// How to mend it.
    pub help: Cow<'static, str>,
    /// What it is about.
    pub resource: ResourceRef,
    /// Where to point.
    pub origin: Origin,
    /// The lines that the person wrote for the resource.
    pub extent: Span,
    /// The id of the resource within the application.
    pub resource_id: Arc<str>,
    /// The text that the resource is written in.
    pub declared_in: FileId,
    /// The property that is wrong or missing.
    pub property: &'static str,
    /// What tells several findings of one property apart.
    pub item: String,
    /// Further places.
    pub related: Vec<RawRelated>,
    /// The hops of an attack path.
    pub path: Vec<RawRelated>,
    /// A concrete request that is possible.
    pub witness: Option<Witness>,
    /// Under which conditions it holds.
    pub when: Vec<String>,
}

/// A further place that explains a finding.
#[derive(Clone, Debug)]
pub struct RawRelated {
    /// What is to be seen there.
    pub message: String,
    /// The resource concerned, when it is another one.
    pub resource: Option<ResourceRef>,
    /// The place.
    pub span: Span,
}

/// Something that a rule could not decide.
#[derive(Clone, Debug)]
pub struct RawUnresolved {
    /// The rule.
    pub rule: &'static Rule,
    /// When it speaks.
    pub profile: Profile,
    /// Foreign ids of the condition that was asked about.
    pub aliases: Vec<&'static str>,
    /// The resource.
    pub resource: ResourceRef,
    /// The lines that the person wrote for the resource.
    pub extent: Span,
    /// Why there is no answer.
    pub reason: Reason,
    /// Where the answer would stand.
    pub place: Span,
}

/// How often properties were asked for, and how often there was no answer.
#[derive(Clone, Debug, Default)]
pub struct Stats {
    /// Questions asked of the model.
    pub asked: u64,
    /// Questions without an answer.
    pub unknown: u64,
    /// The reasons, with how often each.
    pub reasons: BTreeMap<ReasonKind, u64>,
}

/// Everything that rules said of one application.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The findings, in the order of rules and resources.
    pub findings: Vec<RawFinding>,
    /// What could not be decided.
    pub unresolved: Vec<RawUnresolved>,
    /// How much of what was asked is known.
    pub stats: Stats,
    /// Where secrets stand: no report may show them.
    pub secrets: Vec<Origin>,
}

/// Where to set what the Serverless Framework has no setting for.
const EXTENSIONS: &str = ", in `resources.extensions` under its logical id";

/// Whether a resource is made from a function or a setting of the provider, under which the
/// Serverless Framework's front end names it.
fn is_of_framework(kind: &str) -> bool {
    matches!(kind, "function" | "provider")
}

/// Takes the answers of one rule.
#[derive(Debug)]
pub struct Sink<'a> {
    rule: &'static Rule,
    outcome: &'a mut Outcome,
}

impl Rule {
    /// Runs the rule over an application.
    pub fn run(&'static self, cx: &Context<'_>, outcome: &mut Outcome) {
        let mut sink = Sink {
            rule: self,
            outcome,
        };
        match self.check {
            Check::Resource { kinds, check } => {
                for kind in kinds {
                    for resource in cx.app.of_kind(kind) {
                        check(resource, cx, &mut sink);
                    }
                }
            }
            Check::Application(check) | Check::Code(check) => check(cx, &mut sink),
            Check::Table(rows) => {
                let asked = |kind: &&str| rows.iter().any(|row| row.kind == *kind);
                for kind in cx.app.kinds().filter(asked) {
                    for resource in cx.app.of_kind(kind) {
                        table::check(rows, resource, cx, &mut sink);
                    }
                }
            }
        }
    }
}

impl<'a> Sink<'a> {
    /// Begins a finding about a resource; it points at the resource until told otherwise.
    pub fn finding<'s>(&'s mut self, resource: &'s Resource) -> FindingBuilder<'s, 'a> {
        let rule = self.rule;
        FindingBuilder {
            sink: self,
            resource,
            at: None,
            property: "",
            item: String::new(),
            message: Cow::Borrowed(rule.title),
            help: Cow::Borrowed(""),
            in_serverless: None,
            in_terraform: None,
            aliases: Vec::new(),
            severity: rule.severity,
            confidence: rule.confidence,
            profile: rule.profile,
            clauses_of: rule,
            when: Vec::new(),
            related: Vec::new(),
            path: Vec::new(),
            witness: None,
        }
    }

    /// Says that the rule can't decide about a resource.
    pub fn unresolved(&mut self, resource: &Resource, reason: &Reason, at: &Origin) {
        let (profile, aliases) = (self.rule.profile, self.rule.aliases.to_vec());
        self.undecided(resource, reason, at, profile, aliases);
    }

    fn undecided(
        &mut self,
        resource: &Resource,
        reason: &Reason,
        at: &Origin,
        profile: Profile,
        aliases: Vec<&'static str>,
    ) {
        let place = if at.span.file == FileId::NONE {
            resource.origin.span
        } else {
            at.span
        };
        let told = |old: &RawUnresolved| {
            std::ptr::eq(old.rule, self.rule)
                && (old.place, &old.reason, &old.resource) == (place, reason, &resource.written)
        };
        // Several statements of a policy may be hidden behind the same thing.
        let again = self.outcome.unresolved.last().is_some_and(told);
        if again || lacks(resource, "", place) {
            return;
        }
        self.outcome.unresolved.push(RawUnresolved {
            rule: self.rule,
            profile,
            aliases,
            resource: resource.written.clone(),
            extent: resource.extent,
            reason: reason.clone(),
            place,
        });
    }

    fn count(&mut self, resource: &Resource, verdict: &Verdict) {
        if resource.partial {
            return;
        }
        let stats = &mut self.outcome.stats;
        stats.asked += 1;
        if !verdict.fails()
            && let Some((reason, _)) = verdict.unknown()
        {
            stats.unknown += 1;
            *stats.reasons.entry(reason.kind).or_default() += 1;
        }
    }
}

/// Whether something is said of what a resource lacks of which only a part is declared here: it is
/// no property of that part, and points at nothing that is written in it.
fn lacks(resource: &Resource, property: &str, place: Span) -> bool {
    let first = property.split('.').next().unwrap_or_default();
    let declared = resource.properties.entry(first.trim_end_matches("[]"));
    resource.partial && place == resource.origin.span && declared.is_none()
}

/// A finding in the making.
#[derive(Debug)]
#[must_use = "a finding that is not reported or judged is lost"]
pub struct FindingBuilder<'s, 'a> {
    sink: &'s mut Sink<'a>,
    resource: &'s Resource,
    at: Option<Origin>,
    property: &'static str,
    item: String,
    message: Cow<'static, str>,
    help: Cow<'static, str>,
    in_serverless: Option<Cow<'static, str>>,
    in_terraform: Option<Cow<'static, str>>,
    aliases: Vec<&'static str>,
    severity: Severity,
    confidence: Confidence,
    profile: Profile,
    clauses_of: &'static Rule,
    when: Vec<String>,
    related: Vec<RawRelated>,
    path: Vec<RawRelated>,
    witness: Option<Witness>,
}

impl FindingBuilder<'_, '_> {
    /// The property that is wrong or missing; part of the fingerprint.
    pub fn property(mut self, path: &'static str) -> Self {
        self.property = path;
        self
    }

    /// Tells several findings of one property apart (a port, a route); part of the fingerprint.
    pub fn item(mut self, item: impl Into<String>) -> Self {
        self.item = item.into();
        self
    }

    /// Where to point instead of at the resource.
    pub fn at(mut self, origin: &Origin) -> Self {
        self.at = Some(origin.clone());
        self
    }

    /// What is wrong and why it matters, in one line.
    pub fn message(mut self, message: impl Into<Cow<'static, str>>) -> Self {
        self.message = message.into();
        self
    }

    /// How to mend it, in one line.
    pub fn help(mut self, help: impl Into<Cow<'static, str>>) -> Self {
        self.help = help.into();
        self
    }

    /// How to mend it where the Serverless Framework makes the resource, in the words of
    /// `serverless.yml`.
    pub fn in_serverless(mut self, help: impl Into<Cow<'static, str>>) -> Self {
        self.in_serverless = Some(help.into());
        self
    }

    /// How to mend it in Terraform, where that is another thing and not only another name.
    pub fn in_terraform(mut self, help: impl Into<Cow<'static, str>>) -> Self {
        self.in_terraform = Some(help.into());
        self
    }

    /// The ids of other tools for exactly this condition.
    pub fn aliases(mut self, aliases: &[&'static str]) -> Self {
        self.aliases.extend_from_slice(aliases);
        self
    }

    /// Instead of the rule's severity.
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// Instead of the rule's confidence.
    pub fn confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }

    /// Instead of the rule's profile.
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// A further place that explains it.
    pub fn related(mut self, message: impl Into<String>, resource: &Resource, at: &Origin) -> Self {
        let related = self.place(message.into(), Some(resource), at);
        self.related.push(related);
        self
    }

    /// The next hop of an attack path.
    pub fn hop(mut self, message: impl Into<String>, resource: &Resource, at: &Origin) -> Self {
        let hop = self.place(message.into(), Some(resource), at);
        self.path.push(hop);
        self
    }

    /// A request that proves it, where there is one.
    pub fn witness(mut self, request: Option<&Request>, symbols: &Symbols) -> Self {
        let Some(request) = request else { return self };
        let values = |value: &ContextValue| match value {
            ContextValue::Single(value) => vec![symbols.show(value)],
            ContextValue::Many(values) => values.iter().map(|v| symbols.show(v)).collect(),
        };
        self.witness = Some(Witness {
            principal: match &request.caller {
                Caller::Principal(who) | Caller::Service(who) | Caller::Federated(who) => {
                    symbols.show(who)
                }
                Caller::Anonymous => "anonymous".to_owned(),
            },
            action: request.action.to_string(),
            resource: symbols.show(&request.resource),
            context: request
                .context
                .iter()
                .map(|(key, value)| (key.to_string(), values(value)))
                .collect(),
        });
        self
    }

    /// Says that what stands at a place is a secret: no report shows it, in this finding or in
    /// another one, nor where the default of a parameter or a mapping holds it.
    pub fn secret(self, at: &Origin) -> Self {
        self.sink.outcome.secrets.push(at.clone());
        self
    }

    /// Reports it.
    pub fn report(mut self) {
        let origin = self
            .at
            .take()
            .filter(|origin| origin.span.file != FileId::NONE)
            .unwrap_or_else(|| self.resource.origin.clone());
        if lacks(self.resource, self.property, origin.span) {
            return;
        }
        let mut told = origin.span;
        for step in origin.steps() {
            // A file that a variable names is brought in at the variable's own place.
            if step.span == told || step.span == Span::default() {
                continue;
            }
            told = step.span;
            let message = match &step.kind {
                ViaKind::Include(file) => format!("the file `{file}` is brought in here"),
                ViaKind::Variable(name) => {
                    format!("this value comes through the variable `${{{name}}}`")
                }
                kind => format!("this value comes through {kind}"),
            };
            let related = self.place(message, None, &Origin::at(step.span));
            self.related.push(related);
        }
        if is_of_framework(&self.resource.written.kind) {
            match self.in_serverless {
                Some(help) => self.help = help,
                None if self.help.starts_with("set `") => {
                    self.help = format!("{}{EXTENSIONS}", self.help).into();
                }
                None => {}
            }
        }
        if let Some(help) = self.in_terraform
            && self.resource.written.kind.starts_with("aws_")
        {
            self.help = help;
        }
        self.sink.outcome.findings.push(RawFinding {
            rule: self.clauses_of,
            profile: self.profile,
            severity: self.severity,
            confidence: self.confidence,
            aliases: self.aliases,
            message: self.message,
            help: self.help,
            resource: self.resource.written.clone(),
            extent: self.resource.extent,
            resource_id: self.resource.id.clone(),
            declared_in: self.resource.origin.span.file,
            property: self.property,
            item: self.item,
            origin,
            related: self.related,
            path: self.path,
            witness: self.witness,
            when: self.when,
        });
    }

    /// Reports it when the verdict fails, or that it can't be decided when that is so.
    pub fn judge(mut self, verdict: Verdict) {
        self.sink.count(self.resource, &verdict);
        if verdict.fails() {
            self.when = verdict.failing_when();
            if self.at.is_none() {
                self.at = verdict
                    .branches
                    .into_iter()
                    .find(|branch| branch.answer == palisade_app::Answer::No)
                    .map(|branch| branch.at);
            }
            self.report();
        } else if let Some((reason, at)) = verdict.unknown() {
            self.sink
                .undecided(self.resource, reason, at, self.profile, self.aliases);
        }
    }

    fn place(&self, message: String, resource: Option<&Resource>, at: &Origin) -> RawRelated {
        let other = resource.filter(|r| r.id != self.resource.id);
        RawRelated {
            message,
            resource: other.map(|r| r.written.clone()),
            span: at.span,
        }
    }
}
