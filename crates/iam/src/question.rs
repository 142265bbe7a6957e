//! Questions as people write them down: `{"policies": {…}, "request": {…}}`. What is wrong in one is
//! a [`Note`] with its place; a question with an error has no answer.
//!
//! A policy may be written in place, or as a text that holds its JSON, as other tools give it out.

use crate::evaluate::{Policies, PublicAccessBlock};
use crate::policy::Policy;
use crate::read::{Note, NoteLevel, cut, did_you_mean, read_policy};
use crate::request::{Caller, Context, ContextValue, Request, arn_part};
use crate::symbols::{is_hole, is_symbol};
use palisade_core::{FileId, Span, suggest};
use palisade_syntax::{Data, Document, Entry, Node, parse_json};
use std::sync::Arc;

/// One question: what comes of this request under these policies.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// The policies.
    pub policies: Policies,
    /// The request; none when it can't be read.
    pub request: Option<Request>,
    /// What is wrong or doubtful in it.
    pub notes: Vec<Note>,
}

/// The questions of a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Questions {
    /// They are written as a list, and want a list of answers.
    pub listed: bool,
    /// The questions in their order.
    pub items: Vec<Question>,
}

const POLICIES: &[&str] = &[
    "identity",
    "resource",
    "boundary",
    "session",
    "scp",
    "rcp",
    "endpoint",
    "public_access_block",
];
const REQUEST: &[&str] = &[
    "principal",
    "action",
    "resource",
    "resource_account",
    "context",
];

impl Question {
    /// Whether it can be answered: it has a request, and no error.
    #[must_use]
    pub fn answerable(&self) -> Option<&Request> {
        let wrong = |note: &Note| note.level == NoteLevel::Error;
        (self.request.as_ref()).filter(|_| !self.notes.iter().any(wrong))
    }
}

/// Reads one question, or a list of them. Keys that stand twice are errors of the question that
/// they stand in.
#[must_use]
pub fn read_questions(document: &Document) -> Questions {
    let (listed, nodes) = match &document.root.data {
        Data::Seq(items) => (true, items.as_slice()),
        _ => (false, std::slice::from_ref(&document.root)),
    };
    let read = |node: &Node| {
        let mut question = question(node);
        let inside = node.origin.span.range();
        for (key, span) in &document.duplicate_keys {
            if inside.contains(&span.range().start) {
                question.notes.push(twice(key, *span));
            }
        }
        question.notes.sort_by_key(|note| note.span.start);
        question
    };
    Questions {
        listed,
        items: nodes.iter().map(read).collect(),
    }
}

fn twice(key: &str, span: Span) -> Note {
    let message = format!("`{}` is written twice; the later one counts", cut(key));
    Note::error(span, message)
}

fn question(node: &Node) -> Question {
    let mut reader = Reader { notes: Vec::new() };
    let mut policies = Policies::default();
    let mut request = None;
    let entries = reader.members(node, "a question", &["policies", "request"]);
    for entry in entries {
        match &*entry.key.name {
            "policies" => policies = reader.policies(&entry.value),
            "request" => request = reader.request(&entry.value),
            _ => {}
        }
    }
    if node.as_map().is_some() && node.get("request").is_none() {
        reader.error(node, "the question has no `request`");
    }
    Question {
        policies,
        request,
        notes: reader.notes,
    }
}

/// Reads the object under `policies`: `{"identity": […], "resource": {…}, …}`.
#[must_use]
pub fn read_policies(node: &Node) -> (Policies, Vec<Note>) {
    let mut reader = Reader { notes: Vec::new() };
    let policies = reader.policies(node);
    (policies, reader.notes)
}

/// Reads a policy document, which then is the caller's only policy, or an object as under
/// `policies`.
#[must_use]
pub fn read_policy_or_policies(node: &Node) -> (Policies, Vec<Note>) {
    let mut reader = Reader { notes: Vec::new() };
    let is_policies =
        (node.as_map()).is_some_and(|map| map.iter().any(|e| POLICIES.contains(&&*e.key.name)));
    let policies = if is_policies {
        reader.policies(node)
    } else {
        Policies {
            identity: vec![reader.policy(node)],
            ..Policies::default()
        }
    };
    (policies, reader.notes)
}

