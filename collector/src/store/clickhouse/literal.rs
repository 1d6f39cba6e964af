//! Values in the text of a query: the oldest server that is tested knows no parameters.

use std::fmt::Write;

use tacit_signals::Id;

/// `bytes` as a text of SQL, whatever they are.
pub(super) fn quoted(bytes: impl AsRef<[u8]>) -> String {
    let bytes = bytes.as_ref();
    let mut text = String::with_capacity(bytes.len() + 2);
    text.push('\'');
    escape(bytes, &mut text);
    text.push('\'');
    text
}

fn escape(bytes: &[u8], text: &mut String) {
    for &byte in bytes {
        if byte.is_ascii_graphic() && byte != b'\'' && byte != b'\\' || byte == b' ' {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "\\x{byte:02X}");
        }
    }
}

/// Stands between ids: in none of them, as they are printable.
const BETWEEN: char = '\n';

/// Many ids, for behind `IN` of a query: one text that the server takes apart. A list costs
/// it five times as much, most of which is parsing (18.16, 16,384 ids: 240 ms against 50).
/// Not for what changes rows: such a statement is kept, and runs later.
pub(super) fn ids<'a>(ids: impl IntoIterator<Item = &'a Id>) -> String {
    let mut text = format!("(SELECT arrayJoin(splitByChar('{BETWEEN}', '");
    for (i, id) in ids.into_iter().enumerate() {
        if i > 0 {
            text.push(BETWEEN);
        }
        escape(id.as_str().as_bytes(), &mut text);
    }
    text.push_str("')))");
    text
}

/// As [`ids`], for columns of 16 bytes.
pub(super) fn keys<'a>(keys: impl IntoIterator<Item = &'a [u8; 16]>) -> String {
    let keys: Vec<_> = keys.into_iter().map(hex::encode).collect();
    let split = format!("splitByChar(',', '{}')", keys.join(","));
    format!("(SELECT toFixedString(unhex(arrayJoin({split})), 16))")
}

/// Many values, for behind `IN`.
pub(super) fn list<T: AsRef<[u8]>>(values: impl IntoIterator<Item = T>) -> String {
    let values: Vec<_> = values.into_iter().map(quoted).collect();
    format!("({})", values.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_gets_out_of_its_quotes() {
        assert_eq!(quoted("o-1 b"), "'o-1 b'");
        assert_eq!(quoted("a'b\\c\n"), "'a\\x27b\\x5Cc\\x0A'");
        assert_eq!(quoted([0, 0xff]), "'\\x00\\xFF'");
        assert_eq!(list(["a", "'"]), "('a','\\x27')");
        let parsed = ["a'b", "c\\,d"].map(|id| Id::parse("id", id).unwrap());
        let text = "'a\\x27b\nc\\x5C,d'";
        assert_eq!(
            ids(&parsed),
            format!("(SELECT arrayJoin(splitByChar('\n', {text})))")
        );
    }

    #[test]
    fn keys_are_hexadecimal() {
        let text = format!("'{},{}'", "00".repeat(16), "ff".repeat(16));
        assert_eq!(
            keys(&[[0; 16], [0xff; 16]]),
            format!("(SELECT toFixedString(unhex(arrayJoin(splitByChar(',', {text}))), 16))")
        );
    }
}
