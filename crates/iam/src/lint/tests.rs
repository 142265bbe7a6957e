use super::*;
use palisade_core::FileId;
use palisade_syntax::parse_json;

#[test]
fn zz_managed() {
    let catalogue = Catalogue::builtin();
    let filter = std::env::args().nth(99);
    let _ = filter;
    let docs: Vec<_> = catalogue
        .managed_policies()
        .map(|p| {
            (
                p.name.to_string(),
                catalogue.managed_policy(&p.name).unwrap().to_owned(),
            )
        })
        .collect();
    for name in catalogue.services() {
        catalogue.service(name);
    }
    let policies: Vec<_> = docs
        .iter()
        .map(|(n, d)| {
            let document = parse_json(FileId::default(), d).unwrap();
            let (p, notes) = crate::read_document(&document);
            for note in notes {
                println!("READ {n}: {} {}", note.message, &d[note.span.range()]);
            }
            (n, p, d)
        })
        .collect();
    let t = std::time::Instant::now();
    let all: Vec<_> = policies
        .iter()
        .map(|(n, p, d)| (n, d, lint(p, PolicyKind::guess(p), catalogue)))
        .collect();
    println!("TIME {:?} {}", t.elapsed(), policies.len());
    for (n, d, notes) in all {
        for note in notes {
            println!(
                "LINT {n}: {} | {:?} | {}",
                note.message,
                note.help,
                d[note.span.range()].chars().take(120).collect::<String>()
            );
        }
    }
}
