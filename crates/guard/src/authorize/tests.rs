use super::slice::LEAVE_OUT;
use super::*;
use palisade_authn::Means;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::net::IpAddr;
use std::sync::LazyLock;

mod files;

/// 2026-11-23T12:30:00Z, a Monday.
const MONDAY: i64 = 1_795_437_000;
const ISSUER: &str = "https://idp.example";

const POLICIES: &str = r#"// Policies of a shop.
@id("admins")
permit (principal in Role::"admin", action in Action::"invoke", resource);

@id("owner-reads")
permit (principal is User, action == Action::"GET", resource == Function::"orders")
when { context.request.path has owner && context.request.path.owner == principal.id };

@id("scope-writes")
permit (principal, action in [Action::"POST", Action::"PUT"], resource == Function::"orders")
when {
  principal.scopes.contains("orders:write") &&
  context.request.body has amount && context.request.body.amount <= 1000
};

@id("own-tenant")
forbid (principal is User, action in Action::"http", resource == Function::"orders")
when { principal.claims has tenant }
unless {
  context.request.headers has "x-tenant" &&
  context.request.headers["x-tenant"] == principal.claims.tenant
};

@id("office")
permit (principal in Role::"support", action in Action::"http", resource == Function::"refunds")
when { context.network.ip.isInRange(ip("10.0.0.0/8")) && context.network.tls };

@id("office-hours")
forbid (principal, action, resource == Function::"refunds")
unless {
  context.breakGlass ||
  (context.time.dayOfWeek <= 5 && context.time.hour >= 8 && context.time.hour < 18)
};

@id("emergency")
permit (principal is User, action, resource == Function::"refunds") when { context.breakGlass };

@id("transfers")
permit (principal is AwsIdentity, action == Action::"POST", resource == Function::"transfers")
when { principal.id like "arn:aws:sts::111122223333:assumed-role/payer/*" };

@id("large-transfers")
forbid (principal, action, resource == Function::"transfers")
when { context.request.body has cents && context.request.body.cents * 100 > 1000000 };

@id("internal")
permit (principal is Service, action, resource)
when { resource.tags has tier && resource.tags.tier == "internal" && context.environment == "production" };

@id("queue")
permit (principal == EventSource::"arn:aws:sqs:eu-west-1:111122223333:jobs", action == Action::"event", resource == Function::"jobs");

permit (principal, action in [Action::"GET", Action::"HEAD"], resource == Function::"health");
"#;

fn model() -> Model {
    let function = |name: &str| Function {
        name: name.to_owned(),
        ..Function::default()
    };
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let field = |name: &str, pointer: &str, kind| {
        let pointer = pointer.to_owned();
        BTreeMap::from([(name.to_owned(), Field { pointer, kind })])
    };
    Model {
        environment: "production".to_owned(),
        functions: vec![
            Function {
                path: set(&["owner"]),
                query: set(&["page"]),
                headers: set(&["x-tenant"]),
                body: field("amount", "/order/amount", Kind::Long),
                ..function("orders")
            },
            function("refunds"),
            Function {
                body: field("cents", "/cents", Kind::Long),
                ..function("transfers")
            },
            Function {
                tags: BTreeMap::from([("tier".to_owned(), "internal".to_owned())]),
                ..function("jobs")
            },
            function("health"),
        ],
        claims: field("tenant", "/tenant", Kind::String),
        events: true,
    }
}

fn shop() -> &'static Authorizer {
    static SHOP: LazyLock<Authorizer> =
        LazyLock::new(|| Authorizer::read(model(), &[("shop.cedar", POLICIES)]).unwrap());
    &SHOP
}

fn user(id: &str) -> Principal {
    Principal::new(Means::Token, ISSUER, id)
}

/// A call in words, as cases of tests write it.
struct Ask {
    who: Principal,
    method: &'static str,
    function: &'static str,
    path: Vec<(&'static str, &'static str)>,
    headers: Vec<(&'static str, &'static str)>,
    body: Value,
    ip: &'static str,
    now: i64,
    grants: Grants,
}

impl Ask {
    fn new(who: Principal, method: &'static str, function: &'static str) -> Self {
        Self {
            who,
            method,
            function,
            path: Vec::new(),
            headers: Vec::new(),
            body: Value::Null,
            ip: "198.51.100.7",
            now: MONDAY,
            grants: Grants::default(),
        }
    }

