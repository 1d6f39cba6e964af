//! All groups of a project in order, window by window.

use std::ops::ControlFlow;

use super::{names::Names, slices::Budget, view::View};
use crate::store::{
    StoreError,
    rows::{Group, GroupName},
};

/// Groups of the first window; the next one has twice as many, until it is too much.
const FIRST: usize = 32;
/// Groups of the largest window: their ids go into one query.
const MOST: usize = 2_048;
/// Groups of which is looked up at once who is in them: the first time as many as are in
/// a window, then four times as many, …
const AHEAD: usize = 16_384;
/// … while they have no more outputs than this in all: some 400 bytes each are in memory.
const AHEAD_OUTPUTS: usize = 65_536;

/// Calls `visit` with every group after `after`. Memory holds one window, which is at most
/// a [`Budget`] or one group, and who is in those that come next.
pub(super) fn visit(
    view: &View<'_>,
    after: Option<&GroupName>,
    visit: &mut dyn FnMut(&GroupName, Group) -> ControlFlow<()>,
) -> Result<(), StoreError> {
    let of = (view.client, view.snapshot);
    let mut names = Names::of(of, view.project, view.as_of, after)?;
    windows(
        view,
        &mut std::iter::from_fn(|| names.next().transpose()),
        visit,
    )
}

/// Calls `visit` with the groups of these names, where there is anything of them.
pub(super) fn windows(
    view: &View<'_>,
    names: &mut dyn Iterator<Item = Result<GroupName, StoreError>>,
    visit: &mut dyn FnMut(&GroupName, Group) -> ControlFlow<()>,
) -> Result<(), StoreError> {
    let (mut ahead, mut len) = (FIRST, FIRST);
    loop {
        let run: Vec<GroupName> = names.take(ahead).collect::<Result<_, _>>()?;
        if run.is_empty() {
            return Ok(());
        }
        let members = view.members(&run)?;
        let mut left = run.as_slice();
        while !left.is_empty() {
            let (window, rest) = left.split_at(len.min(left.len()));
            let budget = if window.len() > 1 {
                Budget::WINDOW
            } else {
                Budget::ANY
            };
            let Some(groups) = view.window(window, &members, budget)? else {
                len = window.len() / 2;
                continue;
            };
            left = rest;
            for (name, assembled) in window.iter().zip(groups) {
                let group = assembled.group;
                if !group.outputs.is_empty() && visit(name, group).is_break() {
                    return Ok(());
                }
            }
            len = (len * 2).min(MOST);
        }
        ahead = if members.outputs() > AHEAD_OUTPUTS {
            (run.len() / 2).max(1)
        } else {
            (ahead * 4).min(AHEAD)
        };
    }
}
