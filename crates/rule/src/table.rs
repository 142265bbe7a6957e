//! Rules that ask the same question of many kinds of resource: a table and one check.

use crate::{Context, Profile, Sink};
use palisade_app::{Answer, Data, Leaf, Part, Resource, Verdict};
use palisade_core::Severity;

/// One kind of resource, and what is expected of it.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The kind that is asked.
    pub kind: &'static str,
    /// The ids of other tools for exactly this condition.
    pub aliases: &'static [&'static str],
    /// Applies only when this holds; a precondition that can't be decided asks nothing.
    pub when: Option<Want>,
    /// Passes when any of these holds.
    pub any: &'static [Want],
    /// Why it matters, in one line: what is wrong, for this kind.
    pub message: &'static str,
    /// How to mend it, in one line.
    pub help: &'static str,
    /// The same in the words of `serverless.yml`, where the Serverless Framework makes the resource;
    /// empty when it has no setting for it.
    pub in_serverless: &'static str,
    /// Instead of the rule's severity.
    pub severity: Option<Severity>,
    /// Instead of the rule's profile.
    pub profile: Option<Profile>,
}

impl Row {
    /// A row that only needs its own members to be filled in.
    pub const NEW: Self = Self {
        kind: "",
        aliases: &[],
        when: None,
        any: &[],
        message: "",
        help: "",
        in_serverless: "",
        severity: None,
        profile: None,
    };
}

/// A property, and how it should be.
#[derive(Clone, Copy, Debug)]
pub struct Want {
    /// Its path below the properties; see `palisade_app::lookup`.
    pub path: &'static str,
    /// How it should be.
    pub is: Is,
}

/// How a property should be. `default` is what the provider takes when it is left out.
#[derive(Clone, Copy, Debug)]
pub enum Is {
    /// True.
    True {
        /// When left out.
        default: bool,
    },
    /// False.
    False {
        /// When left out.
        default: bool,
    },
    /// There, and not empty.
    Present,
    /// Not there.
    Absent,
    /// A number of at least this.
    AtLeast {
        /// The least.
        least: f64,
        /// When left out; nothing means that it must be there.
        default: Option<f64>,
    },
    /// A number of at most this.
    AtMost {
        /// The most.
        most: f64,
        /// When left out; nothing means that it must be there.
        default: Option<f64>,
    },
    /// One of these texts, without regard to case.
    In {
        /// The texts.
        texts: &'static [&'static str],
        /// When left out; nothing means that it must be there.
        default: Option<&'static str>,
    },
    /// None of these texts, without regard to case; left out is fine.
    NotIn {
        /// The texts.
        texts: &'static [&'static str],
    },
    /// A list that holds this text.
    Holds {
        /// The text.
        text: &'static str,
    },
    /// A list or map with at least one item.
    NotEmpty,
    /// A resource of the application, which is judged itself.
    Declared,
}

impl Want {
    /// True, false when left out.
    #[must_use]
    pub const fn on(path: &'static str) -> Self {
        let is = Is::True { default: false };
        Self { path, is }
    }

    /// There, and not empty.
    #[must_use]
    pub const fn present(path: &'static str) -> Self {
        let is = Is::Present;
        Self { path, is }
    }