    fn input(&self) -> AuthzInput<'_> {
        AuthzInput {
            function: self.function,
            now: self.now,
            call: match self.method {
                "" => Call::Event,
                method => Call::Http {
                    method,
                    route: "/",
                    path: &self.path,
                    query: &[],
                    headers: &self.headers,
                    ip: self.ip.parse::<IpAddr>().unwrap(),
                    tls: true,
                },
            },
            body: Some(&self.body),
            grants: &self.grants,
        }
    }

    /// Decides twice: with everything shown to Cedar, and checked against the schema, and with what no
    /// policy looks at left out.
    fn decide(&self, authorizer: &Authorizer) -> Decision {
        LEAVE_OUT.set(false);
        let all = authorizer.decide(&self.who, &self.input());
        LEAVE_OUT.set(true);
        let decision = authorizer.decide(&self.who, &self.input());
        // What no policy looks at may be of any type.
        if !matches!(all.reason, Reason::Input(_)) {
            assert_eq!(all, decision);
        }
        decision
    }

    fn check(&self, authorizer: &Authorizer, code: &str, policies: &[&str]) {
        let decision = self.decide(authorizer);
        let names: Vec<&str> = decision.policies.iter().map(|name| &**name).collect();
        assert_eq!((decision.reason.code(), &*names), (code, policies));
        assert_eq!(decision.allowed, code == "permitted");
    }
}

fn with_role(mut who: Principal, role: &str) -> Principal {
    who.roles.push(role.to_owned());
    who
}

#[test]
fn roles_decide() {
    let shop = shop();
    let ask = |role: &str, method, function| Ask::new(with_role(user("u"), role), method, function);
    ask("admin", "DELETE", "orders").check(shop, "permitted", &["admins"]);
    ask("admin", "", "jobs").check(shop, "permitted", &["admins"]);
    // Roles are whole words, and other types of entity are none.
    for role in ["Admin", "admin ", "support", "Role::\"admin\"", ""] {
        ask(role, "DELETE", "orders").check(shop, "no-policy-permits", &[]);
    }
    let mut many = user("u");
    many.roles = (0..10_000).map(|n| n.to_string()).collect();
    many.roles.push("admin".to_owned());
    many.roles.push("admin".to_owned());
    Ask::new(many, "GET", "orders").check(shop, "permitted", &["admins"]);
}

#[test]
fn owners_read_what_is_theirs() {
    let shop = shop();
    let ask = |who, owner| Ask {
        path: vec![("owner", owner)],
        ..Ask::new(who, "GET", "orders")
    };
    ask(user("alice"), "alice").check(shop, "permitted", &["owner-reads"]);
    ask(user("alice"), "bob").check(shop, "no-policy-permits", &[]);
    ask(user("alice"), "").check(shop, "no-policy-permits", &[]);
    ask(Principal::anonymous(), "anonymous").check(shop, "no-policy-permits", &[]);
    ask(Principal::new(Means::ApiKey, "", "alice"), "alice").check(shop, "no-policy-permits", &[]);
    Ask::new(user("alice"), "GET", "orders").check(shop, "no-policy-permits", &[]);
    // Which of two would the function take?
    let twice = Ask {
        path: vec![("owner", "alice"), ("owner", "bob")],
        ..Ask::new(user("alice"), "GET", "orders")
    };
    twice.check(shop, "authorize-repeated-parameter", &[]);
    // One that nobody asks for may be there as often as it likes.
    let other = Ask {
        path: vec![("owner", "alice"), ("x", "1"), ("x", "2")],
        ..Ask::new(user("alice"), "GET", "orders")
    };
    other.check(shop, "permitted", &["owner-reads"]);
}

