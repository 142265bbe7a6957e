//! Native syntax, by way of `hcl-edit`, whose places are kept.

use super::{Attribute, Block, Body, Choice, Expr, ExprKind, For, Name, Operator, Piece, Step};
use crate::{Number, SyntaxError};
use hcl_edit::expr::{
    BinaryOperator, Expression, ForExpr, FuncCall, ObjectKey, TraversalOperator, UnaryOperator,
};
use hcl_edit::structure::{BlockLabel, Structure};
use hcl_edit::template::{Directive, Element, Strip, Template};
use hcl_edit::{Span as _, parser};
use palisade_core::{FileId, Span};
use std::ops::Range;
use std::sync::Arc;

/// The tree of a file.
pub(super) fn body(file: FileId, text: &str) -> Result<Body, SyntaxError> {
    let places = Places::In(file);
    match parser::parse_body(text) {
        Ok(body) => Ok(places.body(&body)),
        Err(error) => Err(problem(&error, |at| {
            let at = at.min(text.len());
            Span::new(file, at, at)
        })),
    }
}

/// The template of a text, all of which stands at one place.
pub(super) fn template(span: Span, text: &str) -> Result<Expr, SyntaxError> {
    match parser::parse_template(text) {
        Ok(template) => Ok(Places::All(span).template(&template, span)),
        Err(error) => Err(problem(&error, |_| span)),
    }
}

/// The expression of a text, all of which stands at one place.
pub(super) fn expression(span: Span, text: &str) -> Result<Expr, SyntaxError> {
    match parser::parse_expr(text) {
        Ok(expression) => Ok(Places::All(span).expr(&expression)),
        Err(error) => Err(problem(&error, |_| span)),
    }
}

/// The template that a file is.
pub(super) fn template_file(file: FileId, text: &str) -> Result<Expr, SyntaxError> {
    let span = Span::new(file, 0, text.len());
    match parser::parse_template(text) {
        Ok(template) => Ok(Places::In(file).template(&template, span)),
        Err(error) => Err(problem(&error, |at| {
            let at = at.min(text.len());
            Span::new(file, at, at)
        })),
    }
}

fn problem(error: &parser::Error, span: impl Fn(usize) -> Span) -> SyntaxError {
    // "invalid expression; expected `{`, …": what it names is of use, the rest of it is not.
    SyntaxError {
        span: span(error.location().offset()),
        message: error.message().to_owned(),
    }
}

/// Where parsed things stand.
#[derive(Clone, Copy)]
enum Places {
    /// In a file, where the parser says.
    In(FileId),
    /// All at one place.
    All(Span),
}

impl Places {
    fn span(self, range: Option<Range<usize>>) -> Span {
        match self {
            Self::In(file) => {
                let range = range.unwrap_or_default();
                Span::new(file, range.start, range.end)
            }
            Self::All(span) => span,
        }
    }

    fn body(self, body: &hcl_edit::structure::Body) -> Body {
        let mut new = Body::default();
        for structure in body {
            match structure {
                Structure::Attribute(attribute) => new.attributes.push(Attribute {
                    name: self.name(attribute.key.as_str(), attribute.key.span()),
                    value: self.expr(&attribute.value),
                }),
                Structure::Block(block) => new.blocks.push(Block {
                    kind: self.name(block.ident.as_str(), block.ident.span()),
                    labels: (block.labels.iter())
                        .map(|label| {
                            let span = match label {
                                BlockLabel::Ident(word) => word.span(),
                                BlockLabel::String(text) => text.span(),
                            };
                            self.name(label.as_str(), span)
                        })
                        .collect(),
                    body: self.body(&block.body),
                    span: self.span(block.span()),
                }),
            }
        }
        new
    }

    fn name(self, text: &str, span: Option<Range<usize>>) -> Name {
        Name {
            text: Arc::from(text),
            span: self.span(span),
        }
    }

