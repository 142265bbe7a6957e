//! tmp
use palisade_access::escalate::*;
use palisade_iam::*;
fn main() {
    let c = Catalogue::builtin();
    let t = std::time::Instant::now();
    let all: Vec<(String, Policies)> = c
        .managed_policies()
        .filter_map(|p| {
            let text = c.managed_policy(&p.name)?;
            let d = palisade_syntax::parse_json(palisade_core::FileId::NONE, text).ok()?;
            Some((
                p.name.to_string(),
                Policies {
                    identity: vec![std::sync::Arc::new(read_policy(&d.root).0)],
                    ..Default::default()
                },
            ))
        })
        .collect();
    eprintln!("parse {} in {:?}", all.len(), t.elapsed());
    let t = std::time::Instant::now();
    let mut slow = vec![];
    let mut n = 0;
    for (name, p) in &all {
        let t = std::time::Instant::now();
        let e = escalate(&palisade_access::escalate::Question {
            policies: p,
            principal: None,
            inventory: None,
            catalogue: c,
        });
        slow.push((t.elapsed(), name.clone(), e.paths.len()));
        if e.verdict != Verdict::None {
            n += 1;
            println!(
                "{name}: {} {:?} exh {}",
                e.paths.len(),
                e.paths.iter().map(|p| p.method).collect::<Vec<_>>(),
                e.exhausted
            );
        }
        if !e.assumed.is_empty() {
            println!("   {name}: assumed {:?}", e.assumed);
        }
    }
    eprintln!("search {:?}, found {n}", t.elapsed());
    slow.sort();
    slow.reverse();
    for s in slow.iter().take(15) {
        eprintln!("{s:?}");
    }
}
