//! Files as bodies: a block is read when the client has taken the one before, so a
//! slow client holds a file and a block, whatever the file's length.

use std::{
    fs::File,
    io::{self, Read},
    pin::Pin,
    task::{Context, Poll, ready},
};

use actix_web::{
    body::SizedStream,
    error::BlockingError,
    web::{self, Bytes},
};
use futures_core::Stream;

/// Bytes of a block.
const BLOCK_BYTES: usize = 64 * 1024;

type Reading = Pin<Box<dyn Future<Output = Result<io::Result<(File, Bytes)>, BlockingError>>>>;

/// A file on its way.
pub(super) struct Blocks {
    file: Option<File>,
    reading: Option<Reading>,
}

/// The next `bytes` bytes of `file`.
pub(super) fn of_file(file: File, bytes: u64) -> SizedStream<Blocks> {
    let blocks = Blocks {
        file: Some(file),
        reading: None,
    };
    SizedStream::new(bytes, blocks)
}

impl Stream for Blocks {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Self { file, reading } = &mut *self;
        if let Some(file) = file.take() {
            *reading = Some(Box::pin(web::block(move || read(file))));
        }
        let Some(waiting) = reading else {
            return Poll::Ready(None);
        };
        let read = ready!(waiting.as_mut().poll(context));
        *reading = None;
        Poll::Ready(match read.map_err(io::Error::other).flatten() {
            Ok((_, bytes)) if bytes.is_empty() => None,
            Ok((rest, bytes)) => {
                *file = Some(rest);
                Some(Ok(bytes))
            }
            Err(error) => Some(Err(error)),
        })
    }
}

fn read(mut file: File) -> io::Result<(File, Bytes)> {
    let mut block = Vec::with_capacity(BLOCK_BYTES);
    Read::by_ref(&mut file)
        .take(BLOCK_BYTES as u64)
        .read_to_end(&mut block)?;
    Ok((file, block.into()))
}

#[cfg(test)]
mod tests {
    use std::{
        future::poll_fn,
        io::{Seek, Write},
    };

    use actix_web::body::{MessageBody, to_bytes};

    use super::*;

    fn file(bytes: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file.rewind().unwrap();
        file
    }

    #[actix_web::test]
    async fn a_file_comes_whole() {
        let bytes: Vec<u8> = (0..200_000_u32).map(|n| n.to_le_bytes()[0]).collect();
        let body = of_file(file(&bytes), bytes.len() as u64);
        assert_eq!(to_bytes(body).await.unwrap_or_default(), bytes);
        let empty = of_file(file(b""), 0);
        assert!(to_bytes(empty).await.unwrap_or_default().is_empty());
    }

    #[actix_web::test]
    async fn a_block_is_read_when_the_one_before_was_taken() {
        let bytes = vec![7; 3 * BLOCK_BYTES];
        let mut original = file(&bytes);
        let body = of_file(original.try_clone().unwrap(), bytes.len() as u64);
        let mut body = std::pin::pin!(body);
        for taken in 1..=3_u64 {
            let block = poll_fn(|context| body.as_mut().poll_next(context)).await;
            assert_eq!(block.unwrap().unwrap_or_default().len(), BLOCK_BYTES);
            // Both handles share their place in the file.
            let place = original.stream_position().unwrap();
            assert_eq!(place, taken * BLOCK_BYTES as u64);
        }
    }
}
