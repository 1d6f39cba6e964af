//! Whole numbers in as few bytes as they need (LEB128, zigzag), and flags.

pub(super) fn put(out: &mut Vec<u8>, mut value: u64) {
    loop {
        let [low, ..] = value.to_le_bytes();
        value >>= 7;
        if value == 0 {
            return out.push(low & 0x7f);
        }
        out.push(low | 0x80);
    }
}

pub(super) fn put_signed(out: &mut Vec<u8>, value: i64) {
    put(out, ((value << 1) ^ (value >> 63)).cast_unsigned());
}

/// Reads from the front; `None` where the bytes end.
pub(super) struct Bytes<'a>(pub(super) &'a [u8]);

impl Bytes<'_> {
    pub(super) const fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let Some((head, tail)) = self.0.split_first_chunk() else {
            return None;
        };
        self.0 = tail;
        Some(*head)
    }

    pub(super) fn number(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let [byte] = self.array()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    pub(super) fn signed(&mut self) -> Option<i64> {
        let value = self.number()?;
        Some((value >> 1).cast_signed() ^ -((value & 1).cast_signed()))
    }

    pub(super) fn place(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back() {
        let mut out = Vec::new();
        let all = [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX];
        let signed = [0, 1, -1, 63, -64, 1_000, i64::MAX, i64::MIN];
        all.into_iter().for_each(|value| put(&mut out, value));
        signed
            .into_iter()
            .for_each(|value| put_signed(&mut out, value));
        let mut bytes = Bytes(&out);
        assert_eq!(all.map(|_| bytes.number().unwrap()), all);
        assert_eq!(signed.map(|_| bytes.signed().unwrap()), signed);
        assert_eq!((bytes.number(), bytes.array::<1>()), (None, None));
        assert_eq!(Bytes(&[0xff; 11]).number(), None, "longer than any");
    }
}
