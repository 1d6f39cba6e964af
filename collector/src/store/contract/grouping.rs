//! Which outputs stand together, and in which order.

use super::*;

pub(super) fn equal_turns_join_when_unique<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    let events = [
        shown(0, "c_1", "c-1", 2, 0),
        shown(1, "c_2", "c-1", 2, 1),
        copied(2, "c_1"),
    ];
    fold(&store, &[batch(1, NOW, &events)]);
    register(
        &store,
        json!({"id":"o-1","conversation":"c-1","turn":2,"variant":0}),
    );
    let joined = groups(&store, EVER);
    assert_eq!(ids(&joined), [["c_2", "o-1"]]);
    let output = &joined[0].outputs[1];
    assert_eq!(output.joined_by, Some(JoinedBy::Turn));
    assert_eq!(output.slices[0].events.len(), 2);
    let by_client_id = store.group_of(OURS, &id("c_1"), EVER).unwrap().unwrap();
    assert_eq!(by_client_id.1.as_str(), "o-1");
    // A second output of that turn makes it ambiguous.
    fold(&store, &[batch(2, NOW, &[shown(0, "c_3", "c-1", 2, 0)])]);
    assert_eq!(ids(&groups(&store, EVER)), [["c_1", "c_2", "c_3", "o-1"]]);
    drop(directory);
}

pub(super) fn groups_are_conversations_in_order<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    fold(
        &store,
        &[
            batch(
                1,
                NOW,
                &[shown(0, "z", "c-2", 0, 0), shown(1, "y", "c-1", 0, 0)],
            ),
            batch(
                2,
                NOW,
                &[copied(0, "a"), copied(1, "d"), shown(2, "x", "c-2", 1, 0)],
            ),
        ],
    );
    let expected: [&[&str]; 4] = [&["a"], &["y"], &["x", "z"], &["d"]];
    assert_eq!(ids(&groups(&store, EVER)), expected);
    let mut visited = 0;
    let stopped = store.groups(OURS, EVER, &mut |_| {
        visited += 1;
        ControlFlow::Break(())
    });
    stopped.unwrap();
    assert_eq!(visited, 1);
    drop(directory);
}

pub(super) fn reading_goes_on_after_any_group<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    // A conversation and an output may carry the same id.
    let events = [
        shown(0, "z", "same", 0, 0),
        copied(1, "same"),
        copied(2, "a"),
        shown(3, "y", "b", 0, 0),
        copied(4, "t"),
        shown(5, "x", "z", 0, 0),
    ];
    fold(&store, &[batch(1, NOW, &events)]);
    let after = |name: Option<&GroupName>| {
        let mut groups = Vec::new();
        let visited = store.groups_after(OURS, EVER, name, &mut |name, group| {
            groups.push((name.clone(), group));
            ControlFlow::Continue(())
        });
        visited.unwrap();
        groups
    };
    let all = after(None);
    let names: Vec<_> = all
        .iter()
        .map(|(name, _)| (&*name.id, name.alone))
        .collect();
    assert_eq!(
        names,
        [
            ("a", true),
            ("b", false),
            ("same", false),
            ("same", true),
            ("t", true),
            ("z", false)
        ]
    );
    assert!(names.is_sorted());
    for (place, (name, _)) in all.iter().enumerate() {
        assert_eq!(after(Some(name)), all[place + 1..], "after {name:?}");
    }
    // The one it was last at may be gone from this view.
    let gone = GroupName {
        id: "c".into(),
        alone: true,
    };
    assert_eq!(after(Some(&gone)), all[2..]);
    drop(directory);
}

pub(super) fn a_registered_conversation_beats_a_claimed_one<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    fold(
        &store,
        &[batch(1, NOW, &[shown(0, "o-1", "claimed", 0, 0)])],
    );
    fold(
        &store,
        &[batch(1, NOW, &[shown(1, "o-2", "claimed", 1, 0)])],
    );
    register_at(&store, NOW + 5, json!({"id":"o-1","conversation":"true"}));
    assert_eq!(ids(&groups(&store, NOW + 4)), [["o-1", "o-2"]]);
    assert_eq!(ids(&groups(&store, NOW + 5)), [["o-2"], ["o-1"]]);
    drop(directory);
}

