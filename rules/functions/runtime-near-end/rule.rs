//! Functions on runtimes whose support ends soon.

use crate::prelude::*;
use crate::runtimes::end_of;
use palisade_core::Date;

/// AWS tells the owners of functions so many days before it deprecates a runtime.
const NOTICE: i64 = 180;

pub(crate) static RULE: Rule = Rule {
    id: "runtime-near-end",
    title: "support of the function's runtime ends soon",
    severity: Severity::Info,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-17.2"],
    cwe: Some(1104),
    aliases: &[],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &["AWS::Lambda::Function"],
        check,
    },
};

fn check(function: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    for leaf in function.at("Runtime") {
        let Some(runtime) = leaf.value.as_text() else {
            continue;
        };
        let Some(end) = end_of(runtime).filter(|end| end.deprecated > cx.today) else {
            continue;
        };
        let left = match (day_number(end.deprecated), day_number(cx.today)) {
            (Some(end), Some(today)) => end - today,
            _ => continue,
        };
        if left <= NOTICE {
            sink.finding(function)
                .property("Runtime")
                .item(runtime)
                .at(leaf.at)
                .message(format!(
                    "`{runtime}` gets security updates for {left} more days, until {}",
                    end.deprecated
                ))
                .help("plan the move of `Runtime` to a version with more time left")
                .in_serverless("plan the move of `runtime` to a version with more time left")
                .report();
        }
    }
}

/// The number of a day, counted from an arbitrary one. Algorithm: Howard Hinnant,
/// "chrono-compatible low-level date algorithms", `days_from_civil`.
fn day_number(date: Date) -> Option<i64> {
    let text = date.to_string();
    let mut parts = text.split('-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let year = if month <= 2 { year - 1 } else { year };
    let era = year / 400;
    let of_era = year - era * 400;
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year)
}
