//! A great many keys, written into the database as `tacit keys create` would: one
//! command a key would take an hour.

use rusqlite::{Connection, ToSql, types::Value};
use sha2::{Digest, Sha256};
use tacit_tests::data::Data;

/// `count` more publishable keys of the project, made after the one it has.
pub(crate) fn multiply(data: &Data, count: usize) -> Vec<String> {
    let mut connection = Connection::open(data.database()).expect("the database");
    let (names, like) = template(&connection, &data.publishable);
    let marks: Vec<String> = (1..=names.len()).map(|n| format!("?{n}")).collect();
    let sql = format!(
        "INSERT INTO keys ({}) VALUES ({})",
        names.join(", "),
        marks.join(", ")
    );
    let mut rng = fastrand::Rng::new();
    let transaction = connection.transaction().expect("a writable database");
    let keys = (0..count)
        .map(|number| {
            let tail: String = std::iter::repeat_with(|| rng.alphanumeric())
                .take(data.publishable.len() - 3)
                .collect();
            let key = format!("pk_{tail}");
            let digest = Sha256::digest(key.as_bytes()).to_vec();
            let row: Vec<Value> = names
                .iter()
                .zip(&like)
                .map(|(name, value)| match name.as_str() {
                    "key" => Value::Text(format!("k{number}")),
                    "text" => Value::Text(key.clone()),
                    "digest" => Value::Blob(digest.clone()),
                    _ => value.clone(),
                })
                .collect();
            let row: Vec<&dyn ToSql> = row.iter().map(|value| value as &dyn ToSql).collect();
            transaction
                .prepare_cached(&sql)
                .and_then(|mut insert| insert.execute(row.as_slice()))
                .expect("the table of keys");
            key
        })
        .collect();
    transaction.commit().expect("a writable database");
    keys
}

/// The columns of a key, and what the key `text` has in them.
fn template(connection: &Connection, text: &str) -> (Vec<String>, Vec<Value>) {
    let mut select = connection
        .prepare("SELECT * FROM keys WHERE text = ?1")
        .expect("a table");
    let names: Vec<String> = select.column_names().map(String::from).collect();
    let columns = names.len();
    let read = |row: &rusqlite::Row<'_>| (0..columns).map(|n| row.get(n)).collect();
    let row: Vec<Value> = select.query_row([text], read).expect("the first key");
    (names, row)
}
