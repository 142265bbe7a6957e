//! What a caller is known by to limits: 128 bits of SipHash-2-4 under a random key, so that nobody
//! outside can aim at another's entry, or fill one corner of a table on purpose.

use std::fmt;
use std::net::IpAddr;

/// The random key of the hashes. One for a process, or one kept with a store.
#[derive(Clone, Copy)]
pub struct Seed {
    k0: u64,
    k1: u64,
}

impl Seed {
    /// From 16 random bytes.
    #[must_use]
    pub fn new(bytes: [u8; 16]) -> Self {
        let all = u128::from_le_bytes(bytes);
        Self {
            k0: low(all),
            k1: low(all >> 64),
        }
    }

    /// The key of what `parts` name together, within `space` (the limit or quota that counts). Other
    /// parts give another key, also where they read the same when put together.
    #[must_use]
    pub fn key(self, space: u64, parts: &[&str]) -> Key {
        let mut hash = Sip::new(self);
        hash.word(space);
        for part in parts {
            hash.bytes(part.as_bytes());
        }
        Key(hash.finish())
    }

    /// The key of a source address. IPv6 counts by /64, the least that a network is given: whoever
    /// has one has all its addresses. An IPv4 address is the same in either notation.
    #[must_use]
    pub fn address(self, space: u64, address: IpAddr) -> Key {
        let mut hash = Sip::new(self);
        hash.word(space);
        match address.to_canonical() {
            IpAddr::V4(v4) => {
                hash.word(4);
                hash.word(u64::from(u32::from(v4)));
            }
            IpAddr::V6(v6) => {
                hash.word(6);
                hash.word(low(u128::from(v6) >> 64));
            }
        }
        Key(hash.finish())
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seed")
    }
}

/// Who or what is counted, as a keyed hash.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key(pub(super) u128);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// The number that stands for a name, the same in every process.
pub(super) fn space(name: &str) -> u64 {
    low(Seed { k0: 0, k1: 0 }.key(0, &[name]).0)
}

/// SipHash-2-4 with an output of 128 bits, over words: <https://www.aumasson.jp/siphash/siphash.pdf>.
struct Sip {
    v: [u64; 4],
    words: u64,
}

impl Sip {
    fn new(seed: Seed) -> Self {
        let Seed { k0, k1 } = seed;
        Self {
            v: [
                k0 ^ 0x736f_6d65_7073_6575,
                k1 ^ 0x646f_7261_6e64_6f6d ^ 0xee,
                k0 ^ 0x6c79_6765_6e65_7261,
                k1 ^ 0x7465_6462_7974_6573,
            ],
            words: 0,
        }
    }

    fn round(&mut self) {
        let [mut a, mut b, mut c, mut d] = self.v;
        a = a.wrapping_add(b);
        b = b.rotate_left(13) ^ a;
        a = a.rotate_left(32);
        c = c.wrapping_add(d);
        d = d.rotate_left(16) ^ c;
        a = a.wrapping_add(d);
        d = d.rotate_left(21) ^ a;
        c = c.wrapping_add(b);
        b = b.rotate_left(17) ^ c;
        c = c.rotate_left(32);
        self.v = [a, b, c, d];
    }

    fn word(&mut self, word: u64) {
        self.words = self.words.wrapping_add(1);
        self.absorb(word);
    }

    fn absorb(&mut self, word: u64) {
        self.v[3] ^= word;
        self.round();
        self.round();
        self.v[0] ^= word;
    }

    /// The length, then the bytes with zeros up to a whole word: no two lists of texts give the same
    /// words.
    fn bytes(&mut self, bytes: &[u8]) {
        self.word(bytes.len() as u64);
        let (whole, rest) = bytes.as_chunks::<8>();
        for chunk in whole {
            self.word(u64::from_le_bytes(*chunk));
        }
        if !rest.is_empty() {
            let mut last = [0; 8];
            last[..rest.len()].copy_from_slice(rest);
            self.word(u64::from_le_bytes(last));
        }
    }

    fn finish(mut self) -> u128 {
        self.absorb((self.words.wrapping_mul(8) & 0xff) << 56);
        self.v[2] ^= 0xee;
        let first = self.out();
        self.v[1] ^= 0xdd;
        let second = self.out();
        u128::from(first) | u128::from(second) << 64
    }

    fn out(&mut self) -> u64 {
        for _ in 0..4 {
            self.round();
        }
        self.v.iter().fold(0, |all, word| all ^ word)
    }
}

/// The lower half.
pub(super) fn low(wide: u128) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = wide.to_le_bytes();
    u64::from_le_bytes([a, b, c, d, e, f, g, h])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Vectors of the reference implementation (`vectors.h`, `vectors_sip128`), key 00 to 0f.
    #[test]
    fn the_hash_is_siphash() {
        let bytes: Vec<u8> = (0..16).collect();
        let seed = Seed::new(bytes.clone().try_into().unwrap());
        let hex = |hash: Sip| -> String {
            hash.finish()
                .to_le_bytes()
                .iter()
                .map(|b| format!("{b:02x}"))
                .collect()
        };
        assert_eq!(hex(Sip::new(seed)), "a3817f04ba25a8e66df67214c7550293");
        let mut eight = Sip::new(seed);
        eight.word(u64::from_le_bytes(bytes[..8].try_into().unwrap()));
        assert_eq!(hex(eight), "3b62a9ba6258f5610f83e264f31497b4");
    }

    #[test]
    fn what_differs_has_another_key() {
        let seed = Seed::new([7; 16]);
        let keys = [
            seed.key(1, &["ab", "c"]),
            seed.key(1, &["a", "bc"]),
            seed.key(1, &["abc"]),
            seed.key(1, &["abc", ""]),
            seed.key(1, &["abc\0"]),
            seed.key(2, &["abc"]),
            seed.key(1, &[]),
            Seed::new([8; 16]).key(1, &["abc"]),
        ];
        for (i, one) in keys.iter().enumerate() {
            assert!(keys[i + 1..].iter().all(|other| other != one));
        }
    }

    #[test]
    fn addresses_count_by_network() {
        let seed = Seed::new([7; 16]);
        let key = |text: &str| seed.address(1, text.parse().unwrap());
        assert_eq!(key("2001:db8:0:1::1"), key("2001:db8:0:1:ffff::2"));
        assert_ne!(key("2001:db8:0:1::1"), key("2001:db8:0:2::1"));
        assert_eq!(key("::ffff:192.0.2.1"), key("192.0.2.1"));
        assert_ne!(key("192.0.2.1"), key("192.0.2.2"));
        assert_ne!(key("0.0.0.0"), key("::"));
        assert_ne!(key("::5"), key("0.0.0.0"));
    }
}
