//! To a real server: everything that is small, what differs, and what is refused.

use super::{
    super::*,
    house::{House, LEASE, OURS, id, key},
};
use crate::{
    experiment::declaration::end,
    expire::{self, Expiry, Why},
    store::{
        ExperimentStore, KeyKind, KeyUse, PushStore, SignInStore, TraceStore, UpdateStore,
        clickhouse_server::server,
    },
    testing::NOW,
    verify::Verdict,
};

#[test]
fn everything_that_is_small_is_moved_and_moved_again() {
    if server().is_none() {
        return;
    }
    let house = House::furnished();
    let (from, to) = (&house.file, house.to());
    let compared = house.finish(&to).unwrap();
    let [shop] = &*compared.projects else {
        panic!("{compared:?}");
    };
    let counts = (shop.outputs, shop.events, shop.sessions);
    assert_eq!((&*shop.project, counts), ("shop", (30, 60, 30)));
    // The server ran on the file again, and it is said once more.
    from.end_sign_in(&[3; 32]).unwrap();
    assert!(from.revoke_key("u", NOW + 3).unwrap());
    end(from, OURS, "tone", NOW + 6).unwrap();
    house.live(30);
    drop(to);
    let to = house.to();
    let compared = house.finish(&to).unwrap();
    assert_eq!(compared.differences(), [""; 0]);
    assert_eq!(compared.projects[0].events, 62);

    let keys = to.keys().unwrap();
    assert_eq!(keys, from.keys().unwrap());
    assert_eq!(keys.len(), 4);
    assert_eq!(to.sign_ins().unwrap(), []);
    let runs = to.runs(OURS).unwrap();
    assert_eq!(runs, from.runs(OURS).unwrap());
    assert_eq!(
        (runs[0].attempts, runs[0].build.as_deref()),
        (2, Some("b-1"))
    );
    assert_eq!(to.builds(OURS).unwrap().len(), 1);
    assert_eq!(to.releases(OURS).unwrap(), from.releases(OURS).unwrap());
    assert_eq!(to.verdicts(OURS).unwrap()[0].verdict, Verdict::Ship);
    let ended = to.experiments(OURS).unwrap();
    let ended: Vec<_> = ended.iter().map(|one| one.ended_at).collect();
    assert_eq!(ended, [Some(NOW + 6), Some(NOW + 5)]);
    let erasures = to.erasures(OURS).unwrap();
    assert_eq!(erasures[0].sent_to[0].outputs, 6);
    assert_eq!(erasures[0].steps[1].found["events"], 12);
    assert_eq!(to.open_erasures().unwrap(), []);
    let control = to.control().unwrap();
    assert_eq!(control.projects[&OURS].erased.len(), 1);
    let expiries = to.expiries(9).unwrap();
    assert_eq!(expiries.len(), 2);
    assert_eq!(expiries[0].removed["events"], 7);
    let [one, two] = ["o-1", "o-30"].map(id);
    let known = to.pushed(OURS, "phoenix", &[(&one, 0), (&two, 0)]).unwrap();
    assert_eq!(known[0].unwrap().delivered, Some([2; 16]));
    assert_eq!(known[1], None);
    assert_eq!(to.salt().unwrap().0, from.salt().unwrap().0);
    let due = to.due_traces(NOW + 1_004, 9).unwrap();
    assert_eq!(due, []);
    let due = to.due_traces(NOW + 1_005, 9).unwrap();
    assert_eq!((due.len(), due[0].spans.len()), (1, 2));
    // What begins there begins after what was.
    let expiry = Expiry::new(Why::Asked, &expire::Horizons::new(), NOW);
    assert_eq!(
        to.begin_expiry(&expiry).unwrap().number,
        expiries[0].number + 1
    );
}

