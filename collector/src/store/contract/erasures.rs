//! Forgetting people.

use std::sync::Arc;

use tacit_signals::SubjectKind;

use super::*;
use crate::{
    control::Project,
    erase::{self, Erasure, State, Step},
};

const PERSON: &str = "u-forget-me";

/// A store with the first project, whose secrets are those of [`project`].
pub(super) fn with_project<S: Backend>() -> (Fixture<S>, Arc<Project>) {
    let fixture = S::fixture();
    let key = NewKey {
        project: "shop".into(),
        kind: KeyKind::Secret,
        text: "sk_1".into(),
        id: "key_1".into(),
        origins: Vec::new(),
        scopes: Scopes::ALL,
        content: None,
        created_at: 1,
    };
    fixture.store.create_key(&key).unwrap();
    fixture.store.set_secrets(fixture.directory.path());
    let ours = project(1);
    let subject = ours.subject(PERSON, SubjectKind::App);
    let control = fixture.store.control().unwrap();
    let known = &control.projects[&OURS];
    assert_eq!(known.subject(PERSON, SubjectKind::App), subject);
    (fixture, ours)
}

fn sent(store: &dyn Store, from: u8, subject: Option<&str>, at: u64, events: &[Value]) {
    let batch = json!({"v":1,"key":"pk","session":session(from),"subject":subject,
        "sent_at":at,"lang":"en","sdk":"t","events":events});
    let decoded = twin::decode(batch.to_string().as_bytes()).unwrap();
    fold(store, &[accept::accept(decoded, &project(1), at).accepted]);
}

fn in_conversation(seq: u32, output: &str, conversation: &str) -> Value {
    shown(seq, output, conversation, 0, 0)
}

pub(super) fn others(store: &dyn Store) {
    let other = json!({"id":"o-others","subject":"u-other","conversation":"c-others",
        "input":[{"role":"user","content":"Another question"}],"output":"Another answer"});
    assert_eq!(register(store, other), Status::Created);
    let events = [
        in_conversation(0, "o-others", "c-others"),
        copied(1, "o-faq"),
    ];
    sent(store, 1, Some("u-other"), NOW, &events);
    sent(
        store,
        2,
        None,
        NOW + 3,
        &[in_conversation(0, "o-faq", "c-faq")],
    );
}

/// What others do who come later, on what the person was at as well.
pub(super) fn others_later(store: &dyn Store) {
    sent(
        store,
        2,
        None,
        NOW + 60,
        &[copied(1, "o-others"), copied(2, "o-faq")],
    );
    let claim = [in_conversation(3, "o-faq", "c-both")];
    sent(store, 2, None, NOW + 61, &claim);
}

pub(super) fn person(store: &dyn Store) {
    let own = json!({"id":"o-theirs","aliases":["chat-theirs"],"subject":PERSON,
        "conversation":"c-theirs","input":[{"role":"user","content":"Their question"}],
        "output":"Their answer"});
    assert_eq!(register_at(store, NOW + 4, own), Status::Created);
    // Registered for nobody, in their conversation.
    let loose = json!({"id":"o-loose","conversation":"c-theirs","output":"Their answer too"});
    assert_eq!(register_at(store, NOW + 4, loose), Status::Created);
    let events = [
        in_conversation(0, "o-theirs", "c-theirs"),
        copied(1, "o-faq"),
    ];
    sent(store, 7, Some(PERSON), NOW + 5, &events);
    // Before they logged in; on an answer nobody registered; of a kind nobody knows.
    let winked = json!({"seq":10,"at":NOW,"kind":"winked","output":"o-unnamed"});
    sent(store, 7, None, NOW + 5, &[copied(9, "o-unnamed"), winked]);
    // A page that does not know them, on what was registered for them.
    sent(store, 8, None, NOW + 6, &[copied(0, "chat-theirs")]);
    // They look at what is another's, and claim conversations for it.
    let claims = [
        in_conversation(5, "o-others", "c-claimed"),
        in_conversation(6, "o-faq", "c-both"),
    ];
    sent(store, 7, Some(PERSON), NOW + 7, &claims);
}

/// Has everything of the person removed, as the thread does that works on erasures.
pub(super) fn erased<S: Backend>(store: &S, project: &Project) -> Erasure {
    let subject = project.subject(PERSON, SubjectKind::App);
    let asked = erase::ask(store, project, &subject, NOW).unwrap();
    removed(store, &asked.job)
}

