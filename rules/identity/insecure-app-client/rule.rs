//! Clients of a user pool through which tokens can be caught or users can be found out.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "insecure-app-client",
    title: "an application client hands out tokens in an unsafe way",
    severity: Severity::Medium,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-5.2", "BPSS-2.14", "SCSP-3.2"],
    cwe: Some(319),
    aliases: &[],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &["AWS::Cognito::UserPoolClient"],
        check,
    },
};

fn check(client: &Resource, _: &Context<'_>, sink: &mut Sink<'_>) {
    for leaf in client.at("AllowedOAuthFlows[]") {
        if leaf.value.as_text() == Some("implicit") {
            sink.finding(client)
                .property("AllowedOAuthFlows")
                .message("the implicit flow puts tokens into the address of a page, where histories, logs and scripts find them")
                .help("replace `implicit` in `AllowedOAuthFlows` by `code`, and use PKCE in the client")
                .judge(Verdict::of(&[leaf], |_| Answer::No));
        }
    }
    for path in ["CallbackURLs[]", "DefaultRedirectURI", "LogoutURLs[]"] {
        for leaf in client.at(path) {
            let Some(url) = leaf.value.as_text() else {
                continue;
            };
            let host = host(url);
            let local = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
            let message = if url.starts_with("http://") && !local {
                format!(
                    "`{host}` receives codes and tokens over HTTP, where everyone on the way reads them"
                )
            } else if host.contains('*') {
                format!(
                    "`{host}` stands for hosts that somebody else may own, and they receive codes and tokens"
                )
            } else {
                continue;
            };
            sink.finding(client)
                .property(path)
                .item(url)
                .message(message)
                .help("name one full `https://` address for each place that may receive tokens")
                .judge(Verdict::of(&[leaf], |_| Answer::No));
        }
    }
    sink.finding(client)
        .property("PreventUserExistenceErrors")
        .severity(Severity::Low)
        .profile(Profile::All)
        .message("errors tell whether a user exists, so that accounts can be found by trying names")
        .help("set `PreventUserExistenceErrors: ENABLED`")
        .judge(Verdict::of(
            &client.at("PreventUserExistenceErrors"),
            |leaf| leaf.text(Some("LEGACY"), |text| text == "ENABLED"),
        ));
}

fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    if authority.starts_with('[') {
        return authority
            .find(']')
            .and_then(|end| authority.get(..=end))
            .unwrap_or(authority);
    }
    authority.split(':').next().unwrap_or(authority)
}
