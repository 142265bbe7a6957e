//! Following a path into a value that is only partly known, and judging what is found there.
//!
//! A path is keys with dots between (`Policies.PasswordPolicy.MinimumLength`); `[]` behind a key
//! means each item of the list. Alternatives on the way become branches, each with the conditions
//! under which it holds.

mod when;

use crate::value::{Condition, Data, Reason, ReasonKind, Value};
use palisade_core::Origin;
use std::sync::Arc;

/// More branches than this are cut short with an unknown.
const MAX_BRANCHES: usize = 64;

/// What stands at the end of a path, under some conditions.
#[derive(Clone, Debug)]
pub struct Leaf<'a> {
    /// What is there; [`Data::Absent`] when nothing is.
    pub value: &'a Value,
    /// Where to point: at the value, or at what should have held it.
    pub at: &'a Origin,
    /// The conditions under which this is what stands there.
    pub when: Vec<Condition>,
}

/// The answer to a question about one value.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// As it should be.
    Yes,
    /// Not as it should be.
    No,
    /// Can't be told, for this reason.
    Unknown(Reason),
}

impl From<bool> for Answer {
    fn from(value: bool) -> Self {
        if value { Self::Yes } else { Self::No }
    }
}

/// An answer, with when it holds and where it was found.
#[derive(Clone, Debug)]
pub struct Branch {
    /// The answer.
    pub answer: Answer,
    /// The conditions under which it holds.
    pub when: Vec<Condition>,
    /// Where to point.
    pub at: Origin,
    /// Somebody wrote what is there; it is not the provider's default.
    pub written: bool,
}

/// The answers under all conditions. Combines like a truth value.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// The answers; no branch at all means yes.
    pub branches: Vec<Branch>,
}

static ABSENT: Value = Value {
    data: Data::Absent,
    origin: Origin {
        span: palisade_core::Span {
            file: palisade_core::FileId::NONE,
            start: 0,
            end: 0,
        },
        via: None,
    },
};

/// Everything that stands at `path` below `root`; `at` is where to point when nothing does.
#[must_use]
pub fn leaves<'a>(root: &'a Value, path: &str, at: &'a Origin) -> Vec<Leaf<'a>> {
    let mut found = Vec::with_capacity(1);
    walk(root, path, at, &mut Vec::new(), &mut found);
    found
}

/// What [`leaves`] finds when that is one value which is there: most paths meet no alternatives and no
/// lists, and need no list of leaves.
pub(crate) fn single<'a>(root: &'a Value, path: &str) -> Option<&'a Value> {
    let mut value = root;
    let mut rest = path;
    loop {
        let (head, tail) = rest.split_once('.').unwrap_or((rest, ""));
        if matches!(value.data, Data::OneOf(_)) || head.ends_with("[]") {
            return match leaves(value, rest, &value.origin).as_slice() {
                [leaf] => Some(leaf.value),
                _ => None,
            };
        }
        if rest.is_empty() {
            return Some(value);
        }
        value = value.get(head)?;
        rest = tail;
    }
}

fn walk<'a>(
    value: &'a Value,
    path: &str,
    at: &'a Origin,
    when: &mut Vec<Condition>,
    found: &mut Vec<Leaf<'a>>,
) {
    let mut leaf = |value: &'a Value, at: &'a Origin, when: &[Condition]| {
        if found.len() < MAX_BRANCHES {
            found.push(Leaf {
                value,
                at,
                when: when.to_vec(),
            });
        }
    };
    match &value.data {
        Data::OneOf(alternatives) => {
            for alternative in alternatives {
                if when.iter().any(|c| c.contradicts(&alternative.when)) {
                    continue;
                }
                when.push(alternative.when.clone());
                walk(
                    &alternative.value,
                    path,
                    &alternative.value.origin,
                    when,
                    found,
                );
                when.pop();
            }
        }
        Data::Absent => leaf(value, at, when),
        _ if path.is_empty() => leaf(value, at, when),
        Data::Unknown(_) => leaf(value, &value.origin, when),
        _ => {
            let (head, rest) = path.split_once('.').unwrap_or((path, ""));
            let (key, each) = head
                .strip_suffix("[]")
                .map_or((head, false), |key| (key, true));
            let child = if key.is_empty() {
                Some((value, at))
            } else {
                value.entry(key).map(|e| (&e.value, &e.key_origin))
            };
            match child {
                Some((child, _)) if each => walk_items(child, rest, when, found),
                Some((child, key_at)) => {
                    let at = if matches!(child.data, Data::Absent | Data::Null) {
                        key_at
                    } else {
                        &child.origin
                    };
                    walk(child, rest, at, when, found);
                }
                None => match &value.data {
                    Data::Map(map) if map.open.is_some() => {
                        // The map may hold the key without our seeing it.
                        leaf(&OPEN_MAP, &value.origin, when);
                    }
                    // A list that is not there has no items.
                    _ if each => {}
                    _ => leaf(&ABSENT, at, when),
                },
            }
        }
    }
}

