//! HCL, Terraform's language, as a tree with places: native syntax and its JSON form give the same.
//!
//! Nesting and chains of operators are bounded by the parser; so is everything that recurses over
//! this tree.

mod comments;
mod json;
mod native;

use crate::{Comment, Number, SyntaxError};
use palisade_core::{FileId, Span};
use std::sync::Arc;

/// What stands in a file, or between the braces of a block.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Body {
    /// `name = value`, in the written order.
    pub attributes: Vec<Attribute>,
    /// `kind "label" { … }`, in the written order.
    pub blocks: Vec<Block>,
    /// From JSON, where the difference is not written: an attribute may be meant as blocks.
    pub mixed: bool,
}

/// `name = value`
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// The name.
    pub name: Name,
    /// The value.
    pub value: Expr,
}

/// `kind "label" { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// The first word.
    pub kind: Name,
    /// What stands between it and the brace.
    pub labels: Vec<Name>,
    /// What stands in the braces.
    pub body: Body,
    /// All of it.
    pub span: Span,
}

/// A word with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The word, without quotes.
    pub text: Arc<str>,
    /// Where it is written.
    pub span: Span,
}

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it is written.
    pub span: Span,
}

/// The kinds of expression.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// `null`
    Null,
    /// `true`
    Bool(bool),
    /// `1.5`
    Number(Number),
    /// A text without `${…}`.
    Text(Arc<str>),
    /// A text with `${…}` or `%{…}`.
    Template(Vec<Piece>),
    /// `[a, b]`
    List(Vec<Expr>),
    /// `{ key = value }`; a bare word as key is a [`ExprKind::Text`].
    Map(Vec<(Expr, Expr)>),
    /// A bare word: `var`, `each`, `aws_s3_bucket`.
    Variable(Arc<str>),
    /// `base.name[index]`
    Get(Box<Expr>, Vec<Step>),
    /// `name(a, b...)`
    Call {
        /// The name, with its namespaces (`provider::aws::arn_parse`).
        name: Name,
        /// The arguments.
        arguments: Vec<Expr>,
        /// The last argument is a list of arguments.
        expand: bool,
    },
    /// `!a`
    Not(Box<Expr>),
    /// `-a`
    Negative(Box<Expr>),
    /// `a + b`
    Binary(Box<Expr>, Operator, Box<Expr>),
    /// `condition ? yes : no`
    If(Box<Choice>),
    /// `[for …]` and `{for …}`
    For(Box<For>),
}

/// `condition ? yes : no`
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// What decides.
    pub condition: Expr,
    /// The value if so.
    pub yes: Expr,
    /// The value if not.
    pub no: Expr,
}

/// `[for key, value in collection : result if condition]`
#[derive(Clone, Debug, PartialEq)]
pub struct For {
    /// The name of the key or index.
    pub key: Option<Arc<str>>,
    /// The name of the item.
    pub value: Arc<str>,
    /// What it runs over.
    pub collection: Expr,
    /// The key of each entry; none for a list.
    pub result_key: Option<Expr>,
    /// The value of each entry.
    pub result: Expr,
    /// Entries with the same key are gathered (`...`).
    pub grouped: bool,
    /// Which items count.
    pub condition: Option<Expr>,
}

/// A step into a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// `.name`, also `.0`
    Name(Name),
    /// `[index]`
    Index(Expr),
    /// `[*]`
    Splat,
    /// `.*`, which goes over the names that follow only.
    NameSplat,
}

/// The operators with two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "they are called as they are")]
pub enum Operator {
    Equal,
    NotEqual,
    LessOrEqual,
    GreaterOrEqual,
    Less,
    Greater,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    And,
    Or,
}

/// A piece of a template.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// These characters.
    Text(Arc<str>),
    /// `${value}`
    Value(Expr),
    /// `%{if condition}…%{else}…%{endif}`
    If {
        /// What decides.
        condition: Expr,
        /// The pieces if so.
        yes: Vec<Piece>,
        /// The pieces if not.
        no: Vec<Piece>,
    },
    /// `%{for key, value in collection}…%{endfor}`
    For {
        /// The name of the key or index.
        key: Option<Arc<str>>,
        /// The name of the item.
        value: Arc<str>,
        /// What it runs over.
        collection: Expr,
        /// The pieces of one turn.
        body: Vec<Piece>,
    },
}

/// A file with its comments.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HclDocument {
    /// What it says.
    pub body: Body,
    /// All comments in the order of their places.
    pub comments: Vec<Comment>,
}

impl Body {
    /// The attribute of that name.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|a| &*a.name.text == name)
    }

    /// The value of the attribute of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Expr> {
        self.attribute(name).map(|attribute| &attribute.value)
    }

    /// The blocks of a kind.
    pub fn blocks_of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Block> {
        self.blocks.iter().filter(move |b| &*b.kind.text == kind)
    }
}

impl Expr {
    /// The text of a literal.
    #[must_use]
    pub fn as_text(&self) -> Option<&Arc<str>> {
        match &self.kind {
            ExprKind::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// Reads a file of native syntax (`.tf`, `.tfvars`, `.hcl`).
///
/// # Errors
/// The first place at which the text is not well-formed.
pub fn parse_hcl(file: FileId, text: &str) -> Result<HclDocument, SyntaxError> {
    native::body(file, text).map(|body| HclDocument {
        body,
        comments: comments::all(file, text),
    })
}

/// Reads the text of a template, as `templatefile` does; all of it stands at `span`.
///
/// # Errors
/// What is not well-formed.
pub fn parse_template(span: Span, text: &str) -> Result<Expr, SyntaxError> {
    native::template(span, text)
}

/// Reads an expression, as a command line gives it; all of it stands at `span`.
///
/// # Errors
/// What is not well-formed.
pub fn parse_expression(span: Span, text: &str) -> Result<Expr, SyntaxError> {
    native::expression(span, text)
}

/// Reads the text of a file that is a template.
///
/// # Errors
/// The first place at which the text is not well-formed.
pub fn parse_template_file(file: FileId, text: &str) -> Result<Expr, SyntaxError> {
    native::template_file(file, text)
}

/// Reads a file of JSON syntax (`.tf.json`, `.tfvars.json`).
///
/// # Errors
/// The first place at which the text is not well-formed.
pub fn parse_hcl_json(file: FileId, text: &str) -> Result<HclDocument, SyntaxError> {
    let document = crate::parse_json(file, text)?;
    Ok(HclDocument {
        body: json::body(&document.root),
        comments: document.comments,
    })
}

#[cfg(test)]
mod tests;
