//! Whether a statement is about a call: its action, resource and conditions. Whom it is about is
//! decided with the layers of an evaluation, because it depends on who is asking where.

use crate::pattern::{Pattern, Text};
use crate::policy::{Element, Statement};
use crate::request::{Context, Request};
use crate::truth::Truth;

/// A call, prepared for matching.
#[derive(Clone, Debug)]
pub struct Call<'a> {
    /// The action in lower case.
    pub action: String,
    /// The resource.
    pub resource: &'a str,
    /// The context.
    pub context: &'a Context,
}

impl<'a> Call<'a> {
    /// The call of a request.
    #[must_use]
    pub fn of(request: &'a Request) -> Self {
        Self {
            action: request.action.to_ascii_lowercase(),
            resource: &request.resource,
            context: &request.context,
        }
    }
}

impl Statement {
    /// Whether it is about a call, whoever makes it.
    #[must_use]
    pub fn matches(&self, call: &Call<'_>) -> Truth {
        let certain = if self.uncertain.is_some() {
            Truth::Maybe
        } else {
            Truth::Yes
        };
        let mut matched = certain.and(self.matches_action(&call.action));
        if matched != Truth::No {
            matched = matched.and(self.matches_resource(call.resource, call.context));
        }
        for test in &self.conditions {
            if matched == Truth::No {
                break;
            }
            // A variable without a value: the statement does not match.
            matched = matched.and(test.holds(call.context).unwrap_or(Truth::No));
        }
        matched
    }

    /// Whether it is about an action, in lower case.
    #[must_use]
    pub fn matches_action(&self, action: &str) -> Truth {
        self.actions
            .decide(|text| text.plain().map(|pattern| pattern.matches(action)))
    }

    /// Whether it is about a resource.
    #[must_use]
    pub fn matches_resource(&self, resource: &str, context: &Context) -> Truth {
        let Some(element) = &self.resources else {
            return Truth::Yes;
        };
        element.decide(|text| {
            text.resolve(context)
                .map(|pattern: std::borrow::Cow<'_, Pattern>| pattern.matches(resource))
        })
    }
}

impl Element {
    /// Whether one of the patterns matches, or none for the Not-form. A pattern whose variable has
    /// no value matches nothing, and in a Not-form it makes the statement match nothing.
    fn decide(&self, mut matches: impl FnMut(&Text) -> Option<Truth>) -> Truth {
        let mut any = Truth::No;
        for pattern in &self.patterns {
            match matches(pattern) {
                Some(matched) => any = any.or(matched),
                None if self.except => return Truth::No,
                None => {}
            }
            if any == Truth::Yes && !self.except {
                break;
            }
        }
        any.negate_if(self.except)
    }
}
