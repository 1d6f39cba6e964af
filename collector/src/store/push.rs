//! What was sent to other systems, so that it is sent once and again when it changed.

use tacit_signals::Id;

use super::{Held, StoreError, rows::GroupName};
use crate::control::ProjectId;

/// How far pushes have got. All that writes is durable on return.
pub trait PushStore: Send + Sync {
    /// The group after which the push to `target` goes on; from the start without.
    fn push_cursor(
        &self,
        project: ProjectId,
        target: &str,
    ) -> Result<Option<GroupName>, StoreError>;

    /// Moves the cursor; false, and nothing is written, when `lease` is no longer held
    /// at `now` (Unix ms).
    fn move_push_cursor(
        &self,
        project: ProjectId,
        target: &str,
        after: Option<&GroupName>,
        lease: Held<'_>,
        now: u64,
    ) -> Result<bool, StoreError>;

    /// What is known of each part of an output, in the order asked.
    fn pushed(
        &self,
        project: ProjectId,
        target: &str,
        parts: &[(&Id, u8)],
    ) -> Result<Vec<Option<Pushed>>, StoreError>;

    /// Writes down what was settled, in one transaction; false, and nothing is written,
    /// when `lease` is no longer held at `now` (Unix ms).
    fn note_pushed(
        &self,
        project: ProjectId,
        target: &str,
        notes: &[PushNote<'_>],
        lease: Held<'_>,
        now: u64,
    ) -> Result<bool, StoreError>;
}

/// What was last sent of a part of an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pushed {
    /// Digest of what was settled last: delivered, or refused for good.
    pub digest: [u8; 16],
    /// Revision that was delivered last.
    pub delivered: Option<[u8; 16]>,
}

/// Something to be written down.
#[derive(Debug, Clone, Copy)]
pub struct PushNote<'a> {
    /// The output, by its own id.
    pub output: &'a Id,
    /// 0 the verdict, 1 the corrected text.
    pub part: u8,
    /// What is known from now on.
    pub pushed: &'a Pushed,
}
