//! Texts with wildcards and policy variables, as policies write them.
//!
//! `*` is any run of characters, `?` exactly one; `${*}`, `${?}` and `${$}` are the characters
//! themselves; `${key}` and `${key, 'default'}` are values of the request (IAM User Guide, "IAM
//! policy elements: Variables and tags"). Which of these mean something depends on where the text
//! stands: see [`Syntax`].

use crate::request::Context;
use crate::symbols::is_hole;
use crate::truth::Truth;
use palisade_core::Span;
use std::borrow::Cow;
use std::sync::Arc;

/// One step of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Token {
    /// This character.
    Char(char),
    /// Any one character.
    One,
    /// Any run of characters, also none.
    Run,
    /// A text that is not known: see [`crate::Symbols::hole`].
    Hole(char),
}

/// A text with wildcards, and without variables.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pattern {
    tokens: Box<[Token]>,
}

/// What has a meaning in a text beside its characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Syntax {
    /// `*` and `?` are wildcards.
    pub wildcards: bool,
    /// `${…}` is a variable (policies of version 2012-10-17).
    pub variables: bool,
}

/// A text of a policy, as it was written and as it is understood.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    /// As written.
    pub written: Arc<str>,
    /// Where.
    pub span: Span,
    form: Form,
}

#[derive(Clone, Debug, PartialEq)]
enum Form {
    Plain(Pattern),
    WithVariables(Box<[Piece]>),
}

/// A part of a text with variables.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// A step of the pattern.
    Token(Token),
    /// The value of a context key.
    Variable {
        /// The key, in lower case.
        key: Arc<str>,
        /// What stands for it when the request has no such value.
        default: Option<Arc<str>>,
    },
}

impl Pattern {
    /// A pattern of these steps.
    #[must_use]
    pub fn new(tokens: Vec<Token>) -> Self {
        Self {
            tokens: tokens.into_boxed_slice(),
        }
    }

    /// A pattern that matches just this text.
    #[must_use]
    pub fn literal(text: &str) -> Self {
        text.chars().map(token).collect()
    }

    /// A text in which `*` and `?` are wildcards.
    #[must_use]
    pub fn wildcard(text: &str) -> Self {
        text.chars().map(wildcard).collect()
    }

    /// Its steps.
    #[must_use]
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// Whether it depends on something that is not known.
    #[must_use]
    pub fn has_hole(&self) -> bool {
        self.tokens.iter().any(|t| matches!(t, Token::Hole(_)))
    }

    /// The text, when it matches just one.
    #[must_use]
    pub fn as_literal(&self) -> Option<String> {
        self.tokens
            .iter()
            .map(|token| match token {
                Token::Char(c) => Some(*c),
                _ => None,
            })
            .collect()
    }

    /// Whether it matches every text.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        !self.tokens.is_empty() && self.tokens.iter().all(|t| *t == Token::Run)
    }

    /// The same pattern with its letters in lower case.
    #[must_use]
    pub fn to_lowercase(&self) -> Self {
        let lower = |token: &Token| match token {
            Token::Char(c) => Token::Char(c.to_ascii_lowercase()),
            other => *other,
        };
        self.tokens.iter().map(lower).collect()
    }

    /// Whether it matches a whole text. Where that depends on a hole: maybe.
    #[must_use]
    pub fn matches(&self, text: &str) -> Truth {
        if !matches(&self.tokens, text) {
            Truth::No
        } else if self.has_hole() {
            Truth::Maybe
        } else {
            Truth::Yes
        }
    }

    /// Whether it matches an ARN part by part: no wildcard reaches over one of the first five
    /// colons (`ArnLike`, `ArnEquals`).
    #[must_use]
    pub fn matches_arn(&self, arn: &str) -> Truth {
        let mut texts = arn.splitn(ARN_PARTS, ':');
        let parts = self.arn_parts();
        if parts.len() != ARN_PARTS {
            // `*` alone, or a hole, stands for a whole ARN.
            let stands_for_an_arn = self.has_hole() || self.is_everything();
            return if stands_for_an_arn && arn.splitn(ARN_PARTS, ':').count() == ARN_PARTS {
                self.matches(arn)
            } else {
                Truth::No
            };
        }
        let matched = parts
            .iter()
            .all(|part| texts.next().is_some_and(|text| matches(part, text)));
        match matched && texts.next().is_none() {
            false => Truth::No,
            true if self.has_hole() => Truth::Maybe,
            true => Truth::Yes,
        }
    }

    /// The pattern cut at its first five colons.
    #[must_use]
    pub fn arn_parts(&self) -> Vec<&[Token]> {
        self.tokens
            .splitn(ARN_PARTS, |token| *token == Token::Char(':'))
            .collect()
    }
}

