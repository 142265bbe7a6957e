//! Policy files read and validated; what Cedar finds wrong becomes problems with places.

use super::model::Model;
use super::{Policy, PolicyName};
use cedar_policy::ffi::{DetailedError, Severity};
use cedar_policy::{
    Effect, PolicyId, PolicySet, Schema, ValidationMode, ValidationWarning, Validator,
};
use palisade_core::{FileId, Problem, ProblemLevel, Sources, Span, suggest};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::str::FromStr;

/// A policy and where it was found.
pub(super) struct Found {
    pub(super) policy: Policy,
    span: Span,
    /// Its JSON form, for what it looks at.
    pub(super) json: Json,
}

/// The schema of a model. Nothing is not without a problem.
pub(super) fn schema(model: &Model) -> (Option<Schema>, Vec<Problem>) {
    let text = match model.schema() {
        Ok(text) => text,
        Err(problems) => return (None, problems),
    };
    match Schema::from_cedarschema_str(&text) {
        Ok((schema, _)) => (Some(schema), Vec::new()),
        Err(error) => {
            let error = DetailedError::from(&error);
            let what = format!(
                "names of the configuration cannot be shown to policies: {}",
                sentence(&error)
            );
            let problem = Problem::file("configuration", ProblemLevel::Configuration, what);
            (None, vec![problem])
        }
    }
}

/// Reads the policies of a file into `policies`.
pub(super) fn read_file(
    sources: &Sources,
    file: FileId,
    model: &Model,
    policies: &mut BTreeMap<PolicyName, Found>,
    problems: &mut Vec<Problem>,
) {
    let text = sources.text(file);
    let set = match PolicySet::from_str(text) {
        Ok(set) => set,
        Err(errors) => {
            let all = Span::new(file, 0, 0);
            report(sources, all, &DetailedError::from(&errors), problems);
            return;
        }
    };
    if let Some(template) = set.templates().next() {
        let what = format!(
            "`{}` has slots (`?principal`, `?resource`), and nothing fills them; name who is meant, \
             or ask for a role",
            template.annotation("id").unwrap_or("a policy")
        );
        problems.push(Problem::file(
            sources.path(file),
            ProblemLevel::Configuration,
            what,
        ));
    }
    for cedar in set.policies() {
        // Cedar's own place of a policy, in bytes of this text.
        let place = AsRef::as_ref(cedar).loc();
        let span = place.map_or(Span::new(file, 0, 0), |at| {
            Span::new(file, at.start(), at.end())
        });
        let location = sources.location(span);
        let place = format!("{}:{}", location.file, location.line);
        let mut wrong = |span, what| {
            problems.push(Problem::at(
                sources,
                span,
                ProblemLevel::Configuration,
                what,
            ));
        };
        let name = match cedar.annotation("id") {
            Some("") => {
                wrong(span, "an `@id` must not be empty".to_owned());
                continue;
            }
            Some(name) => PolicyName::from(name),
            None => PolicyName::from(place.as_str()),
        };
        for literal in cedar.entity_literals() {
            let id: &str = literal.id().as_ref();
            let known = || model.functions.iter().map(|f| f.name.as_str());
            if literal.type_name().basename() == "Function" && !known().any(|name| name == id) {
                let hint = suggest(id, known())
                    .map_or(String::new(), |near| format!("; did you mean `{near}`?"));
                let part = &text[span.range()];
                let at = part.find(&format!("\"{id}\"")).unwrap_or(0) + span.range().start;
                wrong(
                    Span::new(file, at, at + id.len() + 2),
                    format!("`{name}` names function `{id}`, which is not declared{hint}"),
                );
            }
        }
        let found = Found {
            json: cedar.to_json().unwrap_or_default(),
            policy: Policy {
                cedar: cedar.new_id(PolicyId::new(&name)),
                permits: cedar.effect() == Effect::Permit,
                place,
            },
            span,
        };
        if let Some(before) = policies.get(&name) {
            let what = format!(
                "`{name}` is already the id of the policy at {}; give one of them another `@id`",
                before.policy.place
            );
            wrong(span, what);
        } else {
            policies.insert(name, found);
        }
    }
}

/// Validates all policies strictly; gives what only should be looked at.
pub(super) fn validate(
    sources: &Sources,
    schema: &Schema,
    policies: &BTreeMap<PolicyName, Found>,
    problems: &mut Vec<Problem>,
) -> Vec<Problem> {
    let mut set = PolicySet::new();
    for found in policies.values() {
        if set.add(found.policy.cedar.clone()).is_err() {
            let what = "this policy cannot stand beside the others".to_owned();
            problems.push(Problem::at(
                sources,
                found.span,
                ProblemLevel::Configuration,
                what,
            ));
        }
    }
    let result = Validator::new(schema.clone()).validate(&set, ValidationMode::Strict);
    let span = |id: &PolicyId| policies.get(id.as_ref() as &str).map(|found| found.span);
    for error in result.validation_errors() {
        let at = span(error.policy_id()).unwrap_or_default();
        report(sources, at, &DetailedError::from(error), problems);
    }
    let mut warnings = Vec::new();
    for warning in result.validation_warnings() {
        let ValidationWarning::ImpossiblePolicy(_) = warning else {
            let at = span(warning.policy_id()).unwrap_or_default();
            report(sources, at, &DetailedError::from(warning), &mut warnings);
            continue;
        };
        let name = warning.policy_id();
        let what = format!(
            "policy `{name}` can never apply; is an action meant for a group (write `action in \
             Action::\"invoke\"` or `Action::\"http\"`), or a type of caller that the condition excludes?"
        );
        let at = span(name).unwrap_or_default();
        problems.push(Problem::at(sources, at, ProblemLevel::Configuration, what));
    }
    warnings
}

/// What Cedar says, and all that hangs on it. Places are of the file that `policy` is in.
fn report(sources: &Sources, policy: Span, error: &DetailedError, problems: &mut Vec<Problem>) {
    let level = match error.severity {
        Some(Severity::Warning | Severity::Advice) => ProblemLevel::Warning,
        _ => ProblemLevel::Configuration,
    };
    let span = error.source_locations.first().map_or(policy, |label| {
        Span::new(policy.file, label.loc.start, label.loc.end)
    });
    problems.push(Problem::at(sources, span, level, sentence(error)));
    for related in &error.related {
        report(sources, policy, related, problems);
    }
}

fn sentence(error: &DetailedError) -> String {
    // The schema's names for types are not what people write.
    let message = error.message.replace("__cedar::", "");
    let hint = error.help.as_ref().map(|help| format!(" ({help})"));
    message + &hint.unwrap_or_default()
}
