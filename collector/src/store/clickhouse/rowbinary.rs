//! `RowBinary`: values one after the other, little-endian, texts behind their length.
//!
//! A server that fails in the middle of an answer has said 200 long before, and appends
//! the error as text; current ones then cut the answer. So every row that is asked for
//! begins with a column that is always [`TAG`]: whatever else stands where a row should
//! begin is an error's text.

use std::io::{BufRead, BufReader, Read};

use tacit_signals::Id;

use super::client::refused;
use crate::store::StoreError;

/// How a row begins, as a column of a `SELECT`.
pub(super) const TAG_COLUMN: &str = "toUInt8(1)";
const TAG: u8 = 1;
/// Bytes of one value; nothing that is kept is longer.
const VALUE_BYTES_MAX: u64 = 1 << 30;
/// Bytes of an error that are read.
const ERROR_BYTES_MAX: u64 = 16 * 1024;

/// Rows to be inserted.
#[derive(Debug, Default)]
pub(super) struct Out(pub(super) Vec<u8>);

impl Out {
    pub(super) fn u8(&mut self, value: u8) -> &mut Self {
        self.0.push(value);
        self
    }

    pub(super) fn u16(&mut self, value: u16) -> &mut Self {
        self.fixed(&value.to_le_bytes())
    }

    pub(super) fn u32(&mut self, value: u32) -> &mut Self {
        self.fixed(&value.to_le_bytes())
    }

    pub(super) fn u64(&mut self, value: u64) -> &mut Self {
        self.fixed(&value.to_le_bytes())
    }

    /// A `FixedString` of exactly as many bytes.
    pub(super) fn fixed(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.extend_from_slice(bytes);
        self
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        let mut len = bytes.len();
        while len >= 0x80 {
            self.0
                .push(u8::try_from(len & 0x7f).unwrap_or_default() | 0x80);
            len >>= 7;
        }
        self.0.push(u8::try_from(len).unwrap_or_default());
        self.fixed(bytes)
    }

    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        self.bytes(text.as_bytes())
    }

    /// A `Nullable(String)`.
    pub(super) fn maybe(&mut self, text: Option<&str>) -> &mut Self {
        match text {
            None => self.u8(1),
            Some(text) => self.u8(0).text(text),
        }
    }
}

/// Rows of an answer, read as they come.
pub(super) struct Rows {
    input: BufReader<Box<dyn Read>>,
}

impl Rows {
    pub(super) fn new(input: Box<dyn Read>) -> Self {
        Self {
            input: BufReader::with_capacity(64 * 1024, input),
        }
    }

    /// Goes to the next row, if there is one.
    pub(super) fn next(&mut self) -> Result<bool, StoreError> {
        let Some(&first) = self.input.fill_buf().map_err(cut)?.first() else {
            return Ok(false);
        };
        if first == TAG {
            self.input.consume(1);
            return Ok(true);
        }
        let mut text = Vec::new();
        let mut rest = (&mut self.input).take(ERROR_BYTES_MAX);
        let read = rest.read_to_end(&mut text);
        let refused = refused(&String::from_utf8_lossy(&text));
        match (read, &refused) {
            (Err(error), StoreError::ClickHouse { code: 0, .. }) => Err(cut(error)),
            _ => Err(refused),
        }
    }

    pub(super) fn fixed<const N: usize>(&mut self) -> Result<[u8; N], StoreError> {
        let mut bytes = [0; N];
        self.input.read_exact(&mut bytes).map_err(cut)?;
        Ok(bytes)
    }

    pub(super) fn u8(&mut self) -> Result<u8, StoreError> {
        let [byte] = self.fixed()?;
        Ok(byte)
    }

    pub(super) fn bool(&mut self) -> Result<bool, StoreError> {
        Ok(self.u8()? != 0)
    }

    pub(super) fn u16(&mut self) -> Result<u16, StoreError> {
        Ok(u16::from_le_bytes(self.fixed()?))
    }

