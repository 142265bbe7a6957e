//! Mistakes and what is said about them; the complete example; any text.

use super::*;
use proptest::prelude::*;

/// The example of the documentation, in which every key stands.
pub(super) const COMPLETE: &str = include_str!("../../tests/data/guard.toml");

fn parse(text: &str) -> Result<Config, String> {
    Config::parse("guard.toml", text).map_err(|errors| {
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        errors.join("\n")
    })
}

/// The least that is needed for a route.
const LEAST: &str = r#"
environment = "prod"
ledger.dir = "ledger"
listen = { address = "127.0.0.1:8080", plaintext = true }
targets.orders.urls = ["http://127.0.0.1:9000"]
"#;

fn with(more: &str) -> String {
    format!("{LEAST}{more}")
}

/// A public route with more.
fn route(more: &str) -> String {
    with(&format!(
        "[[routes]]\npath = \"/\"\nmethods = [\"GET\"]\nfunction = \"orders\"\ntarget = \"orders\"\n{more}"
    ))
}

/// Everything that is said about a text, in which `<` stands before the place of the first mistake.
#[track_caller]
fn refused(text: &str, expected: &[&str]) {
    let (before, after) = text.split_once('<').unwrap_or(("", text));
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
    let text = format!("{before}{after}");
    let errors = match Config::parse("guard.toml", &text) {
        Ok(_) => panic!("accepted:\n{text}"),
        Err(errors) => errors,
    };
    let said: Vec<String> = errors
        .iter()
        .map(|error| match error.help() {
            Some(help) => format!("{}; {help}", error.message()),
            None => error.message().to_owned(),
        })
        .collect();
    assert_eq!(said, expected, "{text}");
    let place = (errors[0].line() as usize, errors[0].column() as usize);
    assert_eq!(place, (line, column), "{} in\n{text}", errors[0]);
}

#[test]
fn the_complete_example_is_read() {
    let config = parse(COMPLETE).unwrap();
    assert_eq!(config.environment, "prod");
    assert_eq!(config.policies, ["policies/orders.cedar"]);
    let listen = config.listen.unwrap();
    assert_eq!(listen.address, "0.0.0.0:8443".parse().unwrap());
    assert_eq!(listen.hsts, Some(31_536_000));
    assert_eq!(
        config.targets["orders"].urls,
        [
            ("https://orders-1.internal".to_owned(), 9),
            ("https://orders-2.internal".to_owned(), 1)
        ]
    );
    let staff = &config.issuers["staff"];
    assert_eq!((staff.skew, staff.max_lifetime), (30, Some(3_600)));
    assert_eq!(staff.require["tenant"], ["acme", "example"]);
    let machines = &config.issuers["machines"];
    let algorithms = machines.algorithms.iter().map(|a| a.name());
    assert!(algorithms.eq(["RS256", "PS256", "ES256", "EdDSA"]));
    assert_eq!(machines.subject, "sub");
    let aws = config.aws.unwrap();
    assert_eq!((aws.skew, aws.presigned), (300, Some(900)));
    let rate = |calls, period, burst| {
        Some(Rate {
            calls,
            period,
            burst,
        })
    };
    assert_eq!(config.limits["each-caller"].rate, rate(100, 1_000, 50));
    assert_eq!(config.limits["each-address"].rate, rate(1_000, 60_000, 16));
    assert_eq!(config.limits["at-once"].concurrent, Some(200));
    assert_eq!(config.admission.rate, rate(200, 1_000, 400));
    assert_eq!(config.claims["tenant"].pointer, "/tenant");
    let body = &config.functions["orders"].body;
    assert_eq!(body["amount"].pointer, "/order/amount");
    assert_eq!(body["amount"].kind, Kind::Decimal);

    let [read, write, site] = &config.routes[..] else {
        panic!("three routes");
    };
    assert_eq!(read.path.as_str(), "/orders/{id}");
    assert_eq!(
        read.accepts,
        [
            Accept::Token("staff".to_owned()),
            Accept::Token("machines".to_owned()),
            Accept::ApiKey
        ]
    );
    let contract = |name: &str, unknown, responses| {
        Some(RouteContract {
            name: name.to_owned(),
            unknown,
            responses,
        })
    };
    assert_eq!(
        read.contract,
        contract("orders", Unknown::Refuse, Responses::Report)
    );
    assert_eq!(
        write.contract,
        contract("orders", Unknown::Drop, Responses::Enforce)
    );
    assert_eq!((write.most, write.privileged), (65_536, true));
    assert_eq!(write.cors.as_ref().unwrap().max_age, 600);
    assert!(site.accepts.is_empty());
    assert_eq!((site.body, site.most), (BodyMode::Streaming, 1 << 20));
    assert_eq!(site.record, Record::Batched);
    let line = COMPLETE
        .lines()
        .position(|line| line == "[[routes]]")
        .unwrap();
    assert_eq!(read.line as usize, line + 1);

    assert_eq!(config.sources.len(), 3);
    assert_eq!(config.sources[1].kind, SourceKind::S3);
    assert_eq!(
        config.sources[0].contract,
        contract("order-placed", Unknown::Refuse, Responses::Ignore)
    );
}

