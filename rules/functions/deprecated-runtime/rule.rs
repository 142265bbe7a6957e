//! Functions on runtimes that get no security updates any more.

use crate::prelude::*;
use crate::runtimes::end_of;

pub(crate) static RULE: Rule = Rule {
    id: "deprecated-runtime",
    title: "the function's runtime gets no security updates any more",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-17.2", "SCSP-2.2"],
    cwe: Some(1104),
    aliases: &["CKV_AWS_363", "Lambda.2", "LAMBDA_FUNCTION_SETTINGS_CHECK"],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &["AWS::Lambda::Function"],
        check,
    },
};

fn check(function: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    let over = |runtime: &str| end_of(runtime).filter(|end| end.deprecated <= cx.today);
    let leaves = function.at("Runtime");
    let verdict = Verdict::of(&leaves, |leaf| match &leaf.value.data {
        Data::Absent | Data::Null => Answer::Yes,
        _ => leaf.text(None, |runtime| over(runtime).is_none()),
    });
    let found = leaves
        .iter()
        .filter_map(|leaf| leaf.value.as_text())
        .find_map(|runtime| Some((runtime, over(runtime)?)));
    let builder = sink
        .finding(function)
        .property("Runtime")
        .aliases(RULE.aliases)
        .help("set `Runtime` to a version that is supported, and test the function on it")
        .in_serverless("set `runtime` of the function, or of `provider`, to a version that is supported, and test the functions on it");
    let builder = match found {
        Some((runtime, end)) => {
            let blocked = end.blocked.filter(|day| *day <= cx.today);
            let builder = match blocked {
                Some(_) => builder.severity(Severity::Medium),
                None => builder,
            };
            builder.message(match (blocked, end.blocked) {
                (Some(day), _) => format!(
                    "`{runtime}` is without security updates since {}, and since {day} the function cannot be updated any more",
                    end.deprecated
                ),
                (None, Some(day)) => format!(
                    "`{runtime}` is without security updates since {}; from {day} on the function cannot be updated any more",
                    end.deprecated
                ),
                (None, None) => {
                    format!("`{runtime}` is without security updates since {}", end.deprecated)
                }
            })
        }
        None => builder,
    };
    builder.judge(verdict);
}