/// The same for an erasure that was asked for.
fn removed(store: &(impl ErasureStore + UpkeepStore), job: &str) -> Erasure {
    try_to_remove(store, job).unwrap()
}

pub(in crate::store) fn try_to_remove(
    store: &(impl ErasureStore + UpkeepStore + ?Sized),
    job: &str,
) -> Result<Erasure, StoreError> {
    let mut erasure = store.erasure(OURS, job)?.unwrap();
    let _removing = store.removing()?;
    for _ in 0..16 {
        let found = store.look_for(OURS, job)?;
        let graves = found.tombstones(OURS, job, NOW);
        if !graves.is_empty() {
            store.bury(&graves)?;
        } else if found.is_empty() {
            return Ok(erasure);
        } else {
            store.remove(&mut erasure, &found)?;
        }
    }
    panic!("more keeps coming");
}

fn found_by(erasure: &Erasure) -> [u64; 4] {
    let steps = erasure.steps.iter();
    let report = steps.clone().find(|report| report.step == Step::Store);
    let found = &report.unwrap().found;
    ["events", "outputs", "sessions", "traces"].map(|name| found[name])
}

#[derive(Debug, PartialEq)]
struct Stored {
    groups: Vec<Vec<Group>>,
    listed: Vec<Id>,
    known: Vec<u32>,
}

fn stored(store: &dyn Store) -> Stored {
    let page = Page {
        len: 99,
        ..Page::default()
    };
    let listed = store.page(OURS, &page).unwrap().into_iter();
    let mut listed: Vec<Id> = listed.map(|listed| listed.id).collect();
    listed.sort();
    let seqs: Vec<u32> = (0..20).collect();
    Stored {
        groups: [NOW + 10, EVER].map(|as_of| groups(store, as_of)).into(),
        listed,
        known: store
            .known(OURS, tacit_signals::SessionId([0; 16]), &seqs)
            .unwrap(),
    }
}

pub(super) fn what_is_theirs_goes_and_nothing_else<S: Backend>() {
    let (without, _) = with_project::<S>();
    others(&without.store);
    others_later(&without.store);
    let expected = stored(&without.store);
    let (fixture, ours) = with_project::<S>();
    let store = &fixture.store;
    others(store);
    person(store);
    let trace = ("00000000000000000000000000000001", PERSON);
    let kept = store.keep_spans(OURS, NOW, 1_000, &[(trace.0, &[theirs(trace.1)])]);
    assert_eq!(kept.unwrap(), [""; 0]);
    others_later(store);
    let before = [count(store, "stored"), count(store, "quarantined")];
    assert_ne!(stored(store), expected);
    let erasure = erased(store, &ours);
    assert_eq!(stored(store), expected);
    assert_eq!(found_by(&erasure), [7, 4, 2, 1]);
    assert_eq!(count(store, "stored"), before[0] - 6);
    assert_eq!((before[1], count(store, "quarantined")), (1, 0));
    assert_eq!(count(store, "erased"), 7);
    let recount = store.recount(OURS).unwrap();
    assert_eq!(
        (recount.booked, recount.counted),
        (before[0] - 6, before[0] - 6)
    );
    assert_eq!(store.due_traces(NOW + 1_000_000, 9).unwrap().len(), 0);
    assert_eq!(store.damage(true).unwrap(), [""; 0]);
    // What it says of itself is the same for whoever opens the store.
    store.keep_erasure(&erasure).unwrap();
    let reopened = S::open_in(fixture.directory.path());
    let known = reopened.erasure(OURS, &erasure.job).unwrap().unwrap();
    assert_eq!(found_by(&known), [7, 4, 2, 1]);
    assert_eq!(stored(&reopened), expected);
}

/// A span that answers a person.
fn theirs(subject: &str) -> crate::otlp::Facts {
    let span = super::traces::answer(subject);
    assert!(!crate::otlp::trace::outputs("1", vec![span.clone()]).is_empty());
    span
}

