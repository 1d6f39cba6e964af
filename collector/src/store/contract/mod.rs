//! What every store has to do: one body of tests, run for each.

mod assigned;
mod books;
mod comebacks;
pub(super) mod erasures;
mod experiments;
pub(super) mod expiries;
mod facts;
mod grouping;
mod horizons;
mod push;
mod registered;
mod rollups;
mod traces;
mod updates;

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::{Value, json};
use tacit_signals::json as twin;
use tempfile::TempDir;

use super::{
    clickhouse::testing::on_cluster,
    rows::{GroupName, JoinedBy},
    *,
};
use crate::{
    accept::{self, registration},
    control::{ContentPolicy, scope::Scopes},
    keyed::digest,
    testing::{NOW, project},
};

/// A store in a directory of its own.
struct Fixture<S> {
    store: S,
    directory: TempDir,
}

trait Backend:
    Store
    + ControlStore
    + UpdateStore
    + ExperimentStore
    + TraceStore
    + PushStore
    + ExpiryStore
    + ErasureStore
    + UpkeepStore
    + RollupStore
    + Sized
    + Sync
{
    fn open_in(path: &std::path::Path) -> Self;

    /// Gives the only project the secrets of the tests' first one.
    fn set_secrets(&self, path: &std::path::Path);

    /// Inserts everything twice from now on, where a repeated insert can happen.
    fn insert_twice(&self) {}

    /// Whether it can be tested on this machine.
    fn is_there() -> bool {
        true
    }

    fn fixture() -> Fixture<Self> {
        let directory = tempfile::tempdir().unwrap();
        Fixture {
            store: Self::open_in(directory.path()),
            directory,
        }
    }
}

impl Backend for SqliteStore {
    fn open_in(path: &std::path::Path) -> Self {
        Self::open(path).unwrap()
    }

    fn set_secrets(&self, path: &std::path::Path) {
        set_sqlite_secrets(path);
    }
}

/// Gives the only project of a SQLite store the secrets of the tests' first one.
pub(super) fn set_sqlite_secrets(path: &std::path::Path) {
    let connection = rusqlite::Connection::open(path.join("tacit.sqlite")).unwrap();
    let update = "UPDATE projects SET pepper = ?1, secret = ?2";
    let secrets: ([u8; 32], [u8; 32]) = ([1; 32], [0x81; 32]);
    let changed = connection.execute(update, secrets).unwrap();
    assert_eq!(changed, 1);
}

impl Backend for ClickHouseStore {
    fn open_in(path: &std::path::Path) -> Self {
        super::clickhouse::testing::open_in(path)
    }

    fn set_secrets(&self, _: &std::path::Path) {
        super::clickhouse::testing::set_secrets(self);
    }

    fn insert_twice(&self) {
        Self::insert_twice(self);
    }

    fn is_there() -> bool {
        super::clickhouse::testing::server().is_some()
    }
}

/// The body, for one store.
macro_rules! contract {
    ($name:ident: $backend:ty, run by $($run:ident)::+) => {
        mod $name {
            use super::*;
            use $($run)::+ as run;
            contract!($backend, facts:
                events_come_back_once
                any_split_order_and_repetition_gives_the_same_facts
                nothing_is_known_before_it_was_received
                unknown_kinds_are_kept_apart
                projects_do_not_see_each_other
                the_position_moves_with_the_facts
                everything_survives_reopening
                one_event_can_be_followed
                one_output_gives_a_bounded_number_of_events
            );
            contract!($backend, registered:
                fields_are_filled_once
                registrations_are_known_from_when_they_came
                an_alias_joins_and_the_first_wins
                an_id_is_an_output_or_an_alias
                references_follow_aliases
                what_is_observed_fills_what_is_empty
            );
            contract!($backend, traces:
                a_trace_is_due_once_nothing_more_comes
                a_trace_that_never_ends_is_due_all_the_same
                a_trace_may_hold_so_much
                traces_are_forgotten_once_they_are_settled
                any_order_and_split_gives_the_same_outputs
                late_spans_only_add
            );
            contract!($backend, grouping:
                equal_turns_join_when_unique
                groups_are_conversations_in_order
                reading_goes_on_after_any_group
                a_registered_conversation_beats_a_claimed_one
                a_group_is_found_by_any_of_its_ids
                pages_go_back_in_time
                pages_are_narrowed
            );
            contract!($backend, assigned:
                people_come_from_batches_and_registrations
                people_come_by_kind_and_id
                the_first_arm_told_is_kept_since_it_was_first_told
                a_refused_registration_assigns_nobody
            );
            contract!($backend, books:
                refusals_are_kept
                keys_are_made_listed_and_revoked
            );
            contract!($backend, updates:
                a_lease_has_one_holder
                of_many_who_want_a_lease_one_gets_it
                a_run_is_retried_as_of_its_first_attempt
                who_lost_the_lease_ends_no_run
                builds_are_recorded_once
                releases_are_recorded_once_in_order
            );
            contract!($backend, erasures:
                what_is_theirs_goes_and_nothing_else
                nothing_more_is_taken_of_whoever_was_erased
                graves_are_known_to_all
                a_restored_store_is_erased_by_its_graves
                an_erasure_is_asked_for_once
                where_labels_about_them_went_is_told
                one_removes_at_a_time
                books_and_stored_agree
            );
            contract!($backend, push:
                what_was_pushed_is_kept_by_target_output_and_part
                who_lost_the_lease_notes_nothing
                where_a_push_stopped_is_kept
            );
            contract!($backend, expiries:
                what_is_past_its_time_goes_and_the_rest_stays
                a_horizon_that_moves_step_by_step_counts_the_same
                what_came_before_its_output_was_heard_of_goes_in_its_time
                an_output_goes_with_its_last_texts
                arms_end_with_what_was_done
                nothing_is_known_of_what_was_sent_elsewhere
            );
            contract!($backend, horizons:
                horizons_never_move_back
                it_is_known_how_large_and_how_old_the_store_is
            );
            contract!($backend, comebacks:
                repeats_of_what_is_gone_are_no_news
                a_late_event_of_what_is_gone_begins_anew
                whoever_is_heard_of_again_stays
                who_sends_again_what_is_gone_is_counted_once
            );
            contract!($backend, rollups:
                what_waits_is_what_changed
                what_changes_while_it_is_read_waits_still
                told_twice_erased_expired_and_relabelled_it_is_what_a_refold_gives
                another_screen_makes_what_it_concerns_old
            );
            contract!($backend, experiments:
                an_experiment_is_declared_once
                an_experiment_ends_once
                collectors_hear_of_experiments
                the_last_word_on_a_release_is_known
            );
        }
    };
    ($backend:ty, $idea:ident: $($test:ident)+) => {
        $(#[test] fn $test() {
            if <$backend as Backend>::is_there() {
                run(super::$idea::$test::<$backend>);
            }
        })+
    };
}

