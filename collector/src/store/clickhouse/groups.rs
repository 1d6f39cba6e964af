//! All groups of a project in order, window by window.

use std::{collections::VecDeque, ops::ControlFlow};

use super::{names::Names, slices::Budget, view::View};
use crate::store::{
    StoreError,
    rows::{Group, GroupName},
};

/// Groups of the first window; the next one has twice as many, until it is too much.
const FIRST: usize = 32;
/// Groups of the largest window: their ids go into one query.
const MOST: usize = 2_048;

/// Calls `visit` with every group after `after`. Memory holds one window, which is at most
/// a [`Budget`] or one group.
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
    let mut waiting: VecDeque<GroupName> = VecDeque::new();
    let mut len = FIRST;
    loop {
        while waiting.len() < len
            && let Some(name) = names.next().transpose()?
        {
            waiting.push_back(name);
        }
        let window: Vec<GroupName> = waiting.iter().take(len).cloned().collect();
        if window.is_empty() {
            return Ok(());
        }
        let budget = if window.len() > 1 {
            Budget::WINDOW
        } else {
            Budget::ANY
        };
        let Some(groups) = view.window(&window, budget)? else {
            len = window.len() / 2;
            continue;
        };
        waiting.drain(..window.len());
        for (name, assembled) in window.iter().zip(groups) {
            let group = assembled.group;
            if !group.outputs.is_empty() && visit(name, group).is_break() {
                return Ok(());
            }
        }
        len = (len * 2).min(MOST);
    }
}