pub(super) fn nothing_more_is_taken_of_whoever_was_erased<S: Backend>() {
    let (Fixture { store, .. }, ours) = with_project::<S>();
    others(&store);
    person(&store);
    let expected = {
        erased(&store, &ours);
        stored(&store)
    };
    let erased = |id: &str, subject: Option<&str>, aliases: &[&str]| {
        register(
            &store,
            json!({"id":id,"subject":subject,"aliases":aliases,"output":"Their answer"}),
        )
    };
    assert_eq!(erased("o-new", Some(PERSON), &[]), Status::Erased);
    assert_eq!(erased("o-theirs", None, &[]), Status::Erased);
    assert_eq!(erased("o-other", None, &["chat-theirs"]), Status::Erased);
    sent(
        &store,
        9,
        Some(PERSON),
        NOW + 70,
        &[copied(0, "o-theirs"), copied(1, "o-new")],
    );
    sent(&store, 7, None, NOW + 70, &[copied(30, "o-new")]);
    sent(&store, 8, None, NOW + 70, &[copied(1, "chat-theirs")]);
    assert_eq!(count(&store, "erased"), 7 + 4);
    assert_eq!(stored(&store), expected);
    // Others go on, also where the person was.
    assert_eq!(register(&store, json!({"id":"o-new"})), Status::Created);
    sent(
        &store,
        3,
        Some("u-other"),
        NOW + 71,
        &[copied(1, "o-others")],
    );
    assert_eq!(count(&store, "erased"), 7 + 4);
}

pub(super) fn graves_are_known_to_all<S: Backend>() {
    let (Fixture { store, .. }, ours) = with_project::<S>();
    others(&store);
    person(&store);
    let version = store.control_version().unwrap();
    assert_eq!(store.forgotten(OURS).unwrap().graves, 0);
    let erasure = erased(&store, &ours);
    let all = store.tombstones().unwrap();
    // The person, their session, three outputs and an alias.
    assert_eq!(all.len(), 6, "{all:?}");
    assert!(all.is_sorted_by_key(|grave| (grave.project, grave.what, grave.grave)));
    assert!(all.iter().all(|grave| grave.job == erasure.job));
    assert_eq!(store.forgotten(OURS).unwrap().graves, 6);
    assert_eq!(store.forgotten(ProjectId(2)).unwrap().graves, 0);
    assert!(store.control_version().unwrap() > version);
    let control = store.control().unwrap();
    let mut graves: Vec<_> = all.iter().map(|grave| grave.grave).collect();
    graves.sort_unstable();
    assert_eq!(control.projects[&OURS].erased, graves);
    // Those that are there stay.
    let again = Tombstone {
        job: "er_other".into(),
        at: NOW + 1,
        ..all[0].clone()
    };
    store.bury(&[again.clone(), again]).unwrap();
    assert_eq!(store.tombstones().unwrap(), all);
    assert!(store.erasure(OURS, "er_other").unwrap().is_none());
}

pub(super) fn a_restored_store_is_erased_by_its_graves<S: Backend>() {
    let (fixture, ours) = with_project::<S>();
    others(&fixture.store);
    person(&fixture.store);
    let erasure = erased(&fixture.store, &ours);
    let graves = fixture.store.tombstones().unwrap();
    let expected = stored(&fixture.store);
    // Another one that has all of them and knows of no erasure.
    let (Fixture { store, .. }, _) = with_project::<S>();
    others(&store);
    person(&store);
    store.bury(&graves).unwrap();
    let open = store.open_erasures().unwrap();
    let open: Vec<_> = open.iter().map(|one| (&*one.job, &*one.kind)).collect();
    assert_eq!(open, [(&*erasure.job, "restored")]);
    let restored = removed(&store, &erasure.job);
    assert_eq!(stored(&store), expected);
    assert_eq!(found_by(&restored), found_by(&erasure));
}

