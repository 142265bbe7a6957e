//! Users outside of all groups, and groups without users.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "ungrouped-user",
    title: "users and groups are not joined",
    severity: Severity::Info,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-6.1"],
    cwe: None,
    aliases: &["CKV2_AWS_14", "CKV2_AWS_21"],
    since: "0.1.0",
    check: Check::Application(check),
};

const MEMBERS: &str = "AWS::IAM::UserToGroupAddition";

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for user in cx.app.of_kind("AWS::IAM::User") {
        if joined(cx.app, "Users", user, "UserName") {
            continue;
        }
        sink.finding(user)
            .property("Groups")
            .message("the user is in no group, so its rights can only be its own")
            .help("set `Groups`")
            .aliases(&["CKV2_AWS_21"])
            .judge(
                Want {
                    path: "Groups",
                    is: Is::NotEmpty,
                }
                .judge(user),
            );
    }
    for group in cx.app.of_kind("AWS::IAM::Group") {
        let named = group.text("GroupName");
        let chosen = cx.app.of_kind("AWS::IAM::User").any(|user| {
            user.refers_to("Groups", &group.id)
                || user
                    .at("Groups[]")
                    .iter()
                    .any(|leaf| named.is_some() && leaf.value.as_text() == named)
        });
        if chosen || joined(cx.app, "GroupName", group, "GroupName") {
            continue;
        }
        sink.finding(group)
            .message("the group has no member here: rights that nobody needs, or that are given out elsewhere")
            .help("add members, or remove the group")
            .aliases(&["CKV2_AWS_14"])
            .report();
    }
}

/// Whether an addition of users to groups names a resource at `path`, by reference or by name.
fn joined(app: &Application, path: &str, resource: &Resource, name: &str) -> bool {
    let name = resource.text(name);
    app.of_kind(MEMBERS).any(|addition| {
        addition.refers_to(path, &resource.id)
            || addition.at(path).iter().any(|leaf| {
                name.is_some() && leaf.value.items().iter().any(|item| item.as_text() == name)
            })
    })
}
