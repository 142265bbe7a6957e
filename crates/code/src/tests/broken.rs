//! Broken, huge and random code: partial results and a problem, never a panic, bounded work.

use super::{Files, found, read};
use palisade_core::Sources;
use proptest::prelude::*;
use std::collections::BTreeMap;

#[test]
fn broken_code_is_read_as_far_as_it_goes() {
    let (calls, _) = read(
        "src/app.py",
        "import boto3\ns3 = boto3.client('s3')\ns3.list_buckets()\ndef broken(:\n    x = (1,\ns3.create_bucket(Bucket='b')\n",
    );
    assert_eq!(found(&calls)[0], "s3.ListBuckets");
    assert_eq!(calls.problems.len(), 1);
    assert_eq!(calls.problems[0].line, Some(4));
    let (calls, _) = read(
        "src/index.js",
        "const AWS = require('aws-sdk');\nnew AWS.S3().listBuckets();\nfunction ( { ]\n",
    );
    assert_eq!(found(&calls), ["s3.ListBuckets"]);
    assert_eq!(calls.problems[0].line, Some(3));
}

#[test]
fn what_is_not_there_is_said() {
    let (calls, _) = read(
        "src/app.py",
        "from . import gone\nfrom .gone2 import x\nimport requests\n",
    );
    let messages: Vec<&str> = calls.problems.iter().map(|p| p.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "the module `.gone` that it imports is not there",
            "the module `.gone2` that it imports is not there"
        ]
    );
    let none = Files(BTreeMap::new());
    let calls = crate::calls("a.py", None, &[], &none, &mut Sources::default());
    assert_eq!(calls.problems.len(), 1);
    let (calls, _) = read("src/app.rb", "puts 1\n");
    assert_eq!(calls.problems.len(), 1);
}

#[test]
fn nesting_is_bounded() {
    let n = 30_000;
    for (entry, code) in [
        (
            "src/a.py",
            format!("x = {}1{}\n", "(".repeat(n), ")".repeat(n)),
        ),
        (
            "src/a.py",
            format!("x = {}1{}\n", "[".repeat(n), "]".repeat(n)),
        ),
        ("src/a.py", format!("x = {}1\n", "1 + ".repeat(n))),
        ("src/a.py", format!("x = y{}\n", ".a()".repeat(n))),
        (
            "src/a.js",
            format!("x = {}1{};\n", "f(".repeat(n), ")".repeat(n)),
        ),
        ("src/a.js", format!("{}{}\n", "{".repeat(n), "}".repeat(n))),
        ("src/a.js", format!("{}1\n", "if (x) y(); else ".repeat(n))),
        ("src/a.ts", format!("x = {}1;\n", "a ? b : ".repeat(n))),
        ("src/a.py", "(".repeat(n)),
        ("src/a.js", "`${".repeat(n)),
    ] {
        read(entry, &code);
    }
    // Calls and closures as deep as they may be, on the small stack of a worker.
    let mut deep = String::from("f0 = lambda x: x\n");
    for i in 1..200 {
        let open = "[".repeat(60);
        let close = "]".repeat(60);
        deep.push_str(&format!(
            "def f{i}(x):\n    return {open}f{}(x){close}\n",
            i - 1
        ));
    }
    let (calls, _) = read("src/a.py", &format!("{deep}f199(1)\n"));
    assert!(calls.problems.is_empty());
}

#[test]
fn work_is_bounded() {
    // Each function calls the one before twice with other arguments.
    let mut code =
        String::from("import boto3\ndef f0(x):\n    boto3.client('s3').get_object(Bucket=x)\n");
    for i in 1..60 {
        let p = i - 1;
        code.push_str(&format!(
            "def f{i}(x):\n    f{p}(x + 'a')\n    f{p}(x + 'b')\n    f{p}([x])\n"
        ));
    }
    code.push_str("f59('')\n");
    let (calls, _) = read("src/a.py", &code);
    assert!(
        calls
            .calls
            .iter()
            .any(|call| &*call.operation == "GetObject")
    );
    // A text that doubles, a map in itself, a class that makes itself.
    let mut code = String::from("import boto3\nx = 'a'\nd = {}\n");
    for _ in 0..2000 {
        code.push_str("x = x + x\nd = {'a': d, 'b': d}\nd['c'] = d\n");
    }
    code.push_str("class A:\n    def __init__(self):\n        self.a = A()\nA()\nboto3.client('s3').op(X=x, D=d)\n");
    let (calls, _) = read("src/a.py", &code);
    assert_eq!(calls.calls.len(), 1);
}

#[test]
fn a_megabyte_is_read() {
    let mut code = String::from("const AWS = require('aws-sdk');\nconst s3 = new AWS.S3();\n");
    for i in 0..12_000 {
        code.push_str(&format!("function f{i}(a, b) {{ if (a) {{ return s3.getObject({{ Bucket: 'b{i}' }}); }} return f{}(b); }}\n", i / 2));
    }
    let (calls, _) = read("src/a.js", &code);
    assert_eq!(calls.calls.len(), 12_000);
}

