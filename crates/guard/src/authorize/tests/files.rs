//! Files that people write: decision tables and break-glass grants.

use super::*;

const TABLE: &str = r#"
[[case]]
name = "an owner reads"
principal = { means = "token", issuer = "https://idp.example", id = "alice" }
function = "orders"
method = "GET"
path = { owner = "alice" }
expect = "allow"
policy = "owner-reads"

[[case]]
name = "a large order"
principal = { means = "api-key", id = "k", scopes = ["orders:write"] }
function = "orders"
method = "POST"
body = { order = { amount = 5000 } }
expect = "deny"

[[case]]
name = "support at night"
principal = { means = "token", issuer = "https://idp.example", id = "s", roles = ["support"] }
function = "refunds"
method = "POST"
ip = "10.0.0.1"
time = "2026-11-23T23:00:00Z"
expect = "deny"
policy = "office-hours"

[[case]]
name = "an emergency at night"
principal = { means = "token", issuer = "https://idp.example", id = "s" }
function = "refunds"
method = "POST"
time = "2026-11-23T23:00:00Z"
break-glass = true
expect = "allow"
policy = "emergency"

[[case]]
name = "a queue"
principal = { means = "event-source", id = "arn:aws:sqs:eu-west-1:111122223333:jobs" }
function = "jobs"
expect = "allow"

[[case]]
name = "anybody"
principal = { means = "anonymous" }
function = "health"
method = "GET"
expect = "allow"
"#;

#[test]
fn tables_are_run() {
    let shop = shop();
    let outcomes = Table::read("t.toml", TABLE, shop).unwrap().run(shop);
    assert_eq!(outcomes.len(), 6);
    for outcome in &outcomes {
        assert_eq!(outcome.differs, Vec::<String>::new(), "{}", outcome.name);
    }
    assert!(outcomes[3].decision.shouts());
    let wrong = TABLE
        .replace("policy = \"owner-reads\"", "policy = \"admins\"")
        .replace("amount = 5000", "amount = 5");
    let outcomes = Table::read("t.toml", &wrong, shop).unwrap().run(shop);
    assert_eq!(outcomes[0].differs[0], "`admins` should decide it.");
    assert!(outcomes[0].differs[1].contains("permitted by `owner-reads`"));
    assert_eq!(outcomes[1].differs[0], "It should be denied.");
    assert!(
        outcomes[2..]
            .iter()
            .all(|outcome| outcome.differs.is_empty())
    );
}

#[test]
fn tables_may_be_json() {
    let shop = shop();
    let json = r#"{"case": [{"name": "a", "principal": {"means": "anonymous"}, "function": "health", "method": "GET", "expect": "allow"}]}"#;
    let outcomes = Table::read("t.json", json, shop).unwrap().run(shop);
    assert!(outcomes[0].differs.is_empty() && outcomes[0].decision.allowed);
}

#[test]
fn wrong_tables_say_what_is_wrong() {
    let shop = shop();
    for (from, to, line, says) in [
        (
            "function = \"orders\"",
            "function = \"order\"",
            None,
            "`an owner reads`: unknown function `order`; did you mean `orders`?",
        ),
        (
            "method = \"GET\"",
            "method = \"get\"",
            None,
            "did you mean `GET`?",
        ),
        (
            "policy = \"owner-reads\"",
            "policy = \"owner-read\"",
            None,
            "did you mean `owner-reads`?",
        ),
        (
            "means = \"token\"",
            "means = \"tokens\"",
            None,
            "did you mean `token`?",
        ),
        (", id = \"alice\"", "", None, "a caller needs an `id`"),
        (
            "expect = \"allow\"",
            "expect = \"maybe\"",
            Some(8),
            "unknown variant `maybe`",
        ),
        ("path = ", "paths = ", Some(7), "unknown field `paths`"),
        (
            "name = \"a large order\"",
            "name = \"an owner reads\"",
            None,
            "two cases",
        ),
        (
            "2026-11-23T23:00:00Z",
            "2026-11-23 23:00",
            None,
            "is not a time",
        ),
        ("[[case]]", "[[case", Some(2), ""),
    ] {
        let text = TABLE.replacen(from, to, 1);
        let problems = Table::read("t.toml", &text, shop).unwrap_err();
        let found = problems
            .iter()
            .any(|p| p.message.contains(says) && p.line == line && &*p.file == "t.toml");
        assert!(found, "{to}: {problems:#?}");
    }
    let problems = Table::read("t.json", "{\"case\": [\n{]}", shop).unwrap_err();
    assert_eq!(problems[0].line, Some(2));
    let silent = Authorizer::read(
        Model {
            events: false,
            ..model()
        },
        &[("shop.cedar", "")],
    )
    .unwrap();
    assert!(Table::read("t.toml", TABLE, &silent).is_err());
}

