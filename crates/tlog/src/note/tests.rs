//! The note and keys of Go's documentation, what its tests refuse, and hostile bytes.

use super::*;
use proptest::prelude::*;

const TEXT: &str = "If you think cryptography is the answer to your problem,\n\
    then you don't know what your problem is.\n";
const PETER: &str = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
const ENOCH: &str = "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n";

fn peter() -> NoteKey {
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
        .parse()
        .unwrap()
}

fn enoch() -> NoteKey {
    "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
        .parse()
        .unwrap()
}

fn secret() -> NoteSecret {
    let text = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
    NoteSecret::parse(text).unwrap()
}

fn open(note: &str, known: &[NoteKey]) -> Result<Note, NoteError> {
    UnverifiedNote::parse(note.as_bytes())?.verify(known)
}

fn forged(key: &NoteKey) -> NoteError {
    NoteError::Forged {
        name: key.name().clone(),
        id: key.id(),
    }
}

#[test]
fn a_text_is_signed_as_go_signs_it() {
    let note = Note::sign(TEXT, &secret()).unwrap();
    assert_eq!(note.to_string(), format!("{TEXT}\n{PETER}"));
    assert_eq!(note.signers(), [peter()]);
    assert_eq!(Note::sign("no newline", &secret()), Err(NoteError::Text));
    assert_eq!(Note::sign("", &secret()), Err(NoteError::Text));
    assert_eq!(Note::sign("a\tb\n", &secret()), Err(NoteError::Control(1)));
    let long = "x".repeat(MAX_NOTE) + "\n";
    assert!(matches!(
        Note::sign(&long, &secret()),
        Err(NoteError::Size(_))
    ));
}

#[test]
fn the_specifications_example_verifies() {
    let key = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    let note = "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
    let open = open(note, &[key.parse().unwrap()]).unwrap();
    assert_eq!(open.text(), "This is an example message.\n");
    assert_eq!(open.to_string(), note);
}

#[test]
fn unknown_signatures_are_ignored() {
    let both = format!("{TEXT}\n{PETER}{ENOCH}");
    for (known, signers) in [
        (vec![peter()], vec![peter()]),
        (vec![enoch()], vec![enoch()]),
        (vec![enoch(), peter()], vec![peter(), enoch()]),
    ] {
        let note = open(&both, &known).unwrap();
        assert_eq!((note.text(), note.signers()), (TEXT, &signers[..]));
        assert_eq!(note.to_string(), both);
    }
    assert_eq!(open(&both, &[]), Err(NoteError::Unknown));
    // Neither the name alone nor the id alone makes a key known.
    let renamed = both.replace("PeterNeumann", "CarmenSandiego");
    assert_eq!(open(&renamed, &[peter()]), Err(NoteError::Unknown));
    let other_id = both.replace("x08g", "xxxx");
    assert_eq!(open(&other_id, &[peter()]), Err(NoteError::Unknown));
}

#[test]
fn a_wrong_signature_of_a_known_key_spoils_the_note() {
    let wrong = [&PETER[..60], "ABCD", &PETER[60..]].concat();
    let note = format!("{TEXT}\n{wrong}{ENOCH}");
    assert_eq!(open(&note, &[peter()]), Err(forged(&peter())));
    assert_eq!(open(&note, &[enoch(), peter()]), Err(forged(&peter())));
    assert!(open(&note, &[enoch()]).is_ok());
    // Also behind a right one.
    let note = format!("{TEXT}\n{PETER}{wrong}");
    assert_eq!(open(&note, &[peter()]), Err(forged(&peter())));
    let twice = format!("{TEXT}\n{PETER}{PETER}");
    assert_eq!(open(&twice, &[peter()]).unwrap().signers(), [peter()]);
}

