//! Several servers as one database.

use std::{sync::Arc, thread, time::Duration};

use tacit_tests::clickhouse::{CLUSTER, Cluster, is_wanted};

use super::*;
use crate::store::{
    ClickHouseUrl, ControlStore,
    clickhouse::{
        rowbinary::TAG_COLUMN,
        testing::{address_of, cluster, on_cluster},
    },
};

/// Answers of some conversations, each of which somebody copied.
fn conversations(session: u8, count: u32) -> Accepted {
    let events = (0..count * 3).map(|seq| {
        json!({"seq":seq,"at":NOW,"kind":"shown","output":format!("o-{seq}"),
               "conversation":format!("c-{}", seq / 3),"turn":0,"variant":seq % 3,
               "chars":9,"words":2,"code_share":0,"stream_ms":5})
    });
    batch(session, NOW, &events.collect::<Vec<_>>())
}

/// The rows of a table that each server has, and the value by which they are spread.
fn by_server(store: &ClickHouseStore, table: &str, column: &str) -> Vec<Vec<Id>> {
    let parts = store.client.parts(table).into_iter();
    let rows = parts.map(|(server, part)| {
        let select = format!("SELECT {TAG_COLUMN}, {column} FROM {part} ORDER BY {column}");
        server.all(&select, |rows| rows.id()).unwrap()
    });
    rows.collect()
}

#[test]
fn what_belongs_together_lies_on_one_server() {
    on_cluster(|| {
        let House { first, .. } = &House::open();
        first
            .fold(&folding(&[conversations(1, 40)]), at(1))
            .unwrap();
        let places = by_server(first, "chunks", "place");
        assert_eq!(places.iter().map(Vec::len).sum::<usize>(), 120);
        for here in &places {
            assert!(here.len() > 15, "each has a part: {places:?}");
            assert_eq!(here.len() % 3, 0, "and whole conversations");
        }
        assert!(places[0].iter().all(|place| !places[1].contains(place)));
        // Who is in a conversation is known where it lies.
        let links = first
            .client
            .parts("links")
            .into_iter()
            .map(|(server, part)| {
                let select = format!("SELECT {TAG_COLUMN}, source FROM {part} WHERE kind = 0");
                server.all(&select, |rows| rows.id()).unwrap()
            });
        for (links, chunks) in links.zip(&places) {
            assert_eq!(links.len(), chunks.len());
            assert!(links.iter().all(|link| chunks.contains(link)));
        }
    });
}

#[test]
fn servers_answer_as_one_in_order() {
    on_cluster(|| {
        let House { first, second, .. } = &House::open();
        first
            .fold(&folding(&[conversations(1, 50)]), at(1))
            .unwrap();
        second
            .fold(&folding(&[conversations(2, 50)]), at(1))
            .unwrap();
        let select = format!("SELECT {TAG_COLUMN}, output FROM chunks ORDER BY output");
        let read = first.client.all(&select, |rows| rows.id()).unwrap();
        let parts = by_server(first, "chunks", "output");
        assert!(parts.iter().all(|part| part.len() > 60), "{parts:?}");
        let mut all = parts.concat();
        all.sort();
        assert_eq!(read, all);
        let mut names = Vec::new();
        let visited = first.groups_after(OURS, u64::MAX, None, &mut |name, group| {
            names.push((name.id.clone(), group.outputs.len()));
            ControlFlow::Continue(())
        });
        visited.unwrap();
        let mut expected: Vec<_> = (0..50).map(|number| (format!("c-{number}"), 3)).collect();
        expected.sort();
        assert_eq!(names, expected);
    });
}

fn refused(address: &ClickHouseUrl) -> String {
    let directory = tempfile::tempdir().unwrap();
    let opened = ClickHouseStore::open(address, directory.path());
    opened.err().unwrap().to_string()
}

