//! Counts of refusals, projects and keys.

use super::*;

pub(super) fn refusals_are_kept<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    let refused = Refused {
        rejected: BTreeMap::from([("key_unknown".to_owned(), 3)]),
        shed: 2,
    };
    let mut kept = vec![(None, refused.clone()), (Some(OURS), refused)];
    store.keep_refusals(&kept).unwrap();
    kept[1].1.shed = 5;
    store.keep_refusals(&kept).unwrap();
    assert_eq!(store.refusals().unwrap(), kept);
    drop(directory);
}

pub(super) fn keys_are_made_listed_and_revoked<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    let key = |kind: KeyKind, id: &str| NewKey {
        project: "shop".into(),
        kind,
        text: format!("{}{id}", kind.prefix()),
        id: id.into(),
        origins: vec!["https://a.example".into()],
        scopes: Scopes::ALL,
        content: (kind == KeyKind::Publishable).then_some(ContentPolicy::Edits),
        created_at: NOW,
    };
    let before = store.control_version().unwrap();
    let made = store.create_key(&key(KeyKind::Publishable, "p")).unwrap();
    assert!(made.project_is_new);
    let again = store.create_key(&key(KeyKind::Secret, "s")).unwrap();
    assert_eq!((again.project, again.project_is_new), (made.project, false));
    assert!(store.control_version().unwrap() > before);
    let control = store.control().unwrap();
    let publishable = &control.publishable["pk_p"];
    assert_eq!(publishable.origins, ["https://a.example"]);
    assert_eq!(publishable.project.content, ContentPolicy::Edits);
    assert!(!control.secret[&digest(b"sk_s")].life.revoked);
    let listed = store.keys().unwrap();
    let shown: Vec<_> = listed
        .iter()
        .map(|k| (k.id.as_str(), k.key.as_deref()))
        .collect();
    assert_eq!(shown, [("p", Some("pk_p")), ("s", None)]);
    assert!(store.revoke_key("s", NOW).unwrap());
    assert!(!store.revoke_key("s", NOW).unwrap());
    assert!(
        store.control().unwrap().secret[&digest(b"sk_s")]
            .life
            .revoked
    );
    drop(directory);
}