#[test]
fn what_nothing_is_said_about_has_a_safe_default() {
    let config = parse(&route("public = true")).unwrap();
    let [route] = &config.routes[..] else {
        panic!("one route");
    };
    assert_eq!(route.body, BodyMode::Buffered);
    assert_eq!(route.most, 1 << 20);
    assert_eq!(route.record, Record::Before);
    assert_eq!((&route.contract, &route.cors), (&None, &None));
    assert_eq!(config.admission.connections, 100);
    assert_eq!(config.targets["orders"].timeout, 30_000);
    assert_eq!(config.listen.unwrap().hsts, None);
    assert_eq!(config.keys, None);
}

#[test]
fn an_algorithm_has_one_name() {
    let text = COMPLETE.replace("\"ES256\"]", "\"Ed25519\"]");
    assert_eq!(
        parse(&text).unwrap().issuers["staff"].algorithms,
        [Algorithm::Rs256, Algorithm::EdDsa]
    );
}

#[test]
fn sources_need_no_listener() {
    let text = "environment = \"prod\"\nledger.dir = \"ledger\"\n\
                [[sources]]\nkind = \"s3\"\nfunction = \"f\"\nbuckets = [\"uploads\"]\n";
    let config = parse(text).unwrap();
    assert_eq!((config.listen, config.sources.len()), (None, 1));
}

#[test]
fn routes_may_overlap() {
    let more = |path: &str, method: &str| {
        format!(
            "[[routes]]\npath = \"{path}\"\nmethods = [\"{method}\"]\nfunction = \"f\"\n\
             target = \"orders\"\npublic = true\n"
        )
    };
    let text = with(
        &[
            more("/orders/{id}", "GET"),
            more("/orders/{id}", "DELETE"),
            more("/orders/new", "GET"),
            more("/orders/{order}/lines", "GET"),
            more("/orders/{rest+}", "GET"),
            more("/orders/new/{rest+}", "GET"),
            more("/orders/", "GET"),
            more("/orders", "GET"),
        ]
        .concat(),
    );
    let config = parse(&text).unwrap();
    // As the page says: what stands for the rest of a path is asked last.
    let mut routers = [matchit::Router::new(), matchit::Router::new()];
    let mut shapes = std::collections::BTreeSet::new();
    for route in &config.routes {
        if shapes.insert(route.path.shape()) {
            let path = route.path.as_str();
            let rest = path.contains("+}");
            let pattern = path.replace("{rest+}", "{*rest}");
            routers[usize::from(rest)].insert(pattern, path).unwrap();
        }
    }
    for (path, route) in [
        ("/orders/new", "/orders/new"),
        ("/orders/7", "/orders/{id}"),
        ("/orders/7/lines", "/orders/{order}/lines"),
        ("/orders/7/lines/1", "/orders/{rest+}"),
        ("/orders/new/1", "/orders/new/{rest+}"),
        ("/orders/", "/orders/"),
        ("/orders", "/orders"),
    ] {
        let mut found = routers.iter().filter_map(|router| router.at(path).ok());
        assert_eq!(*found.next().unwrap().value, route, "{path}");
    }
}

#[test]
fn mistakes_of_form_have_their_place() {
    for (text, said) in [
        (
            "environment = <",
            "string values must be quoted, expected literal string",
        ),
        (
            "<ledger.dir = \"l\"\n[[sources]]\nkind=\"s3\"\nfunction=\"f\"\nbuckets=[\"abc\"]",
            "`environment` is missing",
        ),
        (
            "<environment = \"p\"\n[[sources]]\nkind=\"s3\"\nfunction=\"f\"\nbuckets=[\"abc\"]",
            "`ledger` is missing",
        ),
        (
            "environment = <\"pro d\"\nledger.dir = \"l\"\n[[sources]]\nkind=\"s3\"\nfunction=\"f\"\nbuckets=[\"abc\"]",
            "`environment` is not a name; a name consists of letters, digits, `-`, `_` and `.`, at most 64 of them",
        ),
    ] {
        refused(text, &[said]);
    }
}

