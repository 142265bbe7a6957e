//! The path of a route: text that is compared with the path of a request as it is authorised and
//! forwarded, and places that anything can stand in.

use crate::path::{Path, PathError};
use std::fmt;

/// The path of a route: `/orders/{id}`, `/files/{path+}`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Template(String);

/// Why a text is no path of a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// No request has such a path: it would be refused before.
    #[error("no request comes through with it: {0}")]
    Path(PathError),
    /// Something is encoded: paths are compared decoded.
    #[error("something in it is encoded")]
    Encoded,
    /// A brace that does not go round a whole segment.
    #[error("a parameter must be a whole segment, such as `{{name}}`")]
    Brace,
    /// A parameter has no proper name.
    #[error("the name of a parameter consists of letters, digits, `-` and `_`")]
    Name,
    /// Two parameters have one name.
    #[error("two parameters have the same name")]
    Twice,
    /// `{name+}` is not at the end.
    #[error("`{{name+}}` stands for the rest of the path, so nothing can follow it")]
    NotLast,
}

impl Template {
    /// Reads a path as `guard.toml` has it.
    ///
    /// # Errors
    /// When no request could have it, or it is not clear what it stands for.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        if text.contains('%') {
            return Err(TemplateError::Encoded);
        }
        let mut plain = String::with_capacity(text.len());
        let mut names = Vec::new();
        let mut segments = text.split('/').peekable();
        while let Some(segment) = segments.next() {
            match parameter(segment) {
                Some((name, rest)) => {
                    let proper = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
                    if name.is_empty() || name.len() > 64 || !name.bytes().all(proper) {
                        return Err(TemplateError::Name);
                    }
                    if names.contains(&name) {
                        return Err(TemplateError::Twice);
                    }
                    if rest && segments.peek().is_some() {
                        return Err(TemplateError::NotLast);
                    }
                    names.push(name);
                    plain.push('x');
                }
                None if segment.contains(['{', '}']) => return Err(TemplateError::Brace),
                None => plain.push_str(segment),
            }
            if segments.peek().is_some() {
                plain.push('/');
            }
        }
        Path::parse(&plain).map_err(TemplateError::Path)?;
        Ok(Self(text.to_owned()))
    }

    /// `/`.
    pub(super) fn root() -> Self {
        Self("/".to_owned())
    }

    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The names of its parameters, in their order.
    pub fn parameters(&self) -> impl Iterator<Item = &str> {
        let segments = self.0.split('/').filter_map(parameter);
        segments.map(|(name, _)| name)
    }

    /// What it has in common with all templates that stand for the same paths: the names of its
    /// parameters are left out.
    #[must_use]
    pub fn shape(&self) -> String {
        let segments = self.0.split('/').map(|segment| match parameter(segment) {
            Some((_, false)) => "{}",
            Some((_, true)) => "{+}",
            None => segment,
        });
        segments.collect::<Vec<_>>().join("/")
    }
}

/// The name of the parameter that a segment is, and whether it stands for the rest of the path.
fn parameter(segment: &str) -> Option<(&str, bool)> {
    let inner = segment.strip_prefix('{')?.strip_suffix('}')?;
    match inner.strip_suffix('+') {
        Some(name) => Some((name, true)),
        None => Some((inner, false)),
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn paths_of_routes_are_read() {
        for (text, shape, names) in [
            ("/", "/", &[][..]),
            ("/orders", "/orders", &[]),
            ("/orders/", "/orders/", &[]),
            ("/orders/{id}", "/orders/{}", &["id"]),
            ("/{a}/b/{c-1}/", "/{}/b/{}/", &["a", "c-1"]),
            ("/files/{path+}", "/files/{+}", &["path"]),
            ("/a:b@c", "/a:b@c", &[]),
        ] {
            let template = Template::parse(text).unwrap();
            assert_eq!(template.as_str(), text);
            assert_eq!(template.shape(), shape);
            assert_eq!(template.parameters().collect::<Vec<_>>(), names);
        }
    }

    #[test]
    fn what_no_request_can_have_is_refused() {
        for (text, error) in [
            ("", TemplateError::Path(PathError::Relative)),
            ("orders", TemplateError::Path(PathError::Relative)),
            ("{id}", TemplateError::Path(PathError::Relative)),
            ("/a//b", TemplateError::Path(PathError::EmptySegment)),
            ("/a/../b", TemplateError::Path(PathError::DotSegment)),
            ("/{a}/.", TemplateError::Path(PathError::DotSegment)),
            ("/a b", TemplateError::Path(PathError::Character)),
            ("/caf\u{e9}", TemplateError::Path(PathError::Character)),
            ("/a?b=c", TemplateError::Path(PathError::Character)),
            ("/a;b", TemplateError::Path(PathError::Parameter)),
            ("/a\\b", TemplateError::Path(PathError::HiddenSlash)),
            ("/a%20b", TemplateError::Encoded),
            ("/{a%20}", TemplateError::Encoded),
            ("/a{id}", TemplateError::Brace),
            ("/{id}.json", TemplateError::Brace),
            ("/{id", TemplateError::Brace),
            ("/{}", TemplateError::Name),
            ("/{+}", TemplateError::Name),
            ("/{a.b}", TemplateError::Name),
            ("/{{a}}", TemplateError::Name),
            ("/{*a}", TemplateError::Name),
            ("/{a}/{a}", TemplateError::Twice),
            ("/{a+}/b", TemplateError::NotLast),
            ("/{a+}/", TemplateError::NotLast),
        ] {
            assert_eq!(Template::parse(text).err(), Some(error), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_request_can_have_every_template(text in "(/(a|\\{[ab+]{0,2}\\}|\\.{1,3}|%2e|[ -~]?)){0,4}") {
            if let Ok(template) = Template::parse(&text) {
                let request = template.shape().replace("{}", "x").replace("{+}", "x/y");
                prop_assert!(Path::parse(&request).is_ok());
            }
        }
    }
}
