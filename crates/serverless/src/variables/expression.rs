//! The texts of variables: `${source(parameter):address, fallback}` within other text.
//!
//! Must leave alone what is CloudFormation's: `${Name}`, `${Name.Arn}`, `${AWS::Region}`.

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece<'t> {
    /// These characters.
    Text(&'t str),
    /// What stands between `${` and `}` of a variable.
    Variable(&'t str),
}

/// One of the alternatives of a variable, the first that gives a value counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source<'t> {
    /// `self`, `opt`, `file` …
    pub(crate) kind: &'t str,
    /// What stands in parentheses.
    pub(crate) parameter: Option<&'t str>,
    /// What stands behind the colon.
    pub(crate) address: Option<&'t str>,
}

/// Variables are at most this long.
const MAX_LENGTH: usize = 4096;

/// The pieces of a text. A variable may hold others.
pub(crate) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut from = 0;
    let mut at = 0;
    while let Some(start) = text[at..].find("${").map(|i| at + i) {
        at = start + 2;
        let escaped = text[..start].ends_with('\\');
        let Some(end) =
            closing(text, start + 2).filter(|end| source(&text[start + 2..*end]).is_some())
        else {
            continue;
        };
        if escaped {
            found.push(Piece::Text(&text[from..start - 1]));
            found.push(Piece::Text(&text[start..=end]));
        } else {
            if from < start {
                found.push(Piece::Text(&text[from..start]));
            }
            found.push(Piece::Variable(&text[start + 2..end]));
        }
        from = end + 1;
        at = from;
    }
    if from < text.len() {
        found.push(Piece::Text(&text[from..]));
    }
    found
}

/// The closing brace of a variable whose text begins at `from`.
fn closing(text: &str, from: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (i, byte) in text.bytes().enumerate().skip(from).take(MAX_LENGTH) {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 0 => return Some(i),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// The alternatives of a variable: parted by commas outside of quotes, parentheses and braces.
pub(crate) fn alternatives(variable: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut from, mut depth) = (0, 0_usize);
    let mut quote = None;
    for (i, byte) in variable.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), _) if byte == open => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'{' | b'(') => depth += 1,
            (None, b'}' | b')') => depth = depth.saturating_sub(1),
            (None, b',') if depth == 0 => {
                found.push(variable[from..i].trim());
                from = i + 1;
            }
            _ => {}
        }
    }
    found.push(variable[from..].trim());
    found
}

/// One alternative as a source; nothing when it is written as something else.
pub(crate) fn source(text: &str) -> Option<Source<'_>> {
    let text = text.trim();
    let end = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')))
        .unwrap_or(text.len());
    let (kind, rest) = text.split_at(end);
    if !kind.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let (parameter, rest) = match rest.strip_prefix('(') {
        Some(inside) => {
            let close = closing_parenthesis(inside)?;
            (Some(inside[..close].trim()), &inside[close + 1..])
        }
        None => (None, rest),
    };
    let address = match rest.strip_prefix(':') {
        // `AWS::Region` is CloudFormation's.
        Some(address) if address.starts_with(':') => return None,
        Some(address) => Some(address.trim()),
        None if parameter.is_some() => None,
        None => return None,
    };
    Some(Source {
        kind,
        parameter,
        address,
    })
}

fn closing_parenthesis(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (i, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' if depth == 0 => return Some(i),
            b')' => depth -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cloudformations_is_left_alone() {
        for text in [
            "${Name}",
            "${Name.Arn}",
            "${AWS::Region}",
            "${!Literal}",
            "${",
            "$}{",
            "${}",
        ] {
            let whole = [Piece::Text(text)];
            assert_eq!(pieces(text), whole, "{text}");
        }
    }

    #[test]
    fn variables_hold_others() {
        let text = "a-${self:custom.${opt:stage, 'dev'}.name}-${AWS::Region}-${sls:stage}";
        assert_eq!(
            pieces(text),
            [
                Piece::Text("a-"),
                Piece::Variable("self:custom.${opt:stage, 'dev'}.name"),
                Piece::Text("-${AWS::Region}-"),
                Piece::Variable("sls:stage"),
            ]
        );
        let escaped = pieces("x\\${self:a}y");
        assert_eq!(
            escaped,
            [Piece::Text("x"), Piece::Text("${self:a}"), Piece::Text("y")]
        );
    }

    #[test]
    fn alternatives_are_parted_by_commas() {
        let text = "file(./a,b.yml):x.y, self:custom.${self:z, 'q,r'}, 'one, two', 3";
        assert_eq!(
            alternatives(text),
            [
                "file(./a,b.yml):x.y",
                "self:custom.${self:z, 'q,r'}",
                "'one, two'",
                "3"
            ]
        );
    }

    #[test]
    fn sources_have_parameters_and_addresses() {
        let check = |text, kind, parameter, address| {
            let expected = Source {
                kind,
                parameter,
                address,
            };
            assert_eq!(source(text), Some(expected), "{text}");
        };
        check("self:", "self", None, Some(""));
        check("file(./a.yml)", "file", Some("./a.yml"), None);
        check(
            "cf(us-east-1):stack.Out",
            "cf",
            Some("us-east-1"),
            Some("stack.Out"),
        );
        check(
            "cf.us-east-1:stack.Out",
            "cf.us-east-1",
            None,
            Some("stack.Out"),
        );
        assert_eq!(source("'text'"), None);
        assert_eq!(source("3"), None);
    }
}