#[test]
fn mistakes_in_routes_have_their_place() {
    let issuer = "[issuers.staff]\nissuer = \"https://login.example.com\"\naudiences = [\"api\"]\n";
    let more = |route_keys: &str, tables: &str| format!("{}\n{tables}", route(route_keys));
    let token = "authenticate = [\"token:staff\"]\n";
    for (text, said) in [
        (
            route("public = true\n<scope = [\"a\"]"),
            "unknown key `scope`; did you mean `scopes`?",
        ),
        (
            with(
                "<[[routes]]\npath = \"/\"\nmethods = [\"GET\"]\nfunction = \"f\"\ntarget = \"orders\"\n",
            ),
            "a route says who may call it; add `authenticate = […]`, or `public = true` when everybody may call",
        ),
        (
            more(&format!("public = <true\n{token}"), issuer),
            "a public route does not ask who is calling; remove `public`, or `authenticate` when everybody may call",
        ),
        (
            route("public = true\nroles = <[\"clerk\"]"),
            "`roles` on a public route, whose callers nobody knows; remove it, or say with `authenticate` who may call",
        ),
        (
            route("public = true\nscopes = <[]"),
            "`scopes` on a public route, whose callers nobody knows; remove it, or say with `authenticate` who may call",
        ),
        (
            format!(
                "{}{token}{issuer}",
                with(
                    "<[[routes]]\npath = \"/\"\nmethods = [\"GET\"]\nfunction = \"f\"\ntarget = \"orders\"\n"
                )
            ),
            "nothing says what a caller needs for this route; add `scopes` or `roles`, or Cedar files as `policies` above all tables",
        ),
        (route("authenticate = <[]"), "`authenticate` is empty"),
        (
            route("authenticate = <\"api-key\""),
            "`authenticate` must be a list, not a TOML string",
        ),
        (
            more(
                "authenticate = [<\"token:stuff\"]\nscopes = [\"a\"]",
                issuer,
            ),
            "there is no `[issuers.stuff]`; did you mean `staff`?",
        ),
        (
            route("authenticate = [<\"certificate:x\"]\nscopes = [\"a\"]"),
            "there is no `[trust.x]`",
        ),
        (
            route("authenticate = [<\"basic\"]\nscopes = [\"a\"]"),
            "unknown credential `basic`; there are `token:ISSUER`, `api-key`, `certificate:TRUST`, `aws-signature`",
        ),
        (
            route("authenticate = <[\"api-key\"]\nscopes = [\"a\"]"),
            "`api-key` without `[keys]`; add `[keys]` with the `store` of the keys",
        ),
        (
            route("authenticate = <[\"aws-signature\"]\nroles = [\"a\"]"),
            "`aws-signature` without `[aws]`; add `[aws]` with `credentials` and `regions`",
        ),
        (
            more(
                "authenticate = <[\"certificate:p\"]\nroles = [\"a\"]",
                "[trust.p]\nauthorities = [\"ca.pem\"]\nroles = [\"a\"]",
            ),
            "client certificates on a listener without TLS, which sees none; give `[listen]` a certificate, or take another credential",
        ),
        (
            more(
                "authenticate = <[\"token:i\"]\nscopes = [\"a\"]",
                "[issuers.i]\nissuer = \"https://i.example\"\naudiences = [\"a\"]\ncertificate-bound = true",
            ),
            "client certificates on a listener without TLS, which sees none; give `[listen]` a certificate, or take another credential",
        ),
        (
            more(&format!("{token}roles = <[\"clerk\"]"), issuer),
            "callers by `token:staff` have no roles, so all of them are refused; say where they are: `roles` in `[issuers.staff]`",
        ),
        (
            more(
                "authenticate = <[\"token:staff\", \"token:other\"]\nscopes = [\"a\"]",
                &format!(
                    "{issuer}{}",
                    issuer.replace("issuers.staff", "issuers.other")
                ),
            ),
            "`staff` and `other` are the same issuer; keep one: which of them a token is held to would be a guess",
        ),
        (
            more(
                "authenticate = [\"aws-signature\"]\nscopes = <[\"a\"]",
                "[aws]\ncredentials = \"c\"\nregions = [\"eu-central-1\"]",
            ),
            "callers by `aws-signature` have no scopes, so all of them are refused; ask for `roles`, or make it a route of its own",
        ),
        (
            with(
                "[[routes]]\npath = <\"/a/../b\"\nmethods = [\"GET\"]\nfunction = \"f\"\ntarget = \"orders\"\npublic = true",
            ),
            "`/a/../b` is not a path: no request comes through with it: the path has a dot segment",
        ),
        (
            with(
                "[[routes]]\npath = <\"/a%2fb\"\nmethods = [\"GET\"]\nfunction = \"f\"\ntarget = \"orders\"\npublic = true",
            ),
            "`/a%2fb` is not a path: something in it is encoded",
        ),
        (
            with(
                "[[routes]]\npath = \"/\"\nmethods = <[]\nfunction = \"f\"\ntarget = \"orders\"\npublic = true",
            ),
            "`methods` is empty",
        ),
        (
            with(
                "[[routes]]\npath = \"/\"\nmethods = [<\"get\"]\nfunction = \"f\"\ntarget = \"orders\"\npublic = true",
            ),
            "unknown method `get`; did you mean `GET`?",
        ),
        (
            with(
                "[[routes]]\npath = \"/\"\nmethods = [\"GET\", <\"GET\"]\nfunction = \"f\"\ntarget = \"orders\"\npublic = true",
            ),
            "`GET` is in `methods` twice",
        ),
        (
            with(
                "[[routes]]\npath = \"/\"\nmethods = [\"GET\"]\nfunction = \"f\"\ntarget = <\"order\"\npublic = true",
            ),
            "there is no `[targets.order]`; did you mean `orders`?",
        ),
        (
            format!(
                "{}{}",
                route("public = true\n"),
                "[[routes]]\npath = <\"/\"\nmethods = [\"GET\"]\nfunction = \"f\"\ntarget = \"orders\"\npublic = true"
            ),
            "GET of `/` has a route in line 6; keep one of them",
        ),
        (
            route("public = true\nlimits = [<\"each\"]"),
            "there is no `[limits.each]`",
        ),
        (
            more(
                "public = true\nlimits = <[\"k\"]",
                "[limits.k]\nper = \"key\"\nrate = \"1/s\"",
            ),
            "limit `k` counts API keys, which the route does not take; count by `principal` or `address`",
        ),
        (
            more(
                "public = true\nlimits = <[\"k\"]",
                "[limits.k]\nper = \"principal\"\nrate = \"1/s\"",
            ),
            "limit `k` counts callers, whom a public route does not know; count by `address`",
        ),
        (
            route("public = true\nprivileged = true\nrecord = <\"batched\""),
            "what is privileged is recorded before it takes effect; use `record = \"before\"`",
        ),
        (
            route("public = true\nrecord = <\"later\""),
            "`later` is not one of `before`, `batched`",
        ),
        (
            route("public = true\nmax-body = <\"1 MB\""),
            "`max-body` must be a size such as \"64 KiB\" or \"1 MiB\"; units are B, KiB, MiB and GiB; a number without one is bytes",
        ),
        (
            route("public = true\nmax-body = <-1"),
            "`max-body` must be a size such as \"64 KiB\" or \"1 MiB\"; units are B, KiB, MiB and GiB; a number without one is bytes",
        ),
        (
            route("public = true\nmax-body = <\"65 MiB\""),
            "a body that is held back is at most 64 MiB; use `body = \"streaming\"`, or a smaller one",
        ),
        (
            more(
                "public = true\nbody = \"streaming\"\ncontract = <\"c\"",
                "[contracts.c]\nschema = \"s.json\"",
            ),
            "a contract on the body of a streaming route, which is not held back; use `body = \"buffered\"`; GET, HEAD and OPTIONS alone can stream under an OpenAPI document",
        ),
        (
            more(
                "public = true\nbody = \"streaming\"\ncontract = { name = \"c\", unknown = <\"drop\" }",
                "[contracts.c]\nopenapi = \"s.json\"",
            ),
            "`unknown = \"drop\"` on a streaming route: nothing is left to drop from; use `body = \"buffered\"`",
        ),
        (
            more(
                "public = true\nbody = \"streaming\"\ncontract = { name = \"c\", responses = <\"enforce\" }",
                "[contracts.c]\nopenapi = \"s.json\"",
            ),
            "`responses` on a streaming route: answers go out before they are whole; use `body = \"buffered\"`",
        ),
        (
            more(
                "authenticate = [\"aws-signature\"]\nroles = [\"a\"]\nbody = <\"streaming\"",
                "[aws]\ncredentials = \"c\"\nregions = [\"eu-central-1\"]",
            ),
            "`aws-signature` on a streaming route: the signature covers the whole body; use `body = \"buffered\"`, or another credential",
        ),
        (
            more(
                "public = true\nbody = <\"streaming\"",
                "[functions.orders.body]\namount = \"long\"",
            ),
            "policies see values of the body of `orders`, but a streaming route goes through before it is there; use `body = \"buffered\"`, or a function of its own",
        ),
        (
            more(
                "public = true\ncontract = { name = \"c\", responses = <\"report\" }",
                "[contracts.c]\nschema = \"s.json\"",
            ),
            "`responses` with a JSON Schema, which describes what comes in; use an OpenAPI document, or remove `responses`",
        ),
        (
            route("public = true\ncontract = { name = <\"c\" }"),
            "there is no `[contracts.c]`",
        ),
        (
            route("public = true\ncors = { origins = [\"*\"], credentials = <true }"),
            "`credentials` for all origins: any page could call as its visitor; name the origins",
        ),
        (
            route("public = true\ncors = { origins = [<\"https://a.example/\"] }"),
            "`https://a.example/` is not an origin such as `https://shop.example.com`, nor `*`",
        ),
        (
            route("public = true\ncors = { origins = [<\"null\"] }"),
            "`null` is not an origin such as `https://shop.example.com`, nor `*`",
        ),
        (
            route("public = true\ncors = { origins = [\"*\"], max-age = <600 }"),
            "`max-age` must be a time such as \"30s\"; units are ms, s, min, h and d",
        ),
    ] {
        refused(&text, &[said]);
    }
}

