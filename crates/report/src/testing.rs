//! A report made by hand, for the tests of all formats.

use crate::Policy;
use palisade_core::{
    ClauseId, Confidence, Excerpt, Finding, Fingerprint, Location, Problem, ProblemLevel, Related,
    ResourceRef, Severity, Suppressed, SuppressedBy, Unresolved,
};
use palisade_scan::{EntryPointRow, LeftOut, Report};
use std::sync::Arc;

pub(crate) fn place(file: &str, line: u32, column: u32, width: u32) -> Location {
    Location {
        file: Arc::from(file),
        line,
        column,
        end_line: line,
        end_column: column + width,
    }
}

fn excerpt(line: u32, text: &str, marked: &str) -> Excerpt {
    let start = text.find(marked).unwrap();
    Excerpt {
        first_line: line,
        text: text.to_owned(),
        mark: start..start + marked.len(),
    }
}

fn resource(address: &str, kind: &str) -> ResourceRef {
    ResourceRef {
        address: Arc::from(address),
        kind: Arc::from(kind),
        provider: "aws",
        name: None,
    }
}

fn clauses(ids: &[&str]) -> Vec<ClauseId> {
    ids.iter().map(|id| id.parse().unwrap()).collect()
}

/// A plain finding at the start of a line.
pub(crate) fn finding(
    rule: &str,
    severity: Severity,
    file: &str,
    line: u32,
    address: &str,
) -> Finding {
    Finding {
        rule: Arc::from(rule),
        aliases: Vec::new(),
        severity,
        confidence: Confidence::High,
        clauses: clauses(&["SCSP-3.1"]),
        message: format!("`{address}` breaks {rule}"),
        help: "mend it".to_owned(),
        resource: resource(address, "AWS::SQS::Queue"),
        location: place(file, line, 3, 7),
        related: Vec::new(),
        path: Vec::new(),
        witness: None,
        when: Vec::new(),
        environments: Vec::new(),
        fingerprint: Fingerprint::of(&[rule, file, address, &line.to_string()]),
        suppressed: None,
        excerpt: excerpt(line, "  Broken: true", "Broken:"),
    }
}

/// One finding of every sort, and everything else that a report can hold.
pub(crate) fn report() -> Report {
    let file = "orders/template.yaml";
    let mut findings = Vec::new();

    let mut public = finding(
        "public-function-url",
        Severity::Critical,
        file,
        31,
        "Orders",
    );
    public.message = "anyone on the internet can call `Orders` through its function URL, and it \
                      may write to the table `Customers`"
        .to_owned();
    public.help = "set `AuthType: AWS_IAM`, or put an API with an authorizer before it".to_owned();
    public.resource.kind = Arc::from("AWS::Serverless::Function");
    public.aliases = vec![Arc::from("CKV_AWS_258")];
    public.clauses = clauses(&["SCSP-4.2", "SCSP-5.1", "BPSS-2.9"]);
    public.location = place(file, 31, 19, 4);
    public.excerpt = excerpt(31, "        AuthType: NONE", "NONE");
    let hop = |message: &str, line, address: Option<&str>| Related {
        message: message.to_owned(),
        resource: address.map(|a| resource(a, "AWS::IAM::Role")),
        location: place(file, line, 5, 4),
        excerpt: excerpt(line, "    Role: x", "Role"),
    };
    public.path = vec![
        hop("anyone calls the URL of `Orders`", 31, None),
        hop("`Orders` runs as `OrdersRole`", 24, Some("OrdersRole")),
        hop("`OrdersRole` may write to `Customers`", 52, None),
    ];
    findings.push(public);

    for (i, address) in ["Orders", "Billing", "Invoices"].iter().enumerate() {
        let mut globals = finding("tracing-off", Severity::High, file, 8, address);
        globals.clauses = clauses(&["SCSP-8.1"]);
        globals.message = format!("calls of `{address}` leave no trace");
        globals.help = "set `Tracing: Active` under `Globals`".to_owned();
        globals.location = place(file, 8, 5, 7);
        globals.excerpt = excerpt(8, "    Tracing: PassThrough", "Tracing");
        globals.resource.kind = Arc::from("AWS::Serverless::Function");
        if i == 0 {
            globals.related = vec![hop("taken from `Globals` by every function", 6, None)];
        }
        findings.push(globals);
    }

    let queues = ["Inbox", "Outbox", "Retries", "Audit", "Parcels"];
    for (i, address) in queues.iter().enumerate() {
        let line = 60 + 4 * u32::try_from(i).unwrap();
        let mut queue = finding("unencrypted-queue", Severity::Medium, file, line, address);
        queue.aliases = vec![Arc::from("CKV_AWS_27")];
        queue.message = format!("messages in `{address}` are stored without encryption");
        queue.help = "remove the property: SQS then encrypts with a key that it manages".to_owned();
        queue.location = place(file, line, 29, 5);
        queue.excerpt = excerpt(line, "      SqsManagedSseEnabled: false", "false");
        if i == 0 {
            queue.when = vec!["IsProd is false".to_owned()];
        }
        findings.push(queue);
    }

    let mut low = finding("unnamed-purpose", Severity::Low, "shop.json", 1, "Shop");
    low.confidence = Confidence::Low;
    low.resource.name = Some(Arc::from("Stack/Shop"));
    findings.push(low);

    let mut silenced = finding("public-bucket", Severity::High, "shop.json", 7, "Site");
    silenced.suppressed = Some(Suppressed {
        by: SuppressedBy::Inline,
        reason: "a public website".to_owned(),
        until: Some("2027-01-31".parse().unwrap()),
    });
    findings.push(silenced);

    let entry = |label: &str, line, authentication| EntryPointRow {
        kind: "http-route",
        label: label.to_owned(),
        resource: Arc::from("Api"),
        functions: vec![Arc::from("Orders")],
        authentication,
        throttled: "off",
        validated: "unknown",
        reach: "internet",
        location: place(file, line, 9, 4),
    };
    let mut report = Report {
        findings,
        unresolved: vec![Unresolved {
            rule: Arc::from("unencrypted-queue"),
            resource: resource("Other", "AWS::SQS::Queue"),
            reason: "parameter `Key` has no value".to_owned(),
            location: place(file, 90, 9, 4),
        }],
        problems: vec![
            Problem {
                file: Arc::from("broken.yaml"),
                line: Some(3),
                column: Some(1),
                level: ProblemLevel::Error,
                message: "a tab can't be used for indentation; use spaces".to_owned(),
            },
            Problem::file(file, ProblemLevel::Warning, "`Foo` is not a section"),
        ],
        entry_points: vec![
            entry("GET /orders", 33, "none"),
            entry("POST /orders", 40, "token"),
            entry("GET /", 47, "none"),
        ],
        ..Report::default()
    };
    report.stats.files = 3;
    report.stats.templates = 2;
    report.stats.resources = 23;
    report.stats.rules = 5;
    report.stats.asked = 120;
    report.stats.unknown = 1;
    report
        .stats
        .unknown_reasons
        .insert("parameter without value", 1);
    report.stats.left_out = vec![LeftOut {
        path: ".aws-sam/build".to_owned(),
        reason: "build output".to_owned(),
    }];
    report
}

