//! The order of a collector's system calls, as `strace -f -y` wrote it down.
//!
//! [`check`] proves one sentence of each acknowledgement: the 204 left for its
//! socket only after an `fdatasync` of the log, which itself began only after the
//! batch's bytes were written, had returned without error.
//!
//! A call is stopped by the tracer when it begins and when it ends, and goes on
//! only when the tracer has noted that; so whatever one thread does because of
//! another stands later in the file.

use std::{collections::HashMap, fmt};

/// One system call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    name: String,
    /// Its arguments, and for reads what was read.
    args: String,
    result: i64,
    /// Line at which it began.
    began: usize,
    /// Line at which it had ended.
    ended: usize,
}

/// An acknowledgement that did not wait for the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Violation {
    /// A 204 on a connection that had carried none of the batches.
    NobodyAsked(usize),
    /// The batch's bytes were not in the log when its 204 was sent.
    NotWritten(String),
    /// They were, and no sync that began afterwards had returned.
    NotSynced(String),
    /// The batch was never answered, or more than once.
    Answers(String, usize),
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NobodyAsked(line) => write!(f, "line {line}: a 204 that nobody asked for"),
            Self::NotWritten(batch) => write!(f, "{batch}: acknowledged before it was written"),
            Self::NotSynced(batch) => write!(f, "{batch}: acknowledged before it was synced"),
            Self::Answers(batch, count) => write!(f, "{batch}: answered {count} times"),
        }
    }
}

/// The calls of a trace, in the order in which they ended.
#[must_use]
pub fn parse(trace: &str) -> Vec<Call> {
    let mut open: HashMap<&str, (usize, &str)> = HashMap::new();
    let mut calls = Vec::new();
    for (line, text) in trace.lines().enumerate() {
        let Some((thread, rest)) = text.split_once(' ') else {
            continue;
        };
        let rest = rest.trim_start();
        if let Some(begun) = rest.strip_suffix(" <unfinished ...>") {
            open.insert(thread, (line, begun));
        } else if rest.starts_with("<... ") {
            let resumed = rest.split_once(" resumed>").map(|(_, rest)| rest);
            if let (Some((began, begun)), Some(resumed)) = (open.remove(thread), resumed) {
                calls.extend(call(&format!("{begun}{resumed}"), began, line));
            }
        } else {
            calls.extend(call(rest, line, line));
        }
    }
    calls
}

/// `name(args) = result`; lines about signals and exits are none.
fn call(text: &str, began: usize, ended: usize) -> Option<Call> {
    let (name, rest) = text.split_once('(')?;
    let (args, result) = rest.rsplit_once(" = ")?;
    let result = result.split(' ').next()?.parse().ok()?;
    Some(Call {
        name: name.to_owned(),
        args: args.to_owned(),
        result,
        began,
        ended,
    })
}

impl Call {
    /// The file or socket of its first argument: `4<socket:[123]>`.
    fn target(&self) -> &str {
        let end = self.args.find('>').map_or(0, |end| end + 1);
        self.args.get(..end).unwrap_or_default()
    }

    fn is_of_log(&self) -> bool {
        self.target().ends_with(".seg>")
    }

    fn is_of_socket(&self) -> bool {
        // `-y` names sockets by inode, `-yy` by address.
        self.target().contains("<socket:") || self.target().contains("<TCP:")
    }

    fn is_read(&self) -> bool {
        ["read", "readv", "recvfrom", "recvmsg"].contains(&&*self.name) && self.result > 0
    }

    fn is_write(&self) -> bool {
        ["write", "writev", "pwrite64", "sendto", "sendmsg"].contains(&&*self.name)
            && self.result > 0
    }

    fn is_sync(&self) -> bool {
        ["fdatasync", "fsync"].contains(&&*self.name) && self.result == 0
    }
}

/// Checks every acknowledgement in `calls`. `batches` are texts by which each batch
/// can be told in what is read from sockets (in any of its spellings) and in what
/// is written to the log (in the first). Gives the number of syncs of the log.
pub fn check(calls: &[Call], batches: &[Vec<String>]) -> Result<usize, Violation> {
    let appends: Vec<&Call> = calls
        .iter()
        .filter(|call| call.is_of_log() && call.is_write())
        .collect();
    let syncs: Vec<&Call> = calls
        .iter()
        .filter(|call| call.is_of_log() && call.is_sync())
        .collect();
    let mut asked: HashMap<&str, &Vec<String>> = HashMap::new();
    let mut answers: HashMap<&str, usize> = HashMap::new();
    for call in calls.iter().filter(|call| call.is_of_socket()) {
        let spelt = |batch: &&Vec<String>| batch.iter().any(|name| call.args.contains(name));
        if call.is_read() {
            if let Some(batch) = batches.iter().find(spelt) {
                asked.insert(call.target(), batch);
            }
        } else if call.is_write() && call.args.contains("HTTP/1.1 204") {
            let batch = asked.remove(call.target());
            let batch = batch.and_then(|batch| batch.first());
            let batch = batch.ok_or(Violation::NobodyAsked(call.began))?;
            durable_before(call.began, batch, &appends, &syncs)?;
            *answers.entry(batch).or_default() += 1;
        }
    }
    for batch in batches.iter().filter_map(|batch| batch.first()) {
        let count = answers.get(&**batch).copied().unwrap_or_default();
        if count != 1 {
            return Err(Violation::Answers(batch.clone(), count));
        }
    }
    Ok(syncs.len())
}

fn durable_before(
    line: usize,
    batch: &str,
    appends: &[&Call],
    syncs: &[&Call],
) -> Result<(), Violation> {
    let written = appends
        .iter()
        .filter(|append| append.args.contains(batch) && append.ended < line);
    let written: Vec<_> = written.collect();
    if written.is_empty() {
        return Err(Violation::NotWritten(batch.to_owned()));
    }
    let synced = written.iter().any(|append| {
        syncs.iter().any(|sync| {
            sync.target() == append.target() && sync.began > append.ended && sync.ended < line
        })
    });
    if synced {
        Ok(())
    } else {
        Err(Violation::NotSynced(batch.to_owned()))
    }
}