#[test]
fn mistakes_in_tables_have_their_place() {
    let public = "\n[[routes]]\npath = \"/\"\nmethods = [\"GET\"]\nfunction = \"f\"\ntarget = \"orders\"\npublic = true\n";
    let listen = |keys: &str| {
        format!(
            "environment = \"p\"\nledger.dir = \"l\"\ntargets.orders.urls = [\"https://o.example\"]\n[listen]\n{keys}{public}"
        )
    };
    let issuer = |keys: &str| with(&format!("{public}[issuers.i]\n{keys}\n"));
    let least = "issuer = \"https://i.example\"\naudiences = [\"a\"]\n";
    let limit = |keys: &str| with(&format!("{public}[limits.l]\nper = \"route\"\n{keys}\n"));
    for (text, said) in [
        (
            listen("address = <\"8080\"\nplaintext = true"),
            "`address` must be an address and a port; write `127.0.0.1:8080`, `0.0.0.0:8443` or `[::]:8443`",
        ),
        (
            listen("address = \"[::]:8080\"\nplaintext = <true"),
            "`plaintext` on an address that others can reach; use a certificate, listen on `127.0.0.1`, or name the networks of what has ended TLS: `behind = [\"10.0.0.0/24\"]`",
        ),
        (
            listen("address = \"[::]:8443\"\ncertificate = <\"c.pem\""),
            "`certificate` without `private-key`; add `private-key`",
        ),
        (
            listen("address = \"[::]:8443\"\nprivate-key = <\"c.pem\""),
            "`private-key` without `certificate`; add `certificate`",
        ),
        (
            listen(
                "address = \"127.0.0.1:1\"\nplaintext = <true\ncertificate = \"c\"\nprivate-key = \"k\"",
            ),
            "`plaintext` with a certificate; keep one of them",
        ),
        (
            listen(
                "address = \"0.0.0.0:1\"\nadmin = <\"127.0.0.1:1\"\ncertificate = \"c\"\nprivate-key = \"k\"",
            ),
            "`admin` is where callers come in; give it a port of its own",
        ),
        (
            listen("address = \"127.0.0.1:1\"\nplaintext = true\nhsts = <\"1d\""),
            "`hsts` without TLS does nothing; remove it, or use a certificate",
        ),
        (
            listen("address = \"127.0.0.1:1\"\nplaintext = true\nmin-tls = <\"1.3\""),
            "`min-tls` on a listener without TLS; remove it, or use a certificate",
        ),
        (
            listen(
                "address = \"127.0.0.1:1\"\ncertificate = \"c\"\nprivate-key = \"k\"\nmin-tls = <\"1.1\"",
            ),
            "`1.1` is not one of `1.3`, `1.2`; did you mean `1.3`?",
        ),
        (
            route("public = true\nwebsocket = <{ idle = \"1min\" }"),
            "`websocket` on a route that opens none; WebSockets go through where `body = \"streaming\"` and `GET` is taken",
        ),
        (
            route("public = true\nbody = \"streaming\"\nwebsocket = { idle = <\"2d\" }"),
            "`idle` must be from 1s to 1d",
        ),
        (
            listen("address = \"0.0.0.0:1\"\nplaintext = true\nbehind = [<\"10.0.0.1/8\"]"),
            "`10.0.0.1/8`: the address has bits behind the prefix; write `192.0.2.7`, `10.0.0.0/8` or `2001:db8::/32`",
        ),
        (
            issuer(&format!("{least}algorithms = [<\"none\"]")),
            "unknown algorithm `none`; there are `RS256`, `RS384`, `RS512`, `PS256`, `PS384`, `PS512`, `ES256`, `ES384`, `ES512`, `EdDSA`, `Ed25519`, `HS256`, `HS384`, `HS512`",
        ),
        (
            issuer(&format!("{least}algorithms = [<\"rs256\"]")),
            "unknown algorithm `rs256`; did you mean `RS256`?",
        ),
        (
            issuer(&format!("{least}algorithms = <[\"HS256\"]")),
            "the secret of HS256, HS384 and HS512 can't be one that the issuer publishes; name a file with the secret as `keys`, or use an algorithm with public keys",
        ),
        (
            issuer(&format!(
                "{least}algorithms = <[\"HS256\"]\nkeys = \"https://i.example/keys\""
            )),
            "the secret of HS256, HS384 and HS512 can't be one that the issuer publishes; name a file with the secret as `keys`, or use an algorithm with public keys",
        ),
        (
            issuer(&format!(
                "{least}algorithms = <[\"RS256\", \"HS256\"]\nkeys = \"keys.json\""
            )),
            "algorithms with a shared secret and with public keys are mixed; an issuer has one kind: a public key must never be taken for a secret",
        ),
        (
            issuer("issuer = <\"http://i.example\"\naudiences = [\"a\"]"),
            "`issuer` must begin with `https://`; plain http is only for this machine",
        ),
        (
            issuer("issuer = <\"login\"\naudiences = [\"a\"]"),
            "`issuer` is not a URL; write one such as `https://login.example.com`, without user and fragment",
        ),
        (
            issuer("issuer = \"https://i.example\"\naudiences = <[]"),
            "`audiences` is empty",
        ),
        (
            with(&format!(
                "{public}<[issuers.i]\nissuer = \"https://i.example\""
            )),
            "`audiences` is missing",
        ),
        (
            issuer(&format!("{least}skew = <\"1h\"")),
            "`skew` must be from 0s to 5min",
        ),
        (
            issuer(&format!("{least}skew = <\"1500ms\"")),
            "`skew` must be whole seconds",
        ),
        (
            issuer(&format!(
                "{least}introspection = {{ url = <\"http://i.example\", client = \"c\", secret-file = \"s\" }}"
            )),
            "`url` must begin with `https://`; plain http is only for this machine",
        ),
        (
            with(&format!("{public}[limits.<l]\nper = \"route\"\n")),
            "`[limits.l]` limits nothing; add `rate`, `day`, `month` or `concurrent`",
        ),
        (
            with(&format!("{public}[limits.<l]\nper = \"route\"\nday = 5\n")),
            "`[limits.l]` has a quota, which has to outlive a restart; name the file that keeps it, above all tables: `quotas = \"quotas.db\"`",
        ),
        (
            limit("rate = <\"5\""),
            "`rate` must be a rate such as \"100/s\", \"1000/min\" or \"10/h\"",
        ),
        (
            limit("rate = <\"0/s\""),
            "`rate` lets nothing through; to close a route, remove it",
        ),
        (
            limit("rate = <\"1000001/s\""),
            "`rate` must be at most 1000000 calls a second",
        ),
        (
            limit("rate = \"1/s\"\nburst = <0"),
            "`burst` must be at least 1",
        ),
        (
            limit("rate = \"1/s\"\nburst = <1000001"),
            "`burst` must be at most 1000000",
        ),
        (
            limit("concurrent = 1\nburst = <5"),
            "`burst` without `rate`; add one such as `rate = \"100/s\"`",
        ),
        (limit("concurrent = <0"), "`concurrent` must be at least 1"),
        (limit("day = <0"), "`day` must be a whole number from 1 on"),
        (
            limit("rate = \"1/s\"").replacen("[limits.l]", "[limits.<l]", 1),
            "no route or source uses `[limits.l]`; name it there, or remove it",
        ),
        (
            with(&format!("{public}[functions.<ff]\ntags = {{ a = \"b\" }}")),
            "no route or source uses `[functions.ff]`; did you mean `f`?",
        ),
        (
            with(&format!(
                "{public}[contracts.c]\nschema = \"a\"\n[contracts.c.<x]"
            )),
            "unknown key `x`",
        ),
        (
            with(&format!(
                "{public}<[contracts.c]\nschema = \"a\"\nopenapi = \"b\""
            )),
            "a contract is either `openapi` or `schema`",
        ),
        (
            with(&format!(
                "{public}[targets.t]\nurls = [<\"http://t.example\"]"
            )),
            "`http://t.example` is not encrypted and not on this machine; use `https://`, or say `plaintext = true` when the network keeps others out",
        ),
        (
            with(&format!(
                "{public}[targets.t]\nurls = [{{ url = <\"https://t.example/a\", weight = 2 }}]"
            )),
            "`https://t.example/a` has a path; what is authorised is what is forwarded: the path of a request stays as it is",
        ),
        (
            with(&format!(
                "{public}[targets.t]\nurls = <[{{ url = \"https://t.example\", weight = 0 }}]"
            )),
            "nothing has a weight, so nothing is reached",
        ),
        (
            with(&format!(
                "{public}[trust.t]\nauthorities = [\"a\"]\ndns = [<\"a.*.example\"]"
            )),
            "`a.*.example` is not a DNS name; `*.` may stand for the first label",
        ),
        (
            route("public = true\n").replace(
                "plaintext = true }",
                "plaintext = true, url = <\"https://a.example/b\" }",
            ),
            "`url` has a path; write scheme, host and port alone, such as `https://api.example.com`",
        ),
        (
            route("public = true\n").replace(
                "plaintext = true }",
                "plaintext = true, url = <\"http://a.example\" }",
            ),
            "`url` must begin with `https://`; plain http is only for this machine",
        ),
        (
            with(&format!(
                "{public}[trust.t]\nauthorities = [\"a\"]\nuncovered = <\"refuse\""
            )),
            "`uncovered` without revocation lists; name their files as `revoked`, or remove it",
        ),
        (
            with(&format!(
                "{public}[trust.t]\nauthorities = [\"a\"]\nspiffe = [<\"spiffe://*/a\"]"
            )),
            "`spiffe://*/a` is not a SPIFFE id such as `spiffe://example.com/orders`; `*` may stand at its end",
        ),
        (
            with(&format!(
                "{public}[keys]\nstore = \"k\"\nheader = <\"Authorization\""
            )),
            "`authorization` carries something else; use a field of its own, such as `x-api-key`",
        ),
        (
            with(&format!(
                "{public}[keys]\nstore = \"k\"\nheader = <\"x key\""
            )),
            "`x key` is not the name of a header field",
        ),
        (
            with(&format!(
                "{public}[aws]\ncredentials = \"c\"\nregions = [\"eu-central-1\"]\npresigned = <\"8d\""
            )),
            "`presigned` must be from 1s to 7d",
        ),
        (
            with(&format!("{public}[claims]\na = <\"number\"")),
            "`number` is not one of `string`, `long`, `bool`, `decimal`, `strings`",
        ),
        (
            with(&format!(
                "{public}[claims]\na = {{ pointer = <\"b\", type = \"string\" }}"
            )),
            "`b` is not a JSON pointer; write one such as `/order/amount` (RFC 6901)",
        ),
        (
            with(&format!(
                "{public}[functions.f.body]\na = \"long\"\n[functions.<g.body]\na = \"string\""
            )),
            "body value `a` of `g` has another type than that of `f`; give one of them another name",
        ),
        (
            with(&format!("{public}[admission]\nallow = [<\"everyone\"]")),
            "`everyone`: neither an address nor a network; write `192.0.2.7`, `10.0.0.0/8` or `2001:db8::/32`",
        ),
    ] {
        refused(&text, &[said]);
    }
}

