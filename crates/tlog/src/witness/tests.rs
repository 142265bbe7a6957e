//! A log that behaves and one that does not, seen by a witness.

use super::*;
use crate::key::{NoteSecret, WitnessKey};
use crate::test_log::TestLog;
use proptest::prelude::*;

fn secret() -> WitnessSecret {
    WitnessSecret::from_seed("witness.example/w1".parse().unwrap(), &[9; 32]).unwrap()
}

fn now() -> Timestamp {
    Timestamp::new(1_679_315_147).unwrap()
}

/// Sends a request, and records what is accepted.
fn send(witness: &mut Witness, request: &AddCheckpoint) -> Result<String, Refusal> {
    let accepted = witness.judge(request.to_string().as_bytes())?;
    witness.record(accepted.cosign(&secret(), now()).unwrap())
}

/// A log at size 5 that the witness has cosigned.
fn begun() -> (TestLog, Witness) {
    let mut log = TestLog::new("example.com/log", 1);
    let mut witness = Witness::new([log.log()]);
    let first = log.grow(5, "");
    send(&mut witness, &AddCheckpoint::new(0, Vec::new(), &first)).unwrap();
    (log, witness)
}

fn status(refusal: Result<impl Sized, Refusal>) -> u16 {
    refusal.map_or_else(|refusal| refusal.status(), |_| 200)
}

#[test]
fn a_log_that_grows_is_cosigned() {
    let (mut log, mut witness) = begun();
    for size in [5, 6, 8, 300, 300, 1000] {
        let old = witness.latest(&log.log().origin).unwrap().tree().size;
        let mut new = log.grow(size, "");
        let proof = log.reader().consistency(old, size).unwrap();
        let answer = send(&mut witness, &AddCheckpoint::new(old, proof, &new)).unwrap();
        for line in crate::Signature::parse_lines(&answer).unwrap() {
            new.add(line).unwrap();
        }
        let found = new.cosignatures(&[secret().public().clone()]).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].time, now().seconds());
        // What is served to monitors is the same checkpoint.
        assert_eq!(witness.latest(new.origin()), Some(&new));

        let mut restored = Witness::new([log.log()]);
        restored.restore(new.to_string().as_bytes()).unwrap();
        assert_eq!(restored.latest(new.origin()), Some(&new));
    }
}

#[test]
fn refusals_have_the_statuses_of_the_specification() {
    let (mut log, mut witness) = begun();
    let ten = log.grow(10, "");
    let proof = log.reader().consistency(5, 10).unwrap();
    let good = AddCheckpoint::new(5, proof.clone(), &ten);
    let tree = |witness: &Witness| *witness.latest(&log.log().origin).unwrap().tree();
    let before = tree(&witness);

    let mut stranger = TestLog::new("example.com/other", 1);
    let request = AddCheckpoint::new(0, Vec::new(), &stranger.grow(10, ""));
    let refusal = send(&mut witness, &request).unwrap_err();
    assert_eq!(
        (refusal.status(), refusal),
        (404, Refusal::UnknownLog(stranger.log().origin))
    );

    // Another key under the same name is unknown; the right name and id with a wrong signature is
    // a forgery.
    let mut impostor = TestLog::new("example.com/log", 2);
    let request = AddCheckpoint::new(5, proof.clone(), &impostor.grow(10, ""));
    assert_eq!(status(send(&mut witness, &request)), 403);
    let forged = good.to_string().replace("\n10\n", "\n11\n");
    assert_eq!(status(witness.judge(forged.as_bytes())), 403);

    let request = AddCheckpoint::new(11, proof.clone(), &ten);
    assert_eq!(status(send(&mut witness, &request)), 400);

    for old in [0, 4, 6, 10] {
        let request = AddCheckpoint::new(old, Vec::new(), &ten);
        let refusal = send(&mut witness, &request).unwrap_err();
        assert_eq!((refusal.status(), refusal.body()), (409, "5\n".into()));
        assert_eq!(refusal.content_type(), "text/x.tlog.size");
    }

    let mut wrong = proof.clone();
    wrong[0].0[0] ^= 1;
    for proof in [wrong, Vec::new(), proof[1..].to_vec()] {
        let request = AddCheckpoint::new(5, proof, &ten);
        let refusal = send(&mut witness, &request).unwrap_err();
        assert_eq!(refusal.status(), 422);
        match refusal {
            Refusal::Inconsistent { checkpoint, .. } => assert_eq!(*checkpoint, ten),
            other => panic!("{other:?}"),
        }
    }
    // A fork: of the same size, and of a larger one.
    let mut forked = TestLog::new("example.com/log", 1);
    let five = forked.grow(5, "lie");
    assert_eq!(
        status(send(
            &mut witness,
            &AddCheckpoint::new(5, Vec::new(), &five)
        )),
        422
    );
    let ten = forked.grow(10, "");
    let proof = forked.reader().consistency(5, 10).unwrap();
    assert_eq!(
        status(send(&mut witness, &AddCheckpoint::new(5, proof, &ten))),
        422
    );

    // Nothing of this was remembered.
    assert_eq!(tree(&witness), before);
    assert_eq!(status(send(&mut witness, &good)), 200);
    assert_eq!(status(send(&mut witness, &good)), 409);
}

