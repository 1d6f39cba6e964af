//! What is sent: visits of people who read some answers and do things with them, in
//! batches as capture makes them.
//!
//! Encoding a batch costs the client more than sending it. So batches are encoded once,
//! with marks in the place of whatever differs between visits, and filled in by copying.

use std::ops::Range;

use tacit_signals::{
    Batch, Event, Id, SessionId, Share, Signal, Subject, SubjectKind, codec, signal::Act,
};
use tacit_tests::{now_ms, page::id, signals};

/// Batches of one visit.
pub(crate) const BATCHES: usize = 5;
/// Answers one visit is about, unless it says otherwise.
pub(crate) const ANSWERS: usize = 3;
/// Kinds of visits.
const SCRIPTS: usize = 32;
/// Visits under way: that many requests lie between two of the same one.
const UNDER_WAY: usize = 20_000;
/// Where the checksum stands, and what it covers from (WIRE.md).
const CHECKSUM: Range<usize> = 13..17;
const SENT_AT: Range<usize> = 5..13;
const BODY: usize = 17;

/// What every visit has of its own, 128 random bits each.
#[derive(Clone)]
struct Names {
    session: u128,
    visitor: u128,
    conversation: u128,
    answers: Vec<u128>,
}

impl Names {
    fn random(rng: &mut fastrand::Rng, answers: usize) -> Self {
        Self {
            session: rng.u128(..),
            visitor: rng.u128(..),
            conversation: rng.u128(..),
            answers: (0..answers).map(|_| rng.u128(..)).collect(),
        }
    }
}

/// An encoded batch and where its names stand.
struct Template {
    bytes: Vec<u8>,
    key: usize,
    session: usize,
    visitor: usize,
    conversations: Vec<usize>,
    /// Place, and which of the visit's answers.
    answers: Vec<(usize, usize)>,
    first_seq: u32,
}

/// A batch that was filled in, as far as it has to be found again.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) session: SessionId,
    pub(crate) first_seq: u32,
    pub(crate) answers: Vec<Id>,
}

struct Visit {
    names: Names,
    script: usize,
    step: usize,
    key: usize,
}

/// Visits without end.
pub(crate) struct Visits {
    keys: Vec<String>,
    next_key: usize,
    scripts: Vec<Vec<Template>>,
    answers: usize,
    events: usize,
    ring: Vec<Visit>,
    turn: usize,
    rng: fastrand::Rng,
    /// What was filled in last, if somebody asks.
    last: (usize, usize),
}

impl Visits {
    /// Visits with `events` events a batch about `answers` answers in all, sent with
    /// `keys` in turn, all of one length.
    pub(crate) fn new(keys: Vec<String>, events: usize, answers: usize) -> Self {
        Self::with(keys, events, answers, UNDER_WAY)
    }

    fn with(keys: Vec<String>, events: usize, answers: usize, under_way: usize) -> Self {
        let mut rng = fastrand::Rng::with_seed(0x7ac1);
        let scripts = (0..SCRIPTS)
            .map(|_| script(&mut rng, &keys[0], events, answers))
            .collect();
        // What is sent is of this run alone.
        let rng = fastrand::Rng::new();
        let mut visits = Self {
            keys,
            next_key: 0,
            scripts,
            answers,
            events,
            ring: Vec::new(),
            turn: 0,
            rng,
            last: (0, 0),
        };
        for place in 0..under_way {
            // They do not all begin at once.
            let visit = visits.begin(place % BATCHES);
            visits.ring.push(visit);
        }
        visits
    }

    /// Events of one batch.
    pub(crate) fn events(&self) -> usize {
        self.events
    }

    /// Bytes of a batch, on average.
    pub(crate) fn bytes(&self) -> usize {
        let all: Vec<usize> = self
            .scripts
            .iter()
            .flatten()
            .map(|t| t.bytes.len())
            .collect();
        all.iter().sum::<usize>() / all.len()
    }

