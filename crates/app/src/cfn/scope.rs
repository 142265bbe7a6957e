//! What an expression of one template can see: parameters, mappings, conditions, the ids of
//! resources, the outputs of nested stacks; and what is assumed on the branch that is read.

use crate::value::{Condition, Reason, ReasonKind, Value};
use palisade_core::{Origin, Span};
use palisade_syntax::{Data as NodeData, Node};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A declared parameter.
#[derive(Debug)]
pub(super) struct Parameter {
    /// The value that was given from outside.
    pub(super) given: Option<Value>,
    /// The declared default.
    pub(super) default: Option<Node>,
    /// Declared `NoEcho`.
    pub(super) secret: bool,
    /// Its type, such as `String` or `CommaDelimitedList`.
    pub(super) kind: Arc<str>,
    /// The only values that it can take, if that is declared.
    pub(super) allowed: Option<Vec<Arc<str>>>,
    /// Where it is declared.
    pub(super) span: Span,
}

impl Parameter {
    pub(super) fn is_list(&self) -> bool {
        self.kind.contains("List")
    }

    /// Its default is the name of an entry of the parameter store, not the value.
    pub(super) fn is_stored(&self) -> bool {
        self.kind.starts_with("AWS::SSM::Parameter::Value")
    }
}

/// What holds on the branch that is being read.
#[derive(Clone, Debug, Default)]
pub(super) struct Assumptions {
    named: BTreeMap<Arc<str>, bool>,
    equal: BTreeMap<Arc<str>, Arc<str>>,
    differs: BTreeSet<(Arc<str>, Arc<str>)>,
}

impl Assumptions {
    /// The value that the parameter must have on this branch.
    pub(super) fn value_of(&self, parameter: &str) -> Option<&Arc<str>> {
        self.equal.get(parameter)
    }

    /// Whether the parameter can't have this value on this branch.
    pub(super) fn excludes(&self, parameter: &str, value: &str) -> bool {
        self.differs
            .iter()
            .any(|(p, v)| &**p == parameter && &**v == value)
    }
}

/// What the expressions of one template can see.
#[derive(Debug)]
pub(super) struct Scope<'t> {
    /// In front of every resource id: the ids of the stacks around this one.
    pub(super) prefix: String,
    pub(super) parameters: BTreeMap<Arc<str>, Parameter>,
    pub(super) mappings: Option<&'t Node>,
    pub(super) conditions: BTreeMap<Arc<str>, &'t Node>,
    pub(super) resources: BTreeSet<Arc<str>>,
    /// Outputs of nested stacks that could be read, by the stack's logical id.
    pub(super) outputs: BTreeMap<Arc<str>, BTreeMap<Arc<str>, Value>>,
}

enum Operand {
    Text(Arc<str>),
    Parameter(Arc<str>),
    Open,
}

/// Conditions refer to each other at most this deep.
const MAX_CONDITION_DEPTH: usize = 32;