#[test]
fn scopes_and_bodies_decide() {
    let shop = shop();
    let ask = |scope: &str, body| {
        let mut who = Principal::new(Means::ApiKey, "", "key-1");
        who.scopes.push(scope.to_owned());
        Ask {
            body,
            ..Ask::new(who, "POST", "orders")
        }
    };
    let amount = |amount: Value| json!({"order": {"amount": amount}});
    let write = "orders:write";
    ask(write, amount(json!(1_000))).check(shop, "permitted", &["scope-writes"]);
    ask(write, amount(json!(1_001))).check(shop, "no-policy-permits", &[]);
    ask("orders:read", amount(json!(1))).check(shop, "no-policy-permits", &[]);
    ask(write, json!({})).check(shop, "no-policy-permits", &[]);
    ask(write, amount(Value::Null)).check(shop, "no-policy-permits", &[]);
    // What is there, but is not what was declared, cannot be judged.
    for odd in [
        json!("5"),
        json!(5.0),
        json!(5.5),
        json!([5]),
        json!(true),
        json!(u64::MAX),
    ] {
        ask(write, amount(odd)).check(shop, "authorize-body-type", &[]);
    }
}

#[test]
fn attributes_of_tokens_and_headers_decide() {
    let shop = shop();
    let ask = |claim: Value, headers| {
        let mut who = user("alice");
        who.claims.insert("tenant".to_owned(), claim);
        Ask {
            path: vec![("owner", "alice")],
            headers,
            ..Ask::new(who, "GET", "orders")
        }
    };
    ask(json!("t1"), vec![("x-tenant", "t1")]).check(shop, "permitted", &["owner-reads"]);
    ask(json!("t1"), vec![("x-tenant", "t2")]).check(shop, "forbidden-by-policy", &["own-tenant"]);
    ask(json!("t1"), vec![]).check(shop, "forbidden-by-policy", &["own-tenant"]);
    ask(json!("t1"), vec![("x-tenant", "t1"), ("x-tenant", "t2")]).check(
        shop,
        "authorize-repeated-parameter",
        &[],
    );
    ask(json!(["t1"]), vec![("x-tenant", "t1")]).check(shop, "authorize-claim-type", &[]);
}

#[test]
fn networks_and_hours_decide() {
    let shop = shop();
    let ask = |ip, now| Ask {
        ip,
        now,
        ..Ask::new(with_role(user("s"), "support"), "POST", "refunds")
    };
    ask("10.1.2.3", MONDAY).check(shop, "permitted", &["office"]);
    ask("::ffff:10.1.2.3", MONDAY).check(shop, "permitted", &["office"]);
    ask("11.1.2.3", MONDAY).check(shop, "no-policy-permits", &[]);
    ask("::a01:203", MONDAY).check(shop, "no-policy-permits", &[]);
    for (later, code) in [
        (-4 * 3_600 - 1_800, "permitted"),             // 08:00
        (-4 * 3_600 - 1_801, "forbidden-by-policy"),   // 07:59:59
        (5 * 3_600 + 1_799, "permitted"),              // 17:59:59
        (5 * 3_600 + 1_800, "forbidden-by-policy"),    // 18:00
        (4 * 86_400, "permitted"),                     // Friday
        (5 * 86_400, "forbidden-by-policy"),           // Saturday
        (6 * 86_400, "forbidden-by-policy"),           // Sunday
        (-86_400 * 365 * 60 - 4 * 3_600, "permitted"), // a Thursday of 1966
    ] {
        let policies: &[&str] = match code {
            "permitted" => &["office"],
            _ => &["office-hours"],
        };
        ask("10.1.2.3", MONDAY + later).check(shop, code, policies);
    }
}

#[test]
fn a_policy_that_cannot_be_evaluated_denies() {
    let shop = shop();
    let payer = "arn:aws:sts::111122223333:assumed-role/payer/x";
    let ask = |cents: i64| Ask {
        body: json!({ "cents": cents }),
        ..Ask::new(
            Principal::new(Means::AwsSignature, "111122223333", payer),
            "POST",
            "transfers",
        )
    };
    ask(10_000).check(shop, "permitted", &["transfers"]);
    ask(10_001).check(shop, "forbidden-by-policy", &["large-transfers"]);
    // The product overflows: Cedar alone would leave the forbid out, and permit.
    let overflow = ask(i64::MAX);
    overflow.check(shop, "policy-failed", &["transfers"]);
    let decision = overflow.decide(shop);
    assert_eq!(decision.failed, vec![PolicyName::from("large-transfers")]);
    let shown = format!(
        "{decision:?}{:?}",
        shop.explain(&overflow.who, &overflow.input(), &decision)
    );
    assert!(!shown.contains(&i64::MAX.to_string()), "{shown}");
}