#[test]
fn mistakes_in_sources_have_their_place() {
    let source = |kind: &str, keys: &str| {
        format!(
            "environment = \"p\"\nledger.dir = \"l\"\n[[sources]]\nkind = \"{kind}\"\nfunction = \"f\"\n{keys}"
        )
    };
    for (text, said) in [
        (
            source("sqs", "").replace("[[sources]]", "<[[sources]]"),
            "a source says where its events are from; add `accounts` or `arns`",
        ),
        (
            source("sqs", "accounts = []").replace("[[sources]]", "<[[sources]]"),
            "a source says where its events are from; add `accounts` or `arns`",
        ),
        (
            source("", "accounts = [\"111122223333\"]").replace("\"\"", "<\"sqss\""),
            "`sqss` is not one of `sqs`, `s3`, `sns`, `eventbridge`, `apigateway`, `function-url`, `direct`; did you mean `sqs`?",
        ),
        (
            source("sqs", "accounts = [<\"1234\"]"),
            "`1234` is not an account of 12 digits",
        ),
        (
            source("apigateway", "accounts = [<\"anonymous\"]"),
            "`anonymous` is not an account of 12 digits",
        ),
        (
            source("function-url", "accounts = [\"anonymous\", <\"*\"]"),
            "`*` is not an account of 12 digits, nor `anonymous`, which events of open URLs say",
        ),
        (
            source("sqs", "arns = [<\"arn:aws:sqs:*:*:*\"]"),
            "`arn:aws:sqs:*:*:*` is not an ARN that names an account or a resource",
        ),
        (
            source("sns", "arns = [<\"arn:aws:lambda:*:*:function:*\"]"),
            "`arn:aws:lambda:*:*:function:*` is not an ARN that names an account or a resource",
        ),
        (
            source("sqs", "arns = <[\"arn:aws:sns:eu-west-1:111122223333:a\"]"),
            "`arn:aws:sns:eu-west-1:111122223333:a` is of `sns`: no event of `sqs` is from there; name one such as `arn:aws:sqs:…`, or change `kind`",
        ),
        (
            source("sqs", "arns = [<\"*\"]"),
            "`*` is not an ARN that names an account or a resource",
        ),
        (
            source("s3", "buckets = [<\"*\"]"),
            "`*` is not the name of a bucket",
        ),
        (
            source("sqs", "buckets = <[\"uploads\"]"),
            "events of `sqs` have no `buckets`; use `accounts` or `arns`",
        ),
        (
            source(
                "s3",
                "buckets = [\"uploads\"]\naccounts = <[\"111122223333\"]",
            ),
            "events of `s3` have no `accounts`; use `arns` or `buckets`",
        ),
        (
            source(
                "apigateway",
                "accounts = [\"111122223333\"]\narns = <[\"arn:aws:execute-api:eu-west-1:111122223333:abc\"]",
            ),
            "events of `apigateway` have no `arns`; use `accounts`",
        ),
        (
            source("direct", "accounts = <[\"111122223333\"]"),
            "events of `direct` have no `accounts`; remove it: who may invoke the function is for the platform",
        ),
        (
            source(
                "s3",
                "buckets = [\"uploads\"]\nlimits = <[\"l\"]\n[limits.l]\nper = \"address\"\nrate = \"1/s\"",
            ),
            "limit `l` counts addresses, which events have none of; count by `principal` or `route`",
        ),
        (
            source(
                "s3",
                "buckets = [\"uploads\"]\ncontract = <\"c\"\n[contracts.c]\nopenapi = \"o\"",
            ),
            "`c` is an OpenAPI document, which describes calls; use a contract with `schema`",
        ),
        (
            source(
                "s3",
                "buckets = [\"uploads\"]\nprivileged = true\nrecord = <\"batched\"",
            ),
            "what is privileged is recorded before it takes effect; use `record = \"before\"`",
        ),
        (
            "<environment = \"p\"\nledger.dir = \"l\"\n".to_owned(),
            "neither a route nor a source: nothing is let through; add `[[routes]]` or `[[sources]]`",
        ),
        (
            source(
                "s3",
                "buckets = [\"uploads\"]\n<[listen]\naddress = \"127.0.0.1:1\"\nplaintext = true",
            ),
            "`[listen]` without a route; add `[[routes]]`, or remove it: sources need none",
        ),
        (
            route("public = true\n")
                .replace(
                    "listen = { address = \"127.0.0.1:8080\", plaintext = true }\n",
                    "",
                )
                .replace("[[routes]]", "<[[routes]]"),
            "routes without `[listen]`; say where callers come in",
        ),
    ] {
        refused(&text, &[said]);
    }
}

