//! Cosignatures (cosignature/v1): a witness signs a checkpoint's text together with the time. The
//! first line of what is signed keeps these signatures apart from those of logs.

use crate::key::{Algorithm, PublicKey, SIGNATURE_BYTES, Timestamped, WitnessSecret};
use crate::note::Signature;

/// A time that a witness can put its name to: seconds since 1970, neither 0 nor above 2^63 - 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(u64);

impl Timestamp {
    /// The largest one that the specification allows.
    const MAX: u64 = i64::MAX.unsigned_abs();

    /// The time of so many seconds after 1970 began; `None` if no cosignature can have it.
    #[must_use]
    pub const fn new(seconds: u64) -> Option<Self> {
        if seconds == 0 || seconds > Self::MAX {
            return None;
        }
        Some(Self(seconds))
    }

    /// The seconds since 1970 began.
    #[must_use]
    pub const fn seconds(self) -> u64 {
        self.0
    }
}

impl Algorithm for Timestamped {
    const BYTE: u8 = 0x04;
    /// The time, in seconds since 1970.
    type Statement = u64;

    fn check(key: &PublicKey<Self>, text: &str, signature: &[u8]) -> Option<u64> {
        let (time, signature) = signature.split_first_chunk()?;
        let time = u64::from_be_bytes(*time);
        let signed =
            time <= Timestamp::MAX && key.signed(message(text, time).as_bytes(), signature);
        signed.then_some(time)
    }
}

/// A witness's signature on the text of a checkpoint. Whether the witness may sign is decided by
/// [`Witness`](crate::Witness), which is why this is not for everybody.
pub(crate) fn cosign(text: &str, secret: &WitnessSecret, time: Timestamp) -> Signature {
    let key = secret.public();
    let mut bytes = Vec::with_capacity(8 + SIGNATURE_BYTES);
    bytes.extend_from_slice(&time.0.to_be_bytes());
    bytes.extend_from_slice(&secret.sign(message(text, time.0).as_bytes()));
    Signature::new(key.name().clone(), key.id(), bytes)
}

fn message(text: &str, time: u64) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::{Checkpoint, Cosignature};
    use crate::hash::Hash;
    use crate::key::{NoteKey, NoteSecret, WitnessKey};
    use crate::note::{NoteError, UnverifiedNote};
    use crate::proof::TreeHead;

    fn cosigned(time: u64) -> (crate::SignedCheckpoint, WitnessKey) {
        let log = NoteSecret::from_seed("log".parse().unwrap(), &[1; 32]).unwrap();
        let witness = WitnessSecret::from_seed("witness".parse().unwrap(), &[2; 32]).unwrap();
        let (size, root) = (0, Hash::EMPTY_ROOT);
        let checkpoint = Checkpoint::new("log".parse().unwrap(), TreeHead { size, root });
        let mut signed = checkpoint.sign(&log).unwrap();
        let text = signed.checkpoint().to_string();
        signed
            .add(cosign(&text, &witness, Timestamp(time)))
            .unwrap();
        (signed, witness.public().clone())
    }

    #[test]
    fn a_cosignature_says_when() {
        for time in [1, 1_679_315_147, Timestamp::MAX] {
            let (signed, witness) = cosigned(time);
            let found = signed.cosignatures(std::slice::from_ref(&witness));
            assert_eq!(found, Ok(vec![Cosignature { witness, time }]));
        }
        let (signed, witness) = cosigned(Timestamp::MAX + 1);
        assert!(signed.cosignatures(&[witness]).is_err());
        let stranger = WitnessKey::new("witness".parse().unwrap(), [9; 32]);
        assert_eq!(signed.cosignatures(&[stranger]), Ok(Vec::new()));
    }

    #[test]
    fn another_time_or_text_is_a_forgery() {
        let (signed, witness) = cosigned(1_679_315_147);
        let note = signed.to_string();
        let lines: Vec<&str> = note.lines().collect();
        let line = lines.last().unwrap();
        let original = crate::text::decode(line.rsplit(' ').next().unwrap()).unwrap();
        for bit in 32..original.len() * 8 {
            let mut bytes = original.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let note = note.replace(line, &format!("— witness {}", crate::text::encode(&bytes)));
            let note = UnverifiedNote::parse(note.as_bytes()).unwrap();
            let found = note.statements(std::slice::from_ref(&witness));
            assert!(matches!(found, Err(NoteError::Forged { .. })), "{bit}");
        }
        let note = UnverifiedNote::parse(note.replace("\n0\n", "\n1\n").as_bytes()).unwrap();
        assert!(note.statements(&[witness]).is_err());
    }

    #[test]
    fn a_cosignature_is_not_a_logs_signature() {
        let (signed, witness) = cosigned(1);
        let as_log = NoteKey::new(witness.name().clone(), *witness.bytes());
        let note = UnverifiedNote::parse(signed.to_string().as_bytes()).unwrap();
        assert_eq!(note.verify(&[as_log]), Err(NoteError::Unknown));
        assert_eq!(Timestamp::new(0), None);
        assert_eq!(Timestamp::new(u64::MAX), None);
        assert_eq!(Timestamp::new(5).map(Timestamp::seconds), Some(5));
    }
}
