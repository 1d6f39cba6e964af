//! A run: records in a file, in the order they were written.
//!
//! Blocks follow one another: length (u32), CRC-32C of the bytes (u32), bytes. A
//! block of length 0 ends the file; its checksum is that of the number of records
//! (u64), which follows. A record is the lengths of key and payload (u32 each), key
//! and payload; records may lie across blocks. All numbers are little-endian.

use std::{
    fs::File,
    io::{BufReader, BufWriter, Read, Write},
    path::{Path, PathBuf},
};

use crc::{CRC_32_ISCSI, Crc, Table};

use super::{BLOCK_BYTES, Keep, error::SortError};

static CRC: Crc<u32, Table<16>> = Crc::<u32, Table<16>>::new(&CRC_32_ISCSI);

/// Writes a run.
#[derive(Debug)]
pub struct RunWriter {
    path: PathBuf,
    file: BufWriter<File>,
    block: Vec<u8>,
    records: u64,
}

impl RunWriter {
    /// A new file at `path`; one of that name is replaced.
    pub fn create(path: &Path) -> Result<Self, SortError> {
        let file = File::create(path).map_err(|error| SortError::io(path, error))?;
        Ok(Self {
            path: path.into(),
            file: BufWriter::with_capacity(16, file),
            block: Vec::with_capacity(BLOCK_BYTES),
            records: 0,
        })
    }

    /// Adds a record.
    pub fn write(&mut self, key: &[u8], payload: &[u8]) -> Result<(), SortError> {
        for part in [key, payload] {
            let len = u32::try_from(part.len()).map_err(|_| SortError::TooLarge(part.len()))?;
            self.bytes(&len.to_le_bytes())?;
        }
        self.bytes(key)?;
        self.bytes(payload)?;
        self.records += 1;
        Ok(())
    }

    fn bytes(&mut self, mut bytes: &[u8]) -> Result<(), SortError> {
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(BLOCK_BYTES - self.block.len()));
            self.block.extend_from_slice(now);
            bytes = later;
            if self.block.len() == BLOCK_BYTES {
                self.flush()?;
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), SortError> {
        let len =
            u32::try_from(self.block.len()).map_err(|_| SortError::TooLarge(self.block.len()))?;
        let block = std::mem::take(&mut self.block);
        self.put(len, &block)?;
        self.block = block;
        self.block.clear();
        Ok(())
    }

    fn put(&mut self, len: u32, bytes: &[u8]) -> Result<(), SortError> {
        let crc = CRC.checksum(bytes).to_le_bytes();
        let parts = [&len.to_le_bytes()[..], &crc, bytes];
        let mut written = parts.into_iter().map(|part| self.file.write_all(part));
        written
            .try_for_each(|written| written)
            .map_err(|error| SortError::io(&self.path, error))
    }

    /// Ends the file; how many records are in it.
    pub fn finish(mut self, keep: Keep) -> Result<u64, SortError> {
        if !self.block.is_empty() {
            self.flush()?;
        }
        self.put(0, &self.records.to_le_bytes())?;
        let io = |error| SortError::io(&self.path, error);
        self.file.flush().map_err(io)?;
        if keep == Keep::Durably {
            self.file.get_ref().sync_all().map_err(io)?;
        }
        Ok(self.records)
    }
}

/// Reads a run, one record at a time.
#[derive(Debug)]
pub struct RunReader {
    path: PathBuf,
    file: BufReader<File>,
    block: Vec<u8>,
    at: usize,
    ended: bool,
    records: u64,
}

impl RunReader {
    /// The file at `path`.
    pub fn open(path: &Path) -> Result<Self, SortError> {
        let file = File::open(path).map_err(|error| SortError::io(path, error))?;
        Ok(Self {
            path: path.into(),
            file: BufReader::with_capacity(16, file),
            block: Vec::new(),
            at: 0,
            ended: false,
            records: 0,
        })
    }

    /// Replaces `key` and `payload` by the next record's; whether there was one.
    pub fn read(&mut self, key: &mut Vec<u8>, payload: &mut Vec<u8>) -> Result<bool, SortError> {
        if self.at == self.block.len() && !self.next_block()? {
            return Ok(false);
        }
        let mut lens = [0; 8];
        self.fill(&mut lens)?;
        let [a, b, c, d, e, f, g, h] = lens;
        let lens = [[a, b, c, d], [e, f, g, h]].map(u32::from_le_bytes);
        for (part, len) in [key, payload].into_iter().zip(lens) {
            part.resize(len as usize, 0);
            self.fill(part)?;
        }
        self.records += 1;
        Ok(true)
    }

    fn fill(&mut self, mut part: &mut [u8]) -> Result<(), SortError> {
        while !part.is_empty() {
            if self.at == self.block.len() && !self.next_block()? {
                return Err(self.damaged("it ends within a record"));
            }
            let rest = &self.block[self.at..];
            let (now, later) = part.split_at_mut(part.len().min(rest.len()));
            now.copy_from_slice(&rest[..now.len()]);
            self.at += now.len();
            part = later;
        }
        Ok(())
    }

    fn next_block(&mut self) -> Result<bool, SortError> {
        if self.ended {
            return Ok(false);
        }
        let mut head = [0; 8];
        self.exact(&mut head)?;
        let [a, b, c, d, e, f, g, h] = head;
        let [len, crc] = [[a, b, c, d], [e, f, g, h]].map(u32::from_le_bytes);
        let bytes = if len == 0 { 8 } else { len as usize };
        if bytes > BLOCK_BYTES {
            return Err(self.damaged("a block is longer than any"));
        }
        let mut block = std::mem::take(&mut self.block);
        block.resize(bytes, 0);
        self.exact(&mut block)?;
        if CRC.checksum(&block) != crc {
            return Err(self.damaged("a checksum is wrong"));
        }
        self.at = 0;
        if len > 0 {
            self.block = block;
            return Ok(true);
        }
        self.ended = true;
        if block != self.records.to_le_bytes() {
            return Err(self.damaged("records are missing"));
        }
        Ok(false)
    }

    fn exact(&mut self, bytes: &mut [u8]) -> Result<(), SortError> {
        self.file.read_exact(bytes).map_err(|error| {
            if error.kind() == std::io::ErrorKind::UnexpectedEof {
                return self.damaged("it ends early");
            }
            SortError::io(&self.path, error)
        })
    }

    fn damaged(&self, what: &'static str) -> SortError {
        SortError::Damaged {
            path: self.path.clone(),
            what,
        }
    }
}
