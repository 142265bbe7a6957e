//! Which RSA keys are strong enough to believe.

use super::KeyFault;

/// Primes below which a key of ROCA gives itself away (CVE-2017-15361): modulo each of them, its
/// modulus is a power of 65537. A sound key looks so once in more than 2^100 times.
const PRIMES: [u32; 38] = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
    101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];

/// Refuses a modulus that is short, long, even or of a broken generator, and an exponent that is
/// not odd, below 3 or above 32 bits.
pub(super) fn check(n: &[u8], e: &[u8]) -> Result<(), KeyFault> {
    let odd = |bytes: &[u8]| bytes.last().is_some_and(|last| last & 1 == 1);
    let plain = |bytes: &[u8]| bytes.first().is_some_and(|first| *first != 0);
    if !plain(n) || !odd(n) || n.len() > 1024 || !plain(e) || !odd(e) || e.len() > 4 || e == [1] {
        return Err(KeyFault::Rejected);
    }
    if n.len() < 256 || n.len() == 256 && n[0] < 0x80 || roca(n) {
        return Err(KeyFault::Weak);
    }
    Ok(())
}

fn roca(n: &[u8]) -> bool {
    PRIMES.into_iter().all(|prime| {
        let rest = n
            .iter()
            .fold(0, |rest, byte| (rest * 256 + u32::from(*byte)) % prime);
        let mut power = 1;
        loop {
            if power == rest {
                return true;
            }
            power = power * (65537 % prime) % prime;
            if power == 1 {
                return false;
            }
        }
    })
}