#[test]
fn all_mistakes_are_told_at_once_in_their_order() {
    let text = "enviroment = 1\n[[routes]]\npath = \"x\"\nmethods = [\"FETCH\"]\nrecord = 1\n";
    let errors = Config::parse("guard.toml", text).unwrap_err();
    let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
    let beginnings = [
        "guard.toml:1:1: unknown key `enviroment`; did you mean `environment`?",
        "guard.toml:1:1: `environment` is missing",
        "guard.toml:1:1: `ledger` is missing",
        "guard.toml:2:1: routes without `[listen]`; say where callers come in",
        "guard.toml:2:1: `target` is missing",
        "guard.toml:2:1: `function` is missing",
        "guard.toml:2:1: a route says who may call it",
        "guard.toml:3:8: `x` is not a path",
        "guard.toml:4:12: unknown method `FETCH`",
        "guard.toml:5:10: `record` must be a text, not a TOML integer",
    ];
    assert_eq!(errors.len(), beginnings.len(), "{errors:#?}");
    for beginning in beginnings {
        let said = errors.iter().any(|error| error.starts_with(beginning));
        assert!(said, "{beginning} in {errors:#?}");
    }
}

#[test]
fn hostile_files_buy_no_work() {
    let mut text = LEAST.to_owned();
    for n in 0..2_000 {
        text.push_str(&format!(
            "[limits.limit-{n}]\nper = \"route\"\nrate = \"1/s\"\n"
        ));
    }
    for n in 0..500 {
        text.push_str(&format!(
            "[[routes]]\npath = \"/{n}\"\nmethods = [\"GET\"]\nfunction = \"f\"\ntarget = \"orders\"\n\
             public = true\nlimits = [\"limit_{n}x\"]\n"
        ));
    }
    let errors = Config::parse("guard.toml", &text).unwrap_err();
    assert_eq!(errors.len(), 200);
}