#[test]
fn malformed_notes_are_told_apart() {
    let sixteen = PETER.repeat(16);
    assert!(open(&format!("{TEXT}\n{sixteen}"), &[peter()]).is_ok());
    let hundred = PETER.repeat(MAX_SIGNATURES);
    assert!(open(&format!("{TEXT}\n{hundred}"), &[peter()]).is_ok());
    let unfinished = PETER.trim_end();
    for (note, error) in [
        (String::new(), NoteError::Unsigned),
        (TEXT.into(), NoteError::Unsigned),
        (format!("{TEXT}\n"), NoteError::Unsigned),
        (format!("{TEXT}{PETER}"), NoteError::Unsigned),
        (format!("{TEXT}\n{unfinished}"), NoteError::Unsigned),
        (format!("{TEXT}\n{PETER}\n"), NoteError::Unsigned),
        (format!("{TEXT}\n{PETER}\n\n"), NoteError::Unsigned),
        (format!("\x01{TEXT}\n{PETER}"), NoteError::Control(0)),
        (
            format!("{TEXT}\n{PETER}").replace("\n—", "\r\n—"),
            NoteError::Control(TEXT.len()),
        ),
        (format!("{TEXT}\n{PETER}oops\n"), NoteError::Signature(2)),
        (
            format!("{TEXT}\n— Bad Name x08go/ZJ\n"),
            NoteError::Signature(1),
        ),
        (format!("{TEXT}\n— a+b x08go/ZJ\n"), NoteError::Signature(1)),
        (format!("{TEXT}\n— a x08gow==\n"), NoteError::Signature(1)),
        (format!("{TEXT}\n— a x08goy==\n"), NoteError::Signature(1)),
        (format!("{TEXT}\n— a \n"), NoteError::Signature(1)),
        (format!("{TEXT}\n- a x08go/ZJ\n"), NoteError::Signature(1)),
        (format!("{TEXT}\n{hundred}{PETER}"), NoteError::Signatures),
        ("\n".repeat(MAX_NOTE + 1), NoteError::Size(MAX_NOTE + 1)),
    ] {
        let found = UnverifiedNote::parse(note.as_bytes());
        assert_eq!(found, Err(error), "{}", &note[..note.len().min(300)]);
    }
    let mut bytes = format!("{TEXT}\n{PETER}").into_bytes();
    bytes[7] = 0xff;
    assert_eq!(UnverifiedNote::parse(&bytes), Err(NoteError::Utf8(7)));
}

#[test]
fn a_signature_takes_the_place_of_an_earlier_one() {
    let mut note = Note::sign(TEXT, &secret()).unwrap();
    let again = note.unverified().signatures()[0].clone();
    note.add(again).unwrap();
    assert_eq!(note.to_string(), format!("{TEXT}\n{PETER}"));
    for n in 1..MAX_SIGNATURES {
        note.add(format!("— k{n} x08go/ZJ").parse().unwrap())
            .unwrap();
    }
    let full = note.clone();
    let refused = note.add("— more x08go/ZJ".parse().unwrap());
    assert_eq!((refused, note), (Err(NoteError::Signatures), full));
}

#[test]
fn no_flipped_bit_goes_unseen() {
    let note = format!("{TEXT}\n{PETER}").into_bytes();
    for bit in 0..note.len() * 8 {
        let mut flipped = note.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let open = UnverifiedNote::parse(&flipped).and_then(|note| note.verify(&[peter()]));
        assert!(open.is_err(), "bit {bit}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_read_is_written_again(
        text in "([a-z \n]{0,20}\n)?",
        lines in prop::collection::vec("(— )?[a-zü+]{0,3} ?[A-Za-z0-9+/]{0,12}={0,2}", 0..4),
        end in "\n{0,2}",
    ) {
        let note = format!("{text}\n{}{end}", lines.join("\n"));
        if let Ok(read) = UnverifiedNote::parse(note.as_bytes()) {
            prop_assert_eq!(read.to_string(), note);
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = UnverifiedNote::parse(&bytes).map(|note| note.verify(&[peter()]));
    }
}
