//! What is written in the templates to silence findings: comments and metadata.

use crate::examine::Settings;
use palisade_app::Application;
use palisade_core::{Finding, Location, Problem, Suppressed, Unresolved};
use palisade_policy::{Context, Suppressions, Target};
use std::sync::Arc;

/// The suppressions of one application.
pub(crate) struct Silencer {
    suppressions: Suppressions,
}

impl Silencer {
    /// Collects them; what is wrong with them are problems.
    pub(crate) fn of(app: &Application, settings: &Settings<'_>) -> (Self, Vec<Problem>) {
        let context = Context {
            sources: &app.sources,
            known: settings.known,
            today: settings.today,
        };
        let mut suppressions = Suppressions::default();
        let mut problems = Vec::new();
        for (_, comments) in &app.comments {
            let (found, wrong) = Suppressions::from_comments(&context, comments);
            suppressions.extend(found);
            problems.extend(wrong);
        }
        for resource in app.resources().filter(|resource| !resource.generated) {
            if let Some(metadata) = &resource.metadata {
                let address = &resource.written.address;
                let (found, wrong) = Suppressions::from_metadata(&context, metadata, address);
                suppressions.extend(found);
                problems.extend(wrong);
            }
        }
        (Self { suppressions }, problems)
    }

    /// Who silences a finding, if anyone does.
    pub(crate) fn silence(&mut self, finding: &Finding, resource: &Location) -> Option<Suppressed> {
        self.suppressions
            .apply(&Target::finding(finding, Some(resource)))
    }

    /// A suppression of what can't be decided is not without use.
    pub(crate) fn note_unresolved(
        &mut self,
        unresolved: &Unresolved,
        aliases: &[Arc<str>],
        resource: &Location,
    ) {
        let target = Target::unresolved(unresolved, aliases, Some(resource));
        self.suppressions.apply(&target);
    }

    /// Those that silence nothing, of the rules that ran.
    pub(crate) fn unused(&self, settings: &Settings<'_>) -> Vec<Problem> {
        self.suppressions.unused(settings.known, |id| {
            let rule = settings.rules.iter().find(|rule| rule.id == id);
            rule.is_some_and(|rule| settings.runs(rule) && rule.profile <= settings.config.profile)
        })
    }
}
