//! Pages of the database that are damaged: the doctor names them.

use std::fs;

use tacit_tests::{data::Data, server::Server};

use super::sent;

const HEADER: usize = 100;

/// Where the database's pages are that hold something.
fn pages(database: &[u8], size: usize) -> Vec<usize> {
    let is_tree = |page: &usize| {
        let at = page * size + if *page == 0 { HEADER } else { 0 };
        [2, 5, 10, 13].contains(&database[at])
    };
    (0..database.len() / size).filter(is_tree).collect()
}

#[test]
fn the_doctor_names_damaged_pages() {
    let data = Data::new();
    let server = Server::start(&data);
    let _ = sent(&server, &data.publishable, "o", 60);
    let _ = server.api().drained();
    assert_eq!(server.stop().code(), Some(0));
    assert_eq!(data.cli(&["doctor", "--check"]).code, 0);
    let store = rusqlite::Connection::open(data.database()).unwrap();
    store
        .pragma_update(None, "wal_checkpoint", "TRUNCATE")
        .unwrap();
    let size: u32 = store
        .pragma_query_value(None, "page_size", |row| row.get(0))
        .unwrap();
    let size = usize::try_from(size).unwrap();
    drop(store);
    let sound = fs::read(data.database()).unwrap();
    let pages = pages(&sound, size);
    let every = (pages.len() / 5).max(1);
    for page in pages.into_iter().step_by(every) {
        let mut damaged = sound.clone();
        let at = page * size + if page == 0 { HEADER } else { 0 };
        damaged[at..at + 8].fill(0xff);
        fs::write(data.database(), &damaged).unwrap();
        let done = data.cli(&["doctor", "--check", "--json"]);
        assert_eq!(done.code, 1, "page {page}: {done:?}");
        let findings = done.json();
        let mut wrong = findings["findings"].as_array().unwrap().iter();
        let is_named =
            wrong.any(|finding| finding["check"] == "database" && finding["ok"] == false);
        assert!(is_named, "page {page}: {findings}");
    }
    fs::write(data.database(), &sound).unwrap();
    assert_eq!(data.cli(&["doctor", "--check"]).code, 0);
}