/// Every key in some place, with right and wrong values.
fn near() -> impl Strategy<Value = String> {
    let lines: Vec<&str> = COMPLETE.lines().filter(|line| !line.is_empty()).collect();
    let line = (0..lines.len(), 0..lines.len(), 0..8_u8).prop_map(move |(n, m, change)| {
        let (key, _) = lines[n].split_once('=').unwrap_or((lines[n], ""));
        let (_, value) = lines[m].split_once('=').unwrap_or(("", "[]"));
        match change {
            0 => format!("{key}={value}"),
            1 => String::new(),
            _ => lines[n].to_owned(),
        }
    });
    let whole = COMPLETE.lines().map(str::to_owned).collect::<Vec<_>>();
    let places = prop::collection::vec((0..whole.len(), line), 0..6);
    places.prop_map(move |changes| {
        let mut lines = whole.clone();
        for (at, line) in changes {
            lines[at] = line;
        }
        lines.join("\n")
    })
}

fn any(text: &str) {
    let first = Config::parse("f", text);
    if let Err(errors) = &first {
        assert!(!errors.is_empty());
        for error in errors {
            assert!(error.line() as usize <= text.lines().count() + 1);
        }
    }
    assert_eq!(first, Config::parse("f", text));
}

proptest! {
    #[test]
    fn any_text_is_read(text in "\\PC*") {
        any(&text);
    }

    #[test]
    fn any_near_text_is_read(text in near()) {
        any(&text);
    }
}
