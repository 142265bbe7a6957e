//! A decision in sentences, for the operator: what decided it, and what could have.

use super::request::{AuthzInput, Call};
use super::{Authorizer, Decision, PolicyName, Reason};
use palisade_authn::Principal;

impl Authorizer {
    /// Why a decision about this call is as it is. Names policies and what the configuration names;
    /// nothing that the caller sent.
    #[must_use]
    pub fn explain(
        &self,
        principal: &Principal,
        input: &AuthzInput<'_>,
        decision: &Decision,
    ) -> Vec<String> {
        let mut out = Vec::new();
        let caller = principal.means.name();
        let verdict = match decision.allowed {
            true => "Allowed",
            false => "Denied",
        };
        let by = self.list(&decision.policies);
        out.push(match decision.reason {
            Reason::Permitted => format!("{verdict}: permitted by {by}."),
            Reason::Forbidden => {
                format!("{verdict}: forbidden by {by}; a forbid wins over every permit.")
            }
            Reason::NoPermit => format!("{verdict}: no policy permits it."),
            Reason::PolicyFailed => format!(
                "{verdict}: {} could not be evaluated, and what cannot be evaluated denies.",
                self.list(&decision.failed)
            ),
            Reason::Input(error) => format!("{verdict}: {error}."),
        });
        if decision.reason == Reason::Forbidden && !decision.failed.is_empty() {
            let failed = self.list(&decision.failed);
            out.push(format!("Beside that, {failed} could not be evaluated."));
        }
        if let Some(slice) = self.slices.find(principal.means, input)
            && decision.reason == Reason::NoPermit
        {
            let known = self.model.functions[slice.function].name.as_str();
            let how = match input.call {
                Call::Http { .. } => AsRef::<str>::as_ref(slice.action.id()).to_owned(),
                Call::Event => "an event".to_owned(),
            };
            let could: Vec<PolicyName> = slice
                .names
                .iter()
                .filter(|name| {
                    self.policies
                        .get(*name)
                        .is_some_and(|policy| policy.permits)
                })
                .cloned()
                .collect();
            out.push(match could.is_empty() {
                true => format!(
                    "No policy speaks of `{known}` for callers known by {caller} and {how}: write one \
                     to open it."
                ),
                false => format!(
                    "These could permit a caller known by {caller} to call `{known}` by {how}, but their \
                     conditions or roles do not hold: {}.",
                    self.list(&could)
                ),
            });
        }
        if let Some(grant) = &decision.grant {
            out.push(format!(
                "It was made under the break-glass grant `{grant}`."
            ));
        }
        out
    }

    /// `` `owner-reads` (orders.cedar:3), `admins` (admin.cedar:1)``
    fn list(&self, names: &[PolicyName]) -> String {
        let named: Vec<String> = names
            .iter()
            .map(|name| match self.policies.get(name) {
                Some(policy) if *policy.place != **name => format!("`{name}` ({})", policy.place),
                _ => format!("`{name}`"),
            })
            .collect();
        named.join(", ")
    }
}
