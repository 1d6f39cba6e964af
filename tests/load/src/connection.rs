//! One connection of the client: a request goes out, an answer comes back.

use std::{
    io::{self, ErrorKind, Read, Write},
    net::SocketAddr,
};

use mio::{Interest, Registry, Token, net::TcpStream};

use crate::visits::Sent;

/// Longest answer that is understood: problems are some hundred bytes.
const ANSWER_BYTES_MAX: usize = 16 * 1024;

/// An answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) has_retry_after: bool,
    /// The server closes the connection after it.
    pub(crate) closes: bool,
}

pub(crate) struct Connection {
    stream: TcpStream,
    /// The request, and how much of it is written.
    pub(crate) request: Vec<u8>,
    written: usize,
    answer: Vec<u8>,
    /// When the request that is under way was meant to be sent, in microseconds.
    pub(crate) meant: u64,
    /// What it carries, if it is to be remembered.
    pub(crate) sent: Option<Sent>,
    pub(crate) is_busy: bool,
}

impl Connection {
    pub(crate) fn open(address: SocketAddr, registry: &Registry, token: Token) -> io::Result<Self> {
        // Blocking until it is open: connecting is no part of what is measured.
        let stream = std::net::TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        let mut stream = TcpStream::from_std(stream);
        registry.register(&mut stream, token, Interest::READABLE | Interest::WRITABLE)?;
        Ok(Self {
            stream,
            request: Vec::with_capacity(4_096),
            written: 0,
            answer: Vec::with_capacity(1_024),
            meant: 0,
            sent: None,
            is_busy: false,
        })
    }

    /// Starts to send what [`Self::request`] holds.
    pub(crate) fn start(&mut self, meant: u64) -> io::Result<()> {
        self.written = 0;
        self.answer.clear();
        self.meant = meant;
        self.is_busy = true;
        self.write()
    }

    /// Sends on.
    pub(crate) fn write(&mut self) -> io::Result<()> {
        while self.is_busy && self.written < self.request.len() {
            match self.stream.write(&self.request[self.written..]) {
                Ok(count) => self.written += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Reads on; the answer once it is there whole.
    pub(crate) fn read(&mut self) -> io::Result<Option<Answer>> {
        let mut piece = [0; 2_048];
        loop {
            match self.stream.read(&mut piece) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(count) => {
                    self.answer.extend_from_slice(&piece[..count]);
                    if self.answer.len() > ANSWER_BYTES_MAX {
                        return Err(ErrorKind::InvalidData.into());
                    }
                    let found = parse(&self.answer)?;
                    // A short piece means that there is no more, and saves a call.
                    if found.is_some() || count < piece.len() {
                        return Ok(found);
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(None),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// The answer at the front of `bytes`; `None` while it is not whole.
fn parse(bytes: &[u8]) -> io::Result<Option<Answer>> {
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut response = httparse::Response::new(&mut headers);
    let parsed = response.parse(bytes).map_err(|_| ErrorKind::InvalidData)?;
    let httparse::Status::Complete(head) = parsed else {
        return Ok(None);
    };
    let value = |name: &str| {
        let mut headers = response.headers.iter();
        headers
            .find(|header| header.name.eq_ignore_ascii_case(name))
            .and_then(|header| std::str::from_utf8(header.value).ok())
    };
    let length = value("content-length").and_then(|length| length.trim().parse().ok());
    if bytes.len() < head + length.unwrap_or(0) {
        return Ok(None);
    }
    Ok(Some(Answer {
        status: response.code.unwrap_or_default(),
        has_retry_after: value("retry-after").is_some(),
        closes: value("connection").is_some_and(|value| value.eq_ignore_ascii_case("close")),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_whole_with_its_body() {
        let bytes =
            b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\nretry-after: 2\r\n\r\n{}";
        for len in 0..bytes.len() {
            assert_eq!(parse(&bytes[..len]).unwrap(), None, "{len}");
        }
        let answer = Answer {
            status: 503,
            has_retry_after: true,
            closes: false,
        };
        assert_eq!(parse(bytes).unwrap(), Some(answer));
        let bytes = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
        let answer = parse(bytes).unwrap().unwrap();
        assert!(answer.closes && answer.status == 204);
        assert!(parse(b"SSH-2.0-OpenSSH\r\n").is_err());
    }
}
