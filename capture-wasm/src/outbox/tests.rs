use tacit_signals::{
    Id, SessionId, Share, Signal,
    codec::{Header, decode},
    signal::{Act, ContentRole},
};

use super::*;

mod laws;

fn outbox() -> Outbox {
    let header = Header {
        key: "pk_x".into(),
        session: SessionId([7; 16]),
        subject: None,
        sample: Share::ONE,
        automated: false,
        lang: String::new(),
        device: String::new(),
        surface: String::new(),
        sdk: String::new(),
    };
    Outbox::new(header.encode(), 10_000, 0)
}

fn at(mono: Ms) -> Now {
    let wall = 1_763_890_000_000 + mono;
    Now { wall, mono }
}

fn event(seq: u32, signal: Signal) -> Rc<Event> {
    Rc::new(Event {
        seq,
        at: at(0).wall,
        output: Id::parse("output", "o").unwrap(),
        token: None,
        signal,
    })
}

fn act(seq: u32) -> Rc<Event> {
    event(seq, Signal::Accepted(Act { via: "x".into() }))
}

fn text(seq: u32, bytes: usize) -> Rc<Event> {
    let (role, text) = (ContentRole::Edit, "x".repeat(bytes));
    event(seq, Signal::Content { role, text })
}

fn sent(step: Step) -> (u32, Vec<u32>) {
    match step {
        Step::Send(parcel) => {
            let seqs = seqs(&parcel.bytes);
            assert_eq!(parcel.events, seqs.len());
            (parcel.ticket, seqs)
        }
        other => panic!("{other:?}"),
    }
}

fn seqs(bytes: &[u8]) -> Vec<u32> {
    let batch = decode(bytes).unwrap().batch;
    batch.events.iter().map(|event| event.seq).collect()
}

fn all(parcels: &[Parcel]) -> Vec<Vec<u32>> {
    parcels.iter().map(|parcel| seqs(&parcel.bytes)).collect()
}

const NO_ANSWER: Answer = Answer::Later { after_ms: None };

/// So many requests without an answer, one after the other.
fn fail(outbox: &mut Outbox, now: &mut Ms, times: u32) {
    for _ in 0..times {
        outbox.flush();
        *now += outbox.pace.wait(*now);
        let (ticket, _) = sent(outbox.step(at(*now)));
        outbox.answered(at(*now), ticket, NO_ANSWER, 77);
    }
}

#[test]
fn sends_on_time_one_batch_at_a_time() {
    let mut outbox = outbox();
    assert_eq!(outbox.step(at(0)), Step::Idle);
    outbox.push(at(100), act(0));
    outbox.push(at(5_000), act(1));
    assert_eq!(outbox.step(at(5_000)), Step::Wait(5_100));
    let (ticket, seqs) = sent(outbox.step(at(10_100)));
    assert_eq!(seqs, [0, 1]);
    outbox.push(at(10_200), act(2));
    outbox.flush();
    assert_eq!(outbox.step(at(10_200)), Step::Idle, "one is on its way");
    assert!(!outbox.answered(at(10_300), ticket, Answer::Stored, 0));
    assert_eq!(
        sent(outbox.step(at(10_300))).1,
        [2],
        "a flush is due at once"
    );
}

#[test]
fn sends_on_size() {
    let mut outbox = outbox();
    for seq in 0..50 {
        outbox.push(at(0), act(seq));
    }
    assert_eq!(sent(outbox.step(at(0))).1.len(), 50);
}

#[test]
fn failures_back_off_and_lose_nothing() {
    let mut outbox = outbox();
    outbox.push(at(0), act(0));
    outbox.flush();
    let (ticket, _) = sent(outbox.step(at(0)));
    outbox.answered(at(0), ticket, NO_ANSWER, 699);
    assert_eq!(
        outbox.step(at(0)),
        Step::Wait(700),
        "jitter within the first second"
    );
    let (again, seqs) = sent(outbox.step(at(700)));
    assert_eq!((again, seqs), (ticket, vec![0]));
    let after_ms = Some(30_000);
    outbox.answered(at(700), ticket, Answer::Later { after_ms }, 0);
    assert_eq!(
        outbox.step(at(800)),
        Step::Wait(29_900),
        "as the collector asked"
    );
    let (ticket, _) = sent(outbox.step(at(30_700)));
    assert!(outbox.answered(at(30_700), ticket, Answer::Refused, 0));
    assert!(outbox.is_empty(), "what is refused is not sent again");
}

#[test]
fn while_nobody_answers_signals_gather_in_one_batch() {
    let (mut outbox, mut now) = (outbox(), 0);
    outbox.push(at(0), act(0));
    fail(&mut outbox, &mut now, 3);
    for seq in 1..40 {
        outbox.push(at(now), act(seq));
        outbox.flush();
        assert!(matches!(outbox.step(at(now)), Step::Wait(_)));
    }
    outbox.reconnected();
    let (ticket, _) = sent(outbox.step(at(now)));
    outbox.answered(at(now), ticket, Answer::Stored, 0);
    outbox.flush();
    assert_eq!(sent(outbox.step(at(now))).1.len(), 39);
}

