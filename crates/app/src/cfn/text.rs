//! The pieces of texts with `${…}`.

/// The pieces of a `Fn::Sub` text: `Ok` for literal text, `Err` for the name of a variable.
pub(super) fn substitution(text: &str) -> Vec<Result<&str, &str>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let Some(length) = rest[start..].find('}') else {
            break;
        };
        let name = rest[start + 2..start + length].trim();
        if start > 0 {
            pieces.push(Ok(&rest[..start]));
        }
        if rest[start + 2..].starts_with('!') {
            // `${!Literal}` stands for `${Literal}`.
            pieces.push(Ok("${"));
            pieces.push(Ok(&rest[start + 3..=start + length]));
        } else {
            pieces.push(Err(name));
        }
        rest = &rest[start + length + 1..];
    }
    if !rest.is_empty() {
        pieces.push(Ok(rest));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::substitution;

    #[test]
    fn substitutions_are_cut_at_their_variables() {
        let check = |text, expected: &[Result<&str, &str>]| {
            assert_eq!(substitution(text), expected, "{text}");
        };
        check("a${B}c", &[Ok("a"), Err("B"), Ok("c")]);
        check("${A.B}${C}", &[Err("A.B"), Err("C")]);
        check("x${!Lit}y", &[Ok("x"), Ok("${"), Ok("Lit}"), Ok("y")]);
        check("open ${A", &[Ok("open ${A")]);
        check("", &[]);
    }
}
