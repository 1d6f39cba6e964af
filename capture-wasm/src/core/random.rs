//! Random sequences of everything the shell can tell the core: whatever a page
//! does, nothing panics (in debug also no overflow), and what leaves is valid.

use std::collections::{HashMap, HashSet};

use proptest::prelude::*;
use tacit_signals::{
    Event, Id, Share, Signal, codec::decode, limits::AT_MS_MAX, signal::Act as Via,
};

use super::{tests::started, *};
use crate::{
    adapter::Control,
    config::Content,
    detect::{copied::Trace, rated::Click, turns::Present},
    outbox::{Answer, Step},
    texts::{Texts, Told},
};

/// Bytes that may wait, see the outbox, and the batch that is being filled.
const WAITING_BYTES_MAX: usize = (256 + 16) * 1_024;

/// One thing that happens. The numbers mean what [`Page::happen`] makes of them.
#[derive(Debug, Clone)]
struct Happening {
    what: u8,
    which: u8,
    other: u8,
    flag: bool,
    text: usize,
    wait: Wait,
}

#[derive(Debug, Clone)]
enum Wait {
    Ms(u64),
    /// Both clocks to any value.
    Wall(u64),
    Mono(u64),
}

fn wait() -> impl Strategy<Value = Wait> {
    prop_oneof![
        20 => (0_u64..2_500).prop_map(Wait::Ms),
        4 => (0_u64..700_000).prop_map(Wait::Ms),
        1 => (0..=AT_MS_MAX).prop_map(Wait::Wall),
        1 => (0..=AT_MS_MAX).prop_map(Wait::Mono),
        1 => prop_oneof![Just(Wait::Wall(0)), Just(Wait::Mono(0)), Just(Wait::Mono(AT_MS_MAX)), Just(Wait::Wall(AT_MS_MAX))],
    ]
}

/// Texts as pages have them, and as nobody would.
fn text() -> impl Strategy<Value = String> {
    let words = "([a-z]{1,9}[ .,\n]){0,40}";
    prop_oneof![
        4 => words.prop_map(String::from),
        2 => ".{0,60}".prop_map(String::from),
        1 => Just(String::new()),
        1 => Just(" \u{a0}\r\n\t ".to_owned()),
        1 => Just("👩‍👩‍👧‍👦 é \u{202e}abc\u{202c} שלום مرحبا 你好 \u{fffd}\u{fffd} ﷽".to_owned()),
        1 => Just("```rust\nfn main() {}\n```\n[a](b) ](c".to_owned()),
        1 => (1_usize..400).prop_map(|n| "The same words again, and ".repeat(n)),
        1 => (1_usize..12_000).prop_map(|n| "x".repeat(n)),
    ]
}

fn act() -> impl Strategy<Value = Happening> {
    (
        any::<u8>(),
        0_u8..6,
        0_u8..6,
        any::<bool>(),
        0_usize..8,
        wait(),
    )
        .prop_map(|(what, which, other, flag, text, wait)| Happening {
            what,
            which,
            other,
            flag,
            text,
            wait,
        })
}

/// Any control of an output, with any trace.
fn used<'a>(owner: &'a Id, act: &Happening) -> Used<'a> {
    let looks = ["+", "-", "?", "? on", "", "+ on"];
    Used {
        at: act.text as u64 * 400,
        owner,
        via: "button",
        click: Click {
            control: Control::at((act.text * 2).try_into().unwrap()).unwrap_or(Control::Star),
            star: Some((act.which.into(), act.other.into())),
            before: looks[usize::from(act.which)],
            after: looks[usize::from(act.other)],
        },
    }
}

/// A page, with what must hold of all it has told.
struct Page {
    core: Core,
    edits: Texts,
    now: Now,
    texts: Vec<String>,
    next_seq: u32,
    shown: HashSet<Id>,
    dwell: HashMap<Id, u32>,
    in_flight: Option<u32>,
    any_seed: bool,
}

