//! How much a request has looked at, and whether that is enough. Pure.

use tacit_signals::Signal;

use crate::{
    limits::{LOOKED_AT_EVENTS_MAX, LOOKED_AT_MAX, LOOKED_AT_TEXT_BYTES_MAX},
    store::rows::{Group, OutputRows},
};

/// What was read so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Effort {
    /// Outputs.
    pub outputs: usize,
    /// Their events.
    pub events: usize,
    /// Bytes of their texts.
    pub text_bytes: usize,
}

impl Effort {
    /// Counts a group in.
    pub fn add(&mut self, group: &Group) {
        self.outputs += group.outputs.len();
        for rows in &group.outputs {
            let slices = rows.slices.iter().chain(&rows.screened);
            for event in slices.flat_map(|slice| &slice.events) {
                self.events += 1;
                if let Signal::Content { text, .. } = &event.signal {
                    self.text_bytes += text.len();
                }
            }
            self.text_bytes += registered_bytes(rows);
        }
    }

    /// Whether nothing further should be read.
    #[must_use]
    pub const fn is_spent(&self) -> bool {
        self.outputs >= LOOKED_AT_MAX
            || self.events >= LOOKED_AT_EVENTS_MAX
            || self.text_bytes >= LOOKED_AT_TEXT_BYTES_MAX
    }
}

fn registered_bytes(rows: &OutputRows) -> usize {
    let Some(server) = &rows.registered else {
        return 0;
    };
    let messages = server.input.iter().flatten();
    let asked: usize = messages
        .filter_map(|message| Some(crate::dataset::plain(&message.content)?.len()))
        .sum();
    asked + server.output.as_ref().map_or(0, String::len)
}