    fn begin(&mut self, step: usize) -> Visit {
        self.next_key = (self.next_key + 1) % self.keys.len();
        Visit {
            names: Names::random(&mut self.rng, self.answers),
            script: self.rng.usize(..SCRIPTS),
            step,
            key: self.next_key,
        }
    }

    /// The length of the next batch.
    pub(crate) fn next_len(&self) -> usize {
        let visit = &self.ring[self.turn];
        self.scripts[visit.script][visit.step].bytes.len()
    }

    /// Appends the next batch to `out`, sent at `sent_at` (Unix ms).
    pub(crate) fn fill(&mut self, out: &mut Vec<u8>, sent_at: u64) {
        let visit = &self.ring[self.turn];
        let template = &self.scripts[visit.script][visit.step];
        let start = out.len();
        out.extend_from_slice(&template.bytes);
        let batch = &mut out[start..];
        let mut put = |place: usize, bytes: &[u8]| {
            batch[place..place + bytes.len()].copy_from_slice(bytes);
        };
        put(SENT_AT.start, &sent_at.to_le_bytes());
        put(template.key, self.keys[visit.key].as_bytes());
        let names = &visit.names;
        put(template.session, &names.session.to_be_bytes());
        put(template.visitor, &digits(names.visitor));
        for &place in &template.conversations {
            put(place, &digits(names.conversation));
        }
        for &(place, answer) in &template.answers {
            put(place, &names.answers[answer].to_be_bytes());
        }
        let checksum = codec::checksum(&batch[BODY..]);
        batch[CHECKSUM].copy_from_slice(&checksum.to_le_bytes());
        self.last = (self.turn, visit.step);
        let (turn, step) = (self.turn, visit.step + 1);
        if step < BATCHES {
            self.ring[turn].step = step;
        }
        self.turn = (turn + 1) % self.ring.len();
    }

    /// What was filled in last, to be found again.
    pub(crate) fn sent(&self) -> Sent {
        let (turn, step) = self.last;
        let visit = &self.ring[turn];
        let template = &self.scripts[visit.script][step];
        let answer = |&(_, answer): &(usize, usize)| id(&uuid(visit.names.answers[answer]));
        Sent {
            session: SessionId(visit.names.session.to_be_bytes()),
            first_seq: template.first_seq,
            answers: template.answers.iter().map(answer).collect(),
        }
    }

    /// Ends the visit whose last batch was filled in last, and begins another.
    pub(crate) fn next(&mut self) {
        let (turn, step) = self.last;
        if step + 1 == BATCHES {
            self.ring[turn] = self.begin(0);
        }
    }
}

/// 128 bits as text of 32 digits.
fn digits(name: u128) -> [u8; 32] {
    let mut text = [0; 32];
    // The lengths fit.
    let _ = hex::encode_to_slice(name.to_be_bytes(), &mut text);
    text
}

/// 128 bits as the id a page makes for an answer; the wire has its 16 bytes. A page's begin
/// with the time; these do not, as those of servers, which is the worst order for an index.
fn uuid(name: u128) -> String {
    let text = hex::encode(name.to_be_bytes());
    let groups = [
        &text[..8],
        &text[8..12],
        &text[12..16],
        &text[16..20],
        &text[20..],
    ];
    format!("c_{}", groups.join("-"))
}

/// The batches of one visit.
fn script(rng: &mut fastrand::Rng, key: &str, events: usize, answers: usize) -> Vec<Template> {
    let names = Names::random(rng, answers);
    let mut at = now_ms() - 600_000;
    let all = events * BATCHES;
    let mut shown = vec![false; answers];
    let mut made = Vec::new();
    for number in 0..all {
        // One answer after the other, with a look back now and then.
        let present = number * answers / all;
        let answer = if rng.u32(..8) == 0 {
            rng.usize(..=present)
        } else {
            present
        };
        let signal = if shown[answer] {
            act(rng)
        } else {
            first(&names, answer)
        };
        shown[answer] = true;
        at += rng.u64(200..4_000);
        made.push(Event {
            seq: u32::try_from(number).expect("a small number"),
            at,
            output: id(&uuid(names.answers[answer])),
            token: None,
            signal,
        });
    }
    let batches = made.chunks(events);
    batches
        .map(|events| template(key, &names, events))
        .collect()
}