static OPEN_MAP: std::sync::LazyLock<Value> = std::sync::LazyLock::new(|| Value {
    data: Data::Unknown(Reason::new(
        ReasonKind::Macro,
        "more may be added here than the template shows",
    )),
    origin: Origin::default(),
});

fn walk_items<'a>(
    list: &'a Value,
    rest: &str,
    when: &mut Vec<Condition>,
    found: &mut Vec<Leaf<'a>>,
) {
    match &list.data {
        Data::List(items) => {
            for item in &items.items {
                walk_item(item, rest, when, found);
            }
            if items.open.is_some() && found.len() < MAX_BRANCHES {
                found.push(Leaf {
                    value: &OPEN_MAP,
                    at: &list.origin,
                    when: when.clone(),
                });
            }
        }
        Data::OneOf(alternatives) => {
            for alternative in alternatives {
                if when.iter().any(|c| c.contradicts(&alternative.when)) {
                    continue;
                }
                when.push(alternative.when.clone());
                walk_items(&alternative.value, rest, when, found);
                when.pop();
            }
        }
        Data::Absent | Data::Null => {}
        Data::Unknown(_) => found.push(Leaf {
            value: list,
            at: &list.origin,
            when: when.clone(),
        }),
        // Providers accept a single item where a list is due.
        _ => walk(list, rest, &list.origin, when, found),
    }
}

/// An item that a condition leaves out is no item.
fn walk_item<'a>(
    item: &'a Value,
    rest: &str,
    when: &mut Vec<Condition>,
    found: &mut Vec<Leaf<'a>>,
) {
    match &item.data {
        Data::Absent => {}
        Data::OneOf(alternatives) => {
            for alternative in alternatives {
                if when.iter().any(|c| c.contradicts(&alternative.when)) {
                    continue;
                }
                when.push(alternative.when.clone());
                walk_item(&alternative.value, rest, when, found);
                when.pop();
            }
        }
        _ => walk(item, rest, &item.origin, when, found),
    }
}

impl Leaf<'_> {
    /// Whether something is there, known or not. An unknown value is no answer.
    #[must_use]
    pub fn present(&self) -> Answer {
        match &self.value.data {
            Data::Absent | Data::Null => Answer::No,
            Data::Unknown(reason) => Answer::Unknown(reason.clone()),
            Data::Text(text) => Answer::from(!text.is_empty()),
            _ => Answer::Yes,
        }
    }

    /// Asks about a truth value; `default` is what the provider takes when it is left out.
    #[must_use]
    pub fn bool(&self, default: bool) -> Answer {
        self.decide(Some(default), Value::as_bool, |value| value)
    }

    /// Asks about a number; `default` is what the provider takes when it is left out.
    pub fn number(&self, default: Option<f64>, ask: impl FnOnce(f64) -> bool) -> Answer {
        self.decide(default, Value::as_number, ask)
    }

    /// Asks about a wholly known text; `default` is what the provider takes when it is left out.
    pub fn text(&self, default: Option<&str>, ask: impl FnOnce(&str) -> bool) -> Answer {
        match &self.value.data {
            Data::Absent | Data::Null => default.map_or(Answer::No, |text| ask(text).into()),
            _ => match self.value.as_text() {
                Some(text) => ask(text).into(),
                None => self.undecided(),
            },
        }
    }

    fn decide<T>(
        &self,
        default: Option<T>,
        read: impl FnOnce(&Value) -> Option<T>,
        ask: impl FnOnce(T) -> bool,
    ) -> Answer {
        match &self.value.data {
            Data::Absent | Data::Null => default.map_or(Answer::No, |value| ask(value).into()),
            _ => match read(self.value) {
                Some(value) => ask(value).into(),
                None => self.undecided(),
            },
        }
    }

    /// Why a value that is there does not decide a question.
    #[must_use]
    pub fn undecided(&self) -> Answer {
        Answer::Unknown(match &self.value.data {
            Data::Unknown(reason) => reason.clone(),
            Data::Symbolic(parts) => symbolic_reason(parts),
            _ => Reason::new(
                ReasonKind::Function,
                format!(
                    "`{}` is not of the kind that is due here",
                    self.value.display()
                ),
            ),
        })
    }
}