/// How many parts an ARN has; the last one may hold colons itself.
pub(crate) const ARN_PARTS: usize = 6;

impl FromIterator<Token> for Pattern {
    fn from_iter<I: IntoIterator<Item = Token>>(tokens: I) -> Self {
        Self {
            tokens: tokens.into_iter().collect(),
        }
    }
}

fn token(c: char) -> Token {
    if is_hole(c) {
        Token::Hole(c)
    } else {
        Token::Char(c)
    }
}

fn wildcard(c: char) -> Token {
    match c {
        '*' => Token::Run,
        '?' => Token::One,
        _ => token(c),
    }
}

/// Whether a whole text matches; holes match any run. Goes back to the last run only, so that the
/// time is at most the product of both lengths and no memory is needed.
fn matches(tokens: &[Token], text: &str) -> bool {
    let (mut at, mut rest) = (0, text.chars());
    let mut retry: Option<(usize, std::str::Chars<'_>)> = None;
    loop {
        match tokens.get(at) {
            Some(Token::Run | Token::Hole(_)) => {
                at += 1;
                if at == tokens.len() {
                    return true;
                }
                retry = Some((at, rest.clone()));
                continue;
            }
            Some(step) => {
                let mut ahead = rest.clone();
                if let Some(c) = ahead.next()
                    && (*step == Token::One || *step == Token::Char(c))
                {
                    at += 1;
                    rest = ahead;
                    continue;
                }
            }
            None if rest.as_str().is_empty() => return true,
            None => {}
        }
        let Some((again, from)) = &mut retry else {
            return false;
        };
        if from.next().is_none() {
            return false;
        }
        at = *again;
        rest = from.clone();
    }
}

/// A shape of ARNs, such as those of one kind of resource. Its wildcards stay in their part, as far as
/// the sixth, which may hold colons.
#[derive(Debug)]
pub(crate) struct ArnShape {
    /// A bit for each place before, between and behind its tokens, as in all sets of places.
    runs: u128,
    last_part: u128,
    chars: Vec<(char, u128)>,
    end: u128,
}

impl ArnShape {
    /// Longer shapes fit every pattern.
    const LONGEST: usize = 127;

    pub(crate) fn new(shape: &Pattern) -> Self {
        let mut new = Self {
            runs: 0,
            last_part: 0,
            chars: Vec::new(),
            end: 0,
        };
        if shape.tokens.len() > Self::LONGEST {
            return new;
        }
        let mut colons = 0;
        for (n, token) in shape.tokens.iter().enumerate() {
            let place = 1 << n;
            if colons >= ARN_PARTS - 1 {
                new.last_part |= place;
            }
            match token {
                Token::Run | Token::Hole(_) => new.runs |= place,
                // INVARIANT: shapes are made of literals and runs.
                Token::One => {}
                Token::Char(c) => {
                    colons += usize::from(*c == ':');
                    match new.chars.iter_mut().find(|(known, _)| known == c) {
                        Some((_, places)) => *places |= place,
                        None => new.chars.push((*c, place)),
                    }
                }
            }
        }
        new.end = 1 << shape.tokens.len();
        new
    }

    /// Whether some ARN of this shape matches a pattern, whose wildcards go where they want.
    pub(crate) fn fits(&self, pattern: &Pattern) -> bool {
        if self.end == 0 {
            return true;
        }
        let all = (self.end - 1) | self.end;
        let literals = !self.runs & (self.end - 1);
        // The places of the shape that can be reached together with the place of the pattern.
        let mut here: u128 = 1;
        for token in &*pattern.tokens {
            here = self.past_runs(here);
            here = match token {
                // Everything from the first place on.
                Token::Run | Token::Hole(_) => all & !(here & here.wrapping_neg()).wrapping_sub(1),
                Token::One => (here & self.runs) | ((here & literals) << 1),
                Token::Char(c) => {
                    let same = (self.chars.iter())
                        .find(|(known, _)| known == c)
                        .map_or(0, |(_, places)| *places);
                    let inside = match c {
                        ':' => self.runs & self.last_part,
                        _ => self.runs,
                    };
                    (here & inside) | ((here & same) << 1)
                }
            };
            if here == 0 {
                return false;
            }
        }
        self.past_runs(here) & self.end != 0
    }

    /// With the places behind runs that match nothing.
    fn past_runs(&self, mut here: u128) -> u128 {
        loop {
            let more = here | ((here & self.runs) << 1);
            if more == here {
                return here;
            }
            here = more;
        }
    }
}

impl Text {
    /// Understands a text.
    #[must_use]
    pub fn new(written: impl Into<Arc<str>>, span: Span, syntax: Syntax) -> Self {
        let written = written.into();
        Self {
            form: form(&written, syntax),
            written,
            span,
        }
    }

    /// A text that is short for another one.
    #[must_use]
    pub(crate) fn short_for(written: Arc<str>, meant: &str, span: Span, syntax: Syntax) -> Self {
        Self {
            form: form(meant, syntax),
            written,
            span,
        }
    }

    /// Its parts, when it holds variables.
    #[must_use]
    pub fn variables(&self) -> Option<&[Piece]> {
        match &self.form {
            Form::Plain(_) => None,
            Form::WithVariables(pieces) => Some(pieces),
        }
    }

    /// The pattern, when it holds no variables.
    #[must_use]
    pub fn plain(&self) -> Option<&Pattern> {
        match &self.form {
            Form::Plain(pattern) => Some(pattern),
            Form::WithVariables(_) => None,
        }
    }

    /// The pattern with its variables replaced by the values of a request; nothing when one of
    /// them has no single value there and no default.
    #[must_use]
    pub fn resolve(&self, context: &Context) -> Option<Cow<'_, Pattern>> {
        let pieces = match &self.form {
            Form::Plain(pattern) => return Some(Cow::Borrowed(pattern)),
            Form::WithVariables(pieces) => pieces,
        };
        let mut tokens = Vec::with_capacity(pieces.len());
        for piece in pieces {
            match piece {
                Piece::Token(token) => tokens.push(*token),
                Piece::Variable { key, default } => {
                    let value = context.single(key).or(default.as_deref())?;
                    tokens.extend(value.chars().map(token));
                }
            }
        }
        Some(Cow::Owned(Pattern::new(tokens)))
    }

    /// The pattern with each variable as a wildcard: everything that it can match.
    #[must_use]
    pub fn widest(&self) -> Cow<'_, Pattern> {
        match &self.form {
            Form::Plain(pattern) => Cow::Borrowed(pattern),
            Form::WithVariables(pieces) => Cow::Owned(
                pieces
                    .iter()
                    .map(|piece| match piece {
                        Piece::Token(token) => *token,
                        Piece::Variable { .. } => Token::Run,
                    })
                    .collect(),
            ),
        }
    }

    /// The same text with each variable as a wildcard.
    #[must_use]
    pub(crate) fn widened(&self) -> Self {
        Self {
            form: Form::Plain(self.widest().into_owned()),
            ..self.clone()
        }
    }

    /// The same text with its letters in lower case, as actions are compared.
    #[must_use]
    pub(crate) fn lowercase(mut self) -> Self {
        if let Form::Plain(pattern) = &self.form {
            self.form = Form::Plain(pattern.to_lowercase());
        }
        self
    }
}