fn first(names: &Names, answer: usize) -> Signal {
    let text = digits(names.conversation);
    let conversation = std::str::from_utf8(&text).expect("digits");
    let turn = u32::try_from(answer).expect("a small number");
    signals::shown((conversation, turn, 0))
}

/// What people do with answers, about as often.
fn act(rng: &mut fastrand::Rng) -> Signal {
    match rng.u32(..10) {
        0..5 => signals::read(rng.u32(500..60_000)),
        5 => signals::copied(rng.u32(1..=1_000)),
        6 => signals::edited(rng.u32(..=1_000)),
        7 => signals::regenerated(rng.u32(1_000..200_000)),
        8 => Signal::Shared(Act {
            via: "control".into(),
        }),
        _ => Signal::Survived {
            age_s: 600,
            share: Share::ONE,
        },
    }
}

fn template(key: &str, names: &Names, events: &[Event]) -> Template {
    let visitor = digits(names.visitor);
    let batch = Batch {
        key: key.to_owned(),
        session: SessionId(names.session.to_be_bytes()),
        subject: Some(Subject {
            id: id(std::str::from_utf8(&visitor).expect("digits")),
            kind: SubjectKind::Visitor,
        }),
        sent_at: 0,
        sample: Share::ONE,
        automated: false,
        lang: "en".into(),
        device: "desktop".into(),
        surface: "chat".into(),
        sdk: "load".into(),
        events: events.to_vec(),
    };
    let bytes = codec::encode(&batch);
    let find = |mark: &[u8]| -> Vec<usize> {
        let windows = bytes.windows(mark.len()).enumerate();
        windows
            .filter(|(_, window)| *window == mark)
            .map(|(place, _)| place)
            .collect()
    };
    let one = |mark: &[u8]| *find(mark).first().expect("the mark is there");
    let answers = names.answers.iter().enumerate();
    Template {
        key: one(key.as_bytes()),
        session: one(&names.session.to_be_bytes()),
        visitor: one(&visitor),
        conversations: find(&digits(names.conversation)),
        answers: answers
            .flat_map(|(number, name)| {
                find(&name.to_be_bytes())
                    .into_iter()
                    .map(move |place| (place, number))
            })
            .collect(),
        first_seq: events[0].seq,
        bytes,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn what_is_filled_in_is_a_batch_of_its_own() {
        let keys = vec!["pk_one".to_owned(), "pk_two".to_owned()];
        const UNDER_WAY: usize = 50;
        let mut visits = Visits::with(keys, 10, ANSWERS, UNDER_WAY);
        let (mut ids, mut outputs, mut used) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for _ in 0..UNDER_WAY * BATCHES * 2 {
            let mut bytes = Vec::new();
            let len = visits.next_len();
            visits.fill(&mut bytes, 77);
            assert_eq!(bytes.len(), len);
            let decoded = codec::decode(&bytes).unwrap();
            assert_eq!((decoded.rejected.len(), decoded.batch.sent_at), (0, 77));
            assert_eq!(decoded.batch.events.len(), 10);
            let sent = visits.sent();
            assert_eq!(sent.session, decoded.batch.session);
            assert_eq!(sent.first_seq, decoded.batch.events[0].seq);
            let about: BTreeSet<_> = decoded
                .batch
                .events
                .iter()
                .map(|e| e.output.as_str())
                .collect();
            let told: BTreeSet<_> = sent.answers.iter().map(Id::as_str).collect();
            assert_eq!(about, told);
            for event in &decoded.batch.events {
                assert!(
                    ids.insert((decoded.batch.session.0, event.seq)),
                    "sent twice"
                );
                outputs.insert(event.output.as_str().to_owned());
            }
            used.insert(decoded.batch.key);
            visits.next();
        }
        assert!(
            outputs.len() > UNDER_WAY * ANSWERS,
            "visits end: {}",
            outputs.len()
        );
        assert_eq!(used.len(), 2);
    }
}
