use tacit_signals::{
    Id, SessionId, Share, Signal,
    codec::{Header, decode},
    signal::{Act, ContentRole},
};

use super::*;

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
    Outbox::new(header.encode(), 10_000)
}

fn at(mono: Ms) -> Now {
    let wall = 1_763_890_000_000 + mono;
    Now { wall, mono }
}

fn event(seq: u32, signal: Signal) -> Event {
    Event {
        seq,
        at: at(0).wall,
        output: Id::parse("output", "o").unwrap(),
        token: None,
        signal,
    }
}

fn act(seq: u32) -> Event {
    event(seq, Signal::Accepted(Act { via: "x".into() }))
}

fn sent(step: Step) -> (u32, Vec<u32>) {
    match step {
        Step::Send {
            ticket,
            bytes,
            events,
        } => {
            let seqs = seqs(&bytes);
            assert_eq!(events, seqs.len());
            (ticket, seqs)
        }
        other => panic!("{other:?}"),
    }
}

fn seqs(bytes: &[u8]) -> Vec<u32> {
    let batch = decode(bytes).unwrap().batch;
    batch.events.iter().map(|event| event.seq).collect()
}

#[test]
fn sends_on_time_one_batch_at_a_time() {
    let mut outbox = outbox();
    assert_eq!(outbox.step(at(0)), Step::Idle);
    outbox.push(at(100), &act(0));
    outbox.push(at(5_000), &act(1));
    assert_eq!(outbox.step(at(5_000)), Step::Wait(5_100));
    let (ticket, seqs) = sent(outbox.step(at(10_100)));
    assert_eq!(seqs, [0, 1]);
    outbox.push(at(10_200), &act(2));
    outbox.flush();
    assert_eq!(outbox.step(at(10_200)), Step::Idle, "one is on its way");
    outbox.answered(at(10_300), ticket, Answer::Stored, 0);
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
        outbox.push(at(0), &act(seq));
    }
    assert_eq!(sent(outbox.step(at(0))).1.len(), 50);
}

#[test]
fn failures_back_off_and_lose_nothing() {
    let mut outbox = outbox();
    outbox.push(at(0), &act(0));
    outbox.flush();
    let (ticket, _) = sent(outbox.step(at(0)));
    outbox.answered(at(0), ticket, Answer::Later { after_ms: None }, 699);
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
    outbox.reconnected();
    let (ticket, _) = sent(outbox.step(at(900)));
    outbox.answered(at(900), ticket, Answer::Refused, 0);
    assert!(outbox.is_empty(), "what is refused is not sent again");
}

#[test]
fn backoff_grows_to_a_minute_and_never_passes_it() {
    let ceilings: Vec<Ms> = [1, 2, 3, 7, 40]
        .map(|n| {
            (0..5_000)
                .map(|random| backoff(n, random * 7_919))
                .max()
                .unwrap()
        })
        .into();
    assert!(ceilings[0] <= 1_000 && ceilings[1] <= 2_000 && ceilings[2] <= 4_000);
    assert!(ceilings[0] > 900 && ceilings[1] > 1_900);
    assert!(ceilings[3] <= 60_000 && ceilings[4] <= 60_000 && ceilings[4] > 50_000);
}

#[test]
fn leaving_beacons_everything_once_and_returning_asks_for_answers() {
    let mut outbox = outbox();
    outbox.push(at(0), &act(0));
    outbox.flush();
    sent(outbox.step(at(0)));
    outbox.push(at(10), &act(1));
    let beacons = outbox.depart(at(20));
    let all: Vec<u32> = beacons.iter().flat_map(|(_, bytes)| seqs(bytes)).collect();
    assert_eq!(all, [0, 1], "the one in flight may die with the page");
    assert_eq!(
        outbox.depart(at(30)),
        [],
        "visibilitychange and pagehide are one departure"
    );
    outbox.push(at(40), &act(2));
    assert_eq!(outbox.depart(at(40)).len(), 1, "later news still go");
    outbox.returned();
    outbox.answered(at(50), 1, Answer::Stored, 0);
    assert_eq!(sent(outbox.step(at(50))).1, [1]);
}

#[test]
fn text_travels_alone_and_after_the_signals() {
    let mut outbox = outbox();
    outbox.push(at(0), &act(0));
    let text = "x".repeat(30_000);
    let role = ContentRole::Edit;
    outbox.push(at(0), &event(1, Signal::Content { role, text }));
    outbox.push(at(0), &act(2));
    let batches = outbox.depart(at(0));
    let seqs: Vec<_> = batches.iter().map(|(_, bytes)| seqs(bytes)).collect();
    assert_eq!(seqs, [vec![0], vec![1], vec![2]]);
}

#[test]
fn a_dead_collector_costs_bounded_memory_and_the_loss_is_counted() {
    let mut outbox = outbox();
    let text = "x".repeat(30_000);
    for seq in 0..20 {
        let role = ContentRole::Edit;
        let text = text.clone();
        outbox.push(at(0), &event(seq, Signal::Content { role, text }));
    }
    assert_eq!(outbox.take_dropped(), 12);
    assert_eq!(outbox.take_dropped(), 0);
    let kept: Vec<u32> = outbox
        .depart(at(0))
        .iter()
        .flat_map(|(_, bytes)| seqs(bytes))
        .collect();
    assert_eq!(kept, (12..20).collect::<Vec<_>>(), "the oldest go first");
}

#[test]
fn copies_are_of_what_nobody_answered_for_each_once_and_of_what_is_open_always() {
    let mut outbox = outbox();
    let copies = |outbox: &mut Outbox, mono| {
        let (first, copies) = outbox.copies(at(mono));
        let copies = copies.iter().map(|(ticket, bytes)| (*ticket, seqs(bytes)));
        (first, copies.collect::<Vec<_>>())
    };
    assert_eq!(copies(&mut outbox, 0), (1, vec![]));
    outbox.push(at(0), &act(0));
    assert_eq!(copies(&mut outbox, 0), (1, vec![(1, vec![0])]));
    outbox.push(at(10), &act(1));
    assert_eq!(copies(&mut outbox, 10), (1, vec![(1, vec![0, 1])]));
    let (ticket, _) = sent(outbox.step(at(10_000)));
    outbox.push(at(10_010), &act(2));
    assert_eq!(
        copies(&mut outbox, 10_010),
        (1, vec![(1, vec![0, 1]), (2, vec![2])])
    );
    outbox.push(at(10_020), &act(3));
    assert_eq!(copies(&mut outbox, 10_020), (1, vec![(2, vec![2, 3])]));
    outbox.answered(at(10_030), ticket, Answer::Stored, 0);
    assert_eq!(copies(&mut outbox, 10_030), (2, vec![(2, vec![2, 3])]));
    outbox.purge();
    assert_eq!(copies(&mut outbox, 10_040), (2, vec![]));
}