#[test]
fn the_first_checkpoint_needs_no_proof_and_may_have_none() {
    let mut log = TestLog::new("example.com/log", 1);
    let witness = Witness::new([log.log()]);
    let empty = log.sign();
    let judge = |request: AddCheckpoint| witness.judge(request.to_string().as_bytes());
    assert_eq!(
        status(judge(AddCheckpoint::new(0, Vec::new(), &empty))),
        200
    );
    let three = log.grow(3, "");
    assert_eq!(
        status(judge(AddCheckpoint::new(0, Vec::new(), &three))),
        200
    );
    let superfluous = vec![three.tree().root];
    assert_eq!(
        status(judge(AddCheckpoint::new(0, superfluous, &three))),
        422
    );

    let (size, root) = (0, three.tree().root);
    let lie = Checkpoint::new(three.origin().clone(), TreeHead { size, root });
    let lie = lie.sign(&log.secret).unwrap();
    assert_eq!(status(judge(AddCheckpoint::new(0, Vec::new(), &lie))), 422);
}

#[test]
fn of_two_requests_at_once_one_is_recorded() {
    let (mut log, mut witness) = begun();
    let judged = |log: &mut TestLog, witness: &Witness, size| {
        let new = log.grow(size, "");
        let proof = log.reader().consistency(5, size).unwrap();
        let request = AddCheckpoint::new(5, proof, &new).to_string();
        let accepted = witness.judge(request.as_bytes()).unwrap();
        accepted.cosign(&secret(), now()).unwrap()
    };
    let smaller = judged(&mut log, &witness, 6);
    let larger = judged(&mut log, &witness, 7);
    assert!(witness.record(larger).is_ok());
    assert_eq!(witness.record(smaller), Err(Refusal::Conflict(7)));
    assert_eq!(witness.latest(&log.log().origin).unwrap().tree().size, 7);
}

#[test]
fn foreign_signatures_are_not_kept() {
    let (mut log, mut witness) = begun();
    let mut six = log.grow(6, "");
    let other = NoteSecret::from_seed("spam".parse().unwrap(), &[3; 32]).unwrap();
    let spam = crate::Note::sign("spam\n", &other).unwrap();
    six.add(spam.unverified().signatures()[0].clone()).unwrap();
    for n in 0..98 {
        six.add(format!("— k{n} x08go/ZJ").parse().unwrap())
            .unwrap();
    }
    let proof = log.reader().consistency(5, 6).unwrap();
    send(&mut witness, &AddCheckpoint::new(5, proof, &six)).unwrap();
    let kept = witness.latest(six.origin()).unwrap().note().signatures();
    let names: Vec<&str> = kept.iter().map(|s| s.name().as_str()).collect();
    assert_eq!(names, ["example.com/log", "witness.example/w1"]);
}

#[test]
fn the_specifications_request_is_read() {
    let body = "old 20852014\n\
        PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n\
        jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n\
        5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n\
        /6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n\
        \n\
        example.com/behind-the-sofa\n\
        20852163\n\
        CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\
        \n\
        — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
        — example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=\n";
    let request = AddCheckpoint::parse(body.as_bytes()).unwrap();
    assert_eq!((request.old, request.proof.len()), (20_852_014, 4));
    assert_eq!(request.to_string(), body);

    // With its four, 63 hashes are read and 64 are not.
    let longer = |more: usize| {
        let line = "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n";
        body.replacen(line, &line.repeat(1 + more), 1)
    };
    let request = AddCheckpoint::parse(longer(59).as_bytes()).unwrap();
    assert_eq!(request.proof.len(), MAX_REQUEST_PROOF);

    for (body, error) in [
        (String::new(), RequestError::Blank),
        ("old 5\n".into(), RequestError::Blank),
        (body.replace("old 2", "old 02"), RequestError::Old),
        (body.replace("old 2", "old -2"), RequestError::Old),
        (body.replace("old ", "old"), RequestError::Old),
        (body.replace("old ", ""), RequestError::Old),
        (body.replace("Pl", "P"), RequestError::Proof),
        (longer(60), RequestError::Proof),
        (
            "old 5\n\nno note\n".into(),
            RequestError::Checkpoint(NoteError::Unsigned.into()),
        ),
    ] {
        assert_eq!(AddCheckpoint::parse(body.as_bytes()), Err(error), "{body}");
    }
    let witness = Witness::default();
    assert_eq!(status(witness.judge(b"")), 400);
    assert_eq!(
        status(witness.judge("old 5\n\na\n\n— a x08go/ZJ\n".as_bytes())),
        400
    );
    assert_eq!(status(witness.judge(body.as_bytes())), 404);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_request_with_a_byte_changed_never_changes_what_is_cosigned(at in any::<usize>(), byte in any::<u8>()) {
        let (mut log, witness) = begun();
        let ten = log.grow(10, "");
        let proof = log.reader().consistency(5, 10).unwrap();
        let mut body = AddCheckpoint::new(5, proof, &ten).to_string().into_bytes();
        let at = at % body.len();
        body[at] = byte;
        if let Ok(accepted) = witness.judge(&body) {
            prop_assert_eq!(accepted.checkpoint(), &ten);
        }
    }

    #[test]
    fn any_bytes_are_judged(body in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert_eq!(status(Witness::default().judge(&body)), 400);
    }
}

#[test]
fn a_witness_key_is_its_own() {
    let key: WitnessKey = secret().public().to_string().parse().unwrap();
    assert_eq!(&key, secret().public());
    assert_eq!(
        WitnessSecret::parse(secret().to_text().expose())
            .unwrap()
            .public(),
        &key
    );
}