#[test]
fn to_somebody_who_never_answers_goes_one_request_a_minute_and_one_beacon() {
    let (mut outbox, mut now) = (outbox(), 0);
    outbox.push(at(0), act(0));
    fail(&mut outbox, &mut now, 5);
    outbox.push(at(now), act(1));
    assert_eq!(outbox.depart(at(now)), [], "the last try was just now");
    outbox.returned();
    now += 120_000;
    outbox.push(at(now), act(2));
    outbox.push(at(now), text(3, 10));
    let beacons = outbox.depart(at(now));
    assert_eq!(all(&beacons), [[0, 1, 2]]);
    outbox.push(at(now), act(4));
    assert_eq!(outbox.depart(at(now + 59_999)), []);
    assert_eq!(all(&outbox.depart(at(now + 60_000))), [[4]]);
}

#[test]
fn too_large_a_batch_is_halved_until_it_fits_or_is_one_event() {
    let mut outbox = outbox();
    for seq in 0..5 {
        outbox.push(at(0), act(seq));
    }
    outbox.flush();
    let (ticket, _) = sent(outbox.step(at(0)));
    assert!(!outbox.answered(at(0), ticket, Answer::TooLarge, 0));
    let (ticket, first) = sent(outbox.step(at(0)));
    assert_eq!(first, [0, 1]);
    assert!(!outbox.answered(at(0), ticket, Answer::TooLarge, 0));
    let (ticket, first) = sent(outbox.step(at(0)));
    assert_eq!(first, [0]);
    assert!(
        outbox.answered(at(0), ticket, Answer::TooLarge, 0),
        "given up"
    );
    let mut rest = Vec::new();
    while let Step::Send(parcel) = outbox.step(at(0)) {
        rest.push(seqs(&parcel.bytes));
        outbox.answered(at(0), parcel.ticket, Answer::Stored, 0);
    }
    assert_eq!(rest, [vec![1], vec![2, 3, 4]]);
}

#[test]
fn leaving_beacons_everything_once_and_returning_asks_for_answers() {
    let mut outbox = outbox();
    outbox.push(at(0), act(0));
    outbox.flush();
    let (ticket, _) = sent(outbox.step(at(0)));
    outbox.push(at(10), act(1));
    let beacons = outbox.depart(at(20));
    assert_eq!(
        all(&beacons),
        [[1], [0]],
        "the one in flight may die with the page; the last acts go first"
    );
    assert_eq!(
        outbox.depart(at(30)),
        [],
        "visibilitychange and pagehide are one departure"
    );
    outbox.push(at(40), act(2));
    assert_eq!(all(&outbox.depart(at(40))), [[2]], "later news still go");
    outbox.returned();
    outbox.answered(at(50), ticket, Answer::Stored, 0);
    assert_eq!(sent(outbox.step(at(50))).1, [1, 2], "in one request");
}

#[test]
fn a_browser_that_takes_no_more_gets_halves_and_then_requests() {
    let mut outbox = outbox();
    for seq in 0..4 {
        outbox.push(at(0), act(seq));
    }
    let [parcel] = &outbox.depart(at(0))[..] else {
        panic!()
    };
    assert!(outbox.halve(parcel.ticket));
    let halves = outbox.depart(at(0));
    assert_eq!(all(&halves), [[2, 3], [0, 1]]);
    assert_eq!(outbox.depart(at(0)), [], "both have left");
    assert!(outbox.post(halves[0].ticket));
    assert!(!outbox.post(halves[0].ticket), "one is on its way");
    outbox.answered(at(1), halves[0].ticket, Answer::Stored, 0);
    outbox.returned();
    assert_eq!(sent(outbox.step(at(1))).1, [0, 1]);
    outbox.push(at(1), act(4));
    let single = outbox.depart(at(1))[0].ticket;
    assert!(!outbox.halve(single));
}

#[test]
fn halves_of_a_batch_in_flight_wait_for_no_answer_that_never_comes() {
    let mut outbox = outbox();
    outbox.push(at(0), act(0));
    outbox.push(at(0), act(1));
    outbox.flush();
    let (ticket, _) = sent(outbox.step(at(0)));
    outbox.depart(at(0));
    assert!(outbox.halve(ticket));
    outbox.returned();
    outbox.answered(at(1), ticket, Answer::Stored, 0);
    assert_eq!(sent(outbox.step(at(1))).1, [1]);
}