/// Reads the object under `request`.
#[must_use]
pub fn read_request(node: &Node) -> (Option<Request>, Vec<Note>) {
    let mut reader = Reader { notes: Vec::new() };
    let request = reader.request(node);
    (request, reader.notes)
}

struct Reader {
    notes: Vec<Note>,
}

impl Reader {
    fn error(&mut self, node: &Node, message: impl Into<String>) {
        self.notes.push(Note::error(node.origin.span, message));
    }

    /// The members of an object; those that are not known are errors.
    fn members<'n>(&mut self, node: &'n Node, what: &str, known: &[&str]) -> &'n [Entry] {
        let Some(entries) = node.as_map() else {
            let names: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
            self.error(node, format!("{what} is a map of {}", names.join(", ")));
            return &[];
        };
        for entry in entries {
            let name = &*entry.key.name;
            if !known.contains(&name) {
                let message = format!("`{}` is not a member of {what}", cut(name));
                let note = Note::error(entry.key.origin.span, message);
                let near = suggest(name, known.iter().copied());
                self.notes.push(did_you_mean(note, near));
            }
        }
        entries
    }

    fn policies(&mut self, node: &Node) -> Policies {
        let mut policies = Policies::default();
        for entry in self.members(node, "`policies`", POLICIES) {
            let value = &entry.value;
            if value.is_null() {
                continue;
            }
            let name = &*entry.key.name;
            match name {
                "identity" => policies.identity = self.list(value),
                "boundary" => policies.boundary = Some(self.list(value)),
                "endpoint" => policies.endpoint = self.list(value),
                "resource" => policies.resource = Some(self.policy(value)),
                "session" => policies.session = Some(self.policy(value)),
                "scp" => policies.scp = self.levels(value, name),
                "rcp" => policies.rcp = self.levels(value, name),
                "public_access_block" => policies.public_access_block = self.block(value),
                _ => {}
            }
        }
        policies
    }

    fn list(&mut self, node: &Node) -> Vec<Arc<Policy>> {
        match &node.data {
            Data::Seq(items) => items.iter().map(|item| self.policy(item)).collect(),
            _ => vec![self.policy(node)],
        }
    }

    fn levels(&mut self, node: &Node, name: &str) -> Vec<Vec<Arc<Policy>>> {
        let levels = node.as_seq().unwrap_or_default();
        if node.as_seq().is_none() || levels.iter().any(|level| level.as_seq().is_none()) {
            let message =
                format!("`{name}` is a list of levels, and each level a list of policies");
            let help = "write [[{…}], [{…}]], from the root of the organisation to the account";
            let note = Note::error(node.origin.span, message).help(help);
            self.notes.push(note);
            return Vec::new();
        }
        levels.iter().map(|level| self.list(level)).collect()
    }

    fn policy(&mut self, node: &Node) -> Arc<Policy> {
        let Some(text) = node.as_str() else {
            let (policy, notes) = read_policy(node);
            self.notes.extend(notes);
            return Arc::new(policy);
        };
        match parse_json(FileId::NONE, text) {
            Ok(mut document) => {
                let span = node.origin.span;
                place(&mut document.root, span);
                let (policy, notes) = read_policy(&document.root);
                self.notes.extend(notes);
                let twice = |(key, _): &(Arc<str>, Span)| twice(key, span);
                self.notes.extend(document.duplicate_keys.iter().map(twice));
                Arc::new(policy)
            }
            Err(error) => {
                self.error(node, format!("the text in place of a policy is {error}"));
                Arc::default()
            }
        }
    }

    fn block(&mut self, node: &Node) -> PublicAccessBlock {
        const NAMES: &[&str] = &[
            "BlockPublicAcls",
            "IgnorePublicAcls",
            "BlockPublicPolicy",
            "RestrictPublicBuckets",
        ];
        let mut block = PublicAccessBlock::default();
        for entry in self.members(node, "`public_access_block`", NAMES) {
            let Data::Bool(on) = entry.value.data else {
                let message = format!("`{}` is `true` or `false`", cut(&entry.key.name));
                self.error(&entry.value, message);
                continue;
            };
            match &*entry.key.name {
                "BlockPublicAcls" => block.block_public_acls = on,
                "IgnorePublicAcls" => block.ignore_public_acls = on,
                "BlockPublicPolicy" => block.block_public_policy = on,
                "RestrictPublicBuckets" => block.restrict_public_buckets = on,
                _ => {}
            }
        }
        block
    }

    fn request(&mut self, node: &Node) -> Option<Request> {
        let mut principal = None;
        let mut action = None;
        let mut resource = None;
        let mut resource_account = None;
        let mut context = Context::default();
        for entry in self.members(node, "`request`", REQUEST) {
            let value = &entry.value;
            match &*entry.key.name {
                "principal" => principal = self.text(value, "principal").map(|t| (t, value)),
                "action" => action = self.text(value, "action").map(|t| (t, value)),
                "resource" => resource = self.text(value, "resource"),
                "resource_account" if value.is_null() => {}
                "resource_account" => resource_account = self.text(value, "resource_account"),
                "context" => context = self.context(value),
                _ => {}
            }
        }
        if node.as_map().is_some() {
            for name in ["principal", "action", "resource"] {
                if node.get(name).is_none() {
                    self.error(node, format!("the request has no `{name}`"));
                }
            }
        }
        let caller = principal.and_then(|(text, value)| self.caller(&text, value));
        let action = action.and_then(|(text, value)| self.action(text, value));
        Some(Request {
            caller: caller?,
            action: action?,
            resource: resource?,
            resource_account,
            context,
        })
    }

    fn caller(&mut self, text: &str, node: &Node) -> Option<Caller> {
        let caller = Caller::parse(text);
        let known = match &caller {
            Caller::Principal(arn) => arn_part(arn, 5).is_some() && caller.account().is_some(),
            Caller::Federated(name) => name.contains(['.', ':']),
            Caller::Service(_) => true,
            Caller::Anonymous => !text.is_empty(),
        };
        if !known {
            let message = format!("`{}` is not a caller", cut(text));
            let help = "write an ARN, a service (`lambda.amazonaws.com`), an identity provider, or `anonymous`";
            self.notes
                .push(Note::error(node.origin.span, message).help(help));
        }
        known.then_some(caller)
    }

    fn action(&mut self, text: Arc<str>, node: &Node) -> Option<Arc<str>> {
        let plain = |part: &str| {
            let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-';
            !part.is_empty() && part.chars().all(allowed)
        };
        let is_action = (text.split_once(':')).is_some_and(|(s, name)| plain(s) && plain(name));
        if !is_action {
            let message = format!("`{}` is not an action", cut(&text));
            let help = "write one action, such as `s3:GetObject`";
            self.notes
                .push(Note::error(node.origin.span, message).help(help));
        }
        is_action.then_some(text)
    }

    fn context(&mut self, node: &Node) -> Context {
        let mut context = Context::default();
        if node.is_null() {
            return context;
        }
        let Some(entries) = node.as_map() else {
            self.error(node, "`context` is a map of condition keys");
            return context;
        };
        for entry in entries {
            let name = &*entry.key.name;
            let value = match &entry.value.data {
                Data::Seq(items) => {
                    let texts = items.iter().filter_map(|item| self.text(item, name));
                    ContextValue::Many(texts.collect())
                }
                _ => match self.text(&entry.value, name) {
                    Some(text) => ContextValue::Single(text),
                    None => continue,
                },
            };
            if context.contains(name) {
                self.notes.push(twice(name, entry.key.origin.span));
            }
            context.insert(name, value);
        }
        context
    }

    fn text(&mut self, node: &Node, name: &str) -> Option<Arc<str>> {
        let text = node.scalar_text();
        match &text {
            None => self.error(node, format!("`{}` is a text", cut(name))),
            Some(text) if text.contains(|c| is_symbol(c) || is_hole(c)) => {
                let message = format!("`{}` holds characters that no request may hold", cut(name));
                self.error(node, message);
                return None;
            }
            Some(_) => {}
        }
        text
    }
}

/// Gives everything that was read from a text the place of the text.
fn place(node: &mut Node, span: Span) {
    node.origin.span = span;
    match &mut node.data {
        Data::Seq(items) => items.iter_mut().for_each(|item| place(item, span)),
        Data::Map(entries) => {
            for entry in entries {
                entry.key.origin.span = span;
                place(&mut entry.value, span);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests;