#[test]
fn an_address_that_does_not_fit_is_refused_before_anything_is_made() {
    let Some(cluster) = cluster() else {
        return;
    };
    let [one, two] = [0, 1].map(|index| cluster.servers[index].port());
    let address = address_of(&cluster.url("refused"));
    let mut missing = address.clone();
    missing.hosts.pop();
    let said = refused(&missing);
    assert!(
        said.starts_with("the cluster facts: the store's address has to name all"),
        "{said}"
    );
    let mut twice = address.clone();
    twice.hosts[1] = twice.hosts[0].clone();
    assert!(refused(&twice).contains("are the same server"));
    let mut other = address.clone();
    other.cluster = Some("elsewhere".into());
    let said = refused(&other);
    assert!(
        said.contains(&format!("127.0.0.1:{one} does not know it")),
        "{said}"
    );
    for server in &cluster.servers {
        let there = server.ask("SELECT count() FROM system.databases WHERE name = 'refused'");
        assert_eq!(there.trim(), "0");
    }
    // Made for one server, or for several: it stays what it is.
    let alone = |port: u16| {
        let mut alone = address.clone();
        alone.hosts.retain(|host| host.port.get() == port);
        alone.cluster = None;
        alone
    };
    let [directory, other] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let mut single = alone(one);
    single.database = "single".into();
    drop(ClickHouseStore::open(&single, other.path()).unwrap());
    let mut spread = address.clone();
    spread.database = "single".into();
    assert!(refused(&spread).contains("the database was made without it"));
    drop(ClickHouseStore::open(&address, directory.path()).unwrap());
    for port in [one, two] {
        let said = refused(&alone(port));
        assert!(said.contains("has to name it as ?cluster="), "{said}");
    }
    // The order of the hosts says nothing.
    let mut turned = address.clone();
    turned.hosts.reverse();
    let [here, there] = [&address, &turned].map(|address| {
        let store = ClickHouseStore::open(address, directory.path()).unwrap();
        store.identity().unwrap()
    });
    assert_eq!(here, there);
    assert_eq!(address.cluster.as_deref(), Some(CLUSTER));
}

/// A store on servers of its own.
fn alone(cluster: &Cluster, directory: &TempDir) -> ClickHouseStore {
    let address = address_of(&cluster.url("alone"));
    ClickHouseStore::open(&address, directory.path()).unwrap()
}

fn is_unreachable<T>(result: Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::Unreachable(_)))
}

#[test]
fn without_one_of_its_servers_nothing_is_written_and_no_part_is_the_whole() {
    if !is_wanted() {
        return;
    }
    let mut cluster = Cluster::start();
    let directory = tempfile::tempdir().unwrap();
    let store = alone(&cluster, &directory);
    store
        .fold(&folding(&[conversations(1, 20)]), at(1))
        .unwrap();
    cluster.servers[1].kill();
    let more = [conversations(2, 20)];
    assert!(is_unreachable(store.fold(&folding(&more), at(2))));
    let read = store.groups(OURS, u64::MAX, &mut |_| ControlFlow::Continue(()));
    assert!(is_unreachable(read));
    assert_eq!(
        store.position().unwrap(),
        at(1),
        "it is known how far it is"
    );
    // Keys can be read, also by who comes now.
    drop(store);
    let store = alone(&cluster, &directory);
    assert!(store.control().is_ok());
    cluster.servers[1].start_again();
    // Of a block that failed one server has its part, and another has none.
    fold_half(&store, &more);
    let (server, part) = &store.client.parts("chunks")[1];
    removal::delete(server, part, "substring(session, 16, 1) = unhex('02')").unwrap();
    assert!(by_server(&store, "chunks", "place")[0].len() > 30);
    assert_eq!(slices(&store).len(), 60);
    store.fold(&folding(&more), at(2)).unwrap();
    let sessions: Vec<_> = slices(&store)
        .iter()
        .map(|slice| slice.session.0[15])
        .collect();
    let of = |session: u8| sessions.iter().filter(|one| **one == session).count();
    assert_eq!((of(1), of(2), sessions.len()), (60, 60, 120));
    assert_eq!(counts(&store), [2, 120, 0]);
    // Where everything is decided is away.
    cluster.servers[0].kill();
    assert!(is_unreachable(store.position()));
    let opened = ClickHouseStore::open(&address_of(&cluster.url("alone")), directory.path());
    assert!(is_unreachable(opened));
}

#[test]
fn servers_that_are_killed_while_they_write_lose_and_repeat_nothing() {
    if !is_wanted() {
        return;
    }
    let mut cluster = Cluster::start();
    let directory = tempfile::tempdir().unwrap();
    let store = Arc::new(alone(&cluster, &directory));
    let writer = thread::spawn({
        let store = Arc::clone(&store);
        move || {
            for number in 0..60_u32 {
                let events =
                    [2 * number, 2 * number + 1].map(|seq| copied(seq, &format!("o-{seq}")));
                let requests = [batch(1, NOW, &events)];
                while store.fold(&folding(&requests), at(number.into())).is_err() {}
            }
        }
    });
    for (reached, server) in [(10, 1), (25, 0), (40, 1)] {
        let written = loop {
            match store.position() {
                Ok(position) if position >= at(reached) => break position,
                _ => thread::sleep(Duration::from_millis(5)),
            }
        };
        assert!(written < at(59), "it is killed in the middle");
        cluster.servers[server].restart();
    }
    writer.join().unwrap();
    let mut events = events(&store);
    events.sort_unstable();
    assert_eq!(events, (0..120).collect::<Vec<_>>());
    assert_eq!(counts(&store), [60, 120, 0]);
    assert_eq!(store.position().unwrap(), at(59));
}