    fn expr(self, expression: &Expression) -> Expr {
        let span = self.span(expression.span());
        let boxed = |expression| Box::new(self.expr(expression));
        let kind = match expression {
            Expression::Null(_) => ExprKind::Null,
            Expression::Bool(value) => ExprKind::Bool(*value.value()),
            Expression::Number(number) => ExprKind::Number(Number {
                value: number.value().as_f64().unwrap_or_default(),
                text: match number.as_repr() {
                    Some(written) => Arc::from(&**written),
                    None => Arc::from(number.value().to_string()),
                },
            }),
            Expression::String(text) => ExprKind::Text(Arc::from(text.as_str())),
            Expression::Array(items) => {
                ExprKind::List(items.iter().map(|item| self.expr(item)).collect())
            }
            Expression::Object(entries) => {
                let entries = entries.iter().map(|(key, value)| {
                    let key = match key {
                        ObjectKey::Ident(word) => Expr {
                            kind: ExprKind::Text(Arc::from(word.as_str())),
                            span: self.span(word.span()),
                        },
                        ObjectKey::Expression(key) => self.expr(key),
                    };
                    (key, self.expr(value.expr()))
                });
                ExprKind::Map(entries.collect())
            }
            Expression::StringTemplate(template) => {
                let pieces = self.pieces(template.iter());
                return simple(pieces, span);
            }
            Expression::HeredocTemplate(heredoc) => return self.template(&heredoc.template, span),
            Expression::Parenthesis(inner) => {
                let inner = self.expr(inner.inner());
                return Expr { span, ..inner };
            }
            Expression::Variable(word) => ExprKind::Variable(Arc::from(word.as_str())),
            Expression::Conditional(choice) => ExprKind::If(Box::new(Choice {
                condition: self.expr(&choice.cond_expr),
                yes: self.expr(&choice.true_expr),
                no: self.expr(&choice.false_expr),
            })),
            Expression::FuncCall(call) => self.call(call),
            Expression::Traversal(traversal) => {
                let steps = traversal.operators.iter().map(|step| match step.value() {
                    TraversalOperator::AttrSplat(_) => Step::NameSplat,
                    TraversalOperator::FullSplat(_) => Step::Splat,
                    TraversalOperator::GetAttr(name) => {
                        Step::Name(self.name(name.as_str(), name.span()))
                    }
                    TraversalOperator::Index(index) => Step::Index(self.expr(index)),
                    TraversalOperator::LegacyIndex(index) => {
                        Step::Name(self.name(&index.to_string(), index.span()))
                    }
                });
                ExprKind::Get(boxed(&traversal.expr), steps.collect())
            }
            Expression::UnaryOp(operation) => match operation.operator.value() {
                UnaryOperator::Not => ExprKind::Not(boxed(&operation.expr)),
                UnaryOperator::Neg => ExprKind::Negative(boxed(&operation.expr)),
            },
            Expression::BinaryOp(operation) => ExprKind::Binary(
                boxed(&operation.lhs_expr),
                operator(*operation.operator.value()),
                boxed(&operation.rhs_expr),
            ),
            Expression::ForExpr(turns) => self.turns(turns),
        };
        Expr { kind, span }
    }

    fn call(self, call: &FuncCall) -> ExprKind {
        let mut name = String::new();
        for part in &call.name.namespace {
            name.push_str(part.as_str());
            name.push_str("::");
        }
        name.push_str(call.name.name.as_str());
        ExprKind::Call {
            name: self.name(&name, call.name.name.span()),
            arguments: call.args.iter().map(|a| self.expr(a)).collect(),
            expand: call.args.expand_final(),
        }
    }

    fn turns(self, turns: &ForExpr) -> ExprKind {
        let intro = &turns.intro;
        ExprKind::For(Box::new(For {
            key: intro.key_var.as_ref().map(|key| Arc::from(key.as_str())),
            value: Arc::from(intro.value_var.as_str()),
            collection: self.expr(&intro.collection_expr),
            result_key: turns.key_expr.as_ref().map(|key| self.expr(key)),
            result: self.expr(&turns.value_expr),
            grouped: turns.grouping,
            condition: turns.cond.as_ref().map(|c| self.expr(&c.expr)),
        }))
    }

    fn template(self, template: &Template, span: Span) -> Expr {
        simple(self.pieces(template.iter()), span)
    }

