//! Who is in which arm of an experiment.

use rusqlite::{Transaction, params};

use super::{
    intern::{Interned, kind_from},
    time,
};
use crate::{
    accept::{Assigned, record::subject_from},
    control::ProjectId,
    store::{StoreError, rows::StoredSubject},
};

/// Notes which arms `subject` is in, as told at `received_at`. The first to tell wins;
/// what is known already costs a look into memory.
pub(super) fn note(
    tx: &Transaction<'_>,
    interned: &mut Interned,
    project: ProjectId,
    subject: &StoredSubject,
    assigned: &[Assigned],
    received_at: u64,
) -> Result<(), StoreError> {
    if assigned.is_empty() {
        return Ok(());
    }
    let subject = interned.subject(tx, project, subject)?;
    for Assigned { experiment, arm } in assigned {
        if interned.is_assigned(experiment, subject, received_at) {
            continue;
        }
        // Requests are folded in another order than they came in.
        tx.prepare_cached(
            "INSERT INTO assignments (project, subject, experiment, arm, received_at)
             VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT DO UPDATE SET received_at = excluded.received_at
               WHERE excluded.received_at < received_at",
        )?
        .execute(params![
            project.0,
            subject,
            experiment,
            arm,
            time(received_at)
        ])?;
        interned.assigned(experiment, subject, received_at);
    }
    Ok(())
}

/// In the order of the index over subjects: nothing is sorted, nothing gathered.
const SELECT: &str = "SELECT subjects.kind, subjects.id, arm
    FROM subjects CROSS JOIN assignments USING (project, subject)
    WHERE project = ?1 AND subjects.kind > 0 AND experiment = ?2 AND received_at <= ?3
    ORDER BY subjects.kind, subjects.id";

/// Everybody with an arm of `experiment`, or none, as known at `as_of`, by kind and id.
pub(super) fn visit(
    snapshot: &Transaction<'_>,
    project: ProjectId,
    experiment: &str,
    as_of: u64,
    visit: &mut dyn FnMut(&StoredSubject, &str),
) -> Result<(), StoreError> {
    let mut select = snapshot.prepare_cached(SELECT)?;
    let mut rows = select.query(params![project.0, experiment, time(as_of)])?;
    while let Some(row) = rows.next()? {
        let id: [u8; 16] = row.get(1)?;
        let subject = subject_from(&id, kind_from(row.get(0)?)?);
        let arm = row.get_ref(2)?.as_str();
        visit(&subject, arm.map_err(|_| StoreError::Unreadable("arm"))?);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::{super::migrate::migrate, *};
    use crate::testing::NOW;

    #[test]
    fn what_is_known_is_not_written_again() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        let tx = connection.transaction().unwrap();
        let subject = subject_from(&[7; 16], tacit_signals::SubjectKind::App);
        let arms = ["tone", "length"].map(|experiment| Assigned {
            experiment: experiment.into(),
            arm: "a".into(),
        });
        let mut written = tx.total_changes();
        let mut changes = |interned: &mut Interned, received_at| {
            let project = ProjectId(1);
            note(&tx, interned, project, &subject, &arms, received_at).unwrap();
            tx.total_changes() - std::mem::replace(&mut written, tx.total_changes())
        };
        let mut interned = Interned::default();
        // The person, and both arms.
        assert_eq!(changes(&mut interned, NOW), 3);
        assert_eq!(changes(&mut interned, NOW + 1), 0);
        // Nor when memory was lost.
        assert_eq!(changes(&mut Interned::default(), NOW + 1), 0);
        assert_eq!(changes(&mut interned, NOW - 1), 2);
        assert_eq!(changes(&mut interned, NOW), 0);
    }

    #[test]
    fn handing_out_sorts_nothing() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        let explain = format!("EXPLAIN QUERY PLAN {SELECT}");
        let mut explain = connection.prepare(&explain).unwrap();
        let steps = explain.query_map(params![1, "tone", 1], |row| row.get::<_, String>(3));
        let steps: Vec<_> = steps.unwrap().map(Result::unwrap).collect();
        assert!(steps[0].contains("COVERING INDEX"), "{steps:?}");
        assert!(steps[1].starts_with("SEARCH assignments"), "{steps:?}");
        assert_eq!(steps.len(), 2, "{steps:?}");
    }
}
