//! The store as everything reads it that makes labels.

use std::{ops::ControlFlow, sync::Arc};

use tacit_signals::Id;

use super::Screen;
use crate::{
    control::ProjectId,
    label::Policy,
    store::{
        Listed, Page, Store, StoreError,
        rows::{Group, GroupName},
    },
};

/// A project's facts as of a moment, without what screened people sent.
pub struct Screened<'a> {
    store: &'a dyn Store,
    project: ProjectId,
    as_of: u64,
    screen: Arc<Screen>,
}

impl<'a> Screened<'a> {
    /// Reads everything once to find whom to leave out.
    pub fn of(
        store: &'a dyn Store,
        policy: &Policy,
        project: ProjectId,
        as_of: u64,
    ) -> Result<Self, StoreError> {
        let screen = Arc::new(Screen::of_store(store, policy, project, as_of)?);
        Ok(Self::by(store, project, as_of, screen))
    }

    /// With a screen that is known.
    #[must_use]
    pub fn by(store: &'a dyn Store, project: ProjectId, as_of: u64, screen: Arc<Screen>) -> Self {
        Self {
            store,
            project,
            as_of,
            screen,
        }
    }

    /// Whom it leaves out.
    #[must_use]
    pub fn screen(&self) -> &Screen {
        &self.screen
    }

    /// As [`Store::groups`].
    pub fn groups(
        &self,
        visit: &mut dyn FnMut(Group) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.groups_after(None, &mut |_, group| visit(group))
    }

    /// As [`Store::groups_after`].
    pub fn groups_after(
        &self,
        after: Option<&GroupName>,
        visit: &mut dyn FnMut(&GroupName, Group) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.store
            .groups_after(self.project, self.as_of, after, &mut |name, mut group| {
                self.screen.clean(&mut group);
                visit(name, group)
            })
    }

    /// As [`Store::page`]: outputs that only screened people told of are among them.
    pub fn page(&self, page: &Page) -> Result<Vec<Listed>, StoreError> {
        self.store.page(self.project, page)
    }

    /// As [`Store::group_of`].
    pub fn group_of(&self, id: &Id) -> Result<Option<(Group, Id)>, StoreError> {
        let mut found = self.store.group_of(self.project, id, self.as_of)?;
        if let Some((group, _)) = &mut found {
            self.screen.clean(group);
        }
        Ok(found)
    }
}
