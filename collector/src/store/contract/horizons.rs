//! What a store knows of its expiries, and of what there is for them.

use super::{
    expiries::{ago, horizons, old},
    *,
};
use crate::expire::{Expiry, Horizon, Step, Why};

pub(super) fn horizons_never_move_back<S: Backend>() {
    let Fixture {
        store,
        directory: _here,
    } = S::fixture();
    assert_eq!(store.open_expiry().unwrap(), None);
    let all = horizons(400, 90);
    let begun = store
        .begin_expiry(&Expiry::new(Why::Age, &all, NOW))
        .unwrap();
    assert_eq!((begun.number, store.horizons().unwrap()), (1, all.clone()));
    let mut back = store
        .begin_expiry(&Expiry::new(Why::Size, &horizons(500, 30), NOW + 1))
        .unwrap();
    assert_eq!(back.number, 2);
    assert_eq!(
        store.horizons().unwrap(),
        horizons(400, 30),
        "each by itself"
    );
    assert_eq!(store.horizon_of(OURS).unwrap(), horizons(400, 30)[&OURS]);
    assert_eq!(store.horizon_of(ProjectId(7)).unwrap(), Horizon::default());
    let first = store.open_expiry().unwrap().unwrap();
    assert_eq!((first.number, first.why), (1, Why::Age));
    let mut first = first;
    for step in Step::ALL {
        first.finish(step, NOW + 2);
        back.finish(step, NOW + 3);
    }
    first.count("events", 3);
    store.keep_expiry(&first).unwrap();
    assert_eq!(store.open_expiry().unwrap().unwrap().number, 2);
    store.keep_expiry(&back).unwrap();
    assert_eq!(store.open_expiry().unwrap(), None);
    assert_eq!(store.expiries(9).unwrap(), [back.clone(), first]);
    assert_eq!(store.expiries(1).unwrap(), [back]);
    assert_eq!(store.stale_since().unwrap(), None);
    store.set_stale(Some(5)).unwrap();
    store.set_stale(Some(9)).unwrap();
    assert_eq!(store.stale_since().unwrap(), Some(5), "since the first");
    store.set_stale(None).unwrap();
    assert_eq!(store.stale_since().unwrap(), None);
}

pub(super) fn it_is_known_how_large_and_how_old_the_store_is<S: Backend>() {
    let Fixture {
        store,
        directory: _here,
    } = S::fixture();
    old(&store);
    assert_eq!(store.oldest(0).unwrap(), Some(ago(500)));
    assert_eq!(store.oldest(ago(450)).unwrap(), Some(ago(401)));
    assert_eq!(store.oldest(NOW).unwrap(), None);
    let bytes = store.bytes().unwrap();
    assert!(bytes.used > 0 && bytes.used <= bytes.file, "{bytes:?}");
    let tables = store.bytes_by_table().unwrap();
    assert!(
        tables
            .iter()
            .any(|(table, bytes)| table == "chunks" && *bytes > 0)
    );
}
