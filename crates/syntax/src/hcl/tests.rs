use super::*;
use palisade_core::Sources;
use proptest::prelude::*;

fn file() -> FileId {
    Sources::default().add("main.tf", "")
}

fn parse(text: &str) -> Body {
    parse_hcl(file(), text).expect("well-formed").body
}

/// The value of the first attribute, written back in a way that shows its structure.
fn shown(text: &str) -> String {
    show(&parse(text).attributes[0].value)
}

fn show(expr: &Expr) -> String {
    let all = |items: &[Expr]| items.iter().map(show).collect::<Vec<_>>().join(", ");
    match &expr.kind {
        ExprKind::Null => "null".into(),
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Number(number) => number.text.to_string(),
        ExprKind::Text(text) => format!("{text:?}"),
        ExprKind::Template(pieces) => format!("<{}>", show_pieces(pieces)),
        ExprKind::List(items) => format!("[{}]", all(items)),
        ExprKind::Map(entries) => {
            let entries = entries
                .iter()
                .map(|(k, v)| format!("{}: {}", show(k), show(v)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        ExprKind::Variable(word) => word.to_string(),
        ExprKind::Get(base, steps) => {
            let steps = steps.iter().map(|step| match step {
                Step::Name(name) => format!(".{}", name.text),
                Step::Index(index) => format!("[{}]", show(index)),
                Step::Splat => "[*]".into(),
                Step::NameSplat => ".*".into(),
            });
            format!("{}{}", show(base), steps.collect::<String>())
        }
        ExprKind::Call {
            name,
            arguments,
            expand,
        } => {
            let dots = if *expand { "..." } else { "" };
            format!("{}({}{dots})", name.text, all(arguments))
        }
        ExprKind::Not(inner) => format!("!{}", show(inner)),
        ExprKind::Negative(inner) => format!("-{}", show(inner)),
        ExprKind::Binary(a, operator, b) => format!("({} {operator:?} {})", show(a), show(b)),
        ExprKind::If(choice) => format!(
            "({} ? {} : {})",
            show(&choice.condition),
            show(&choice.yes),
            show(&choice.no)
        ),
        ExprKind::For(turns) => format!(
            "for {:?},{} in {} => {:?} {} {:?} {}",
            turns.key,
            turns.value,
            show(&turns.collection),
            turns.result_key.as_ref().map(show),
            show(&turns.result),
            turns.condition.as_ref().map(show),
            turns.grouped
        ),
    }
}

fn show_pieces(pieces: &[Piece]) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Text(text) => format!("{text:?}"),
        Piece::Value(value) => format!("${{{}}}", show(value)),
        Piece::If { condition, yes, no } => format!(
            "if {} {} else {}",
            show(condition),
            show_pieces(yes),
            show_pieces(no)
        ),
        Piece::For {
            key,
            value,
            collection,
            body,
        } => {
            format!(
                "for {key:?} {value} in {}: {}",
                show(collection),
                show_pieces(body)
            )
        }
    };
    pieces.iter().map(piece).collect::<Vec<_>>().join(" ")
}

#[test]
fn expressions_keep_their_structure() {
    for (text, expected) in [
        ("a = 1 + 2 * 3", "(1 Add (2 Multiply 3))"),
        ("a = !x && y || z", "((!x And y) Or z)"),
        ("a = x == 1 ? \"b\" : null", "((x Equal 1) ? \"b\" : null)"),
        ("a = aws_x.y[0].arn", "aws_x.y[0].arn"),
        ("a = aws_x.y.*.arn", "aws_x.y.*.arn"),
        ("a = aws_x.y[*].arn[0]", "aws_x.y[*].arn[0]"),
        ("a = f(x, y...)", "f(x, y...)"),
        (
            "a = provider::aws::arn_parse(x)",
            "provider::aws::arn_parse(x)",
        ),
        (
            "a = { b = 1, \"c-d\" : 2, (e) = 3 }",
            "{\"b\": 1, \"c-d\": 2, e: 3}",
        ),
        (
            "a = [for k, v in m : v if v != null]",
            "for Some(\"k\"),v in m => None v Some(\"(v NotEqual null)\") false",
        ),
        (
            "a = {for v in m : v.id => v...}",
            "for None,v in m => Some(\"v.id\") v None true",
        ),
        ("a = \"x${y}z\"", "<\"x\" ${y} \"z\">"),
        ("a = \"$${y}\"", "\"${y}\""),
        ("a = \"x ${~ y ~} z\"", "<\"x\" ${y} \"z\">"),
        (
            "a = <<-EOF\n    x\n      ${y}\n    EOF\n",
            "<\"x\\n  \" ${y} \"\\n\">",
        ),
        (
            "a = \"%{ if x ~} b %{ else }c%{ endif }\"",
            "<if x \"b \" else \"c\">",
        ),
    ] {
        assert_eq!(shown(text), expected, "{text}");
    }
}

#[test]
fn places_are_those_of_the_text() {
    let text = "resource \"aws_x\" \"y\" {\n  name = \"é${var.a}\"\n  tags { k = 1 }\n}\n";
    let body = parse(text);
    let block = &body.blocks[0];
    let at = |span: Span| &text[span.range()];
    assert_eq!(at(block.span), text.trim_end());
    assert_eq!(at(block.labels[1].span), "\"y\"");
    assert_eq!(at(block.body.attributes[0].name.span), "name");
    assert_eq!(at(block.body.attributes[0].value.span), "\"é${var.a}\"");
    assert_eq!(at(block.body.blocks[0].body.attributes[0].value.span), "1");
}

#[test]
fn comments_are_found_outside_of_texts() {
    let text = "# one\na = \"# no ${f(\"}//\")} # no\" // two\n/* three\n */ b = <<EOF\n# no\nEOF\nc = 1 # four";
    let comments = parse_hcl(file(), text).expect("well-formed").comments;
    let texts: Vec<&str> = comments.iter().map(|c| &*c.text).collect();
    assert_eq!(texts, [" one", " two", " three\n ", " four"]);
    for comment in &comments {
        assert!(text[comment.span.range()].contains(&*comment.text));
    }
}

#[test]
fn json_gives_the_same_blocks() {
    let text = r#"{"resource": {"aws_x": {"y": {"name": "n${var.a}", "tags": [{"k": 1}]}}},
        "locals": [{"a": 1}, {"b": 2}], "//": "a comment"}"#;
    let body = parse_hcl_json(file(), text).expect("well-formed").body;
    assert_eq!(body.blocks.len(), 3);
    let block = &body.blocks[0];
    assert_eq!(&*block.labels[1].text, "y");
    assert_eq!(
        show(block.body.get("name").expect("name")),
        "<\"n\" ${var.a}>"
    );
    assert_eq!(show(body.blocks[2].body.get("b").expect("b")), "2");
}

#[test]
fn deep_and_long_texts_are_refused_with_a_place() {
    for text in [
        format!("a = {}1{}", "[".repeat(10_000), "]".repeat(10_000)),
        format!("a = {}true", "!".repeat(10_000)),
        format!("a = 1{}", "+1".repeat(10_000)),
        "a = {".to_owned(),
        "resource \"x\" {\n  = 1\n}".to_owned(),
    ] {
        let error = parse_hcl(file(), &text).expect_err("not well-formed");
        assert!(!error.message.is_empty());
        assert!(error.span.range().end <= text.len());
    }
}

proptest! {
    #[test]
    fn no_text_breaks_the_parser(text in "[a-z\"${}%<>\\[\\]()=!?:.,*#/\n -]{0,80}") {
        if let Ok(document) = parse_hcl(file(), &text) {
            for comment in document.comments {
                prop_assert!(comment.span.range().end <= text.len());
            }
        }
        let _ = parse_template(Span::default(), &text);
        let _ = comments::all(file(), &text);
    }
}
