//! What a server says.

use tacit_tests::clickhouse::is_current;

use super::{super::rowbinary::Rows, *};

/// Both ends of the range are tested, each by a step of its own.
#[test]
fn the_server_is_of_the_age_that_is_tested() {
    let Some(server) = server() else {
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let client = Client::new(&server.address(directory.path())).unwrap();
    client.create_database().unwrap();
    let years = client.all("SELECT toUInt8(1), version()", Rows::text);
    let years = years.unwrap();
    let year: u32 = years[0].split('.').next().unwrap().parse().unwrap();
    assert_eq!(is_current(), year >= 26, "{years:?}");
}

#[test]
fn a_wrong_password_is_told_without_it() {
    let Some(server) = server() else {
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let mut address = server.address(directory.path());
    address.password = crate::client::Secret::exactly("not-it".into());
    let error = ClickHouseStore::open(&address, directory.path())
        .err()
        .unwrap();
    assert!(
        matches!(
            error,
            StoreError::ClickHouse {
                code: 192..=195 | 516,
                ..
            }
        ),
        "{error}"
    );
    assert!(!error.to_string().contains("not-it"), "{error}");
}

/// The server says 200 long before it fails.
#[test]
fn an_answer_that_fails_in_the_middle_is_an_error() {
    if server().is_none() {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let store = open_with(directory.path(), directory.path());
    let numbers = |fails: &str| {
        let select = format!(
            "SELECT toUInt8(1), number, throwIf({fails}) FROM system.numbers LIMIT 3000000"
        );
        let mut rows = store.client.stream(&select)?;
        let mut count = 0;
        while rows.next()? {
            assert_eq!((rows.u64()?, rows.u8()?), (count, 0));
            count += 1;
        }
        Ok::<u64, StoreError>(count)
    };
    assert_eq!(numbers("number = 4000000").unwrap(), 3_000_000);
    let error = numbers("number = 2000000").unwrap_err();
    assert!(
        matches!(error, StoreError::ClickHouse { code: 395, .. }),
        "{error}"
    );
}