pub(super) fn an_erasure_is_asked_for_once<S: Backend>() {
    let (Fixture { store, .. }, ours) = with_project::<S>();
    let subject = ours.subject(PERSON, SubjectKind::App);
    let other = ours.subject("u-other", SubjectKind::App);
    let first = erase::ask(&store, &ours, &subject, NOW + 5).unwrap();
    let again = erase::ask(&store, &ours, &subject, NOW + 6).unwrap();
    assert_eq!((&again.job, again.requested_at), (&first.job, NOW + 5));
    let earlier = erase::ask(&store, &ours, &other, NOW).unwrap();
    let open: Vec<String> = store
        .open_erasures()
        .unwrap()
        .into_iter()
        .map(|one| one.job)
        .collect();
    assert_eq!(open, [earlier.job.clone(), first.job.clone()]);
    let mut done = removed(&store, &earlier.job);
    for step in Step::ALL {
        done.begin(step);
        done.done(step, NOW + 9);
    }
    store.keep_erasure(&done).unwrap();
    let known = store.erasure(OURS, &earlier.job).unwrap().unwrap();
    assert_eq!(
        (known.state, known.finished_at),
        (State::Done, Some(NOW + 9))
    );
    assert_eq!(known, done);
    assert_eq!(store.open_erasures().unwrap().len(), 1);
    assert_eq!(store.erasures(OURS).unwrap().len(), 2);
    assert_eq!(store.erasures(ProjectId(2)).unwrap().len(), 0);
    assert!(store.erasure(ProjectId(2), &first.job).unwrap().is_none());
}

pub(super) fn where_labels_about_them_went_is_told<S: Backend>() {
    let (Fixture { store, .. }, ours) = with_project::<S>();
    others(&store);
    person(&store);
    let lease = Held {
        name: "push",
        holder: "a",
    };
    assert!(store.acquire("push", "a", NOW, 1_000).unwrap());
    let pushed = Pushed {
        digest: [1; 16],
        delivered: None,
    };
    let ids = ["o-theirs", "o-loose", "o-others"].map(id);
    for target in ["one", "two"] {
        let notes = ids[usize::from(target == "two")..].iter();
        let notes = notes.flat_map(|output| {
            [0, 1].map(|part| PushNote {
                output,
                part,
                pushed: &pushed,
            })
        });
        let notes: Vec<_> = notes.collect();
        assert!(store.note_pushed(OURS, target, &notes, lease, NOW).unwrap());
    }
    let at = |alone, id: &str| GroupName {
        alone,
        id: id.into(),
    };
    let cursors = [
        ("one", at(false, "c-theirs")),
        ("two", at(false, "c-others")),
        ("three", at(true, "o-loose")),
    ];
    for (target, cursor) in &cursors {
        let before = at(false, "c-theirs");
        for cursor in [&before, cursor] {
            let moved = store.move_push_cursor(OURS, target, Some(cursor), lease, NOW);
            assert!(moved.unwrap());
        }
    }
    let erasure = erased(&store, &ours);
    let sent = erasure.sent_to.iter();
    let sent: Vec<(&str, u64)> = sent.map(|sent| (&*sent.target, sent.outputs)).collect();
    assert_eq!(sent, [("one", 2), ("two", 1)]);
    let left = |target: &str| {
        let asked: Vec<(&Id, u8)> = ids.iter().map(|id| (id, 0)).collect();
        let known = store.pushed(OURS, target, &asked).unwrap();
        known.iter().map(Option::is_some).collect::<Vec<_>>()
    };
    assert_eq!(
        (left("one"), left("two")),
        (vec![false, false, true], vec![false, false, true])
    );
    let cursors = ["one", "two", "three"].map(|target| store.push_cursor(OURS, target).unwrap());
    assert_eq!(cursors, [None, Some(at(false, "c-others")), None]);
}

pub(super) fn one_removes_at_a_time<S: Backend>() {
    let Fixture { store, .. } = S::fixture();
    let held = store.removing().unwrap();
    let (told, heard) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let _held = store.removing().unwrap();
            told.send(()).unwrap();
        });
        let waits = heard.recv_timeout(std::time::Duration::from_millis(300));
        assert!(waits.is_err(), "two at once");
        drop(held);
        heard.recv().unwrap();
    });
}

pub(super) fn books_and_stored_agree<S: Backend>() {
    let (Fixture { store, .. }, _) = with_project::<S>();
    others(&store);
    sent(
        &store,
        1,
        Some("u-other"),
        NOW,
        &[copied(1, "o-faq"), copied(2, "o-faq")],
    );
    let recount = store.recount(OURS).unwrap();
    assert_eq!((recount.booked, recount.counted), (4, 4));
    let all = store.all_fates().unwrap();
    assert_eq!(all[&OURS], store.fates(OURS).unwrap());
    assert_eq!(all[&OURS]["duplicate"], 1);
    for thoroughly in [false, true] {
        assert_eq!(store.damage(thoroughly).unwrap(), [""; 0]);
    }
}