#[test]
fn types_of_callers_are_apart() {
    let shop = shop();
    let ask =
        |means, issuer, id, function| Ask::new(Principal::new(means, issuer, id), "GET", function);
    ask(Means::Certificate, "ca", "svc", "jobs").check(shop, "permitted", &["internal"]);
    ask(Means::Certificate, "ca", "svc", "orders").check(shop, "no-policy-permits", &[]);
    ask(Means::Token, ISSUER, "svc", "jobs").check(shop, "no-policy-permits", &[]);
    Ask::new(Principal::anonymous(), "GET", "health").check(shop, "permitted", &["shop.cedar:53"]);
    let queue = "arn:aws:sqs:eu-west-1:111122223333:jobs";
    let event = |means, issuer, id| Ask::new(Principal::new(means, issuer, id), "", "jobs");
    event(Means::EventSource, "", queue).check(shop, "permitted", &["queue"]);
    event(Means::EventSource, "other", queue).check(shop, "no-policy-permits", &[]);
    event(Means::ApiKey, "", queue).check(shop, "no-policy-permits", &[]);
}

#[test]
fn no_two_callers_are_one_entity() {
    let id = |means, issuer, id| request::entity_id(&Principal::new(means, issuer, id));
    let all = [
        id(Means::Token, "a", "b|c"),
        id(Means::Token, "a|b", "c"),
        id(Means::Token, "a%7Cb", "c"),
        id(Means::Token, "", "a|b|c"),
        id(Means::Token, "", "abc"),
        id(Means::Token, "", "|abc"),
    ];
    assert_eq!(all[0], "a|b|c");
    for (n, one) in all.iter().enumerate() {
        assert!(all[n + 1..].iter().all(|other| other != one), "{all:?}");
    }
}

#[test]
fn what_is_not_declared_denies() {
    let shop = shop();
    let admin = || with_role(user("u"), "admin");
    Ask::new(admin(), "GET", "nothing").check(shop, "authorize-unknown-function", &[]);
    Ask::new(admin(), "get", "orders").check(shop, "authorize-unknown-action", &[]);
    Ask::new(admin(), "TRACE", "orders").check(shop, "authorize-unknown-action", &[]);
    let silent = Authorizer::read(
        Model {
            events: false,
            ..model()
        },
        &[],
    )
    .unwrap();
    Ask::new(admin(), "", "orders").check(&silent, "authorize-unknown-action", &[]);
    Ask::new(admin(), "GET", "orders").check(&silent, "no-policy-permits", &[]);
    assert_eq!(silent.closed().count(), 5);
    assert_eq!(shop.closed().count(), 0, "the admins' policy speaks of all");
}