const GRANT: &str = r#"
[[grant]]
id = "INC-7"
principal = { means = "token", issuer = "https://idp.example", id = "alice" }
functions = ["refunds"]
reason = "payments are stuck"
requester = "alice"
approver = "bob"
from = "2026-11-23T20:00:00Z"
until = "2026-11-23T22:00:00Z"
"#;

const RULES: GrantRules = GrantRules { longest: 7_200 };
/// 2026-11-23T20:00:00Z.
const FROM: i64 = MONDAY + 27_000;

#[test]
fn a_grant_holds_for_its_caller_function_and_time_and_shouts() {
    let shop = shop();
    let ask = |who, function, now| Ask {
        now,
        grants: Grants::read("grants.toml", GRANT, RULES).unwrap(),
        ..Ask::new(who, "POST", function)
    };
    let allowed = ask(user("alice"), "refunds", FROM);
    allowed.check(shop, "permitted", &["emergency"]);
    let decision = allowed.decide(shop);
    assert!(decision.shouts());
    assert_eq!(decision.grant.as_deref(), Some("INC-7"));
    let told = shop
        .explain(&allowed.who, &allowed.input(), &decision)
        .join(" ");
    assert!(told.contains("break-glass grant `INC-7`"), "{told}");
    ask(user("alice"), "refunds", FROM + 7_199).check(shop, "permitted", &["emergency"]);
    for (who, now) in [
        (user("alice"), FROM - 1),
        (user("alice"), FROM + 7_200),
        (user("bob"), FROM),
        (
            Principal::new(Means::Token, "https://other.example", "alice"),
            FROM,
        ),
        (Principal::new(Means::ApiKey, ISSUER, "alice"), FROM),
    ] {
        let ask = ask(who, "refunds", now);
        ask.check(shop, "forbidden-by-policy", &["office-hours"]);
        assert!(!ask.decide(shop).shouts());
    }
    // A grant permits nothing that no policy ties to it, and of other functions it says nothing.
    let other = ask(user("alice"), "orders", FROM);
    other.check(shop, "no-policy-permits", &[]);
    assert!(!other.decide(shop).shouts());
    // Denials under a grant shout as well.
    let all = GRANT.replace("[\"refunds\"]", "[\"*\"]");
    let denied = Ask {
        grants: Grants::read("grants.toml", &all, RULES).unwrap(),
        ..ask(user("alice"), "transfers", FROM)
    };
    denied.check(shop, "no-policy-permits", &[]);
    assert!(denied.decide(shop).shouts());
    let unknown = Ask {
        function: "none",
        ..denied
    };
    assert!(unknown.decide(shop).shouts());
}

#[test]
fn grants_follow_the_rules() {
    for (from, to, says) in [
        (
            "approver = \"bob\"",
            "approver = \" Alice \"",
            "cannot approve it",
        ),
        (
            "requester = \"alice\"",
            "requester = \"bob\"",
            "cannot approve it",
        ),
        (
            "requester = \"alice\"\napprover = \"bob\"",
            "requester = \"carol\"\napprover = \"alice\"",
            "cannot approve it",
        ),
        ("payments are stuck", "  ", "needs `reason`"),
        ("INC-7", "", "needs `id`"),
        ("[\"refunds\"]", "[]", "needs `functions`"),
        (
            "T22:00:00Z",
            "T22:00:01Z",
            "holds for 120 minutes; 120 are the most",
        ),
        ("T22:00:00Z", "T20:00:00Z", "ends before it begins"),
        ("T22:00:00Z", "T24:00:00Z", "is not a time"),
        ("T22:00:00Z", "T22:00:00", "is not a time"),
        ("2026-11-23T22", "2026-11-31T22", "is not a time"),
        (
            "{ means = \"token\", issuer = \"https://idp.example\", id = \"alice\" }",
            "{ means = \"anonymous\" }",
            "nobody in particular",
        ),
        (
            "reason = \"payments are stuck\"\n",
            "",
            "missing field `reason`",
        ),
        ("reason =", "why = 1\nreason =", "unknown field `why`"),
    ] {
        let text = GRANT.replacen(from, to, 1);
        assert_ne!(text, GRANT);
        let problems = Grants::read("grants.toml", &text, RULES).unwrap_err();
        assert!(problems[0].message.contains(says), "{to}: {problems:#?}");
    }
    let twice = format!("{GRANT}{GRANT}");
    assert!(Grants::read("grants.toml", &twice, RULES).is_err());
    assert!(Grants::read("grants.toml", "", RULES).is_ok());
}

proptest! {
    #[test]
    fn no_file_panics(text in "\\PC{0,200}", json in any::<bool>()) {
        let name = if json { "x.json" } else { "x.toml" };
        let _ = Grants::read(name, &text, RULES);
        let _ = Table::read(name, &text, shop());
    }
}
