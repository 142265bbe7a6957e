use super::*;

#[test]
fn every_clause_of_both_documents_is_there() {
    let catalogue = Catalogue::builtin();
    // How many clauses each section of each document has.
    let scsp = [
        2, 3, 4, 4, 4, 4, 4, 4, 5, 4, 5, 4, 4, 4, 4, 4, 4, 3, 4, 3, 4, 4, 4, 4,
    ];
    let bpss = [16, 19, 17, 13];
    for (document, first, counts) in [("SCSP", 0, &scsp[..]), ("BPSS", 1, &bpss[..])] {
        for (section, count) in (first..).zip(counts) {
            for number in 1..=*count {
                let id: ClauseId = format!("{document}-{section}.{number}").parse().unwrap();
                assert!(catalogue.get(&id).is_some(), "{id} is missing");
            }
        }
        let total = catalogue.clauses().filter(|c| c.id.document() == document);
        assert_eq!(total.count(), counts.iter().sum::<usize>(), "{document}");
    }
    assert_eq!(catalogue.clauses().count(), 158);
}

#[test]
fn clauses_are_readable_and_refer_to_frameworks() {
    for clause in Catalogue::builtin().clauses() {
        let id = &clause.id;
        assert!(clause.text.ends_with('.'), "{id}");
        assert!(clause.text.len() >= 60, "{id} says too little");
        assert!(clause.text.len() <= 400, "{id} says too much");
        assert!(!clause.title.ends_with('.'), "{id}");
        assert!(!clause.points.is_empty(), "{id}");
        let has = |framework: &str| clause.frameworks.contains_key(framework);
        assert!(has("nist-800-53"), "{id}");
        assert!(has("iso-27001") || has("soc2"), "{id}");
        for (framework, ids) in &clause.frameworks {
            let mut unique = ids.clone();
            unique.sort();
            unique.dedup();
            assert_eq!(unique.len(), ids.len(), "{id} {framework}");
            for reference in ids {
                assert!(
                    well_formed(framework, reference),
                    "{id} {framework} {reference}"
                );
            }
        }
    }
}

/// The shape that ids of a framework have.
fn well_formed(framework: &str, id: &str) -> bool {
    let number = |text: &str, most: u32| text.parse::<u32>().is_ok_and(|n| (1..=most).contains(&n));
    let dotted = |text: &str| text.split('.').all(|n| number(n, 99));
    match framework {
        "nist-800-53" => id.split_once('-').is_some_and(|(family, rest)| {
            let (control, enhancement) = rest.split_once('(').unwrap_or((rest, "1)"));
            family.len() == 2
                && family.bytes().all(|b| b.is_ascii_uppercase())
                && number(control, 53)
                && enhancement.strip_suffix(')').is_some_and(|n| number(n, 50))
        }),
        "iso-27001" => id
            .strip_prefix("A.")
            .and_then(|rest| rest.split_once('.'))
            .is_some_and(|(theme, control)| match theme {
                "5" => number(control, 37),
                "6" => number(control, 8),
                "8" => number(control, 34),
                _ => false,
            }),
        "soc2" => id
            .trim_start_matches(|c: char| c.is_ascii_uppercase())
            .split_once('.')
            .is_some_and(|(a, b)| number(a, 9) && number(b, 9)),
        "pci-dss" | "cis-aws" | "cis-controls" => dotted(id),
        "hipaa" => id.starts_with("164."),
        "gdpr" => id.starts_with("Art. "),
        "owasp-serverless" => id.strip_prefix('A').is_some_and(|n| number(n, 10)),
        "csa-serverless" => id.strip_prefix("SAS-").is_some_and(|n| number(n, 12)),
        _ => false,
    }
}

#[test]
fn every_parameter_serves_a_clause() {
    let used: BTreeSet<&str> = Catalogue::builtin()
        .clauses()
        .flat_map(|c| c.parameters.iter().map(String::as_str))
        .collect();
    let all: BTreeSet<&str> = Parameters::NAMES.iter().copied().collect();
    assert_eq!(used, all);
}

#[test]
fn frameworks_can_be_asked_for_their_clauses() {
    let catalogue = Catalogue::builtin();
    let ids: Vec<_> = catalogue
        .answering("cis-aws", "1.20")
        .map(|c| c.id.to_string())
        .collect();
    assert_eq!(ids, ["BPSS-2.5", "BPSS-2.7"]);
    for framework in catalogue.frameworks() {
        let used = catalogue
            .clauses()
            .any(|c| c.frameworks.contains_key(&framework.id));
        assert!(used, "{}", framework.id);
    }
}

#[test]
fn check_tells_claims_that_are_not_so() {
    let catalogue = Catalogue::builtin();
    assert!(
        catalogue.check(&[]).is_empty(),
        "{:?}",
        catalogue.check(&[])
    );
    let good = Enforcer::rule("queue-unencrypted", &["SCSP-3.1"]);
    let bad = Enforcer::rule("queue-open", &["SCSP-3.11", "nonsense"]);
    assert_eq!(
        catalogue.check(&[good, bad]),
        [
            "`queue-open`: unknown clause `SCSP-3.11`; did you mean `SCSP-3.1`?",
            "`queue-open`: `nonsense` is not a clause id; clause ids look like `SCSP-3.1`",
        ]
    );
    let mut claiming = catalogue.clone();
    let id: ClauseId = "SCSP-3.1".parse().unwrap();
    let clause = claiming.clauses_mut().get_mut(&id).unwrap();
    clause.status = Status::Enforced;
    clause.by = vec!["queue-unencrypted".to_owned(), "gone".to_owned()];
    assert_eq!(
        claiming.check(&[good]),
        ["clause `SCSP-3.1` is enforced by `gone`, which does not exist"]
    );
    let other = Enforcer::rule("queue-unencrypted", &["SCSP-3.2"]);
    assert_eq!(
        claiming.check(&[other])[0],
        "clause `SCSP-3.1` is enforced by `queue-unencrypted`, which does not name it"
    );
}