fn symbolic_reason(parts: &[crate::value::Part]) -> Reason {
    use crate::value::Part;
    parts
        .iter()
        .find_map(|part| match part {
            Part::Literal(_) => None,
            Part::Hole(reason) => Some(reason.clone()),
            Part::Parameter { name, .. } => Some(Reason::new(
                ReasonKind::Parameter,
                format!("depends on parameter `{name}`, which has no default"),
            )),
            Part::Dynamic { service, .. } => Some(Reason::new(
                ReasonKind::Lookup,
                format!("is looked up in {service} at deployment"),
            )),
            Part::Pseudo(name) => Some(Reason::new(
                ReasonKind::Attribute,
                format!("depends on {name}"),
            )),
            Part::Reference {
                resource,
                attribute,
            } => Some(Reason::new(
                ReasonKind::Attribute,
                format!("depends on {attribute} of {resource}"),
            )),
        })
        .unwrap_or_else(|| Reason::new(ReasonKind::Function, "is not known"))
}

impl Verdict {
    /// The same answer always, at one place.
    #[must_use]
    pub fn always(answer: Answer, at: &Origin) -> Self {
        Self {
            branches: vec![Branch {
                answer,
                when: Vec::new(),
                at: at.clone(),
                written: true,
            }],
        }
    }

    /// Asks every leaf.
    pub fn of<'a>(leaves: &[Leaf<'a>], mut ask: impl FnMut(&Leaf<'a>) -> Answer) -> Self {
        Self {
            branches: leaves
                .iter()
                .map(|leaf| Branch {
                    answer: ask(leaf),
                    when: leaf.when.clone(),
                    at: leaf.at.clone(),
                    written: leaf.value.data != Data::Absent,
                })
                .collect(),
        }
    }

    /// No answer is `No` or `Unknown`.
    #[must_use]
    pub fn passes(&self) -> bool {
        self.branches.iter().all(|b| b.answer == Answer::Yes)
    }

    /// Some answer is `No`.
    #[must_use]
    pub fn fails(&self) -> bool {
        self.branches.iter().any(|b| b.answer == Answer::No)
    }

    /// Passes where either passes. Where both fail, points at what somebody wrote, and at the
    /// first where both or neither are.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        self.combine(other, |a, b| match (a, b) {
            (Answer::Yes, _) | (_, Answer::Yes) => Answer::Yes,
            (Answer::Unknown(r), _) | (_, Answer::Unknown(r)) => Answer::Unknown(r.clone()),
            _ => Answer::No,
        })
    }

    /// Passes where both pass.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.branches.extend(other.branches);
        self
    }

    /// Fails where it passed and the reverse.
    #[must_use]
    pub fn negate(mut self) -> Self {
        for branch in &mut self.branches {
            branch.answer = match std::mem::replace(&mut branch.answer, Answer::Yes) {
                Answer::Yes => Answer::No,
                Answer::No => Answer::Yes,
                unknown => unknown,
            };
        }
        self
    }

    fn combine(self, other: Self, join: impl Fn(&Answer, &Answer) -> Answer) -> Self {
        if self.branches.is_empty() || other.branches.is_empty() {
            return Self::default();
        }
        let mut branches = Vec::new();
        for a in &self.branches {
            for b in &other.branches {
                if a.when
                    .iter()
                    .any(|x| b.when.iter().any(|y| x.contradicts(y)))
                {
                    continue;
                }
                if branches.len() >= MAX_BRANCHES {
                    return Self { branches };
                }
                let mut when = a.when.clone();
                when.extend(b.when.iter().filter(|c| !a.when.contains(c)).cloned());
                let at = if b.written && !a.written {
                    &b.at
                } else {
                    &a.at
                };
                branches.push(Branch {
                    answer: join(&a.answer, &b.answer),
                    when,
                    at: at.clone(),
                    written: a.written || b.written,
                });
            }
        }
        Self { branches }
    }

    /// The conditions under which it fails, as text; empty when it always does.
    #[must_use]
    pub fn failing_when(&self) -> Vec<String> {
        if self.branches.iter().all(|b| b.answer == Answer::No) {
            return Vec::new();
        }
        let failing = self.branches.iter();
        let failing = failing.filter(|b| b.answer == Answer::No && !b.when.is_empty());
        let terms = failing.map(|b| b.when.iter().cloned().collect());
        let terms = when::shortest(terms.collect());
        if terms.iter().any(when::Term::is_empty) {
            return Vec::new();
        }
        let text = |term: &when::Term| {
            let texts: Vec<String> = term.iter().map(ToString::to_string).collect();
            texts.join(" and ")
        };
        let mut texts: Vec<String> = terms.iter().map(text).collect();
        texts.sort();
        texts
    }

    /// The first reason for which there is no answer.
    #[must_use]
    pub fn unknown(&self) -> Option<(&Reason, &Origin)> {
        self.branches.iter().find_map(|b| match &b.answer {
            Answer::Unknown(reason) => Some((reason, &b.at)),
            _ => None,
        })
    }
}

/// Names the place of a value, for messages.
#[must_use]
pub fn last_key(path: &str) -> Arc<str> {
    Arc::from(
        path.rsplit('.')
            .next()
            .unwrap_or(path)
            .trim_end_matches("[]"),
    )
}
