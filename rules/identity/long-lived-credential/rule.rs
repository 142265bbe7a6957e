//! Credentials that stay valid until somebody remembers to take them back.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "long-lived-credential",
    title: "the template makes credentials that never expire",
    severity: Severity::Medium,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-1.3", "BPSS-2.12"],
    cwe: Some(798),
    aliases: &[],
    since: "0.1.0",
    check: Check::Application(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let keys = [
        (
            "AWS::IAM::AccessKey",
            "an access key that never expires is made, and stands in the state of the stack: it works for whoever gets hold of it",
        ),
        (
            "AWS::IAM::ServiceSpecificCredential",
            "a user name and password that never expire are made: they work for whoever gets hold of them",
        ),
    ];
    for (kind, message) in keys {
        for key in cx.app.of_kind(kind) {
            let verdict = Verdict::of(&key.at("Status"), |leaf| {
                leaf.text(Some("Active"), |text| text == "Inactive")
            });
            sink.finding(key)
                .property("Status")
                .at(&key.origin)
                .message(message)
                .help("let the workload assume a role and use its temporary credentials; remove this resource")
                .judge(verdict);
        }
    }
    for user in cx.app.of_kind("AWS::IAM::User") {
        let written = Verdict::of(&user.at("LoginProfile.Password"), |leaf| {
            match &leaf.value.data {
                Data::Text(_) | Data::Number(_) => Answer::No,
                Data::Unknown(_) => leaf.undecided(),
                _ => Answer::Yes,
            }
        });
        let literal = written.fails();
        sink.finding(user)
            .property("LoginProfile.Password")
            .severity(Severity::High)
            .message("the password of a console user is written into the template: whoever reads it can sign in")
            .help("remove `LoginProfile`; give people access through an identity provider (IAM Identity Center)")
            .judge(written);
        if !literal {
            sink.finding(user)
                .property("LoginProfile")
                .at(user
                    .properties
                    .entry("LoginProfile")
                    .map_or(&user.origin, |entry| &entry.key_origin))
                .severity(Severity::Low)
                .message("a console user with a password is made: it stays until somebody remembers to remove it")
                .help("remove `LoginProfile`; give people access through an identity provider (IAM Identity Center)")
                .judge(Verdict::of(&user.at("LoginProfile"), |leaf| {
                    match leaf.present() {
                        Answer::Yes => Answer::No,
                        Answer::No => Answer::Yes,
                        unknown => unknown,
                    }
                }));
        }
    }
}