impl Page {
    fn new(texts: Vec<String>, content: Content) -> Self {
        let (core, now) = started(content, true);
        Self {
            core,
            edits: Texts::new(content),
            now,
            texts,
            next_seq: 0,
            shown: HashSet::new(),
            dwell: HashMap::new(),
            in_flight: None,
            any_seed: false,
        }
    }

    fn happen(&mut self, act: &Happening) {
        match act.wait {
            Wait::Ms(ms) => {
                self.now.wall = AT_MS_MAX.min(self.now.wall + ms);
                self.now.mono = AT_MS_MAX.min(self.now.mono + ms);
            }
            Wait::Wall(wall) => self.now.wall = wall,
            Wait::Mono(mono) => self.now.mono = mono,
        }
        let now = self.now;
        let (id, other) = (id(act.which), id(act.other));
        let owner = act.flag.then_some(&other);
        let text = self.texts[act.text % self.texts.len()].clone();
        let reading = || Reading {
            code: if act.flag { vec![text.clone()] } else { vec![] },
            text: text.clone(),
        };
        let click = owner.map(|owner| (owner, u64::from(act.which) * 900));
        let (core, edits) = (&mut self.core, &mut self.edits);
        match act.what % 25 {
            0..=4 => self.look(act),
            5 => core.settled(now, &id, reading()),
            6 => core.read_early(&id, reading()),
            7 => drop(core.clicked(now, Control::at(u32::from(act.which) * 2), owner)),
            8 if act.flag => drop(core.clicked(now, None, None)),
            8 => core.stops(now),
            9 => core.used(now, &used(&id, act)),
            10 => core.copied_selection(now, &id, &text),
            11 if act.which < 2 => core.selected(now, &id, &text),
            11 if act.which < 4 => core.pasted(now, &text),
            11 if act.text == 0 => core.copied_text(now, click, Trace::Event, &text),
            11 => core.copied_text(now, click, Trace::Write, &text),
            12 => {
                let known = core.known();
                let is_followed = edits.editor_opened(&known, act.which.into(), owner, &text);
                // Nobody would have asked, had the first of them not been one.
                assert!(!is_followed || self.any_seed || core.is_seed(&text));
                self.any_seed |= is_followed;
            }
            13 | 14 => {
                let redacted = |text: &str| text.replace('x', "");
                let change = (act.which.into(), &*text, act.flag);
                let told = edits.editor_changed(now.wall, &core.known(), change, redacted);
                self.found(told);
            }
            15 => {
                let told = edits.editor_cancelled(act.which.into());
                self.found(told);
            }
            16 => core.prompted(now, now.mono, owner, &text),
            17 | 18 => {
                let depth = Share::of(act.other.into(), 6);
                core.in_view(now, &id, act.flag, depth);
            }
            19 => core.input(now),
            20 => core.focus(now, act.flag),
            21 if act.flag => core.hidden(now),
            21 => core.visible(now),
            22 => drop(core.tick(now)),
            23 => {
                let memory = edits.memory();
                memory.stir();
                memory.sent(&text);
                let mut places = [memory.place("editor", &text)];
                let told = edits.look_back(now.wall, &mut places);
                let memory = edits.memory();
                let stored = memory.write();
                memory.merge(&stored);
                self.found(told);
            }
            _ if act.other == 0 => {
                core.consent(act.flag);
                edits.consent(act.flag);
            }
            _ => {
                let via = text.chars().take(9).collect();
                core.told(now, &id, Signal::Accepted(Via { via }));
            }
        }
        for known in self.core.take_accepted() {
            self.edits.keep(self.now.wall, known, true);
        }
        self.check();
        self.send(act);
    }

    fn found(&mut self, told: Vec<Told>) {
        for told in told {
            self.core
                .found(self.now, &told.output, told.token, told.signal);
        }
    }

