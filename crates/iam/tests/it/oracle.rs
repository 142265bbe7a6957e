//! Random pairs of policies, compared by the product and by z3, from one model and by two ways: the
//! product reads JSON, the solver gets formulas over strings, numbers and truth values.

#[path = "oracle/generate.rs"]
mod generate;
#[path = "oracle/smt.rs"]
mod smt;

use generate::Random;
use palisade_iam::Truth;
use palisade_iam::compare::{Layer, Options, Side, compare};
use std::io::{Error, ErrorKind, Result, Write as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;

/// What came of some pairs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    /// Questions that both answered.
    pub(crate) decided: usize,
    /// Of these, how many were answered with yes.
    pub(crate) contained: usize,
    /// And with no.
    pub(crate) not_contained: usize,
    /// Questions that the solver gave up on.
    pub(crate) given_up: usize,
    /// Pairs with different answers, or with a wrong witness.
    pub(crate) disagreements: Vec<String>,
}

/// How many pairs one solver process gets.
const BATCH: u64 = 50;

/// What the solver may spend on a question, in its own steps: more brings few more answers.
const EFFORT: u32 = 300_000;

/// The solver's program, if there is one.
pub(crate) fn solver() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let programs = std::env::split_paths(&path).map(|folder| folder.join("z3"));
    programs.into_iter().find(|program| program.is_file())
}

/// Compares pairs, each made from a seed of its own.
pub(crate) fn run(solver: &std::path::Path, first_seed: u64, pairs: u64) -> Result<Tally> {
    let mut tally = Tally::default();
    let mut from = first_seed;
    let end = first_seed + pairs;
    while from < end {
        let seeds: Vec<u64> = (from..end.min(from + BATCH)).collect();
        batch(solver, &seeds, &mut tally)?;
        from += BATCH;
    }
    Ok(tally)
}

fn batch(solver: &std::path::Path, seeds: &[u64], tally: &mut Tally) -> Result<()> {
    let pairs: Vec<_> = seeds
        .iter()
        .map(|seed| generate::pair(&mut Random::new(*seed)))
        .collect();
    let mut script = String::new();
    for pair in &pairs {
        script.push_str(&smt::question(&pair.keys, &pair.a, &pair.b));
        script.push_str(&smt::question(&pair.keys, &pair.b, &pair.a));
    }
    let answers = ask(solver, &script)?;
    let mut answers = answers.lines();
    for (seed, pair) in seeds.iter().zip(&pairs) {
        let (a, b) = (side(&pair.a), side(&pair.b));
        let comparison = compare(&a, &b, Options::default());
        for (name, one, other, own) in [
            ("a in b", &a, &b, &comparison.a_in_b),
            ("b in a", &b, &a, &comparison.b_in_a),
        ] {
            let expected = match answers.next() {
                Some("sat") => Some(false),
                Some("unsat") => Some(true),
                Some("unknown" | "timeout") => None,
                other => {
                    let message = format!("seed {seed}: the solver says {other:?}");
                    return Err(Error::new(ErrorKind::InvalidData, message));
                }
            };
            let proved = own.witness.as_ref().is_none_or(|witness| {
                one.allows(&witness.request) == Truth::Yes
                    && other.allows(&witness.request) == Truth::No
            });
            let agree = own.holds.is_some() && (expected.is_none() || own.holds == expected);
            if !proved || !agree {
                tally.disagreements.push(format!(
                    "seed {seed}, {name}: the solver says {expected:?}, we say {:?} {:?} {:?}\na: {:#?}\nb: {:#?}",
                    own.holds,
                    own.unknown,
                    own.witness,
                    generate::json(&pair.a),
                    generate::json(&pair.b),
                ));
            }
            match expected {
                None => tally.given_up += 1,
                Some(contained) => {
                    tally.decided += 1;
                    tally.contained += usize::from(contained);
                    tally.not_contained += usize::from(!contained);
                }
            }
        }
    }
    Ok(())
}

/// The answers to a script, a line each.
fn ask(solver: &std::path::Path, script: &str) -> Result<String> {
    let mut child = Command::new(solver)
        .args(["-in", &format!("rlimit={EFFORT}")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut stdin = child.stdin.take();
    std::thread::scope(|scope| {
        let writing =
            scope.spawn(move || stdin.as_mut().map(|pipe| pipe.write_all(script.as_bytes())));
        let output = child.wait_with_output()?;
        let _ = writing.join();
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    })
}

/// The layers as the product reads them.
fn side(layers: &generate::Layers) -> Side {
    let read = |text: &String| {
        let document = palisade_syntax::parse_json(palisade_core::FileId::NONE, text);
        // INVARIANT: the generator writes JSON.
        #[expect(clippy::expect_used, reason = "an invariant")]
        let document = document.expect("JSON");
        let (policy, notes) = palisade_iam::read_document(&document);
        assert_eq!(notes, [], "{text}");
        Arc::new(policy)
    };
    Side {
        layers: generate::json(layers)
            .iter()
            .map(|text| Layer {
                name: Arc::from("layer"),
                policies: vec![read(text)],
            })
            .collect(),
    }
}