    fn pieces<'a>(self, elements: impl Iterator<Item = &'a Element>) -> Vec<Piece> {
        let mut pieces = Pieces::default();
        for element in elements {
            match element {
                Element::Literal(text) => pieces.text(text),
                Element::Interpolation(value) => {
                    pieces.before(value.strip);
                    pieces.all.push(Piece::Value(self.expr(&value.expr)));
                    pieces.after(value.strip);
                }
                Element::Directive(directive) => self.directive(directive, &mut pieces),
            }
        }
        pieces.all
    }

    fn directive(self, directive: &Directive, pieces: &mut Pieces) {
        match directive {
            Directive::If(choice) => {
                let (start, end) = (&choice.if_expr, choice.endif_expr.strip);
                let between = choice.else_expr.as_ref().map_or(end, |e| e.strip);
                let yes = self.inside(&start.template, start.strip, between);
                let no = choice.else_expr.as_ref().map_or_else(Vec::new, |other| {
                    self.inside(&other.template, other.strip, end)
                });
                pieces.before(start.strip);
                let condition = self.expr(&start.cond_expr);
                pieces.all.push(Piece::If { condition, yes, no });
                pieces.after(end);
            }
            Directive::For(turns) => {
                let (start, end) = (&turns.for_expr, turns.endfor_expr.strip);
                pieces.before(start.strip);
                pieces.all.push(Piece::For {
                    key: start.key_var.as_ref().map(|key| Arc::from(key.as_str())),
                    value: Arc::from(start.value_var.as_str()),
                    collection: self.expr(&start.collection_expr),
                    body: self.inside(&start.template, start.strip, end),
                });
                pieces.after(end);
            }
        }
    }

    /// The pieces between two directives.
    fn inside(self, template: &Template, opening: Strip, closing: Strip) -> Vec<Piece> {
        let mut pieces = self.pieces(template.iter());
        if strips_after(opening)
            && let Some(Piece::Text(text)) = pieces.first_mut()
        {
            *text = Arc::from(text.trim_start());
        }
        if strips_before(closing)
            && let Some(Piece::Text(text)) = pieces.last_mut()
        {
            *text = Arc::from(text.trim_end());
        }
        pieces
    }
}

/// Pieces of a template, with the blanks that `~` takes away.
#[derive(Default)]
struct Pieces {
    all: Vec<Piece>,
    stripping: bool,
}

impl Pieces {
    fn text(&mut self, text: &str) {
        let text = match self.stripping {
            true => text.trim_start(),
            false => text,
        };
        self.stripping = false;
        self.all.push(Piece::Text(Arc::from(text)));
    }

    fn before(&mut self, strip: Strip) {
        if strips_before(strip)
            && let Some(Piece::Text(text)) = self.all.last_mut()
        {
            *text = Arc::from(text.trim_end());
        }
    }

    fn after(&mut self, strip: Strip) {
        self.stripping = strips_after(strip);
    }
}

fn strips_before(strip: Strip) -> bool {
    matches!(strip, Strip::Start | Strip::Both)
}

fn strips_after(strip: Strip) -> bool {
    matches!(strip, Strip::End | Strip::Both)
}

/// A template without anything to fill in is a text.
fn simple(pieces: Vec<Piece>, span: Span) -> Expr {
    let kind = match pieces.as_slice() {
        [] => ExprKind::Text(Arc::from("")),
        [Piece::Text(text)] => ExprKind::Text(text.clone()),
        _ => ExprKind::Template(pieces),
    };
    Expr { kind, span }
}

fn operator(operator: BinaryOperator) -> Operator {
    match operator {
        BinaryOperator::Eq => Operator::Equal,
        BinaryOperator::NotEq => Operator::NotEqual,
        BinaryOperator::LessEq => Operator::LessOrEqual,
        BinaryOperator::GreaterEq => Operator::GreaterOrEqual,
        BinaryOperator::Less => Operator::Less,
        BinaryOperator::Greater => Operator::Greater,
        BinaryOperator::Plus => Operator::Add,
        BinaryOperator::Minus => Operator::Subtract,
        BinaryOperator::Mul => Operator::Multiply,
        BinaryOperator::Div => Operator::Divide,
        BinaryOperator::Mod => Operator::Modulo,
        BinaryOperator::And => Operator::And,
        BinaryOperator::Or => Operator::Or,
    }
}
