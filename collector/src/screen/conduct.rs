//! What people did, out of groups: for facts that are in memory, and to hold a store's own
//! way against.

use std::collections::HashMap;

use crate::store::{
    StoreError,
    rows::{Conduct, Group, Named},
};

/// Calls `visit` with the conduct that a store of these groups would tell.
pub(crate) fn of_groups<'g>(
    groups: impl IntoIterator<Item = &'g Group>,
    visit: &mut dyn FnMut(&Conduct<'_>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut sessions = HashMap::new();
    let outputs = groups.into_iter().flat_map(|group| &group.outputs);
    for (output, rows) in (1..).zip(outputs) {
        let named = rows.registered.as_ref().map(|server| Named {
            model: server.model.clone(),
            prompt_version: server.prompt_version.clone(),
        });
        for slice in &rows.slices {
            if slice.automated || slice.origin.is_from_server_alone() {
                continue;
            }
            let next = sessions.len() as u64;
            let events = slice.events.iter();
            let events = events.map(|event| (slice.corrected(event.at), event.signal.kind()));
            visit(&Conduct {
                output,
                named: named.as_ref(),
                subject: &slice.subject,
                session: *sessions.entry(slice.session).or_insert(next),
                signed: slice.signed,
                events: &events.collect::<Vec<_>>(),
            })?;
        }
    }
    Ok(())
}
