use super::*;
use palisade_core::{Sources, Span};
use proptest::prelude::*;

fn read(text: &str) -> Document {
    let mut sources = Sources::default();
    let file = sources.add("t", text);
    parse(file, text).unwrap_or_else(|e| panic!("{text}: {e}"))
}

fn refuse(text: &str) -> SyntaxError {
    let mut sources = Sources::default();
    let file = sources.add("t", text);
    parse(file, text).expect_err(text)
}

/// Compact writing of a tree, so that expectations are short.
fn show(node: &Node) -> String {
    let tag = node
        .tag
        .as_ref()
        .map_or(String::new(), |t| format!("!{t} "));
    let data = match &node.data {
        Data::Null => "null".to_owned(),
        Data::Bool(b) => b.to_string(),
        Data::Number(n) => format!("#{}", n.text),
        Data::String(s) => format!("{s:?}"),
        Data::Seq(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(" ")),
        Data::Map(entries) => format!(
            "{{{}}}",
            entries
                .iter()
                .map(|e| format!("{}={}", e.key.name, show(&e.value)))
                .collect::<Vec<_>>()
                .join(" ")
        ),
    };
    tag + &data
}

fn check(text: &str, expected: &str) {
    assert_eq!(show(&read(text).root), expected, "{text}");
}

#[test]
fn scalars_are_read_as_cloudformation_reads_them() {
    check("a: yes\nb: 'yes'\nc: Off", "{a=true b=\"yes\" c=false}");
    check(
        "a: 012345678901\nb: 1.5\nc: -3",
        "{a=#012345678901 b=#1.5 c=#-3}",
    );
    check("Version: 2012-10-17", "{Version=\"2012-10-17\"}");
    check(
        "a: 1:30\nb: 1.2.3\nc: .\nd: +",
        r#"{a="1:30" b="1.2.3" c="." d="+"}"#,
    );
    check("a:\nb: ~\nc: null", "{a=null b=null c=null}");
    check("a: !!str 12", "{a=\"12\"}");
    check(
        r#"{"a": 1e3, "b": null, "c": [true, "x"]}"#,
        "{a=#1e3 b=null c=[true \"x\"]}",
    );
}

#[test]
fn tags_are_kept_on_every_kind_of_node() {
    check(
        "a: !Ref X\nb: !GetAtt A.B\nc: !Join ['', [x, !Ref Y]]\nd: !Transform {Name: N}",
        r#"{a=!Ref "X" b=!GetAtt "A.B" c=!Join ["" ["x" !Ref "Y"]] d=!Transform {Name="N"}}"#,
    );
}

#[test]
fn aliases_and_merge_keys_are_resolved() {
    check("a: &x {k: 1, l: 2}\nb: *x", "{a={k=#1 l=#2} b={k=#1 l=#2}}");
    check(
        "a: &x {k: 1, l: 2}\nb: {<<: *x, k: 3}",
        "{a={k=#1 l=#2} b={k=#3 l=#2}}",
    );
}

#[test]
fn comments_keep_their_places_in_both_formats() {
    let yaml = "# one\na: 1 # two\n";
    let doc = read(yaml);
    let found: Vec<_> = doc.comments.iter().map(|c| &yaml[c.span.range()]).collect();
    assert_eq!(found, ["# one", "# two"]);
    let json = "{ // one\n \"a\": 1 /* two */ }";
    let doc = read(json);
    let found: Vec<_> = doc.comments.iter().map(|c| c.text.trim()).collect();
    assert_eq!(found, ["one", "two"]);
}

#[test]
fn spans_are_what_was_written() {
    let text = "Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n    Properties:\n      KmsMasterKeyId: !Ref Key\n";
    let doc = read(text);
    let queue = doc.root.at(&["Resources", "Queue"]).unwrap();
    let entry = queue
        .get("Properties")
        .unwrap()
        .entry("KmsMasterKeyId")
        .unwrap();
    assert_eq!(&text[entry.key.origin.span.range()], "KmsMasterKeyId");
    assert!(text[entry.value.origin.span.range()].ends_with("Key"));
    assert!(text[queue.origin.span.range()].starts_with("Type"));
    let json = r#"{"Resources": {"Q": {"Type": "T"}}}"#;
    let doc = read(json);
    let node = doc.root.at(&["Resources", "Q", "Type"]).unwrap();
    assert_eq!(&json[node.origin.span.range()], "\"T\"");
}