/// What is wrong with policies, where, and what is said.
#[test]
fn wrong_policies_are_told_with_places() {
    let cases: &[(&str, u32, u32, &str)] = &[
        (
            "permit (principal, action, resource)",
            1,
            37,
            "unexpected end of input",
        ),
        (
            "permit (principal, action, resource == Function::\"ordrs\");",
            1,
            50,
            "did you mean `orders`?",
        ),
        (
            "permit (principal, action == Action::\"GETS\", resource);",
            1,
            30,
            "`Action::\"GET\"`",
        ),
        (
            "permit (principal == Usr::\"a\", action, resource);",
            1,
            22,
            "did you mean `User`?",
        ),
        (
            "\n permit (principal, action, resource) when { principal.nick == \"a\" };",
            2,
            46,
            "`nick`",
        ),
        (
            "permit (principal, action == Action::\"GET\", resource) when { context.request.path.owner == \"a\" };",
            1,
            62,
            "optional attribute",
        ),
        (
            "permit (principal, action == Action::\"GET\", resource) when { context.time.hour == \"8\" };",
            1,
            62,
            "types Long and String",
        ),
        (
            "permit (principal, action, resource) when { context.network.tls };",
            1,
            45,
            "`network`",
        ),
        (
            "permit (principal, action == Action::\"invoke\", resource);",
            1,
            1,
            "can never apply",
        ),
        (
            "forbid (principal, action == Action::\"http\", resource);",
            1,
            1,
            "can never apply",
        ),
        (
            "permit (principal is User, action, resource) when { principal is ApiKey };",
            1,
            1,
            "can never apply",
        ),
        (
            "permit (principal == ?principal, action, resource);",
            0,
            0,
            "slots",
        ),
        (
            "@id(\"\") permit (principal, action, resource);",
            1,
            1,
            "must not be empty",
        ),
        (
            "@id(\"a\") permit (principal, action, resource);\n@id(\"a\") permit (principal, action, resource);",
            2,
            1,
            "already the id of the policy at p.cedar:1",
        ),
        (
            "permit (principal, action, resource) when { context.time.hour > ip(\"10.0.0\") };",
            1,
            65,
            "failed to parse as IP address",
        ),
    ];
    let mut wrong = Vec::new();
    for (text, line, column, says) in cases {
        let problems = Authorizer::read(model(), &[("p.cedar", text)]).unwrap_err();
        let found = problems.iter().any(|problem| {
            problem.message.contains(says)
                && problem.line.unwrap_or(0) == *line
                && problem.column.unwrap_or(0) == *column
                && &*problem.file == "p.cedar"
        });
        if !found {
            wrong.push(format!("{text}\n{problems:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn the_schema_is_of_the_configuration() {
    let text = model().schema().unwrap();
    assert!(text.contains("\"owner\"?: __cedar::String"), "{text}");
    // Names are only names, however they read.
    let mut odd = model();
    odd.claims.insert(
        "a\"}; entity X;\\\u{7}".to_owned(),
        Field {
            pointer: "/a".to_owned(),
            kind: Kind::Strings,
        },
    );
    Authorizer::read(odd, &[("shop.cedar", POLICIES)]).unwrap();
    let mut twice = model();
    twice.functions.push(Function {
        headers: std::iter::once("X-Up".to_owned()).collect(),
        ..twice.functions[0].clone()
    });
    twice.functions[2].body = BTreeMap::from([(
        "amount".to_owned(),
        Field {
            pointer: "amount".to_owned(),
            kind: Kind::Decimal,
        },
    )]);
    let problems = Authorizer::read(twice, &[]).unwrap_err();
    for says in [
        "`orders` is there twice",
        "`X-Up`",
        "another type",
        "no JSON pointer",
    ] {
        assert!(
            problems.iter().any(|p| p.message.contains(says)),
            "{says}\n{problems:#?}"
        );
    }
}

#[test]
fn numbers_lists_and_nested_claims_have_types() {
    let field = |name: &str, pointer: &str, kind| {
        let pointer = pointer.to_owned();
        (name.to_owned(), Field { pointer, kind })
    };
    let model = Model {
        claims: BTreeMap::from([
            field("groups", "/realm~1access/groups", Kind::Strings),
            field("credit", "/credit", Kind::Decimal),
            field("mfa", "/mfa", Kind::Bool),
        ]),
        ..model()
    };
    let policy = r#"@id("p") permit (principal is User, action, resource) when {
        principal.claims has groups && principal.claims.groups.contains("ops") &&
        principal.claims has credit && principal.claims.credit.lessThan(decimal("10.5")) &&
        principal.claims has mfa && principal.claims.mfa
    };"#;
    let authorizer = Authorizer::read(model, &[("p.cedar", policy)]).unwrap();
    let ask = |claims: Value| {
        let mut who = user("a");
        who.claims = claims.as_object().unwrap().clone();
        Ask::new(who, "GET", "orders")
    };
    let claims = |groups: Value, credit: Value| json!({"realm/access": {"groups": groups}, "credit": credit, "mfa": true});
    for (groups, credit, code) in [
        (json!(["dev", "ops"]), json!(10.25), "permitted"),
        (json!("ops"), json!(10), "permitted"),
        (json!(["ops"]), json!(-3.1), "permitted"),
        (json!(["ops"]), json!(10.5), "no-policy-permits"),
        (json!(["ops", 1]), json!(1), "authorize-claim-type"),
        (json!({"ops": true}), json!(1), "authorize-claim-type"),
        (json!(["ops"]), json!("1"), "authorize-claim-type"),
        // More places than a decimal has, and more than it holds.
        (json!(["ops"]), json!(0.000_01), "authorize-unbuildable"),
        (json!(["ops"]), json!(1e300), "authorize-unbuildable"),
    ] {
        let ask = ask(claims(groups.clone(), credit.clone()));
        assert_eq!(
            ask.decide(&authorizer).reason.code(),
            code,
            "{groups} {credit}"
        );
    }
}

#[test]
fn explanations_say_what_decided() {
    let shop = shop();
    let explain = |ask: &Ask| {
        let decision = ask.decide(shop);
        shop.explain(&ask.who, &ask.input(), &decision).join(" ")
    };
    assert_eq!(
        explain(&Ask::new(
            with_role(user("secret-name"), "admin"),
            "GET",
            "orders"
        )),
        "Allowed: permitted by `admins` (shop.cedar:2)."
    );
    let none = explain(&Ask::new(user("secret-name"), "GET", "orders"));
    assert_eq!(
        none,
        "Denied: no policy permits it. These could permit a caller known by token to call `orders` by \
         GET, but their conditions or roles do not hold: `admins` (shop.cedar:2), `internal` \
         (shop.cedar:53), `owner-reads` (shop.cedar:5)."
            .replace("`internal` (shop.cedar:53), ", "")
    );
    let mut late = Ask::new(with_role(user("a"), "support"), "GET", "refunds");
    late.now += 12 * 3_600;
    assert!(explain(&late).starts_with("Denied: forbidden by `office-hours` (shop.cedar:"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever comes: nothing panics, what is built fits the schema, leaving out changes nothing, and
    /// only what a policy permits is allowed.
    #[test]
    fn any_call_is_decided(
        means in 0_usize..6,
        id in "(alice|bob|arn:aws:sts::111122223333:assumed-role/payer/x|\\PC{0,8})",
        issuer in "(|https://idp.example|\\PC{0,5})",
        roles in prop::collection::vec("(admin|support|\\PC{0,4})", 0..3),
        scopes in prop::collection::vec("(orders:write|\\PC{0,4})", 0..3),
        tenant in prop_oneof![Just(json!("t")), Just(json!(1)), Just(Value::Null)],
        owner in prop::sample::select(vec!["alice", "bob", ""]),
        headers in prop::collection::vec(prop::sample::select(vec![("x-tenant", "t"), ("host", "a"), ("x-tenant", "u")]), 0..3),
        method in prop::sample::select(vec!["GET", "POST", "DELETE", "", "BREW"]),
        function in prop::sample::select(vec!["orders", "refunds", "transfers", "jobs", "health", "none"]),
        amount in any::<i64>(),
        ip in prop::sample::select(vec!["10.0.0.1", "192.0.2.1", "2001:db8::1", "::ffff:10.0.0.1"]),
        now in any::<i64>(),
    ) {
        let shop = shop();
        let means = [Means::Anonymous, Means::ApiKey, Means::Token, Means::Certificate, Means::AwsSignature, Means::EventSource][means];
        let mut who = Principal::new(means, issuer, id);
        (who.roles, who.scopes) = (roles, scopes);
        who.claims.insert("tenant".to_owned(), tenant);
        let ask = Ask {
            path: vec![("owner", owner)],
            headers,
            body: json!({"order": {"amount": amount}, "cents": amount}),
            ip,
            now,
            ..Ask::new(who, method, function)
        };
        let decision = ask.decide(shop);
        prop_assert_eq!(decision.allowed, decision.reason == Reason::Permitted);
        prop_assert!(!decision.allowed || (!decision.policies.is_empty() && decision.failed.is_empty()));
        prop_assert!(!decision.shouts());
        prop_assert!(!shop.explain(&ask.who, &ask.input(), &decision).is_empty());
    }

    #[test]
    fn no_policy_text_panics(text in "\\PC{0,200}") {
        let _ = Authorizer::read(model(), &[("p.cedar", &text)]);
    }

    /// Parts of real policies, cut and joined anywhere.
    #[test]
    fn no_broken_policy_panics(from in 0_usize..2_500, to in 0_usize..2_500) {
        let cut = format!("{}{}", &POLICIES[..from.min(POLICIES.len())], &POLICIES[to.min(POLICIES.len())..]);
        let _ = Authorizer::read(model(), &[("p.cedar", &cut)]);
    }
}
