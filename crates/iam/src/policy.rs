//! Policy documents as they are understood: every element of the policy language, with its place.
//!
//! Source: IAM User Guide, "IAM JSON policy element reference".

use crate::condition::{Operand, Test};
use crate::pattern::Text;
use crate::symbols::is_hole;
use palisade_core::{Origin, Span};
use std::sync::Arc;

/// A policy document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Policy {
    /// The version of the language that it is written in.
    pub version: Version,
    /// Its statements, in their order.
    pub statements: Vec<Statement>,
}

/// The versions of the policy language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Version {
    /// `2008-10-17`, also when none is given: `${…}` is literal text.
    #[default]
    V2008,
    /// `2012-10-17`: with variables.
    V2012,
}

/// One statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// Its name.
    pub sid: Option<Arc<str>>,
    /// Whether it allows or denies.
    pub effect: Effect,
    /// Whom it is about; identity policies have none, which means everybody who has the policy.
    pub principals: Option<Principals>,
    /// What it is about. The patterns are in lower case.
    pub actions: Element,
    /// On which resources; without it (trust policies have none) on every one.
    pub resources: Option<Element>,
    /// What must hold of the context: all of it.
    pub conditions: Vec<Test>,
    /// Why it may say other things than are seen; the name of a hole.
    pub uncertain: Option<char>,
    /// Where it was written.
    pub origin: Origin,
}

/// Whether a statement allows or denies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// It allows.
    Allow,
    /// It denies.
    Deny,
}

/// `Action`, `Resource` and their Not-forms.
#[derive(Clone, Debug, PartialEq)]
pub struct Element {
    /// It is the Not-form: everything but these.
    pub except: bool,
    /// The patterns.
    pub patterns: Vec<Text>,
    /// Where the element was written.
    pub span: Span,
}

/// `Principal` and `NotPrincipal`.
#[derive(Clone, Debug, PartialEq)]
pub struct Principals {
    /// It is the Not-form: everybody but these.
    pub except: bool,
    /// Who.
    pub items: Vec<PrincipalItem>,
    /// Where the element was written.
    pub span: Span,
}

/// One principal, with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct PrincipalItem {
    /// Who.
    pub who: Principal,
    /// Where.
    pub span: Span,
}

/// Whom a policy can name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Principal {
    /// `*`, also `{"AWS": "*"}`: everybody, with or without an account.
    Everyone,
    /// A whole account: its number, or its root ARN.
    Account(Arc<str>),
    /// A user, role, role session or federated user, by ARN.
    Arn(Arc<str>),
    /// The id that stays in a policy when a principal was deleted (`AROA…`), or another text.
    Id(Arc<str>),
    /// A service of the provider.
    Service(Arc<str>),
    /// Everybody whom an identity provider vouches for.
    Federated(Arc<str>),
    /// An account of S3, or an origin access identity.
    CanonicalUser(Arc<str>),
    /// Not known: the name of a hole.
    Unknown(char),
}

impl Policy {
    /// The statements of one effect.
    pub fn of_effect(&self, effect: Effect) -> impl Iterator<Item = &Statement> {
        self.statements.iter().filter(move |s| s.effect == effect)
    }
}

impl Statement {
    /// Whether nothing is known of it: it stands for any statements that may be there.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.uncertain.is_some() && self.actions.span == self.origin.span
    }

    /// The holes in its texts.
    pub fn holes(&self) -> impl Iterator<Item = char> {
        let elements = std::iter::once(&self.actions).chain(&self.resources);
        let texts = elements.flat_map(|element| &element.patterns);
        let operands = self.conditions.iter().flat_map(|test| &test.operands);
        let of_operand = |operand: &'_ Operand| match operand {
            Operand::Text(text) => Some(text.written.clone()),
            Operand::Unknown(hole) => Some(Arc::from(hole.to_string())),
            _ => None,
        };
        let principals = self.principals.iter().flat_map(|p| &p.items);
        let of_principal = |item: &'_ PrincipalItem| match &item.who {
            Principal::Everyone => None,
            Principal::Account(text)
            | Principal::Arn(text)
            | Principal::Id(text)
            | Principal::Service(text)
            | Principal::Federated(text)
            | Principal::CanonicalUser(text) => Some(text.clone()),
            Principal::Unknown(hole) => Some(Arc::from(hole.to_string())),
        };
        let written = (texts.map(|text| text.written.clone()))
            .chain(operands.filter_map(of_operand))
            .chain(principals.filter_map(of_principal));
        let holes =
            written.flat_map(|text| text.chars().filter(|c| is_hole(*c)).collect::<Vec<_>>());
        self.uncertain.into_iter().chain(holes)
    }
}

impl Effect {
    /// As policies write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "Allow",
            Self::Deny => "Deny",
        }
    }
}
