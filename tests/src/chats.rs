//! Many people with many answers, told to a collector as fast as it takes them.

use serde_json::json;
use tacit_signals::SessionId;

use crate::{data::Data, now_ms, page::Page, server::Server, signals::copied, signals::shown};

/// Outputs told at once.
const PORTION: u32 = 500;

/// So many answers.
#[derive(Debug, Clone, Copy)]
pub struct Chats {
    /// Answers.
    pub outputs: u32,
    /// People who got them, in turn.
    pub people: u32,
    /// Letters of an answer, about.
    pub chars: usize,
}

impl Chats {
    /// Registers and shows all of them, and copies each; a moment after everything
    /// was received, Unix ms.
    #[must_use]
    pub fn tell(self, data: &Data) -> u64 {
        let server = Server::start(data);
        let api = server.api();
        let base = now_ms() - 3_600_000;
        let numbers: Vec<u32> = (0..self.outputs).collect();
        for portion in numbers.chunks(PORTION as usize) {
            let outputs: Vec<_> = portion.iter().map(|&number| self.output(number)).collect();
            let registered = api.register(&json!(outputs));
            assert!(
                registered
                    .iter()
                    .all(|output| output["status"] == "created")
            );
            for some in portion.chunks(100) {
                // So few acts at once may be a page's doing: more are no person's.
                let session = SessionId(u128::from(some[0] + 1).to_be_bytes());
                let mut page = Page::of_session(&data.publishable, session);
                let mut events = Vec::new();
                for &number in some {
                    let (id, conversation) = (name(number), conversation(number));
                    let at = base + u64::from(number);
                    events.push(page.event(at, &id, shown((&conversation, number % 4, 0))));
                    events.push(page.event(at + 5_000, &id, copied(900)));
                }
                api.batch(&page.batch(events));
            }
        }
        let ledger = api.drained();
        assert_eq!(ledger.events.stored, u64::from(self.outputs) * 2);
        assert_eq!(server.stop().code(), Some(0));
        now_ms()
    }

    fn output(self, number: u32) -> serde_json::Value {
        json!({
            "id": name(number), "conversation": conversation(number), "turn": number % 4,
            "variant": 0, "subject": format!("u-{}", number % self.people),
            "model": format!("m-{}", number % 3), "prompt_version": "support@14",
            "input": [{"role": "user", "content": format!("What is {}?", words(number, 60))}],
            "output": words(number, self.chars),
        })
    }
}

fn name(number: u32) -> String {
    format!("o-{number:07}")
}

fn conversation(number: u32) -> String {
    format!("c-{:07}", number / 4)
}

/// Words of about `chars` letters, unlike those of any other number.
#[must_use]
pub fn words(number: u32, chars: usize) -> String {
    let mut random = fastrand::Rng::with_seed(u64::from(number));
    let mut words = String::with_capacity(chars + 8);
    while words.len() < chars {
        for _ in 0..random.u32(2..9) {
            words.push(random.lowercase());
        }
        words.push(' ');
    }
    words
}