#[test]
fn duplicate_keys_are_told_and_the_last_one_holds() {
    for text in ["a: 1\nb: 2\na: 3\n", r#"{"a": 1, "b": 2, "a": 3}"#] {
        let doc = read(text);
        assert_eq!(show(&doc.root), "{b=#2 a=#3}");
        assert_eq!(doc.duplicate_keys.len(), 1);
    }
}

#[test]
fn odd_documents_are_read() {
    check("", "null");
    check("---\n", "null");
    check("- a\n- b\n", "[\"a\" \"b\"]");
    check("a: 1\r\nb:\r\n  c: 2\r\n", "{a=#1 b={c=#2}}");
    check("{a: b}", "{a=\"b\"}");
    assert!(read("a: 1\n---\nb: 2\n").second_document.is_some());
}

#[test]
fn broken_texts_are_refused_with_a_place() {
    for text in [
        "a: [1",
        "a: b: c",
        "a:\n\tb: 1",
        "a: 'x",
        "*nowhere",
        "a: &x [*x]",
        "{\"a\": 1",
    ] {
        let error = refuse(text);
        assert!(error.span.end as usize <= text.len(), "{text}");
        assert!(!error.message.is_empty());
    }
}

#[test]
fn bombs_are_refused() {
    let mut bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
    for i in 1..9 {
        let refs = vec![format!("*a{}", i - 1); 10].join(",");
        bomb.push_str(&format!("a{i}: &a{i} [{refs}]\n"));
    }
    assert!(refuse(&bomb).message.contains("aliases"));
    for deep in [
        "[".repeat(200_000),
        "{\"a\":".repeat(200_000),
        "- ".repeat(200_000),
    ] {
        assert!(!refuse(&deep).message.is_empty());
    }
    let nested = format!("{}{}", "[".repeat(150), "]".repeat(150));
    assert!(refuse(&nested).message.contains("deeper"));
}

#[test]
fn encodings_are_recognised() {
    assert_eq!(decode(b"\xEF\xBB\xBFa: 1").unwrap(), "a: 1");
    assert_eq!(decode(b"\xFF\xFEa\0:\0").unwrap(), "a:");
    assert_eq!(decode(b"\xFE\xFF\0a\0:").unwrap(), "a:");
    assert_eq!(decode(b"ab\xFFc"), Err(DecodeError::NotUtf8(2)));
    assert_eq!(decode(b"\x7FELF\0"), Err(DecodeError::Binary));
    assert_eq!(decode(b"\xFF\xFEa"), Err(DecodeError::NotUtf16));
}

fn inside(node: &Node, len: usize) -> bool {
    let ok = |span: Span| span.start <= span.end && span.end as usize <= len;
    ok(node.origin.span)
        && match &node.data {
            Data::Seq(items) => items.iter().all(|n| inside(n, len)),
            Data::Map(entries) => entries
                .iter()
                .all(|e| ok(e.key.origin.span) && inside(&e.value, len)),
            _ => true,
        }
}

fn yamlish() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a", "b: ", "- ", "\n", "  ", "\n  ", "{", "}", "[", "]", ",", ": ", "\"", "'", "#c",
        "!Sub ", "&x ", "*x", "|\n", ">\n", "<<: ", "ä", "\t", "---\n", "? ", "\\", "\r\n", "//",
        "1", "yes",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|v| v.concat())
}

proptest! {
    #[test]
    fn nothing_panics_and_spans_lie_inside(text in prop_oneof![yamlish(), any::<String>()]) {
        let mut sources = Sources::default();
        let file = sources.add("t", text.as_str());
        for parse in [parse_yaml, parse_json, parse] {
            match parse(file, &text) {
                Ok(doc) => {
                    prop_assert!(inside(&doc.root, text.len()));
                    prop_assert_eq!(Ok(doc), parse(file, &text));
                }
                Err(error) => prop_assert!(error.span.end as usize <= text.len()),
            }
        }
    }

    #[test]
    fn decoding_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = decode(&bytes);
    }
}