impl Scope<'_> {
    /// The id within the application of a resource of this template.
    pub(super) fn id(&self, name: &Arc<str>) -> Arc<str> {
        if self.prefix.is_empty() {
            return name.clone();
        }
        Arc::from(format!("{}{name}", self.prefix))
    }

    /// Whether a named condition is decided.
    pub(super) fn condition(&self, name: &str, assumed: &Assumptions) -> Option<bool> {
        self.named(name, assumed, 0)
    }

    fn named(&self, name: &str, assumed: &Assumptions, depth: usize) -> Option<bool> {
        if let Some(known) = assumed.named.get(name) {
            return Some(*known);
        }
        self.expression(self.conditions.get(name)?, assumed, depth + 1)
    }

    fn expression(&self, node: &Node, assumed: &Assumptions, depth: usize) -> Option<bool> {
        if depth > MAX_CONDITION_DEPTH {
            return None;
        }
        let entry = node.single()?;
        let arguments = entry.value.as_seq().unwrap_or_default();
        let each = |node: &Node| self.expression(node, assumed, depth + 1);
        match &*entry.key.name {
            "Condition" => self.named(entry.value.as_str()?, assumed, depth),
            "Fn::Not" => arguments.first().and_then(each).map(|value| !value),
            "Fn::And" => {
                let answers: Vec<_> = arguments.iter().map(each).collect();
                if answers.contains(&Some(false)) {
                    Some(false)
                } else {
                    answers.iter().all(Option::is_some).then_some(true)
                }
            }
            "Fn::Or" => {
                let answers: Vec<_> = arguments.iter().map(each).collect();
                if answers.contains(&Some(true)) {
                    Some(true)
                } else {
                    answers.iter().all(Option::is_some).then_some(false)
                }
            }
            "Fn::Equals" => {
                let [a, b] = arguments else { return None };
                match (self.operand(a, assumed), self.operand(b, assumed)) {
                    (Operand::Text(a), Operand::Text(b)) => Some(a == b),
                    (Operand::Parameter(p), Operand::Text(text))
                    | (Operand::Text(text), Operand::Parameter(p)) => {
                        let allowed = self.parameters.get(&p).and_then(|p| p.allowed.as_ref());
                        let excluded = assumed.excludes(&p, &text)
                            || allowed.is_some_and(|all| !all.contains(&text));
                        excluded.then_some(false)
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// A default does not decide a condition: the template is meant to be deployed with others.
    fn operand(&self, node: &Node, assumed: &Assumptions) -> Operand {
        if let Some(text) = node.scalar_text() {
            return Operand::Text(text);
        }
        let Some(name) = node
            .single()
            .filter(|entry| &*entry.key.name == "Ref")
            .and_then(|entry| entry.value.as_str())
        else {
            return Operand::Open;
        };
        if let Some(value) = assumed.value_of(name) {
            return Operand::Text(value.clone());
        }
        match self.parameters.get(name) {
            Some(Parameter {
                given: Some(given), ..
            }) => given
                .as_text()
                .map_or(Operand::Open, |text| Operand::Text(Arc::from(text))),
            Some(_) => Operand::Parameter(Arc::from(name)),
            None => Operand::Open,
        }
    }

    /// The assumptions of a branch on which the named condition holds or not, with what follows
    /// from that for other conditions and for parameters.
    pub(super) fn assume(&self, name: &str, holds: bool, assumed: &Assumptions) -> Assumptions {
        let mut assumed = assumed.clone();
        self.assume_named(name, holds, &mut assumed, 0);
        assumed
    }

    fn assume_named(&self, name: &str, holds: bool, assumed: &mut Assumptions, depth: usize) {
        if depth > MAX_CONDITION_DEPTH || assumed.named.contains_key(name) {
            return;
        }
        assumed.named.insert(Arc::from(name), holds);
        if let Some(node) = self.conditions.get(name) {
            self.assume_expression(node, holds, assumed, depth + 1);
        }
    }

    fn assume_expression(&self, node: &Node, holds: bool, assumed: &mut Assumptions, depth: usize) {
        let Some(entry) = node.single().filter(|_| depth <= MAX_CONDITION_DEPTH) else {
            return;
        };
        let arguments = entry.value.as_seq().unwrap_or_default();
        match (&*entry.key.name, holds) {
            ("Condition", _) => {
                if let Some(name) = entry.value.as_str() {
                    self.assume_named(name, holds, assumed, depth);
                }
            }
            ("Fn::Not", _) => {
                if let [inner] = arguments {
                    self.assume_expression(inner, !holds, assumed, depth + 1);
                }
            }
            ("Fn::And", true) | ("Fn::Or", false) => {
                for argument in arguments {
                    self.assume_expression(argument, holds, assumed, depth + 1);
                }
            }
            ("Fn::Equals", _) => {
                let [a, b] = arguments else { return };
                if let (Operand::Parameter(p), Operand::Text(text))
                | (Operand::Text(text), Operand::Parameter(p)) =
                    (self.operand(a, assumed), self.operand(b, assumed))
                {
                    self.assume_parameter(p, text, holds, assumed);
                }
            }
            _ => {}
        }
    }

    fn assume_parameter(
        &self,
        parameter: Arc<str>,
        value: Arc<str>,
        equal: bool,
        assumed: &mut Assumptions,
    ) {
        if equal {
            assumed.equal.insert(parameter, value);
            return;
        }
        let allowed = self
            .parameters
            .get(&parameter)
            .and_then(|p| p.allowed.as_ref());
        assumed.differs.insert((parameter.clone(), value));
        if let Some(allowed) = allowed {
            let mut left = allowed.iter().filter(|v| !assumed.excludes(&parameter, v));
            if let (Some(only), None) = (left.next(), left.next()) {
                assumed.equal.insert(parameter, only.clone());
            }
        }
    }
}

/// The conditions that decide a resource with `Condition: name`.
pub(super) fn when(name: &str) -> Vec<Condition> {
    vec![Condition::Named {
        name: Arc::from(name),
        holds: true,
    }]
}

/// Reads the `Parameters` section.
pub(super) fn parameters(
    template: &Node,
    given: &BTreeMap<Arc<str>, Value>,
) -> BTreeMap<Arc<str>, Parameter> {
    let entries = template.get("Parameters").and_then(Node::as_map);
    entries
        .unwrap_or_default()
        .iter()
        .map(|entry| {
            let node = &entry.value;
            let text = |key| node.get(key).and_then(Node::scalar_text);
            let allowed = node.get("AllowedValues").and_then(Node::as_seq);
            let parameter = Parameter {
                given: given.get(&entry.key.name).cloned(),
                default: node.get("Default").filter(|d| !d.is_null()).cloned(),
                secret: node
                    .get("NoEcho")
                    .is_some_and(|n| n.data == NodeData::Bool(true) || n.as_str() == Some("true")),
                kind: text("Type").unwrap_or_else(|| Arc::from("String")),
                allowed: allowed
                    .map(|values| values.iter().filter_map(Node::scalar_text).collect()),
                span: entry.key.origin.span,
            };
            (entry.key.name.clone(), parameter)
        })
        .collect()
}

/// A value for a name that the template does not declare.
pub(super) fn undeclared(name: &str, origin: &Origin) -> Value {
    Value::unknown(
        Reason::new(
            ReasonKind::Undeclared,
            format!("refers to `{name}`, which the template does not declare"),
        ),
        origin.clone(),
    )
}
