//! Against a socket that answers as it is told, where no real server would.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    thread::{self, JoinHandle},
};

use super::*;

/// Takes one request and answers with these bytes; what it was sent.
fn serve(answer: Vec<u8>) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let thread = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let request = request(&mut stream);
        // Whoever has read enough may be gone.
        let _ = stream.write_all(&answer);
        request
    });
    (format!("http://{address}/v1"), thread)
}

fn request(stream: &mut TcpStream) -> String {
    let mut lines = BufReader::new(stream);
    let (mut text, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        let lower = line.to_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        text += &line;
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    lines.read_exact(&mut body).unwrap();
    text + std::str::from_utf8(&body).unwrap()
}

fn client(url: &str) -> Client {
    Client::new(Settings {
        endpoint: Endpoint::parse(url).unwrap(),
        key: Some(Secret::new("sk-secret")),
        headers: vec![("x-team".into(), Secret::new("blue-team"))],
        timeout: Duration::from_secs(20),
    })
}

fn ask(answer: &str) -> (Result<Outcome, Trouble>, String) {
    let (url, sent) = serve(answer.replace('\n', "\r\n").into_bytes());
    let outcome = client(&url).ask("{\"model\":\"m\"}");
    (outcome, sent.join().unwrap())
}

const STREAM: &str = "HTTP/1.1 200 OK\nContent-Type: text/event-stream; charset=utf-8\n\
    Connection: close\n\n: hold on\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\n\n";

#[test]
fn a_question_is_posted_with_its_key_and_headers() {
    let answer = format!("{STREAM}data: [DONE]\n\n");
    let (outcome, sent) = ask(&answer);
    assert!(matches!(outcome, Ok(Outcome::Answered(reply)) if reply.text == "Hel"));
    let lower = sent.to_lowercase();
    assert!(
        lower.starts_with("post /v1/chat/completions http/1.1\r\n"),
        "{sent}"
    );
    for header in [
        "authorization: bearer sk-secret",
        "x-team: blue-team",
        "content-type: application/json",
    ] {
        assert!(lower.contains(&format!("{header}\r\n")), "{header}: {sent}");
    }
    assert!(sent.ends_with("{\"model\":\"m\"}"), "{sent}");
}

#[test]
fn a_stream_that_ends_in_peace_but_unfinished_was_cut_off() {
    let (outcome, _) = ask(STREAM);
    assert_eq!(outcome.unwrap_err().code, "truncated");
    let half =
        "HTTP/1.1 200 OK\nContent-Type: application/json\nContent-Length: 900\n\n{\"choices\"";
    assert_eq!(ask(half).0.unwrap_err().code, "truncated");
}

#[test]
fn what_an_endpoint_repeats_of_a_secret_is_not_kept() {
    let body = "wrong key sk-secret of blue-team";
    let answer = format!(
        "HTTP/1.1 401 Unauthorized\nContent-Length: {}\n\n{body}",
        body.len()
    );
    let trouble = ask(&answer).0.unwrap_err();
    assert_eq!(trouble.message, "wrong key [key] of [key]");
    assert_eq!(trouble.remedy, Remedy::Stop);
}

#[test]
fn a_key_does_not_follow_elsewhere() {
    let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = elsewhere.local_addr().unwrap();
    let answer = format!(
        "HTTP/1.1 308 Permanent Redirect\nLocation: http://{address}/\nContent-Length: 0\n\n"
    );
    let trouble = ask(&answer).0.unwrap_err();
    assert_eq!(
        (&*trouble.code, trouble.remedy),
        ("http_308", Remedy::StopAtFirst)
    );
    elsewhere.set_nonblocking(true).unwrap();
    assert!(elsewhere.accept().is_err(), "nobody came");
}

#[test]
fn an_answer_without_an_end_is_not_read_for_ever() {
    let mut answer = STREAM.replace('\n', "\r\n").into_bytes();
    let line = format!("data: {}", "x".repeat(1_000));
    while answer.len() as u64 <= ANSWER_BYTES_MAX + 2_000 {
        answer.extend_from_slice(line.as_bytes());
    }
    let (url, sent) = serve(answer);
    let trouble = client(&url).ask("{}").unwrap_err();
    assert_eq!(
        (&*trouble.code, trouble.remedy),
        ("too_long", Remedy::Never)
    );
    sent.join().unwrap();
}

#[test]
fn nobody_there_may_pass_and_a_wait_is_read() {
    let gone = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let trouble = client(&format!("http://{gone}")).ask("{}").unwrap_err();
    assert_eq!(
        (&*trouble.code, trouble.remedy),
        ("connection", Remedy::Again { after_ms: None })
    );
    let answer = "HTTP/1.1 503 Service Unavailable\nRetry-After: 7\nContent-Length: 0\n\n";
    let trouble = ask(answer).0.unwrap_err();
    assert_eq!(
        trouble.remedy,
        Remedy::Again {
            after_ms: Some(7_000)
        }
    );
}
