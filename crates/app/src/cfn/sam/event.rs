//! What all event sources share: reading an `Events` entry, and the permission that lets a service call
//! the function. The permission must always point at the event that asked for it.

use super::SamProblem;
use super::hash;
use super::make::{IntoNode, field, get_att, is_alphanumeric, reference, text};
use super::resources::{Res, Source};
use palisade_core::{Origin, Span};
use palisade_syntax::{Data, Entry, Node};
use std::sync::{Arc, LazyLock};

static NOTHING: LazyLock<Node> =
    LazyLock::new(|| Node::new(Data::Map(Vec::new()), Origin::default()));

/// One entry of `Events`.
pub(super) struct Event<'a> {
    pub(super) name: &'a str,
    /// The logical id that SAM makes of the owner's id and the event's name.
    pub(super) id: String,
    pub(super) kind: &'a str,
    pub(super) props: &'a Node,
    pub(super) origin: Origin,
}

impl<'a> Event<'a> {
    /// A property that is not null.
    pub(super) fn prop(&self, name: &str) -> Option<&'a Node> {
        field(self.props, name)
    }

    /// A property that counts as given.
    pub(super) fn given(&self, name: &str) -> Option<&'a Node> {
        super::make::given(self.props, name)
    }

    /// A property that SAM asks for.
    pub(super) fn required(&self, name: &str) -> Result<&'a Node, SamProblem> {
        self.prop(name)
            .ok_or_else(|| self.problem(name, "must be given"))
    }

    pub(super) fn entries(&self) -> &'a [Entry] {
        self.props.as_map().unwrap_or_default()
    }

    /// What SAM orders events by.
    pub(super) fn order(&self) -> &'a str {
        let default = self.kind == "HttpApi" && self.given("Method").is_none();
        let path = text(self.props, "Path").filter(|path| !path.is_empty());
        path.unwrap_or(if default { "$default" } else { self.name })
    }

    pub(super) fn span(&self) -> Span {
        self.origin.span
    }

    /// A problem with a property of the event.
    pub(super) fn problem(&self, property: &str, what: &str) -> SamProblem {
        let place = self.props.entry(property);
        SamProblem {
            span: place.map_or(self.origin.span, |entry| entry.key.origin.span),
            message: format!("`{property}` of event `{}` {what}", self.name),
        }
    }
}

/// The events of a function or a state machine that can be read.
pub(super) fn of(source: &Source) -> Vec<Event<'_>> {
    of_kind(source, |_| true)
}

/// Those of them that are of a wanted kind.
pub(super) fn of_kind(source: &Source, wanted: impl Fn(&str) -> bool) -> Vec<Event<'_>> {
    let owner = match text(&source.node, "Type") {
        Some("AWS::Serverless::StateMachine") => "state machine",
        _ => "function",
    };
    let entries = source.prop("Events").and_then(Node::as_map);
    let entries = entries.unwrap_or_default().iter();
    entries
        .filter_map(|entry| {
            let kind = text(&entry.value, "Type").filter(|kind| wanted(kind))?;
            let props = field(&entry.value, "Properties").unwrap_or(&NOTHING);
            props.as_map()?;
            let key = &entry.key;
            Some(Event {
                name: &key.name,
                id: format!("{}{}", source.id, key.name),
                kind,
                props,
                origin: super::made_for(&key.origin, "event", &key.name, owner, &source.id),
            })
        })
        .collect()
}

/// What is wrong with the events that cannot be read.
pub(super) fn unreadable(source: &Source) -> Vec<SamProblem> {
    let Some(events) = source.prop("Events") else {
        return Vec::new();
    };
    let Some(entries) = events.as_map() else {
        return vec![SamProblem {
            span: events.origin.span,
            message: "`Events` must be a map".to_owned(),
        }];
    };
    let wrong = |entry: &Entry| {
        let props = field(&entry.value, "Properties");
        text(&entry.value, "Type").is_none() || props.is_some_and(|p| p.as_map().is_none())
    };
    let problem = |entry: &Entry| SamProblem {
        span: entry.key.origin.span,
        message: format!(
            "event `{}` must have a `Type` and a map of `Properties`",
            entry.key.name
        ),
    };
    entries.iter().filter(|e| wrong(e)).map(problem).collect()
}

/// What an event calls: a function, its alias, or a state machine.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) id: Arc<str>,
    /// The function itself: what else there is is named by its ARN.
    pub(super) function: bool,
    pub(super) attributes: Vec<Entry>,
}

impl Target {
    pub(super) fn arn(&self, origin: &Origin) -> Node {
        if self.function {
            get_att(origin, &self.id, "Arn")
        } else {
            reference(origin, &self.id)
        }
    }

    pub(super) fn name(&self, origin: &Origin) -> Node {
        reference(origin, &self.id)
    }

    pub(super) fn condition(&self) -> Option<&Node> {
        let mut attributes = self.attributes.iter();
        attributes
            .find(|entry| &*entry.key.name == "Condition")
            .map(|entry| &entry.value)
    }
}

/// An id with a suffix that may not be fit for one.
pub(super) fn suffixed(prefix: &str, suffix: &str) -> String {
    if is_alphanumeric(suffix) {
        format!("{prefix}{suffix}")
    } else {
        hash::named_text(prefix, suffix)
    }
}

/// The permission of a service to call the target.
pub(super) fn permission(id: String, event: &Event<'_>, target: &Target, principal: &str) -> Res {
    let origin = &event.origin;
    let kind = "AWS::Lambda::Permission";
    let mut res = Res::new(id, kind, origin, target.attributes.clone());
    res.set("Action", "lambda:InvokeFunction");
    res.set("FunctionName", target.name(origin));
    res.set("Principal", principal.into_node(origin));
    res
}

/// The name of a rule's target, which may be no longer than 64 characters.
pub(super) fn target_id(id: &str, suffix: &str) -> String {
    let room = 64_usize.saturating_sub(suffix.len());
    let id: String = id.chars().take(room).collect();
    format!("{id}{suffix}")
}
