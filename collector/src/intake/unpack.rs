//! Unpacks a body within a bound, which is what keeps a bomb small: no more than the bound
//! is ever made of it, however much it would become.

use std::io::{self, Read};

use brotli_decompressor::{BrotliDecompressStream, BrotliResult, BrotliState, StandardAlloc};
use flate2::bufread::GzDecoder;
use thiserror::Error;

use super::coding::Coding;
use crate::limits::{GZIP_MEMBERS_MAX, UNPACK_RATIO_MAX, UNPACKED_FREE_BYTES, ZSTD_WINDOW_LOG_MAX};

/// Bytes brotli gives at once.
const BROTLI_BUFFER_BYTES: usize = 16 * 1024;

/// Why a body was not unpacked.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum NotUnpacked {
    /// It becomes more than the route takes.
    #[error("it unpacks to more than {0} bytes")]
    TooLarge(usize),
    /// It becomes too many times itself.
    #[error("it unpacks to more than {UNPACK_RATIO_MAX} times its size")]
    TooDense,
    /// It ends early.
    #[error("the packed body ends early")]
    Truncated,
    /// It is not what it is said to be.
    #[error("not {0}")]
    Corrupt(String),
}

/// Bytes that `packed` bytes may become where `limit` is taken.
#[must_use]
pub fn bound(packed: usize, limit: usize) -> usize {
    let dense = packed.saturating_mul(UNPACK_RATIO_MAX);
    limit.min(dense.max(UNPACKED_FREE_BYTES))
}

/// What `packed` holds: at most `limit` bytes, and at most what its own size allows.
pub fn unpack(coding: Coding, packed: &[u8], limit: usize) -> Result<Vec<u8>, NotUnpacked> {
    let bound = bound(packed.len(), limit);
    let mut out = Out {
        bytes: Vec::new(),
        bound,
    };
    let fits = match coding {
        Coding::Gzip => gzip(packed, &mut out),
        Coding::Brotli => brotli(packed, &mut out),
        Coding::Zstd => zstd(packed, &mut out),
    };
    match fits {
        Ok(true) => Ok(out.bytes),
        Ok(false) if bound < limit => Err(NotUnpacked::TooDense),
        Ok(false) => Err(NotUnpacked::TooLarge(limit)),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(NotUnpacked::Truncated),
        Err(error) => Err(NotUnpacked::Corrupt(format!("{coding:?}: {error}"))),
    }
}

/// What was unpacked so far.
struct Out {
    bytes: Vec<u8>,
    bound: usize,
}

impl Out {
    /// Takes all that `from` gives; `false` as soon as it is more than the bound.
    fn take(&mut self, from: impl Read) -> io::Result<bool> {
        let left = (self.bound - self.bytes.len()) as u64;
        from.take(left + 1).read_to_end(&mut self.bytes)?;
        Ok(self.bytes.len() <= self.bound)
    }
}

/// A file of several members is one body (RFC 1952, 2.2), but each costs a decoder.
fn gzip(packed: &[u8], out: &mut Out) -> io::Result<bool> {
    let mut rest = packed;
    for _ in 0..GZIP_MEMBERS_MAX {
        if rest.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut member = GzDecoder::new(rest);
        if !out.take(&mut member)? {
            return Ok(false);
        }
        rest = member.into_inner();
        if rest.is_empty() {
            return Ok(true);
        }
    }
    Err(io::Error::other(format!(
        "more than {GZIP_MEMBERS_MAX} members"
    )))
}

/// By the stream itself: its reader takes a body that ends early for a corrupt one, and
/// says nothing of what follows.
fn brotli(packed: &[u8], out: &mut Out) -> io::Result<bool> {
    let alloc = StandardAlloc::default;
    let mut state = BrotliState::new(alloc(), alloc(), alloc());
    let mut buffer = vec![0; BROTLI_BUFFER_BYTES];
    let (mut left, mut read, mut total) = (packed.len(), 0, 0);
    loop {
        let (mut free, mut written) = (buffer.len(), 0);
        let result = BrotliDecompressStream(
            &mut left,
            &mut read,
            packed,
            &mut free,
            &mut written,
            &mut buffer,
            &mut total,
            &mut state,
        );
        if !out.take(buffer.get(..written).unwrap_or_default())? {
            return Ok(false);
        }
        match result {
            BrotliResult::NeedsMoreOutput => {}
            BrotliResult::NeedsMoreInput => return Err(io::ErrorKind::UnexpectedEof.into()),
            BrotliResult::ResultFailure => return Err(io::Error::other("the stream is invalid")),
            BrotliResult::ResultSuccess if left == 0 => return Ok(true),
            BrotliResult::ResultSuccess => return Err(io::Error::other("something follows it")),
        }
    }
}

fn zstd(packed: &[u8], out: &mut Out) -> io::Result<bool> {
    if packed.is_empty() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let mut decoder = zstd::stream::read::Decoder::with_buffer(packed)?;
    decoder.window_log_max(ZSTD_WINDOW_LOG_MAX)?;
    if !out.take(&mut decoder)? {
        return Ok(false);
    }
    Ok(true)
}

#[cfg(test)]
mod tests;
