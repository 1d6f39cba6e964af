//! One connection, byte by byte: for what an HTTP library would hide.

use std::{
    io::{BufRead, BufReader, ErrorKind, Read, Write},
    net::{Shutdown, TcpStream},
};

use crate::{server::Server, wait::PATIENCE};

/// A connection to a server.
#[derive(Debug)]
pub struct Connection {
    stream: BufReader<TcpStream>,
}

impl Connection {
    /// Opens one.
    #[must_use]
    pub fn open(server: &Server) -> Self {
        let address = server.url.strip_prefix("http://").expect("an HTTP URL");
        let stream = TcpStream::connect(address).expect("a listening server");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        stream.set_write_timeout(Some(PATIENCE)).expect("a timeout");
        Self {
            stream: BufReader::new(stream),
        }
    }

    /// Writes bytes as they are.
    pub fn send(&mut self, bytes: &[u8]) {
        self.stream
            .get_mut()
            .write_all(bytes)
            .expect("an open connection");
    }

    /// Writes a request with its body.
    pub fn request(&mut self, method: &str, path: &str, headers: &str, body: &[u8]) {
        let length = body.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: t\r\ncontent-length: {length}\r\n{headers}\r\n"
        );
        self.send(head.as_bytes());
        self.send(body);
    }

    /// The next answer: its status and its body.
    #[must_use]
    pub fn answer(&mut self) -> (u16, Vec<u8>) {
        let status = self.line();
        let status = status
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        let status = status.expect("an answer on a connection that is still open");
        let mut length = 0;
        loop {
            let line = self.line().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().expect("a length");
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).expect("the whole body");
        (status, body)
    }

    /// All bytes until the server ends the connection.
    #[must_use]
    pub fn until_the_end(&mut self) -> Vec<u8> {
        let mut all = Vec::new();
        match self.stream.read_to_end(&mut all) {
            Ok(_) => all,
            Err(error) if error.kind() == ErrorKind::ConnectionReset => all,
            Err(error) => panic!("the connection was not ended: {error}"),
        }
    }

    /// Sends a request; whether the connection ends without an answer to it.
    #[must_use]
    pub fn ends_without_an_answer(&mut self, request: &str) -> bool {
        // It may be gone already.
        let _ = self.stream.get_mut().write_all(request.as_bytes());
        let mut line = String::new();
        matches!(self.stream.read_line(&mut line), Ok(0) | Err(_))
    }

    /// Says that nothing more is sent.
    pub fn finish(&mut self) {
        // The server may have ended it first.
        let _ = self.stream.get_mut().shutdown(Shutdown::Write);
    }

    /// Sends what the server may not want to read to its end.
    pub fn try_send(&mut self, bytes: &[u8]) {
        let _ = self.stream.get_mut().write_all(bytes);
    }

    /// Its port at this end.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.stream.get_ref().local_addr().expect("a socket").port()
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stream.read_line(&mut line).expect("an answer in time");
        line.trim_end().to_owned()
    }
}