pub(super) fn a_group_is_found_by_any_of_its_ids<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    register(
        &store,
        json!({"id":"o-1","conversation":"c-1","aliases":["a-1"]}),
    );
    register(&store, json!({"id":"o-2","conversation":"c-1"}));
    for asked in ["o-1", "a-1"] {
        let (group, own) = store.group_of(OURS, &id(asked), EVER).unwrap().unwrap();
        assert_eq!(own.as_str(), "o-1");
        assert_eq!(ids(&[group]), [["o-1", "o-2"]]);
    }
    assert_eq!(store.group_of(OURS, &id("o-3"), EVER).unwrap(), None);
    assert_eq!(store.group_of(OURS, &id("o-1"), NOW - 1).unwrap(), None);
    drop(directory);
}

pub(super) fn pages_go_back_in_time<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    for n in 0..5 {
        let output = format!("o-{n}");
        fold(
            &store,
            &[batch(1, NOW + u64::from(n), &[copied(n, &output)])],
        );
    }
    register(&store, json!({"id":"o-0","aliases":["o-1"]}));
    let page = |page: Page| -> Vec<(String, Reached)> {
        let listed = store.page(OURS, &page).unwrap();
        listed
            .into_iter()
            .map(|l| (l.id.to_string(), l.reached))
            .collect()
    };
    let first = page(Page {
        len: 2,
        ..Page::default()
    });
    let names =
        |page: &[(String, Reached)]| page.iter().map(|(id, _)| id.clone()).collect::<Vec<_>>();
    assert_eq!(names(&first), ["o-4", "o-3"]);
    let rest = page(Page {
        len: 9,
        before: Some(first[1].1),
        ..Page::default()
    });
    assert_eq!(names(&rest), ["o-2", "o-0"], "aliases are no outputs");
    let middle = page(Page {
        since: Some(NOW + 2),
        until: Some(NOW + 4),
        len: 9,
        ..Page::default()
    });
    assert_eq!(names(&middle), ["o-3", "o-2"]);
    let nothing = page(Page {
        until: Some(0),
        len: 9,
        ..Page::default()
    });
    assert_eq!(names(&nothing), [""; 0]);
    let reached = first[0].1;
    assert_eq!(reached.to_string().parse(), Ok(reached));
    assert_eq!("7".parse::<Reached>(), Err(()));
    drop(directory);
}

/// Outputs of one moment are told apart by their number; a conversation, and ids that
/// begin alike, give their own alone.
pub(super) fn pages_are_narrowed<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    for n in 0..5 {
        let conversation = ["c-1", "c-2"][n % 2];
        register(
            &store,
            json!({"id":format!("{}-{n}", ["a", "b"][n / 3]),"conversation":conversation}),
        );
    }
    fold(&store, &[batch(1, NOW, &[shown(0, "b-5", "c-2", 1, 0)])]);
    register(&store, json!({"id":"z","aliases":["b-5"]}));
    let all = |narrowed: &Page| -> Vec<String> {
        let mut names = Vec::new();
        let mut page = Page {
            len: 2,
            ..narrowed.clone()
        };
        loop {
            let listed = store.page(OURS, &page).unwrap();
            names.extend(listed.iter().map(|l| l.id.to_string()));
            match listed.last() {
                Some(last) => page.before = Some(last.reached),
                None => return names,
            }
        }
    };
    let everything = all(&Page::default());
    assert_eq!(everything, ["z", "b-4", "b-3", "a-2", "a-1", "a-0"]);
    let of = |conversation| Page {
        conversation: Some(id(conversation)),
        ..Page::default()
    };
    assert_eq!(all(&of("c-1")), ["b-4", "a-2", "a-0"]);
    assert_eq!(all(&of("c-2")), ["z", "b-3", "a-1"], "by its alias");
    assert_eq!(all(&of("c-3")), [""; 0]);
    let start = |start: &str| Page {
        id_start: Some(start.into()),
        ..Page::default()
    };
    assert_eq!(all(&start("b-")), ["b-4", "b-3"]);
    assert_eq!(all(&start("a-1")), ["a-1"]);
    assert_eq!(all(&start("c")), [""; 0]);
    drop(directory);
}
