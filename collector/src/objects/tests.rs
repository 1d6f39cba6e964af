//! What can be told without a server; with one: `tests/python/servers/test_objects.py`.

use std::{collections::BTreeSet, path::Path};

use super::{Place, journal::Journal};

#[test]
fn places() {
    let place = |out: &str| Place::parse(Path::new(out)).map(|place| place.map(|p| p.to_string()));
    let same = |url: &str| Ok(Some(url.to_owned()));
    assert_eq!(place("s3://data/sets/kto"), same("s3://data/sets/kto"));
    assert_eq!(place("s3://data/sets/kto/"), same("s3://data/sets/kto"));
    for local in ["sets/kto", "/srv/sets", "-", "./s3:/x"] {
        assert_eq!(place(local), Ok(None), "{local}");
    }
    for wrong in [
        "s3://data",
        "s3://data/",
        "s3:///kto",
        "gs://data/kto",
        "s3://data/a/../b",
    ] {
        assert!(place(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn keys_of_files_in_directories() {
    let place = Place::parse(Path::new("s3://data/kto")).unwrap().unwrap();
    assert_eq!(
        place.key("loading/unsloth.py").as_ref(),
        "kto/loading/unsloth.py"
    );
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

#[test]
fn an_upload_goes_on_with_its_own_manifest_only() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("upload.json");
    let mut journal = Journal::open(&path);
    assert_eq!(journal.notes(), None);
    let mut notes = journal.begin("a".into(), names(&["old"]), true).unwrap();
    notes.sent.insert("train".into());
    journal.write(&notes).unwrap();

    let mut again = Journal::open(&path);
    let same = again.begin("a".into(), names(&[]), false).unwrap();
    assert_eq!(
        (&same.sent, &same.before),
        (&names(&["train"]), &names(&["old"]))
    );
    let other = again.begin("b".into(), names(&[]), false).unwrap();
    assert_eq!(other.sent, names(&[]));
    assert_eq!(other.before, names(&["old", "train"]));
    assert!(other.replaces);
    again.end().unwrap();
    assert_eq!(Journal::open(&path).notes(), None);
}