fn form(text: &str, syntax: Syntax) -> Form {
    let plain = |text: &str| -> Pattern {
        if syntax.wildcards {
            Pattern::wildcard(text)
        } else {
            Pattern::literal(text)
        }
    };
    if !syntax.variables || !text.contains("${") {
        return Form::Plain(plain(text));
    }
    let mut pieces: Vec<Piece> = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let Some(end) = rest[start..].find('}').map(|end| start + end) else {
            break;
        };
        let inside = rest[start + 2..end].trim();
        extend(&mut pieces, &plain(&rest[..start]));
        if let "*" | "?" | "$" = inside {
            extend(&mut pieces, &Pattern::literal(inside));
        } else {
            pieces.push(variable(inside));
        }
        rest = &rest[end + 1..];
    }
    extend(&mut pieces, &plain(rest));
    let tokens: Option<Pattern> = pieces
        .iter()
        .map(|piece| match piece {
            Piece::Token(token) => Some(*token),
            Piece::Variable { .. } => None,
        })
        .collect();
    tokens.map_or(Form::WithVariables(pieces.into_boxed_slice()), Form::Plain)
}

fn extend(pieces: &mut Vec<Piece>, pattern: &Pattern) {
    pieces.extend(pattern.tokens.iter().copied().map(Piece::Token));
}

/// `key` or `key, 'default'`.
fn variable(inside: &str) -> Piece {
    let (key, default) = match inside.split_once(',') {
        None => (inside, None),
        Some((key, default)) => (key, Some(default.trim())),
    };
    let default = default.map(|d| {
        d.strip_prefix('\'')
            .and_then(|d| d.strip_suffix('\''))
            .unwrap_or(d)
    });
    Piece::Variable {
        key: Arc::from(key.trim().to_ascii_lowercase()),
        default: default.map(Arc::from),
    }
}

#[cfg(test)]
mod tests;
