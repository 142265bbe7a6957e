//! What is computed of values that are known in part.

use super::{Folder, run, shown, value};
use crate::functions::{call, exists};
use palisade_app::value::{Alternative, Entry, List, Map};
use palisade_app::{Condition, Data, Part, Reason, ReasonKind, Value};
use palisade_core::{Origin, Span, ViaKind};
use std::sync::Arc;

fn of(data: Data) -> Value {
    Value::new(data, Origin::default())
}

fn reason(what: &str) -> Reason {
    Reason::new(ReasonKind::Parameter, what)
}

/// A symbol: `aws_x.y.arn` is a reference, `var.x` a parameter, `AWS::Region` a place, `?` a hole.
fn part(text: &str) -> Part {
    if let Some((resource, attribute)) = text.strip_prefix("aws_").and_then(|t| t.rsplit_once('.'))
    {
        let resource = Arc::from(format!("aws_{resource}"));
        let attribute = Arc::from(attribute);
        return Part::Reference {
            resource,
            attribute,
        };
    }
    match text {
        "?" => Part::Hole(reason("a hole")),
        _ if text.starts_with("AWS::") => Part::Pseudo(Arc::from(text)),
        _ => Part::Parameter {
            name: Arc::from(text),
            secret: false,
        },
    }
}

/// A text in which `<…>` is a symbol.
fn symbolic(text: &str) -> Value {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        let (symbol, after) = after.split_once('>').unwrap();
        parts.push(Part::Literal(Arc::from(before)));
        parts.push(part(symbol));
        rest = after;
    }
    parts.push(Part::Literal(Arc::from(rest)));
    parts.retain(|part| !matches!(part, Part::Literal(text) if text.is_empty()));
    of(Data::Symbolic(Arc::from(parts)))
}

fn unknown() -> Value {
    of(Data::Unknown(reason("not given")))
}

fn one_of(values: &[(bool, &str)]) -> Value {
    let alternative = |(holds, text): &(bool, &str)| Alternative {
        when: Condition::Named {
            name: Arc::from("prod"),
            holds: *holds,
        },
        value: value(text),
    };
    of(Data::OneOf(values.iter().map(alternative).collect()))
}

/// Reads arguments of JSON in which a text with `<…>` is symbolic, `"?"` is unknown, `"…"` as the
/// last item of a list or `"…": 0` in a map says that there may be more.
fn read(mut read_value: Value) -> Value {
    match &mut read_value.data {
        Data::Text(text) if &**text == "?" => unknown(),
        Data::Text(text) if &**text == "one-of" => one_of(&[(true, "\"a\""), (false, "\"b\"")]),
        Data::Text(text) if text.contains('<') => symbolic(&text.clone()),
        Data::List(List { items, open }) => {
            if items.last().and_then(Value::as_text) == Some("…") {
                items.pop();
                *open = Some(reason("there may be more"));
            }
            *items = std::mem::take(items).into_iter().map(read).collect();
            read_value
        }
        Data::Map(Map { entries, open }) => {
            if let Some(at) = entries.iter().position(|entry| &*entry.key == "…") {
                entries.remove(at);
                *open = Some(reason("there may be more"));
            }
            for Entry { value, .. } in entries {
                *value = read(value.clone());
            }
            read_value
        }
        _ => read_value,
    }
}

fn check(name: &str, arguments: &str, expected: &str) {
    let arguments = read(value(arguments)).items().to_vec();
    let given = call(name, arguments.clone(), &Origin::default(), &Folder);
    assert_eq!(shown(&given), expected, "{name} {arguments:?}");
}

