//! PostgreSQL databases that do not log what is asked of them.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "no-query-log",
    title: "queries are not logged",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-8.1"],
    cwe: Some(778),
    aliases: &["CKV2_AWS_27", "CKV2_AWS_30"],
    since: "0.1.0",
    check: Check::Resource {
        kinds: &["AWS::RDS::DBInstance", "AWS::RDS::DBCluster"],
        check,
    },
};

fn check(database: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    let instance = *database.kind == *"AWS::RDS::DBInstance";
    let (engines, property, kind, ids) = if instance {
        (
            &["postgres"] as &[&str],
            "DBParameterGroupName",
            "AWS::RDS::DBParameterGroup",
            "CKV2_AWS_30",
        )
    } else {
        (
            &["aurora-postgresql", "postgres"] as &[&str],
            "DBClusterParameterGroupName",
            "AWS::RDS::DBClusterParameterGroup",
            "CKV2_AWS_27",
        )
    };
    let asked = Want::one_of("Engine", engines).judge(database);
    let member = Want::present("DBClusterIdentifier").judge(database);
    if !asked.passes() || (instance && member.passes()) {
        return;
    }
    let named = database.at(property);
    let groups = database.references(property);
    let group = groups
        .iter()
        .filter_map(|id| cx.app.resource(id))
        .find(|group| *group.kind == *kind);
    let at = named.first().map_or(&database.origin, |leaf| leaf.at);
    let verdict = match group {
        Some(group) => {
            let set = |path| Want::present(path).judge(group);
            let both =
                set("Parameters.log_statement").and(set("Parameters.log_min_duration_statement"));
            let off = Want {
                path: "Parameters.log_statement",
                is: Is::NotIn { texts: &["none"] },
            };
            let both = both.and(off.judge(group));
            match both.unknown() {
                Some((reason, _)) if !both.fails() => {
                    Verdict::always(Answer::Unknown(reason.clone()), at)
                }
                _ => Verdict::always(both.passes().into(), at),
            }
        }
        // The provider's own groups log nothing; another template's group is not seen.
        None => Verdict::of(&named, |leaf| match leaf.value.as_text() {
            Some(name) if !name.starts_with("default.") => leaf.undecided(),
            None if leaf.present() != Answer::No => leaf.undecided(),
            _ => Answer::No,
        }),
    };
    sink.finding(database)
        .property(property)
        .message("queries are not logged: after an injection there is no evidence of what was read")
        .help("set `log_statement` and `log_min_duration_statement` in a parameter group of the database")
        .aliases(&[ids])
        .judge(verdict);
}
