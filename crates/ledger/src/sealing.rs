//! Small things that are encrypted as a whole: AES-256-GCM under a random nonce, which stands before.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use zeroize::Zeroizing;

/// Encrypts; nothing when there are no random numbers.
pub(crate) fn seal(key: &[u8; 32], content: &[u8], context: &[u8]) -> Option<Vec<u8>> {
    let cipher = RandomizedNonceKey::new(&AES_256_GCM, key).ok()?;
    let mut bytes = content.to_vec();
    let nonce = cipher.seal_in_place_append_tag(Aad::from(context), &mut bytes);
    let mut sealed = nonce.ok()?.as_ref().to_vec();
    sealed.append(&mut bytes);
    Some(sealed)
}

/// Decrypts; nothing for what was not sealed with this key and context.
pub(crate) fn unseal(
    key: &[u8; 32],
    sealed: Vec<u8>,
    context: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    let cipher = RandomizedNonceKey::new(&AES_256_GCM, key).ok()?;
    let mut sealed = Zeroizing::new(sealed);
    let (nonce, body) = sealed.split_at_mut_checked(NONCE_LEN)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let length = (cipher.open_in_place(nonce, Aad::from(context), body).ok()?).len();
    Some(Zeroizing::new(body.get(..length)?.to_vec()))
}