const PYTHON: &str = "import boto3, os\nfrom .x import y\nclass A(B):\n    t = boto3.resource('dynamodb').Table(os.environ['T'])\n    def __init__(self, c=None, *a, **k):\n        self.c = c or boto3.client('s3')\n    @property\n    def q(self):\n        return f'{self.c}-{os.getenv(\"Q\", \"d\")}'\n    async def go(self, items):\n        with self.t.batch_writer() as b:\n            for i in items:\n                b.put_item(Item={'a': i, **i})\n        try:\n            return [self.c.get_object(Bucket=self.q, Key=k) for k in items if k]\n        except Exception as e:\n            raise e from None\n    def other(self):\n        super().other()\n        getattr(self.c, self.q)(A='%s' % 1, B='{}'.format(2))\ndef handler(event, context):\n    A().go(event['x'])\n    global z\n    z = lambda v: (v, z)\n";
const SCRIPT: &str = "import { S3Client, GetObjectCommand as G } from '@aws-sdk/client-s3';\nconst AWS = require('aws-sdk');\nconst { T, Q: q = 'd' } = process.env;\nclass A extends B { #c = new S3Client({}); static s = 1; constructor(x) { super(x); this.db = new AWS.DynamoDB.DocumentClient(); }\n get c() { return this.#c; } async go({ a, ...rest }, [b, c = 2]) { for (const k of rest) { await this.c.send(new G({ Bucket: `${T}-${q}`, Key: k?.v })); } try { switch (a) { case 1: return this.db.put({ TableName: T, ...b }).promise(); default: throw new Error(); } } finally { a ||= b; } } }\nexport const handler = async (event) => { const x = new A(event); await Promise.all([1].map((i) => x.go(i))); };\nexport default handler;\nmodule.exports.y = (a, b) => a && b ? a : b;\n";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn any_text_is_read(text in any::<String>(), ending in prop::sample::select(vec!["py", "js", "ts"])) {
        read(&format!("src/a.{ending}"), &text);
    }

    #[test]
    fn changed_code_is_read_and_always_alike(
        ending in prop::sample::select(vec!["py", "js", "ts"]),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0usize..12, prop::sample::select(vec!["", "(", ")", "{", "}", "[", "'", "\"", "`", "\n", "\n    ", ":", ".", "=", "async ", "class X", "def f", "=>", "${", "**", "\u{e4}", "\0"])), 1..8),
    ) {
        let mut text = if ending == "py" { PYTHON } else { SCRIPT }.to_owned();
        for (at, length, new) in edits {
            let mut start = at.index(text.len());
            while !text.is_char_boundary(start) { start -= 1; }
            let mut end = (start + length).min(text.len());
            while !text.is_char_boundary(end) { end -= 1; }
            text.replace_range(start..end.max(start), new);
        }
        let entry = format!("src/a.{ending}");
        let (calls, sources) = read(&entry, &text);
        for call in &calls.calls {
            prop_assert!(sources.text(call.span.file).get(call.span.range()).is_some());
        }
        prop_assert_eq!(calls, read(&entry, &text).0);
    }
}

/// The problems of code.
#[track_caller]
fn check_problems(entry: &str, code: &str, expected: &[&str]) {
    let (found, _) = super::read(entry, code);
    let found: Vec<&str> = found.problems.iter().map(|p| p.message.as_str()).collect();
    assert_eq!(found, expected, "{code}");
}

#[test]
fn libraries_that_call_by_themselves_are_told() {
    let pynamodb = "what the library `pynamodb.models` calls by itself is not seen";
    check_problems(
        "src/app.py",
        "from pynamodb.models import Model\nimport pynamodbx\n",
        &[pynamodb],
    );
    check_problems(
        "src/index.js",
        "const dynamoose = require('dynamoose');\nconst _ = require('lodash');\n",
        &["what the library `dynamoose` calls by itself is not seen"],
    );
}

#[test]
fn packages_of_the_same_owner_that_are_not_there_are_told() {
    let code = |import: &str| {
        format!(
            "const x = require('{import}');
--- package.json
{{\"name\": \"@own/api\", \"dependencies\": {{
  \"services\": \"workspace:*\", \"lib\": \"file:../lib\", \"lodash\": \"^4\", \"@other/x\": \"1\" }} }}
"
        )
    };
    for import in ["services", "services/lib/a", "lib", "@own/base/lib/b"] {
        let expected = format!("the module `{import}` that it imports is not there");
        check_problems("src/index.js", &code(import), &[&expected]);
    }
    for import in ["lodash", "@other/x", "@aws-sdk/client-s3", "fs"] {
        check_problems("src/index.js", &code(import), &[]);
    }
}
