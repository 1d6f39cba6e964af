//! Values in the text of a query: the oldest server that is tested knows no parameters.

use std::fmt::Write;

/// `bytes` as a text of SQL, whatever they are.
pub(super) fn quoted(bytes: impl AsRef<[u8]>) -> String {
    let bytes = bytes.as_ref();
    let mut text = String::with_capacity(bytes.len() + 2);
    text.push('\'');
    for &byte in bytes {
        if byte.is_ascii_graphic() && byte != b'\'' && byte != b'\\' || byte == b' ' {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "\\x{byte:02X}");
        }
    }
    text.push('\'');
    text
}

/// Many of them, for behind `IN`.
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
    }
}