#[test]
fn what_outlives_the_page_is_bounded() {
    let mut outbox = outbox();
    for seq in 0..4 {
        outbox.push(at(0), text(seq, 10_000));
    }
    let leaving = outbox.depart(at(0));
    let may: Vec<bool> = leaving.iter().map(|parcel| parcel.may_outlive).collect();
    assert_eq!(may, [true, true, true, false]);
    outbox.push(at(1), act(4));
    assert!(
        outbox.depart(at(1))[0].may_outlive,
        "a small one still fits"
    );
    outbox.returned();
    assert!(outbox.depart(at(2))[0].may_outlive);
}

#[test]
fn text_travels_alone_and_after_the_signals() {
    let mut outbox = outbox();
    outbox.push(at(0), act(0));
    outbox.push(at(0), text(1, 30_000));
    outbox.push(at(0), act(2));
    assert_eq!(all(&outbox.clone().depart(at(0))), [[2], [0], [1]]);
    outbox.flush();
    let mut order = Vec::new();
    while let Step::Send(parcel) = outbox.step(at(0)) {
        order.extend(seqs(&parcel.bytes));
        outbox.answered(at(0), parcel.ticket, Answer::Stored, 0);
    }
    assert_eq!(order, [0, 2, 1]);
}

#[test]
fn a_dead_collector_costs_bounded_memory_and_the_loss_is_counted_and_told() {
    let mut outbox = outbox();
    for seq in 0..20 {
        outbox.push(at(0), text(seq, 30_000));
    }
    assert_eq!(outbox.take_dropped(), 12);
    assert_eq!(outbox.take_dropped(), 0);
    outbox.add_dropped(300);
    assert_eq!(outbox.take_dropped(), 300);
    let leaving = outbox.depart(at(0));
    let mut kept: Vec<u32> = all(&leaving).concat();
    kept.reverse();
    assert_eq!(kept, (12..20).collect::<Vec<_>>(), "the oldest go first");
    let header = outbox.header.clone();
    let told = [&header[..header.len() - 1], &[2, 0xb8, 0x02]].concat();
    let bytes = &leaving[0].bytes;
    assert!(bytes[17..].starts_with(&told), "312 in the extension");
    let Step::Send(sent) = outbox.step(at(0)) else {
        panic!()
    };
    outbox.answered(at(0), sent.ticket, Answer::Stored, 0);
    let Step::Send(next) = outbox.step(at(0)) else {
        panic!()
    };
    assert!(next.bytes[17..].starts_with(&told), "the total, again");
}

#[test]
fn copies_are_of_what_changed_and_tell_what_is_dealt_with() {
    let mut outbox = outbox();
    let copies = |outbox: &mut Outbox, mono| {
        let told = |copy: Parcel| match &copy.bytes[..] {
            [] => (copy.ticket, None),
            bytes => (copy.ticket, Some(seqs(bytes))),
        };
        let copies = outbox.copies(at(mono)).into_iter().map(told);
        copies.collect::<Vec<_>>()
    };
    assert_eq!(copies(&mut outbox, 0), []);
    outbox.push(at(0), act(0));
    assert_eq!(copies(&mut outbox, 0), [(1, Some(vec![0]))]);
    outbox.push(at(10), act(1));
    assert_eq!(copies(&mut outbox, 10), [(1, Some(vec![0, 1]))]);
    assert_eq!(copies(&mut outbox, 10), []);
    let (ticket, _) = sent(outbox.step(at(10_000)));
    outbox.push(at(10_010), act(2));
    assert_eq!(copies(&mut outbox, 10_010), [(2, Some(vec![2]))]);
    outbox.answered(at(10_030), ticket, Answer::Stored, 0);
    assert_eq!(copies(&mut outbox, 10_030), [(1, None)]);
    outbox.depart(at(10_040));
    outbox.push(at(10_040), act(3));
    outbox.returned();
    outbox.depart(at(10_040));
    outbox.returned();
    assert_eq!(
        copies(&mut outbox, 10_050),
        [(3, None), (2, Some(vec![2, 3]))]
    );
    outbox.purge();
    assert_eq!(copies(&mut outbox, 10_060), [(2, None)]);
    outbox.push(at(10_070), text(4, 10));
    assert_eq!(
        outbox.copies(at(10_070))[0].events,
        0,
        "no text on the device"
    );
}

#[test]
fn acts_are_urgent_and_looks_are_not() {
    let mut outbox = outbox();
    let read_share = Share::ZERO;
    outbox.push(
        at(0),
        event(
            0,
            Signal::Dwell {
                active_ms: 1,
                read_share,
            },
        ),
    );
    assert!(!outbox.take_urgent());
    outbox.push(at(0), act(1));
    assert!(outbox.take_urgent());
    assert!(!outbox.take_urgent());
}

/// `TACIT_ROUNDS` times as many cases as every day.
fn rounds() -> u32 {
    std::env::var("TACIT_ROUNDS").map_or(1, |rounds| rounds.parse().unwrap())
}