contract!(sqlite: SqliteStore, run by alone);
contract!(clickhouse: ClickHouseStore, run by alone);
contract!(clickhouse_cluster: ClickHouseStore, run by on_cluster);

fn alone(test: impl FnOnce()) {
    test();
}

const OURS: ProjectId = ProjectId(1);
const EVER: u64 = u64::MAX;

fn session(number: u8) -> String {
    format!("{number:032x}")
}

fn copied(seq: u32, output: &str) -> Value {
    json!({"seq":seq,"at":NOW,"kind":"copied","output":output,"chars":4,"share":1,"via":"button"})
}

fn shown(seq: u32, output: &str, conversation: &str, turn: u32, variant: u32) -> Value {
    json!({"seq":seq,"at":NOW,"kind":"shown","output":output,"conversation":conversation,
           "turn":turn,"variant":variant,"chars":9,"words":2,"code_share":0,"stream_ms":5})
}

fn batch_of(number: u8, from: u8, received_at: u64, events: &[Value]) -> Accepted {
    let batch = json!({"v":1,"key":"pk","session":session(from),"sent_at":received_at,
                       "lang":"en","sdk":"t","events":events});
    let decoded = twin::decode(batch.to_string().as_bytes()).unwrap();
    let verdict = accept::accept(decoded, &project(number), received_at);
    assert_eq!(verdict.rejected, []);
    verdict.accepted
}

fn batch(from: u8, received_at: u64, events: &[Value]) -> Accepted {
    batch_of(1, from, received_at, events)
}

fn fold(store: &dyn Store, requests: &[Accepted]) {
    let folding = Folding {
        requests,
        unreadable: &[],
    };
    let mut to = store.position().unwrap();
    to.offset += 1;
    store.fold(&folding, to).unwrap();
}

fn register_at(store: &dyn Store, received_at: u64, output: Value) -> Status {
    let Value::Object(object) = output else {
        panic!("an object");
    };
    let request = Registering {
        project: OURS,
        received_at,
        outputs: vec![registration::parse(object, &project(1), received_at).unwrap()],
    };
    store.register(&[request]).unwrap()[0][0].status
}

fn register(store: &dyn Store, output: Value) -> Status {
    register_at(store, NOW, output)
}

fn groups_of(store: &dyn Store, project: ProjectId, as_of: u64) -> Vec<Group> {
    let mut groups = Vec::new();
    let visited = store.groups(project, as_of, &mut |group| {
        groups.push(group);
        ControlFlow::Continue(())
    });
    visited.unwrap();
    groups
}

fn groups(store: &dyn Store, as_of: u64) -> Vec<Group> {
    groups_of(store, OURS, as_of)
}

/// Ids of the outputs, group by group.
fn ids(groups: &[Group]) -> Vec<Vec<&str>> {
    groups
        .iter()
        .map(|group| {
            group
                .outputs
                .iter()
                .map(|output| output.id.as_str())
                .collect()
        })
        .collect()
}

/// Every event there is, by output, session and number.
fn facts(groups: &[Group]) -> Vec<(String, String, u32, String)> {
    let outputs = groups.iter().flat_map(|group| &group.outputs);
    let mut facts: Vec<_> = outputs
        .flat_map(|output| output.slices.iter().map(move |slice| (output, slice)))
        .flat_map(|(output, slice)| {
            slice.events.iter().map(move |event| {
                let kind = event.signal.name().to_owned();
                (
                    output.id.to_string(),
                    slice.session.to_string(),
                    event.seq,
                    kind,
                )
            })
        })
        .collect();
    facts.sort();
    facts
}

fn count(store: &dyn Store, name: &str) -> u64 {
    store
        .fates(OURS)
        .unwrap()
        .get(name)
        .copied()
        .unwrap_or_default()
}

fn id(text: &str) -> Id {
    Id::parse("id", text).unwrap()
}
