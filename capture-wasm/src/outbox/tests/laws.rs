//! Whatever happens in whatever order, each event is in exactly one place.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

#[derive(Debug, Clone)]
enum Happening {
    Push {
        is_text: bool,
    },
    Flush,
    Step,
    Answer {
        which: u8,
        how: u8,
    },
    Depart,
    /// The browser refuses a beacon.
    RefuseBeacon {
        which: u8,
    },
    Return,
    Online,
    Purge,
    Pass(Ms),
}

fn happening() -> impl Strategy<Value = Happening> {
    use Happening::{Answer, Depart, Flush, Online, Pass, Purge, Push, RefuseBeacon, Return, Step};
    prop_oneof![
        12 => prop::bool::weighted(0.2).prop_map(|is_text| Push { is_text }),
        2 => Just(Flush),
        8 => Just(Step),
        8 => (any::<u8>(), 0..8_u8).prop_map(|(which, how)| Answer { which, how }),
        3 => Just(Depart),
        2 => any::<u8>().prop_map(|which| RefuseBeacon { which }),
        3 => Just(Return),
        1 => Just(Online),
        1 => Just(Purge),
        4 => (0..90_000_u64).prop_map(Pass),
    ]
}

/// A browser around an outbox, and what became of each event.
struct World {
    outbox: Outbox,
    now: Ms,
    pushed: u32,
    on_the_way: Vec<Parcel>,
    left: BTreeSet<u32>,
    stored: BTreeSet<u32>,
    given_up: BTreeSet<u32>,
    purged: BTreeSet<u32>,
    dropped: usize,
    copies: Vec<(u32, Vec<u32>)>,
}

impl World {
    fn new() -> Self {
        Self {
            outbox: outbox(),
            now: 0,
            pushed: 0,
            on_the_way: Vec::new(),
            left: BTreeSet::new(),
            stored: BTreeSet::new(),
            given_up: BTreeSet::new(),
            purged: BTreeSet::new(),
            dropped: 0,
            copies: Vec::new(),
        }
    }

    fn happen(&mut self, happening: &Happening) {
        let now = at(self.now);
        match happening {
            Happening::Push { is_text } => {
                let seq = self.pushed;
                self.pushed += 1;
                let event = if *is_text {
                    text(seq, 20_000)
                } else {
                    act(seq)
                };
                self.outbox.push(now, event);
            }
            Happening::Flush => self.outbox.flush(),
            Happening::Step => {
                if let Step::Send(parcel) = self.outbox.step(now) {
                    assert!(
                        self.on_the_way
                            .iter()
                            .all(|other| other.ticket != parcel.ticket)
                    );
                    self.on_the_way.push(parcel);
                }
            }
            Happening::Answer { which, how } => self.answer(*which, *how),
            Happening::Depart => {
                for parcel in self.outbox.depart(now) {
                    self.leave(&parcel);
                }
            }
            Happening::RefuseBeacon { which } => {
                let leaving = self.outbox.depart(now);
                for parcel in &leaving {
                    self.leave(parcel);
                }
                let Some(parcel) = leaving.get(usize::from(*which) % leaving.len().max(1)) else {
                    return;
                };
                for seq in seqs(&parcel.bytes) {
                    self.left.remove(&seq);
                }
                if self.outbox.halve(parcel.ticket) {
                    for half in self.outbox.depart(now) {
                        self.leave(&half);
                    }
                } else {
                    if self.outbox.post(parcel.ticket) {
                        self.on_the_way.push(parcel.clone());
                    }
                    self.leave(parcel);
                }
            }
            Happening::Return => {
                self.outbox.returned();
                self.left.clear();
            }
            Happening::Online => self.outbox.reconnected(),
            Happening::Purge => {
                let waiting = self.waiting();
                self.purged.extend(waiting);
                self.outbox.purge();
            }
            Happening::Pass(ms) => self.now += ms,
        }
        self.dropped += self.outbox.take_dropped();
        self.check();
    }

    fn leave(&mut self, parcel: &Parcel) {
        for seq in seqs(&parcel.bytes) {
            assert!(self.left.insert(seq), "{seq} leaves twice in one departure");
        }
    }

    fn answer(&mut self, which: u8, how: u8) {
        if self.on_the_way.is_empty() {
            return;
        }
        let place = usize::from(which) % self.on_the_way.len();
        let parcel = self.on_the_way.remove(place);
        let before = self.waiting();
        let answer = match how {
            0..4 => Answer::Stored,
            4 => Answer::Refused,
            5 => Answer::TooLarge,
            6 => NO_ANSWER,
            _ => Answer::Later {
                after_ms: Some(7_000),
            },
        };
        let is_over =
            self.outbox
                .answered(at(self.now), parcel.ticket, answer, u32::from(which) << 9);
        let gone: BTreeSet<u32> = before.difference(&self.waiting()).copied().collect();
        let of_parcel: BTreeSet<u32> = seqs(&parcel.bytes).into_iter().collect();
        match (answer, is_over) {
            (Answer::Stored, false) => {
                // Joined meanwhile, others may be in the batch: those were not in the answer.
                assert!(gone.is_subset(&of_parcel), "{gone:?} of {of_parcel:?}");
                self.stored.extend(gone);
            }
            (Answer::Refused | Answer::TooLarge, true) => self.given_up.extend(gone),
            (Answer::TooLarge | Answer::Later { .. }, false) => {
                assert!(gone.is_empty());
                if answer == Answer::TooLarge {
                    // Nobody took it whole: its halves may leave once more.
                    self.left.retain(|seq| !of_parcel.contains(seq));
                }
            }
            other => panic!("{other:?}"),
        }
    }

    /// What the outbox still has, as its copies say.
    fn waiting(&mut self) -> BTreeSet<u32> {
        for copy in self.outbox.copies(at(self.now)) {
            self.copies.retain(|(ticket, _)| *ticket != copy.ticket);
            if !copy.bytes.is_empty() {
                self.copies.push((copy.ticket, seqs(&copy.bytes)));
            }
        }
        let all: Vec<u32> = self
            .copies
            .iter()
            .flat_map(|(_, seqs)| seqs.clone())
            .collect();
        let waiting: BTreeSet<u32> = all.iter().copied().collect();
        assert_eq!(all.len(), waiting.len(), "no event is in two batches");
        waiting
    }

    fn check(&mut self) {
        let waiting = self.waiting();
        let places = [&waiting, &self.stored, &self.given_up, &self.purged];
        let all: BTreeSet<u32> = places.into_iter().flatten().copied().collect();
        let sum: usize = places.iter().map(|place| place.len()).sum();
        assert_eq!(all.len(), sum, "no event is in two places");
        assert_eq!(
            sum + self.dropped,
            self.pushed as usize,
            "each event is somewhere"
        );
        assert_eq!(self.outbox.is_empty(), waiting.is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(16 * crate::outbox::tests::rounds()) })]

    #[test]
    fn each_event_is_in_exactly_one_place_and_ends_in_one(happenings in prop::collection::vec(happening(), 1..120)) {
        let mut world = World::new();
        for happening in &happenings {
            world.happen(happening);
        }
        // A collector that answers at last gets all that is left.
        world.happen(&Happening::Return);
        for _ in 0..400 {
            world.happen(&Happening::Flush);
            world.happen(&Happening::Pass(130_000));
            world.happen(&Happening::Step);
            world.happen(&Happening::Answer { which: 0, how: 0 });
        }
        prop_assert!(world.outbox.is_empty());
    }
}
