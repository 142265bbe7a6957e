//! Statements that allow every action: of everything, of IAM, of one service.

use crate::extent::{Extent, extent, witness};
use crate::permissions::{
    Written, functions_with, is_boundary, reason_of, runs_notebook, some_of, written,
};
use crate::prelude::*;
use crate::unbound::{aliases as unbound_aliases, unbound};
use palisade_iam::Truth;

pub(crate) static RULE: Rule = Rule {
    id: "every-action",
    title: "a policy allows every action",
    severity: Severity::High,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-1.1", "SCSP-1.2", "BPSS-1.8", "BPSS-2.2"],
    cwe: Some(250),
    aliases: &[
        "CKV2_AWS_40",
        "CKV2_AWS_68",
        "CKV_AWS_1",
        "CKV_AWS_107",
        "CKV_AWS_108",
        "CKV_AWS_109",
        "CKV_AWS_110",
        "CKV_AWS_111",
        "CKV_AWS_286",
        "CKV_AWS_287",
        "CKV_AWS_288",
        "CKV_AWS_289",
        "CKV_AWS_290",
        "CKV_AWS_355",
        "CKV_AWS_356",
        "CKV_AWS_49",
        "CKV_AWS_62",
        "CKV_AWS_63",
        "IAM.1",
        "IAM.21",
        "IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS",
        "IAM_POLICY_NO_STATEMENTS_WITH_FULL_ACCESS",
    ],
    since: "0.1.0",
    check: Check::Application(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for written in written(cx, false).iter().filter(|w| !is_boundary(w)) {
        if &*written.resource.kind != "AWS::IoT::Policy" {
            judge(cx, written, sink);
        }
    }
}

fn judge(cx: &Context<'_>, written: &Written<'_>, sink: &mut Sink<'_>) {
    let mut worst: Option<Extent> = None;
    let mut doubtful = false;
    let mut answers = Vec::new();
    for had in &written.had {
        let Some(found) = extent(cx, had) else {
            answers.push((Answer::Yes, had.when));
            continue;
        };
        doubtful |= found.doubtful;
        if worst.as_ref().is_none_or(|worst| found.extent < *worst) {
            worst = Some(found.extent);
        }
        answers.push(match found.truth {
            Truth::Maybe => (
                Answer::Unknown(reason_of(cx.access(), had.statement)),
                had.when,
            ),
            _ => (Answer::No, had.when),
        });
    }
    if let Some(extent) = worst {
        report(cx, written, &extent, doubtful, written.verdict(answers), sink);
    }
}

const ADMINISTRATOR: &[&str] = &["CKV_AWS_1", "CKV_AWS_49", "CKV_AWS_62", "CKV_AWS_63"];

fn report(
    cx: &Context<'_>,
    written: &Written<'_>,
    extent: &Extent,
    doubtful: bool,
    verdict: Verdict,
    sink: &mut Sink<'_>,
) {
    let managed = &*written.resource.kind == "AWS::IAM::ManagedPolicy";
    let literally = written.had.iter().any(|had| {
        let actions = &had.statement.actions;
        !actions.except && actions.patterns.iter().any(|text| matches!(&*text.written, "*" | "*:*"))
    });
    let except = written.had.iter().any(|had| had.statement.actions.except);
    let mut ids: Vec<&'static str> = Vec::new();
    match extent {
        Extent::Everything => {
            ids.extend(ADMINISTRATOR);
            ids.extend(["CKV2_AWS_40", "CKV_AWS_110", "CKV_AWS_286"]);
            if managed {
                ids.extend(["IAM.1", "IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS"]);
            }
        }
        Extent::NearlyEverything | Extent::OnSome if literally => {
            ids.extend(["CKV_AWS_49", "CKV_AWS_63"]);
        }
        Extent::Iam => ids.push("CKV2_AWS_40"),
        _ => {}
    }
    let service = matches!(extent, Extent::Services(_) | Extent::ServicesOnSome(_) | Extent::Iam);
    if managed && service {
        ids.extend(["IAM.21", "IAM_POLICY_NO_STATEMENTS_WITH_FULL_ACCESS"]);
    }
    // What `unbound-permissions` would say of the same statement.
    if matches!(extent, Extent::Everything | Extent::NearlyEverything) {
        for had in &written.had {
            for id in unbound_aliases(&unbound(cx, had)) {
                if !ids.contains(&id) {
                    ids.push(id);
                }
            }
        }
        if runs_notebook(cx, written) {
            ids.push("CKV2_AWS_68");
        }
    }
    let functions = functions_with(cx, written);
    let who = match functions.as_slice() {
        [] => String::new(),
        [one] => format!(": whoever makes function `{one}` run their code can"),
        [one, ..] => format!(
            ": whoever makes function `{one}`, or one of {} more, run their code can",
            functions.len() - 1
        ),
    };
    let but = if except { " but what `NotAction` names, also what the provider adds later" } else { "" };
    let what = match extent {
        Extent::Everything if who.is_empty() => {
            format!("allows every action on every resource{but}: that is an administrator of the account")
        }
        Extent::Everything => {
            format!("allows every action on every resource{but}{who} take over the whole account")
        }
        Extent::NearlyEverything if who.is_empty() => format!(
            "allows every action on every resource{but}, except for permissions themselves: all data of the account lies open"
        ),
        Extent::NearlyEverything => format!(
            "allows every action on every resource{but}, except for permissions themselves{who} read and delete everything in the account"
        ),
        Extent::Iam if who.is_empty() => {
            "allows every action of IAM: its holder can give itself any permission".to_owned()
        }
        Extent::Iam => format!("allows every action of IAM{who} give themselves any permission"),
        Extent::OnSome => format!("allows every action{but} on the resources that it names, deletion and the change of their policies among them"),
        Extent::Services(services) => format!(
            "allows every action of {} on every resource, also those that the provider adds later",
            some_of(services.iter().map(String::as_str), 3)
        ),
        Extent::ServicesOnSome(services) => format!(
            "allows every action of {} on the resources that it names, deletion and the change of their settings among them",
            some_of(services.iter().map(String::as_str), 3)
        ),
    };
    let (severity, profile) = match extent {
        Extent::Everything | Extent::NearlyEverything | Extent::Iam => {
            (Severity::High, Profile::Default)
        }
        Extent::OnSome => (Severity::Low, Profile::Default),
        Extent::Services(_) => (Severity::Medium, Profile::All),
        Extent::ServicesOnSome(_) => (Severity::Low, Profile::All),
    };
    sink.finding(written.resource)
        .property("PolicyDocument.Statement[].Action")
        .item(written.item())
        .at(&written.action_at())
        .aliases(&ids)
        .severity(severity)
        .confidence(if doubtful { Confidence::Medium } else { Confidence::High })
        .profile(profile)
        .message(what)
        .help("list the actions that are used in `Action`, and their resources in `Resource`")
        .witness(witness(cx, written, extent).as_ref(), &cx.access().symbols)
        .judge(verdict);
}
