//! How far pushes have got.

use super::*;

const LEASE: Held<'_> = Held {
    name: "push",
    holder: "a",
};

fn pushed(digest: u8, delivered: Option<u8>) -> Pushed {
    Pushed {
        digest: [digest; 16],
        delivered: delivered.map(|digest| [digest; 16]),
    }
}

fn id(text: &str) -> Id {
    Id::parse("id", text).unwrap()
}

pub(super) fn what_was_pushed_is_kept_by_target_output_and_part<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    register(&store, json!({"id": "o-1"}));
    register(&store, json!({"id": "o-2"}));
    assert!(store.acquire(LEASE.name, LEASE.holder, NOW, 1_000).unwrap());
    let (one, two) = (id("o-1"), id("o-2"));
    let asked = [(&one, 0), (&one, 1), (&two, 0)];
    assert_eq!(store.pushed(OURS, "t", &asked).unwrap(), [None, None, None]);
    let (first, edit) = (pushed(1, Some(1)), pushed(2, None));
    let notes = [(&one, 0, &first), (&one, 1, &edit)].map(|(output, part, pushed)| PushNote {
        output,
        part,
        pushed,
    });
    assert!(store.note_pushed(OURS, "t", &notes, LEASE, NOW).unwrap());
    let known = [Some(first), Some(edit), None];
    assert_eq!(store.pushed(OURS, "t", &asked).unwrap(), known);
    assert_eq!(store.pushed(OURS, "u", &asked).unwrap(), [None, None, None]);
    assert_eq!(
        store.pushed(ProjectId(2), "t", &asked).unwrap(),
        [None, None, None]
    );
    // The last note stands, after a restart as well.
    let later = pushed(3, Some(1));
    let note = PushNote {
        output: &one,
        part: 0,
        pushed: &later,
    };
    assert!(store.note_pushed(OURS, "t", &[note], LEASE, NOW).unwrap());
    drop(store);
    let reopened = S::open_in(directory.path());
    let known = [Some(later), Some(edit), None];
    assert_eq!(reopened.pushed(OURS, "t", &asked).unwrap(), known);
}

pub(super) fn who_lost_the_lease_notes_nothing<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    register(&store, json!({"id": "o-1"}));
    let one = id("o-1");
    let first = pushed(1, Some(1));
    let note = PushNote {
        output: &one,
        part: 0,
        pushed: &first,
    };
    assert!(!store.note_pushed(OURS, "t", &[note], LEASE, NOW).unwrap());
    assert!(store.acquire(LEASE.name, LEASE.holder, NOW, 1_000).unwrap());
    let over = NOW + 1_000;
    assert!(!store.note_pushed(OURS, "t", &[note], LEASE, over).unwrap());
    assert!(
        !store
            .move_push_cursor(OURS, "t", None, LEASE, over)
            .unwrap()
    );
    assert_eq!(store.pushed(OURS, "t", &[(&one, 0)]).unwrap(), [None]);
    drop(directory);
}

pub(super) fn where_a_push_stopped_is_kept<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    assert!(store.acquire(LEASE.name, LEASE.holder, NOW, 1_000).unwrap());
    let name = GroupName {
        id: "c-1".into(),
        alone: true,
    };
    let to = |target, after| store.move_push_cursor(OURS, target, after, LEASE, NOW);
    assert_eq!(store.push_cursor(OURS, "t").unwrap(), None);
    assert!(to("t", Some(&name)).unwrap());
    assert_eq!(store.push_cursor(OURS, "t").unwrap(), Some(name.clone()));
    assert_eq!(store.push_cursor(OURS, "u").unwrap(), None);
    assert!(to("t", None).unwrap());
    assert_eq!(store.push_cursor(OURS, "t").unwrap(), None);
    drop(directory);
}