    /// Some outputs are on the page, at times with another text, id or place.
    fn look(&mut self, act: &Happening) {
        let mut sightings = Vec::new();
        for n in 0..=act.other {
            let text = &self.texts[(act.text + usize::from(n)) % self.texts.len()];
            sightings.push(Sighting {
                present: Present {
                    id: id(act.which.wrapping_add(n) % 7),
                    conversation: act.flag.then(|| id(act.other)),
                    turn: (!n.is_multiple_of(3))
                        .then(|| u32::from(act.what).wrapping_mul(0x0101_0101)),
                    held_before: (n % 2 == 1).then(|| id(act.which)),
                },
                variant: (n.is_multiple_of(2)).then_some(u32::MAX - u32::from(n)),
                token: None,
                glance: (!act.what.is_multiple_of(5)).then(|| text.clone()),
                is_guess: act.flag,
                age: act.which.into(),
                still: act.other.into(),
            });
        }
        let changed_at = if act.flag { self.now.mono } else { 0 };
        let to_read = if act.other.is_multiple_of(3) {
            self.core.look_again(self.now, changed_at, &sightings)
        } else {
            self.core.look(self.now, changed_at, &sightings)
        };
        let _ = self.core.rests_at();
        for place in to_read {
            let text = sightings[place].glance.clone().unwrap_or_default();
            let reading = Reading { text, code: vec![] };
            let id = &sightings[place].present.id;
            self.core.settled(self.now, id, reading);
        }
    }

    fn check(&mut self) {
        for event in self.core.take_heard() {
            let Event {
                seq,
                output,
                signal,
                ..
            } = Rc::unwrap_or_clone(event);
            assert_eq!(seq, self.next_seq, "numbers grow by one");
            self.next_seq += 1;
            match signal {
                Signal::Shown(_) => assert!(self.shown.insert(output), "shown once"),
                // The share may shrink, when the answer has grown.
                Signal::Dwell { active_ms, .. } => {
                    let before = self.dwell.insert(output, active_ms);
                    assert!(before <= Some(active_ms), "dwell only grows");
                }
                _ => {}
            }
        }
    }

    /// The shell's part; whatever would leave can be read.
    fn send(&mut self, act: &Happening) {
        let (now, outbox) = (self.now, self.core.outbox());
        let mut waiting = 0;
        let mut all = outbox.clone();
        all.returned();
        for parcel in all.depart(now) {
            waiting += parcel.bytes.len();
            valid(&parcel.bytes);
        }
        assert!(waiting <= WAITING_BYTES_MAX, "{waiting} bytes wait");
        match act.which {
            0 => {
                for parcel in outbox.depart(now) {
                    valid(&parcel.bytes);
                }
            }
            1 => outbox.flush(),
            2 => outbox.reconnected(),
            _ => {}
        }
        outbox.copies(now);
        outbox.take_dropped();
        if let Some(ticket) = self.in_flight.take_if(|_| act.flag) {
            let after_ms = (act.other > 3).then_some(u64::from(act.what) * 1_000);
            let later = Answer::Later { after_ms };
            let answers = [Answer::Stored, Answer::Refused, later, Answer::TooLarge];
            let answer = answers[usize::from(act.other) % 4];
            outbox.answered(now, ticket, answer, u32::from(act.what) << 24);
        } else if let Step::Send(parcel) = outbox.step(now) {
            self.in_flight = Some(parcel.ticket);
            valid(&parcel.bytes);
        }
    }
}

fn id(n: u8) -> Id {
    Id::parse("output", &format!("o-{n}")).unwrap()
}

/// A collector takes all of it.
fn valid(bytes: &[u8]) {
    let decoded = decode(bytes).unwrap();
    assert!(decoded.rejected.is_empty(), "{:?}", decoded.rejected);
}

/// How many sequences: `TACIT_ROUNDS` times as many as every day.
fn sequences() -> u32 {
    let rounds = std::env::var("TACIT_ROUNDS").map_or(1, |rounds| rounds.parse().unwrap());
    16 * rounds
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(sequences()) })]

    #[test]
    fn nothing_a_page_does_breaks_the_core(
        texts in prop::collection::vec(text(), 1..6),
        content in prop::sample::select([Content::Off, Content::Edits, Content::Full].to_vec()),
        acts in prop::collection::vec(act(), 1..300),
    ) {
        let mut page = Page::new(texts, content);
        for act in &acts {
            page.happen(act);
        }
    }
}