    /// One of these texts; it must be there.
    #[must_use]
    pub const fn one_of(path: &'static str, texts: &'static [&'static str]) -> Self {
        let default = None;
        let is = Is::In { texts, default };
        Self { path, is }
    }

    /// Judges a resource.
    #[must_use]
    pub fn judge(&self, resource: &Resource) -> Verdict {
        let leaves = resource.at(self.path);
        if let Is::Holds { text } = self.is {
            return holds(&leaves, text);
        }
        Verdict::of(&leaves, |leaf| self.is.ask(leaf))
    }
}

impl Is {
    fn ask(self, leaf: &Leaf<'_>) -> Answer {
        let known = |text: &str, texts: &[&str]| texts.iter().any(|t| t.eq_ignore_ascii_case(text));
        match self {
            Self::True { default } => leaf.bool(default),
            Self::False { default } => match leaf.bool(default) {
                Answer::Yes => Answer::No,
                Answer::No => Answer::Yes,
                unknown => unknown,
            },
            Self::Present => leaf.present(),
            Self::Absent => match leaf.present() {
                Answer::Yes => Answer::No,
                Answer::No => Answer::Yes,
                unknown => unknown,
            },
            Self::AtLeast { least, default } => leaf.number(default, |n| n >= least),
            Self::AtMost { most, default } => leaf.number(default, |n| n <= most),
            Self::In { texts, default } => leaf.text(default, |text| known(text, texts)),
            Self::NotIn { texts } => match &leaf.value.data {
                Data::Absent | Data::Null => Answer::Yes,
                // The owner's own thing is none of the provider's.
                Data::Symbolic(parts) if names_a_resource(parts) => Answer::Yes,
                _ => leaf.text(None, |text| !known(text, texts)),
            },
            Self::NotEmpty => match &leaf.value.data {
                Data::List(list) => Answer::from(!list.items.is_empty() || list.open.is_some()),
                Data::Map(map) => Answer::from(!map.entries.is_empty() || map.open.is_some()),
                _ => leaf.present(),
            },
            Self::Declared => match &leaf.value.data {
                Data::Unknown(reason) => Answer::Unknown(reason.clone()),
                _ => Answer::from(leaf.value.references().next().is_some()),
            },
            // Judged over all items at once.
            Self::Holds { .. } => Answer::Yes,
        }
    }
}

/// Whether a text is the name or ARN that a resource of the application gets.
fn names_a_resource(parts: &[Part]) -> bool {
    match parts {
        [Part::Reference { attribute, .. }] => matches!(&**attribute, "Ref" | "Arn"),
        _ => false,
    }
}

fn holds(leaves: &[Leaf<'_>], text: &str) -> Verdict {
    Verdict::of(leaves, |leaf| match &leaf.value.data {
        Data::Absent | Data::Null => Answer::No,
        Data::Unknown(reason) => Answer::Unknown(reason.clone()),
        _ => {
            let items = leaf.value.items();
            let held = |item: &palisade_app::Value| {
                item.as_text().is_some_and(|t| t.eq_ignore_ascii_case(text))
            };
            if items.iter().any(held) {
                return Answer::Yes;
            }
            if let Data::List(list) = &leaf.value.data
                && let Some(reason) = &list.open
            {
                return Answer::Unknown(reason.clone());
            }
            match items.iter().find(|item| item.as_text().is_none()) {
                Some(item) => Leaf {
                    value: item,
                    at: leaf.at,
                    when: Vec::new(),
                }
                .undecided(),
                None => Answer::No,
            }
        }
    })
}

/// Judges a resource by every row of its kind.
pub(crate) fn check(
    rows: &'static [Row],
    resource: &Resource,
    cx: &Context<'_>,
    sink: &mut Sink<'_>,
) {
    let _ = cx;
    for row in rows.iter().filter(|row| *row.kind == *resource.kind) {
        if let Some(when) = &row.when
            && !when.judge(resource).passes()
        {
            continue;
        }
        let verdict = row
            .any
            .iter()
            .map(|want| want.judge(resource))
            .reduce(Verdict::or)
            .unwrap_or_default();
        let property = row.any.first().map_or("", |want| want.path);
        let builder = sink
            .finding(resource)
            .property(property)
            .message(row.message)
            .help(row.help)
            .aliases(row.aliases);
        let builder = match row.in_serverless {
            "" => builder,
            help => builder.in_serverless(help),
        };
        let builder = match row.severity {
            Some(severity) => builder.severity(severity),
            None => builder,
        };
        let builder = match row.profile {
            Some(profile) => builder.profile(profile),
            None => builder,
        };
        builder.judge(verdict);
    }
}
