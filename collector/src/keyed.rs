//! HMAC-SHA256 under a key that is prepared once, and random bytes.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// A secret that signs. Cloning the prepared state saves two compressions each time.
#[derive(Clone)]
pub struct Keyed(Hmac<Sha256>);

impl Keyed {
    /// Prepares `key`.
    #[must_use]
    pub fn new(key: &[u8; 32]) -> Self {
        // One block; longer keys never occur here, so nothing is hashed down.
        let mut block = [0; 64];
        block[..32].copy_from_slice(key);
        Self(Hmac::new(&block.into()))
    }

    /// The code of `parts`, one after the other.
    #[must_use]
    pub fn sign(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = self.0.clone();
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// Whether `code` is the code of `parts`, in time that does not depend on where they differ.
    #[must_use]
    pub fn verify(&self, parts: &[&[u8]], code: &[u8]) -> bool {
        subtle::ConstantTimeEq::ct_eq(self.sign(parts).as_slice(), code).into()
    }
}

impl std::fmt::Debug for Keyed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keyed(…)")
    }
}

/// SHA-256 of `bytes`: how a secret key is kept.
#[must_use]
pub fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Bytes nobody can guess. The error is the operating system's.
pub fn random<const N: usize>() -> Result<[u8; N], getrandom::Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_rfc_4231() {
        // Test case 1 has a key of 20 bytes; zero padding to a block is part of HMAC.
        let mut key = [0; 32];
        key[..20].copy_from_slice(&[0x0b; 20]);
        let code = Keyed::new(&key).sign(&[b"Hi ", b"There"]);
        assert_eq!(
            hex::encode(code),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        );
        assert!(Keyed::new(&key).verify(&[b"Hi There"], &code));
        assert!(!Keyed::new(&key).verify(&[b"Hi There"], &code[..31]));
    }
}
