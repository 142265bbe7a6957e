//! Trees to policies. What is wrong in a document is a [`Note`] with its place; what can be
//! understood of it is kept.

use crate::condition::{Operand, Operator, Test};
use crate::pattern::{Syntax, Text};
use crate::policy::{
    Effect, Element, Policy, Principal, PrincipalItem, Principals, Statement, Version,
};
use crate::symbols::{is_hole, is_symbol};
use palisade_core::{Origin, Span, suggest};
use palisade_syntax::{Data, Document, Entry, Node};
use std::sync::Arc;

/// What is wrong or doubtful in a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Where.
    pub span: Span,
    /// How bad it is.
    pub level: NoteLevel,
    /// What, in lower case.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// How bad something in a policy is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoteLevel {
    /// The policy is valid, but a statement has no effect, or not the effect that it seems to have.
    Warning,
    /// The cloud would refuse the policy.
    Error,
}

impl Note {
    /// The cloud would refuse this.
    pub fn error(span: Span, message: impl Into<String>) -> Self {
        Self {
            span,
            level: NoteLevel::Error,
            message: message.into(),
            help: None,
        }
    }

    /// This has no effect, or not the one that it seems to have.
    pub fn warning(span: Span, message: impl Into<String>) -> Self {
        Self {
            level: NoteLevel::Warning,
            ..Self::error(span, message)
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// More statements than this are not read: no cloud accepts a document of that size.
const MAX_STATEMENTS: usize = 20_000;

const POLICY_FIELDS: &[&str] = &["Version", "Id", "Statement"];
const STATEMENT_FIELDS: &[&str] = &[
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

/// Reads a policy document from outside: texts in it are what they are.
#[must_use]
pub fn read_document(document: &Document) -> (Policy, Vec<Note>) {
    let (policy, mut notes) = read(&document.root, false);
    for (key, span) in &document.duplicate_keys {
        notes.push(
            Note::error(
                *span,
                format!("`{key}` is written twice; the later one counts"),
            )
            .help("join both into one"),
        );
    }
    notes.sort_by_key(|note| (note.span.file, note.span.start));
    (policy, notes)
}

/// Reads a policy from a tree of an outside document.
#[must_use]
pub fn read_policy(node: &Node) -> (Policy, Vec<Note>) {
    read(node, false)
}

/// Reads a policy in which symbols and holes stand for texts (see [`crate::Symbols`]).
#[must_use]
pub fn read_symbolic(node: &Node) -> (Policy, Vec<Note>) {
    read(node, true)
}

fn read(node: &Node, symbolic: bool) -> (Policy, Vec<Note>) {
    let mut reader = Reader {
        notes: Vec::new(),
        symbolic,
        version: Version::default(),
    };
    let policy = reader.policy(node);
    (policy, reader.notes)
}

struct Reader {
    notes: Vec<Note>,
    symbolic: bool,
    version: Version,
}

impl Reader {
    fn error(&mut self, span: Span, message: impl Into<String>) {
        self.notes.push(Note::error(span, message));
    }

    fn policy(&mut self, node: &Node) -> Policy {
        if let Some(hole) = self.hole(node) {
            return Policy {
                version: Version::V2012,
                statements: unknown_statements(hole, &node.origin),
            };
        }
        let Data::Map(entries) = &node.data else {
            self.error(node.origin.span, "a policy is a map with `Statement`");
            return Policy::default();
        };
        self.known_fields(entries, POLICY_FIELDS, "a policy");
        self.version = self.version(node);
        let mut statements = Vec::new();
        match node.get("Statement") {
            None if entries.iter().any(|e| self.is_hole_text(&e.key.name)) => {}
            None => self.error(node.origin.span, "the policy has no `Statement`"),
            Some(list) => {
                let items = match &list.data {
                    Data::Seq(items) => items.as_slice(),
                    _ => std::slice::from_ref(list),
                };
                if items.len() > MAX_STATEMENTS {
                    let message = format!("more than {MAX_STATEMENTS} statements are not read");
                    self.error(list.origin.span, message);
                }
                for item in items.iter().take(MAX_STATEMENTS) {
                    match self.hole(item) {
                        Some(hole) => statements.extend(unknown_statements(hole, &item.origin)),
                        None => {
                            let statement = self.statement(item);
                            let effect = item.get("Effect").and_then(|e| self.hole(e));
                            // What may allow may as well deny.
                            if effect.is_some() {
                                statements.extend(statement.clone().map(|statement| Statement {
                                    effect: Effect::Deny,
                                    ..statement
                                }));
                            }
                            statements.extend(statement);
                        }
                    }
                }
            }
        }
        for entry in entries {
            if let Some(hole) = self.hole_in(&entry.key.name) {
                statements.extend(unknown_statements(hole, &entry.key.origin));
            }
        }
        Policy {
            version: self.version,
            statements,
        }
    }

    fn version(&mut self, node: &Node) -> Version {
        let Some(version) = node.get("Version") else {
            return Version::V2008;
        };
        match version.scalar_text().as_deref() {
            // YAML reads an unquoted date as such; its text is the same.
            Some("2012-10-17") => Version::V2012,
            Some("2008-10-17") => Version::V2008,
            Some(text) if self.is_hole_text(text) => Version::V2012,
            _ => {
                let message = "`Version` is `2012-10-17` or `2008-10-17`";
                self.error(version.origin.span, message);
                Version::V2012
            }
        }
    }

    fn statement(&mut self, node: &Node) -> Option<Statement> {
        let Data::Map(entries) = &node.data else {
            self.error(node.origin.span, "a statement is a map");
            return None;
        };
        self.known_fields(entries, STATEMENT_FIELDS, "a statement");
        let mut uncertain = entries.iter().find_map(|e| self.hole_in(&e.key.name));
        let effect = match node.get("Effect") {
            None => {
                self.error(node.origin.span, "the statement has no `Effect`");
                return None;
            }
            Some(effect) => match effect.as_str() {
                Some("Allow") => Effect::Allow,
                Some("Deny") => Effect::Deny,
                Some(text) if self.is_hole_text(text) => {
                    uncertain = self.hole_in(text);
                    Effect::Allow
                }
                _ => {
                    self.error(effect.origin.span, "`Effect` is `Allow` or `Deny`");
                    return None;
                }
            },
        };
        let actions = self.element(
            node,
            "Action",
            "NotAction",
            Syntax {
                wildcards: true,
                variables: false,
            },
        );
        let resources = self.element(
            node,
            "Resource",
            "NotResource",
            Syntax {
                wildcards: true,
                variables: self.version == Version::V2012,
            },
        );
        let Some(mut actions) = actions else {
            self.error(node.origin.span, "the statement has no `Action`");
            return None;
        };
        for pattern in std::mem::take(&mut actions.patterns) {
            self.action(&pattern);
            actions.patterns.push(pattern.lowercase());
        }
        let conditions = match node.get("Condition") {
            None => Vec::new(),
            Some(block) => match self.hole(block) {
                Some(hole) => {
                    uncertain = Some(hole);
                    Vec::new()
                }
                None => self.conditions(block, &mut uncertain),
            },
        };
        Some(Statement {
            sid: node.get("Sid").and_then(Node::scalar_text),
            effect,
            principals: self.principals(node),
            actions,
            resources,
            conditions,
            uncertain,
            origin: node.origin.clone(),
        })
    }

    /// An action is `*` or `service:name`.
    fn action(&mut self, action: &Text) {
        let text = &*action.written;
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '*' | '?');
        let well_formed = |text: &str| match text.split_once(':') {
            Some((service, name)) => {
                !service.is_empty()
                    && !name.is_empty()
                    && service.chars().chain(name.chars()).all(allowed)
            }
            None => text.chars().all(|c| c == '*') && !text.is_empty(),
        };
        let symbolic = self.symbolic && text.chars().any(|c| is_hole(c) || is_symbol(c));
        if !(symbolic || well_formed(text)) {
            self.notes.push(
                Note::error(action.span, format!("`{}` is not an action", cut(text)))
                    .help("write `service:Action`, such as `s3:GetObject`, or `*`"),
            );
        }
    }

    fn element(
        &mut self,
        node: &Node,
        name: &str,
        not_name: &str,
        syntax: Syntax,
    ) -> Option<Element> {
        let (entry, except) = match (node.entry(name), node.entry(not_name)) {
            (Some(_), Some(other)) => {
                let message = format!("the statement has both `{name}` and `{not_name}`");
                self.error(other.key.origin.span, message);
                return None;
            }
            (Some(entry), None) => (entry, false),
            (None, Some(entry)) => (entry, true),
            (None, None) => return None,
        };
        let patterns = self
            .texts(&entry.value, &entry.key.name)
            .into_iter()
            .map(|(text, span)| match text.strip_prefix("execute-api:/") {
                // The policy of an API may leave out what is the same for all of its resources (API
                // Gateway Developer Guide, "API Gateway resource policy examples").
                Some(rest) => {
                    let meant = format!("arn:*:execute-api:*:*:*/{rest}");
                    Text::short_for(text, &meant, span, syntax)
                }
                None => Text::new(text, span, syntax),
            })
            .collect();
        Some(Element {
            except,
            patterns,
            span: entry.key.origin.span,
        })
    }

    /// The texts of a scalar or a list of scalars.
    fn texts(&mut self, node: &Node, name: &str) -> Vec<(Arc<str>, Span)> {
        let items = match &node.data {
            Data::Seq(items) => items.as_slice(),
            _ => std::slice::from_ref(node),
        };
        if items.is_empty() {
            self.error(node.origin.span, format!("`{name}` is empty"));
        }
        let mut texts = Vec::with_capacity(items.len());
        for item in items {
            match item.scalar_text() {
                Some(text)
                    if self.symbolic || !text.chars().any(|c| is_symbol(c) || is_hole(c)) =>
                {
                    texts.push((text, item.origin.span));
                }
                Some(_) => {
                    let message =
                        format!("a text of `{name}` holds characters that no policy may hold");
                    self.error(item.origin.span, message);
                }
                None => {
                    let message = format!("`{name}` is a text or a list of texts");
                    self.error(item.origin.span, message);
                }
            }
        }
        texts
    }

    fn principals(&mut self, node: &Node) -> Option<Principals> {
        let (entry, except) = match (node.entry("Principal"), node.entry("NotPrincipal")) {
            (Some(_), Some(other)) => {
                let message = "the statement has both `Principal` and `NotPrincipal`";
                self.error(other.key.origin.span, message);
                return None;
            }
            (Some(entry), None) => (entry, false),
            (None, Some(entry)) => (entry, true),
            (None, None) => return None,
        };
        let mut items = Vec::new();
        let span = entry.value.origin.span;
        match (&entry.value.data, entry.value.as_str()) {
            (Data::Map(kinds), _) => {
                for kind in kinds {
                    self.principals_of_kind(kind, &mut items);
                }
            }
            (_, Some("*")) => items.push(PrincipalItem {
                who: Principal::Everyone,
                span,
            }),
            (_, Some(text)) if self.is_hole_text(text) => {
                let who = Principal::Unknown(self.hole_in(text).unwrap_or(crate::symbols::HOLE));
                items.push(PrincipalItem { who, span });
            }
            _ => self.notes.push(
                Note::error(span, "`Principal` is `*` or a map of kinds").help(
                    "write {\"AWS\": \"arn:…\"}, {\"Service\": \"lambda.amazonaws.com\"} or \"*\"",
                ),
            ),
        }
        Some(Principals {
            except,
            items,
            span: entry.key.origin.span,
        })
    }

    fn principals_of_kind(&mut self, kind: &Entry, items: &mut Vec<PrincipalItem>) {
        const KINDS: &[&str] = &["AWS", "Service", "Federated", "CanonicalUser"];
        let name = &*kind.key.name;
        if let Some(hole) = self.hole_in(name) {
            let span = kind.key.origin.span;
            items.push(PrincipalItem {
                who: Principal::Unknown(hole),
                span,
            });
            return;
        }
        if !KINDS.contains(&name) {
            let note = Note::error(
                kind.key.origin.span,
                format!("`{}` is not a kind of principal", cut(name)),
            );
            self.notes
                .push(did_you_mean(note, suggest(name, KINDS.iter().copied())));
            return;
        }
        for (text, span) in self.texts(&kind.value, name) {
            let who = match (self.hole_in(&text), name) {
                (Some(hole), _) => Principal::Unknown(hole),
                (None, "Service") => Principal::Service(text),
                (None, "Federated") => Principal::Federated(text),
                (None, "CanonicalUser") => Principal::CanonicalUser(text),
                (None, _) => aws_principal(text),
            };
            items.push(PrincipalItem { who, span });
        }
    }

    fn conditions(&mut self, block: &Node, uncertain: &mut Option<char>) -> Vec<Test> {
        let mut tests = Vec::new();
        let Data::Map(operators) = &block.data else {
            let message = "`Condition` is a map of operators";
            self.error(block.origin.span, message);
            return tests;
        };
        for entry in operators {
            let name = &*entry.key.name;
            if let Some(hole) = self.hole_in(name) {
                *uncertain = Some(hole);
                continue;
            }
            let Some(operator) = Operator::parse(name) else {
                let bare = name.rsplit(':').next().unwrap_or(name);
                let note = Note::error(
                    entry.key.origin.span,
                    format!("`{}` is not a condition operator", cut(name)),
                );
                self.notes
                    .push(did_you_mean(note, suggest(bare, Operator::names())));
                // What it was meant to ask is not known.
                *uncertain = Some(crate::symbols::HOLE);
                continue;
            };
            if let Some(hole) = self.hole(&entry.value) {
                *uncertain = Some(hole);
                continue;
            }
            let Data::Map(keys) = &entry.value.data else {
                let message = format!("`{name}` is a map of condition keys");
                self.error(entry.value.origin.span, message);
                continue;
            };
            for key in keys {
                if let Some(hole) = self.hole_in(&key.key.name) {
                    *uncertain = Some(hole);
                    continue;
                }
                tests.push(self.test(operator, key));
            }
        }
        tests
    }

    fn test(&mut self, operator: Operator, entry: &Entry) -> Test {
        let variables = self.version == Version::V2012;
        let (mut operands, mut written) = (Vec::new(), Vec::new());
        for (text, span) in self.texts(&entry.value, &entry.key.name) {
            let operand = Operand::new(operator.compare, &text, span, variables);
            if let Operand::Invalid(_) = operand {
                let message = format!("`{operator}` can't compare with `{}`", cut(&text));
                self.error(span, message);
            }
            operands.push(operand);
            written.push(text);
        }
        Test {
            operator,
            key: Arc::from(entry.key.name.to_ascii_lowercase()),
            written_key: entry.key.name.clone(),
            operands,
            written,
            span: entry.key.origin.span,
        }
    }

    fn known_fields(&mut self, entries: &[Entry], known: &[&str], what: &str) {
        for entry in entries {
            let name = &*entry.key.name;
            if !known.contains(&name) && !self.is_hole_text(name) {
                let note = Note::error(
                    entry.key.origin.span,
                    format!("`{}` is not an element of {what}", cut(name)),
                );
                self.notes
                    .push(did_you_mean(note, suggest(name, known.iter().copied())));
            }
        }
    }

    /// The hole that a scalar is, when the whole of it is not known.
    fn hole(&self, node: &Node) -> Option<char> {
        self.hole_in(node.as_str()?)
    }

    fn is_hole_text(&self, text: &str) -> bool {
        self.hole_in(text).is_some()
    }

    fn hole_in(&self, text: &str) -> Option<char> {
        let mut chars = text.chars();
        let first = chars.next().filter(|c| self.symbolic && is_hole(*c))?;
        chars.next().is_none().then_some(first)
    }
}

/// Statements of which nothing is known: there may be any permission, and any denial.
fn unknown_statements(hole: char, origin: &Origin) -> Vec<Statement> {
    let everything = || Element {
        except: false,
        patterns: vec![Text::new(
            "*",
            origin.span,
            Syntax {
                wildcards: true,
                variables: false,
            },
        )],
        span: origin.span,
    };
    [Effect::Allow, Effect::Deny]
        .into_iter()
        .map(|effect| Statement {
            sid: None,
            effect,
            principals: None,
            actions: everything(),
            resources: Some(everything()),
            conditions: Vec::new(),
            uncertain: Some(hole),
            origin: origin.clone(),
        })
        .collect()
}

/// What `{"AWS": text}` names.
fn aws_principal(text: Arc<str>) -> Principal {
    if &*text == "*" {
        return Principal::Everyone;
    }
    if let Some(account) = account_of_root(&text) {
        return Principal::Account(Arc::from(account));
    }
    if text.starts_with("arn:") {
        Principal::Arn(text)
    } else {
        Principal::Id(text)
    }
}

/// The account that an account number or a root ARN means.
fn account_of_root(text: &str) -> Option<&str> {
    let mut chars = text.chars();
    let one_symbol = chars.next().is_some_and(is_symbol) && chars.next().is_none();
    if one_symbol || (text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())) {
        return Some(text);
    }
    text.strip_suffix(":root")
        .filter(|text| text.starts_with("arn:"))?
        .splitn(5, ':')
        .nth(4)
}

pub(crate) fn did_you_mean(note: Note, suggestion: Option<&str>) -> Note {
    match suggestion {
        Some(word) => note.help(format!("did you mean `{word}`?")),
        None => note,
    }
}

/// A text of the input, short enough for a message.
pub(crate) fn cut(text: &str) -> String {
    const LONGEST: usize = 80;
    match text.char_indices().nth(LONGEST) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

#[cfg(test)]
mod tests;