    pub(super) fn u32(&mut self) -> Result<u32, StoreError> {
        Ok(u32::from_le_bytes(self.fixed()?))
    }

    pub(super) fn u64(&mut self) -> Result<u64, StoreError> {
        Ok(u64::from_le_bytes(self.fixed()?))
    }

    pub(super) fn bytes(&mut self) -> Result<Vec<u8>, StoreError> {
        let mut len = 0_u64;
        for shift in (0..).step_by(7) {
            let byte = self.u8()?;
            len |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                break;
            }
            if shift >= 35 {
                return Err(StoreError::Unreadable("length"));
            }
        }
        if len > VALUE_BYTES_MAX {
            return Err(StoreError::Unreadable("length"));
        }
        // What was announced is believed once it is there.
        let mut bytes = Vec::new();
        (&mut self.input)
            .take(len)
            .read_to_end(&mut bytes)
            .map_err(cut)?;
        if bytes.len() as u64 != len {
            return Err(StoreError::Unreachable("the answer ends too early".into()));
        }
        Ok(bytes)
    }

    pub(super) fn text(&mut self) -> Result<String, StoreError> {
        String::from_utf8(self.bytes()?).map_err(|_| StoreError::Unreadable("text"))
    }

    pub(super) fn maybe(&mut self) -> Result<Option<String>, StoreError> {
        if self.bool()? {
            return Ok(None);
        }
        self.text().map(Some)
    }

    pub(super) fn id(&mut self) -> Result<Id, StoreError> {
        Id::parse("id", &self.text()?).map_err(|_| StoreError::Unreadable("id"))
    }
}

fn cut(error: std::io::Error) -> StoreError {
    StoreError::Unreachable(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(bytes: &[u8]) -> Rows {
        Rows::new(Box::new(std::io::Cursor::new(bytes.to_vec())))
    }

    #[test]
    fn what_is_written_is_read() {
        let long = "x".repeat(300);
        let mut out = Out::default();
        out.u8(TAG).u16(7).u32(8).u64(u64::MAX).fixed(&[9; 4]);
        out.text(&long).maybe(None).maybe(Some("")).bytes(&[0, 255]);
        let mut rows = rows(&out.0);
        assert!(rows.next().unwrap());
        assert_eq!((rows.u16().unwrap(), rows.u32().unwrap()), (7, 8));
        assert_eq!(rows.u64().unwrap(), u64::MAX);
        assert_eq!(rows.fixed::<4>().unwrap(), [9; 4]);
        assert_eq!(rows.text().unwrap(), long);
        assert_eq!(rows.maybe().unwrap(), None);
        assert_eq!(rows.maybe().unwrap().as_deref(), Some(""));
        assert_eq!(rows.bytes().unwrap(), [0, 255]);
        assert!(!rows.next().unwrap());
    }

    #[test]
    fn an_error_where_a_row_should_begin_is_one() {
        let mut rows = rows(b"\x01\x05Code: 241, e.displayText() = DB::Exception: Memory limit");
        assert!(rows.next().unwrap());
        assert_eq!(rows.u8().unwrap(), 5);
        let error = rows.next().unwrap_err();
        assert!(
            matches!(error, StoreError::ClickHouse { code: 241, .. }),
            "{error}"
        );
    }

    #[test]
    fn an_answer_that_is_cut_is_an_error() {
        let mut out = Out::default();
        out.u8(TAG).text("whole");
        for len in 1..out.0.len() {
            let mut rows = rows(&out.0[..len]);
            assert!(rows.next().unwrap());
            let error = rows.text().unwrap_err();
            assert!(matches!(error, StoreError::Unreachable(_)), "{error}");
        }
        let endless = [&[TAG][..], &[0xff; 12]].concat();
        let mut rows = rows(&endless);
        assert!(rows.next().unwrap());
        assert!(rows.bytes().is_err());
    }
}