#[test]
fn whatever_is_another_is_found() {
    if server().is_none() {
        return;
    }
    let house = House::furnished();
    let to = house.to();
    house.finish(&to).unwrap();
    let differs = || {
        compare(&house.file, &to, &mut |_| ())
            .unwrap()
            .differences()
    };
    assert_eq!(differs(), [""; 0]);

    let mut session = [0; 16];
    session[15] = 7;
    to.send_later(session);
    let found = differs();
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].starts_with("shop: what is known of outputs"),
        "{found:?}"
    );
    // Said again it begins anew, and is right.
    let Err(MigrateError::Differs(_)) = house.finish(&to) else {
        panic!("it was not seen");
    };
    house.finish(&to).unwrap();
    assert_eq!(differs(), [""; 0]);

    session[15] = 8;
    to.forget_seen(session);
    assert_eq!(
        differs(),
        [
            "shop: 30 sessions here and 29 there",
            "shop: numbers of events that were received"
        ]
    );
    to.note_uses(&[KeyUse {
        id: "u".into(),
        at: NOW,
    }])
    .unwrap();
    assert_eq!(differs()[0], "keys");
    assert!(to.acquire(LEASE.name, LEASE.holder, NOW, 1_000).unwrap());
    assert!(
        to.move_push_cursor(OURS, "phoenix", None, LEASE, NOW)
            .unwrap()
    );
    assert_eq!(differs()[1], "shop: where pushes go on");
}

#[test]
fn a_database_of_others_is_refused() {
    if server().is_none() {
        return;
    }
    let (house, other) = (House::furnished(), House::furnished());
    let refused = |house: &House, to: &ClickHouseStore| {
        let mut tell = |_| ();
        let mut migration = Migration::new(&house.file, to, Portion::default(), &mut tell);
        let live = matches!(migration.copy_live(), Err(MigrateError::Taken));
        live && matches!(migration.finish(), Err(MigrateError::Taken))
    };
    // Somebody's keys.
    let to = other.to();
    to.create_key(&key("x", KeyKind::Secret)).unwrap();
    assert!(refused(&house, &to));
    // Somebody's copy.
    let to = house.to();
    house.finish(&to).unwrap();
    assert!(refused(&other, &to));
    assert!(!refused(&house, &to));
}

#[test]
fn nothing_moves_while_somebody_is_at_work() {
    if server().is_none() {
        return;
    }
    let house = House::furnished();
    let to = house.to();
    let now = now_ms();
    assert!(house.file.acquire("run", "x", now, 60_000).unwrap());
    let told = house.finish(&to).unwrap_err().to_string();
    assert!(
        told.starts_with("a command that holds the lease run"),
        "{told}"
    );
    house.file.give_back("run", "x").unwrap();
    let expiry = Expiry::new(Why::Asked, &expire::Horizons::new(), NOW);
    let mut expiry = house.file.begin_expiry(&expiry).unwrap();
    let told = house.finish(&to).unwrap_err().to_string();
    assert!(told.starts_with("an expiry is under way"), "{told}");
    for step in expire::Step::ALL {
        expiry.finish(step, NOW);
    }
    house.file.keep_expiry(&expiry).unwrap();
    house.finish(&to).unwrap();
}

#[test]
fn whoever_writes_beside_it_is_noticed() {
    let directory = tempfile::tempdir().unwrap();
    let file = SqliteStore::open(directory.path()).unwrap();
    let act = |watch: Watch| {
        let mut moved = false;
        let is_still = watch.if_still(|| {
            moved = true;
            Ok::<_, StoreError>(())
        });
        assert_eq!(is_still.unwrap(), moved);
        moved
    };
    let identity = file.identity().unwrap();
    let watch = file.watch().unwrap();
    // To ask for what was chosen changes nothing.
    assert_eq!(file.identity().unwrap(), identity);
    assert!(act(watch));
    let watch = file.watch().unwrap();
    file.create_key(&key("p", KeyKind::Publishable)).unwrap();
    assert!(!act(watch));
}