#[test]
fn texts_are_worked_on_part_by_part() {
    check(
        "join",
        r#"["/",["a","<aws_x.y.arn>","b"]]"#,
        r#""a/${aws_x.y.arn}/b""#,
    );
    check("join", r#"[",",["a","…"]]"#, r#""a,${?}""#);
    check(
        "format",
        r#"["%s:%d-%s","<aws_x.y.arn>",1,"?"]"#,
        r#""${aws_x.y.arn}:1-${?}""#,
    );
    check("format", r#"["%-9s|","<aws_x.y.arn>"]"#, r#""${?}|""#);
    check(
        "formatlist",
        r#"["%s/*",["<aws_x.y.arn>","b"]]"#,
        r#"["${aws_x.y.arn}/*","b/*"]"#,
    );
    check("formatlist", r#"["%s/*",["a","…"]]"#, r#"["a/*"${?}]"#);
    check("formatlist", r#"["%s/*","<var.x>"]"#, "[${?}]");
    check(
        "formatlist",
        r#"["%s/%s","<aws_x.y.arn>",["a"]]"#,
        r#"["${aws_x.y.arn}/a"]"#,
    );
    check(
        "lower",
        r#"["A-<AWS::Region>-<aws_x.y.arn>"]"#,
        r#""a-${AWS::Region}-${?}""#,
    );
    check("upper", r#"["a-<AWS::Region>"]"#, r#""A-${?}""#);
    check("trimspace", r#"[" a<var.x>b "]"#, r#""a${var.x}b""#);
    check("trimprefix", r#"["ab<var.x>","a"]"#, r#""b${var.x}""#);
    check("trimsuffix", r#"["<var.x>/","/"]"#, "${?}");
    check("trimsuffix", r#"["a<var.x>.","."]"#, r#""a${var.x}""#);
    check("trimsuffix", r#"["a<var.x>","."]"#, "${?}");
    check(
        "indent",
        r#"[2,"a\n<var.x>\nb"]"#,
        r#""a\n  ${var.x}\n  b""#,
    );
    check(
        "replace",
        r#"["a-b-<AWS::AccountId>","-","_"]"#,
        r#""a_b_${AWS::AccountId}""#,
    );
    check("replace", r#"["a-b-<aws_x.y.arn>","-","_"]"#, "${?}");
    check(
        "replace",
        r#"["a-x-b","x","<aws_x.y.arn>"]"#,
        r#""a-${aws_x.y.arn}-b""#,
    );
    check("substr", r#"["abcd<var.x>",1,2]"#, r#""bc""#);
    check("substr", r#"["abcd<var.x>",1,10]"#, r#""bcd${?}""#);
    check(
        "urlencode",
        r#"["a b<AWS::Region>"]"#,
        r#""a+b${AWS::Region}""#,
    );
    check("basename", r#"["<var.x>/a/b.zip"]"#, r#""b.zip""#);
    check("base64encode", r#"["x<var.x>"]"#, r#""x${var.x}""#);
    check("md5", r#"["a"]"#, "${?}");
    check("timestamp", "[]", "${?}");
}

#[test]
fn texts_are_split_where_that_is_certain() {
    check(
        "split",
        r#"["/","a/<AWS::AccountId>/b"]"#,
        r#"["a",${?},"b"]"#,
    );
    check(
        "split",
        r#"[",","<aws_x.y.arn>,x<aws_x.z.id>"]"#,
        r#"[${?},"x${aws_x.z.id}"]"#,
    );
    check("split", r#"["/","a/<var.x>/b/c"]"#, r#"["a","b","c"${?}]"#);
    check("split", r#"[",","<aws_x.y.arn>"]"#, "[${?}]");
    check("split", r#"[",","?"]"#, "[${?}]");
}

#[test]
fn questions_about_texts_are_answered_where_they_can_be() {
    check("startswith", r#"["arn:<var.x>","arn:"]"#, "true");
    check("startswith", r#"["arn:<var.x>","x"]"#, "false");
    check(
        "startswith",
        r#"["arn:<var.x>","arn:aws"]"#,
        "unknown: `${var.x}` is known at deployment only",
    );
    check("endswith", r#"["<var.x>/*","*"]"#, "true");
    check("endswith", r#"["<var.x>/*","x"]"#, "false");
    check("strcontains", r#"["a*<var.x>","*"]"#, "true");
    check(
        "strcontains",
        r#"["a<var.x>","*"]"#,
        "unknown: `${var.x}` is known at deployment only",
    );
    check("contains", r#"[["a","…"],"a"]"#, "true");
    check(
        "contains",
        r#"[["a","…"],"b"]"#,
        "unknown: there may be more",
    );
    check("contains", r#"[["arn:<var.x>"],"b"]"#, "false");
    check("contains", r#"[["<aws_x.y.arn>"],"<aws_x.y.arn>"]"#, "true");
    check("contains", r#"[["?"],"b"]"#, "unknown: not given");
    check("anytrue", r#"[["?",true]]"#, "true");
    check("alltrue", r#"[["?",true]]"#, "unknown: not given");
    check("alltrue", r#"[["?",false]]"#, "false");
    check("length", r#"[["?","a"]]"#, "2");
    check("length", r#"[["a","…"]]"#, "unknown: there may be more");
    check("index", r#"[["a","?"],"a"]"#, "0");
    check("index", r#"[["?","a"],"a"]"#, "unknown: not given");
}

#[test]
fn lists_are_worked_on_with_items_that_are_not_known() {
    check("concat", r#"[["a"],["?"],"?"]"#, r#"["a",${?}${?}]"#);
    check(
        "flatten",
        r#"[["a",["<aws_x.y.arn>"],"?"]]"#,
        r#"["a",${?}${?}]"#,
    );
    check("flatten", r#"[[["<aws_x.y.subnet_ids>"]]]"#, "[${?}${?}]");
    check(
        "distinct",
        r#"[["a<var.x>","a<var.x>","?","?"]]"#,
        r#"["a${var.x}",${?},${?}]"#,
    );
    check(
        "compact",
        r#"[["","<aws_x.y.arn>a","<var.x>"]]"#,
        r#"["${aws_x.y.arn}a"${?}]"#,
    );
    check("coalesce", r#"["","a<var.x>","b"]"#, r#""a${var.x}""#);
    check(
        "coalesce",
        r#"["<var.x>","b"]"#,
        "unknown: `${var.x}` is known at deployment only",
    );
    check("coalescelist", r#"[[],["a","…"]]"#, r#"["a"${?}]"#);
    check("coalescelist", r#"["?",["a"]]"#, "unknown: not given");
    check("element", r#"[["a","?"],0]"#, r#""a""#);
    check("element", r#"[["a","…"],0]"#, "unknown: there may be more");
    check("slice", r#"[["a","?","b"],1,3]"#, r#"[${?},"b"]"#);
    check("reverse", r#"[["a","?"]]"#, r#"[${?},"a"]"#);
    check(
        "sort",
        r#"[["b","a","x<var.x>"]]"#,
        r#"["x${var.x}","a","b"${?}]"#,
    );
    check("toset", r#"[["b","a","…"]]"#, r#"["a","b"${?}]"#);
    check(
        "setproduct",
        r#"[["a","?"],["x"]]"#,
        r#"[["a","x"],[${?},"x"]]"#,
    );
    check("setproduct", r#"[["a","…"],["x"]]"#, r#"[["a","x"]${?}]"#);
    check(
        "setunion",
        r#"[["a"],["a","x<var.x>"]]"#,
        r#"["a","x${var.x}"]"#,
    );
    check("setsubtract", r#"[["a","b"],["b","…"]]"#, "[${?}]");
    check("setsubtract", r#"[["a","b","…"],["b"]]"#, r#"["a"${?}]"#);
    check(
        "setintersection",
        r#"[["a","b"],["b","…"]]"#,
        r#"["b"${?}]"#,
    );
    check(
        "matchkeys",
        r#"[["a","b"],["x","?"],["x"]]"#,
        r#"["a"${?}]"#,
    );
    check("one", r#"[["?"]]"#, "unknown: not given");
    check("tolist", r#"[[1,"a<var.x>"]]"#, r#"["1","a${var.x}"]"#);
}

#[test]
fn maps_are_worked_on_with_entries_that_are_not_seen() {
    check("merge", r#"[{"a":1},{"b":"?"}]"#, r#"{"a":1,"b":${?}}"#);
    check(
        "merge",
        r#"[{"a":1},"?",{"b":2}]"#,
        r#"{"a":${?},"b":2${?}}"#,
    );
    check("merge", r#"["?",{"b":2}]"#, r#"{"b":2${?}}"#);
    check("keys", r#"[{"b":"?","a":1,"…":0}]"#, r#"["a","b"${?}]"#);
    check("values", r#"[{"b":"?","a":1}]"#, "[1,${?}]");
    check("lookup", r#"[{"a":1,"…":0},"a"]"#, "1");
    check(
        "lookup",
        r#"[{"a":1,"…":0},"b",2]"#,
        "unknown: there may be more",
    );
    check(
        "lookup",
        r#"[{"a":1,"b":2},"<AWS::Region>"]"#,
        "1 when AWS::Region is a or 2 when AWS::Region is b",
    );
    check(
        "lookup",
        r#"[{"a":1,"b":2},"<AWS::Region>",3]"#,
        "unknown: `${AWS::Region}` is known at deployment only",
    );
    check("zipmap", r#"[["a","b"],["?",1]]"#, r#"{"a":${?},"b":1}"#);
    check("zipmap", r#"[["a","<var.x>"],[1,2]]"#, r#"{"a":${?}${?}}"#);
    check("zipmap", r#"[["a"],"?"]"#, r#"{"a":${?}}"#);
}

#[test]
fn alternatives_are_spread() {
    check(
        "upper",
        r#"["one-of"]"#,
        r#""A" when prod is true or "B" when prod is false"#,
    );
    // The same condition decides both: only two of four pairs can be.
    check(
        "format",
        r#"["%s%s","one-of","one-of"]"#,
        r#""aa" when prod is true or "bb" when prod is false"#,
    );
    check("length", r#"["one-of"]"#, "1");
    check(
        "join",
        r#"["-",["x","one-of"]]"#,
        r#""x-a" when prod is true or "x-b" when prod is false"#,
    );
}

#[test]
fn what_is_encoded_keeps_its_structure_and_its_places() {
    let mut policy = value(r#"{"Action":"s3:*"}"#);
    policy.origin = Origin::at(Span::new(Default::default(), 3, 9));
    let encoded = call(
        "jsonencode",
        vec![policy.clone()],
        &Origin::default(),
        &Folder,
    );
    assert_eq!(encoded, policy);
    let decoded = call("jsondecode", vec![encoded], &Origin::default(), &Folder);
    assert_eq!(decoded, policy);
    check(
        "join",
        r#"["",["x",{"b":["<aws_x.y.arn>/*"],"a":"?"}]]"#,
        r#""x{\"a\":${?},\"b\":[\"${aws_x.y.arn}/*\"]}""#,
    );
    check(
        "jsondecode",
        r#"["{\"a\": \"<var.x>/\"}"]"#,
        r#"{"a":"${var.x}/"}"#,
    );
    check("jsondecode", r#"["?"]"#, "unknown: not given");
    check("yamlencode", r#"[{"a":"?"}]"#, r#"{"a":${?}}"#);
    check("base64encode", r#"[{"a":1}]"#, r#"{"a":1}"#);
    check("sensitive", r#"["x"]"#, r#""x""#);
}

#[test]
fn names_of_resources_are_taken_apart() {
    let arn = "arn:<AWS::Partition>:iam::<AWS::AccountId>:role/path/x";
    check(
        "provider::aws::arn_parse",
        &format!("[\"{arn}\"]"),
        r#"{"account_id":${?},"partition":${?},"region":"","resource":"role/path/x","service":"iam"}"#,
    );
    check(
        "provider::aws::trim_iam_role_path",
        &format!("[\"{arn}\"]"),
        r#""arn:${AWS::Partition}:iam::${AWS::AccountId}:role/x""#,
    );
    check(
        "provider::aws::arn_build",
        r#"["aws","iam","","<AWS::AccountId>","user/x"]"#,
        r#""arn:aws:iam::${AWS::AccountId}:user/x""#,
    );
    let unknown = "unknown: `${aws_iam_role.x.arn}` is known at deployment only";
    check(
        "provider::aws::arn_parse",
        r#"["<aws_iam_role.x.arn>"]"#,
        unknown,
    );
}

#[test]
fn wrong_uses_say_what_is_wrong() {
    check(
        "nothing",
        "[]",
        "unknown: the function `nothing` is not known",
    );
    check("lower", "[]", "unknown: `lower` does not take 0 arguments");
    check(
        "keys",
        "[[1]]",
        "unknown: `keys`: a list where a map is expected",
    );
    check(
        "lower",
        "[null]",
        "unknown: `lower`: null where a text is expected",
    );
    check(
        "range",
        "[1000000000]",
        "unknown: `range`: more than 1024 numbers",
    );
    check(
        "format",
        r#"["%1000000000d",1]"#,
        "unknown: `format` makes more than is followed",
    );
    check("file", r#"["none.txt"]"#, "${?}");
    let Data::Symbolic(parts) = run("file", r#"["none.txt"]"#).data else {
        panic!("a text");
    };
    let [Part::Hole(reason)] = &*parts else {
        panic!("a hole");
    };
    assert_eq!(reason.kind, ReasonKind::File);
    assert!(!exists("nothing"));
}

#[test]
fn what_a_text_came_through_stays_with_it() {
    let kind = ViaKind::Parameter(Arc::from("password"));
    let origin = Origin::default().through(kind.clone(), Span::new(Default::default(), 1, 2));
    let secret = Value::text("Secret", origin);
    for (name, arguments) in [
        ("lower", vec![secret.clone()]),
        (
            "format",
            vec![Value::text("%s!", Origin::default()), secret.clone()],
        ),
        ("base64encode", vec![secret.clone()]),
    ] {
        let given = call(name, arguments, &Origin::default(), &Folder);
        assert!(given.origin.steps().any(|step| step.kind == kind), "{name}");
    }
}