/// A scan of two environments: what they share, and what each has alone.
pub(crate) fn in_environments() -> Report {
    let [dev, prod] = ["dev", "prod"].map(Arc::from);
    let mut report = Report {
        environments: vec![dev, prod],
        ..report()
    };
    let all = report.environments.clone();
    for finding in &mut report.findings {
        let holds = match (&*finding.rule, &*finding.resource.address) {
            ("public-function-url", _) => 1..2,
            ("tracing-off", "Billing" | "Invoices") => 0..1,
            ("unencrypted-queue", "Audit") => 1..2,
            _ => 0..2,
        };
        finding.environments = all[holds].to_vec();
    }
    report
}

/// The policy that goes with it.
pub(crate) fn with_policy<T>(then: impl FnOnce(&Policy<'_>) -> T) -> T {
    let section_of = |clause: &ClauseId| {
        let titles = [
            ("SCSP-1", "Least Privilege"),
            ("SCSP-3", "Data Protection"),
            ("SCSP-4", "Network Security"),
            ("SCSP-5", "Function Authentication"),
            ("SCSP-8", "Logging"),
            ("SCSP-15", "Deployment Security"),
        ];
        let section = clause.as_str().split('.').next()?;
        let i = titles.iter().position(|(id, _)| *id == section)?;
        Some((format!("{i:02}"), titles[i].1.to_owned()))
    };
    let clauses = clauses(&[
        "SCSP-1.1",
        "SCSP-3.1",
        "SCSP-4.2",
        "SCSP-5.1",
        "SCSP-8.1",
        "SCSP-15.1",
    ]);
    then(&Policy {
        section_of: &section_of,
        clauses: &clauses,
        rules: RULES,
    })
}

/// A rule for tests.
macro_rules! rule {
    ($id:literal, $severity:ident, $clauses:expr, $cwe:expr, $page:expr) => {
        RuleEntry {
            family: "testing",
            rule: &Rule {
                id: $id,
                title: concat!("Finds ", $id),
                severity: Severity::$severity,
                confidence: Confidence::High,
                profile: Profile::Default,
                clauses: $clauses,
                cwe: $cwe,
                aliases: &["CKV_AWS_27"],
                since: "0.1.0",
                check: Check::Application(|_, _| ()),
            },
            page: $page,
        }
    };
}

use palisade_rule::{Check, Profile, Rule, RuleEntry};

/// The rules that go with it.
pub(crate) static RULES: &[RuleEntry] = &[
    rule!("broad-role", High, &["SCSP-1.1"], None, PAGE),
    rule!("literal-secret", Critical, &["SCSP-2.4"], Some(798), PAGE),
    rule!(
        "public-function-url",
        Critical,
        &["SCSP-4.2", "SCSP-5.1"],
        Some(306),
        PAGE
    ),
    rule!("unencrypted-queue", Medium, &["SCSP-3.1"], Some(311), PAGE),
];

/// A page with one of everything.
const PAGE: &str = "# a-rule

Finds *queues* whose `encryption` is **switched off**.

## Why it matters

- Messages wait for up to fourteen days, and they often carry the same personal data as the
  database behind it.
- See [the guide](https://example.com/guide).

1. First
2. Second

```yaml
Resources:
  Orders: {} # finding: CKV_AWS_27
```

| kind | default |
|---|---|
| queue | on |
";
