use super::*;
use crate::truth::Truth;

mod laws;
mod pairs;

/// A document of these statements, in version 2012-10-17.
fn document(statements: &str) -> Side {
    let text = if statements.starts_with('{') && statements.contains("\"Statement\"") {
        statements.to_owned()
    } else {
        format!("{{\"Version\": \"2012-10-17\", \"Statement\": [{statements}]}}")
    };
    let document = palisade_syntax::parse_json(palisade_core::FileId::NONE, &text)
        .unwrap_or_else(|error| panic!("{error}: {text}"));
    let (policy, notes) = crate::read_symbolic(&document.root);
    assert_eq!(notes, [], "{text}");
    Side::of(Arc::new(policy))
}

/// Compares, and holds every answer against what must be true of it.
fn checked(a: &Side, b: &Side) -> Comparison {
    let comparison = compare(a, b, Options::default());
    for (one, other, answer) in [(a, b, &comparison.a_in_b), (b, a, &comparison.b_in_a)] {
        assert_eq!(
            answer.holds == Some(false),
            answer.witness.is_some(),
            "{answer:?}"
        );
        assert_eq!(
            answer.holds.is_none(),
            !answer.unknown.is_empty(),
            "{answer:?}"
        );
        assert_eq!(
            answer.holds == Some(false),
            !answer.new.is_empty(),
            "{answer:?}"
        );
        let internal = answer
            .unknown
            .iter()
            .any(|r| matches!(r, Reason::Internal(_)));
        assert!(!internal, "{answer:?}");
        if let Some(witness) = &answer.witness {
            assert_eq!(one.allows(&witness.request), Truth::Yes, "{witness:?}");
            assert_eq!(other.allows(&witness.request), Truth::No, "{witness:?}");
        }
        let quick = subset(one, other, Options::default());
        assert_eq!(quick.holds, answer.holds);
    }
    comparison
}
