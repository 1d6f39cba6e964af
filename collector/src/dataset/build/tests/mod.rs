//! Builds against facts in memory.

mod forgetting;
mod laws;
mod publishing;
mod resuming;
mod rows;

use std::{
    cell::Cell,
    collections::{BTreeMap, VecDeque},
    fs,
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use tacit_signals::{Id, SessionId, SubjectKind, signal::CopyVia};
use tempfile::TempDir;

use super::*;
use crate::{
    export::Scratch,
    label::script::{HOUR, SECOND, Story, T0, copied, id, user},
    log::Position,
    outcome::Refused,
    store::{
        Folding, Forgotten, Listed, Page, Registering, Settled, StoreError, Traced,
        rows::{Conduct, Group, GroupName, Registered, StoredSubject},
    },
};

const AS_OF: u64 = T0 + HOUR;
const OURS: ProjectId = ProjectId(1);

/// Facts in the order a store hands them out. Reading fails once `patience` groups
/// were read, as a process ends.
struct Facts {
    groups: BTreeMap<GroupName, Group>,
    patience: AtomicU64,
    /// What is taken out of the facts, one after another as it is asked for.
    forgotten: Mutex<VecDeque<Forgotten>>,
}

impl Facts {
    fn of(stories: impl IntoIterator<Item = Story>) -> Self {
        let alone = |story: Story| {
            let id = story.rows.id.to_string();
            (GroupName { id, alone: true }, story.group())
        };
        Self {
            groups: stories.into_iter().map(alone).collect(),
            patience: AtomicU64::new(u64::MAX),
            forgotten: Mutex::default(),
        }
    }

    fn forgetting(self, forgotten: impl IntoIterator<Item = Forgotten>) -> Self {
        *self.forgotten.lock().unwrap() = forgotten.into_iter().collect();
        self
    }

    fn for_groups(self, patience: u64) -> Self {
        self.patience.store(patience, Ordering::Relaxed);
        self
    }
}

impl Store for Facts {
    fn groups_after(
        &self,
        _: ProjectId,
        _: u64,
        after: Option<&GroupName>,
        visit: &mut dyn FnMut(&GroupName, Group) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let rest = self
            .groups
            .iter()
            .filter(|(name, _)| after.is_none_or(|after| *name > after));
        for (name, group) in rest {
            let left = self.patience.load(Ordering::Relaxed);
            self.patience
                .store(left.saturating_sub(1), Ordering::Relaxed);
            if left == 0 {
                return Err(StoreError::Unreadable("fact"));
            }
            if visit(name, group.clone()).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn identity(&self) -> Result<String, StoreError> {
        Ok("these facts".into())
    }

    /// Nobody is screened: these answers are given and copied all at once.
    fn conduct(
        &self,
        _: ProjectId,
        _: u64,
        _: &mut dyn FnMut(&Conduct<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        Ok(())
    }

    fn scratch(&self) -> Scratch {
        Scratch::new(&std::env::temp_dir())
    }

    fn forgotten(&self, _: ProjectId) -> Result<Forgotten, StoreError> {
        let mut forgotten = self.forgotten.lock().unwrap();
        let last = forgotten.len() <= 1;
        let now = if last {
            forgotten.front().copied()
        } else {
            forgotten.pop_front()
        };
        Ok(now.unwrap_or_default())
    }

    fn fold(&self, _: &Folding<'_>, _: Position) -> Result<(), StoreError> {
        panic!("builds only read")
    }

    fn register(&self, _: &[Registering]) -> Result<Vec<Vec<Settled>>, StoreError> {
        panic!("builds only read")
    }

    fn keep_refusals(&self, _: &[(Option<ProjectId>, Refused)]) -> Result<(), StoreError> {
        panic!("builds only read")
    }

    fn sync(&self) -> Result<(), StoreError> {
        panic!("builds only read")
    }

    fn position(&self) -> Result<Position, StoreError> {
        panic!("builds read groups")
    }

    fn group_of(&self, _: ProjectId, _: &Id, _: u64) -> Result<Option<(Group, Id)>, StoreError> {
        panic!("builds read groups")
    }

    fn page(&self, _: ProjectId, _: &Page) -> Result<Vec<Listed>, StoreError> {
        panic!("builds read groups")
    }

    fn assignments(
        &self,
        _: ProjectId,
        _: &str,
        _: u64,
        _: &mut dyn FnMut(&StoredSubject, &str),
    ) -> Result<(), StoreError> {
        panic!("builds read groups")
    }

    fn fates(&self, _: ProjectId) -> Result<BTreeMap<String, u64>, StoreError> {
        panic!("builds read groups")
    }

    fn refusals(&self) -> Result<Vec<(Option<ProjectId>, Refused)>, StoreError> {
        panic!("builds read groups")
    }

    fn known(&self, _: ProjectId, _: SessionId, _: &[u32]) -> Result<Vec<u32>, StoreError> {
        panic!("builds ask for no events")
    }

    fn trace(&self, _: ProjectId, _: SessionId, _: u32) -> Result<Option<Traced>, StoreError> {
        panic!("builds read groups")
    }
}

/// One question and its answer, which somebody copied.
#[derive(Debug, Clone)]
struct Asked {
    id: String,
    person: String,
    kind: SubjectKind,
    question: String,
    answer: String,
    held_out: bool,
}

impl Asked {
    /// By a person of the app's, in words like no other's.
    fn by(person: &str, id: &str) -> Self {
        Self {
            id: id.into(),
            person: person.into(),
            kind: SubjectKind::App,
            question: format!("What is {}?", words(&format!("question {id}"))),
            answer: format!("It is {}.", words(&format!("answer {id}"))),
            held_out: false,
        }
    }

    fn story(self) -> Story {
        let arm = self.held_out.then(|| ("loop".into(), "holdout".into()));
        Story::shown(&self.id)
            .at(9 * SECOND, copied(1.0, CopyVia::Button))
            .registered_as(Registered {
                conversation: Some(id(&format!("c-{}", self.id))),
                subject: Some(StoredSubject {
                    id: self.person,
                    kind: self.kind,
                }),
                arms: arm.into_iter().collect(),
                input: Some(vec![user(&self.question)]),
                output: Some(self.answer),
                ..Registered::default()
            })
    }
}

/// Eleven words that follow from `seed`, unlike those of any other. Of letters: digits
/// in a row would be taken for somebody's number.
fn words(seed: &str) -> String {
    let hash = blake3::hash(seed.as_bytes());
    let letters = |byte: &u8| [b'a' + byte / 16, b'a' + byte % 16].map(char::from);
    let word = |bytes: &[u8]| bytes.iter().flat_map(letters).collect::<String>();
    let words = hash.as_bytes().chunks(3).map(word);
    words.collect::<Vec<_>>().join(" ")
}

/// So many questions of so many people.
fn questions(count: u32, people: u32) -> Vec<Asked> {
    let asked = |n| Asked::by(&format!("s_{}", n % people), &format!("o-{n:05}"));
    (0..count).map(asked).collect()
}

fn facts(asked: &[Asked]) -> Facts {
    Facts::of(asked.iter().cloned().map(Asked::story))
}

/// A directory to build in.
struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn out(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn request(&self, name: &str) -> BuildRequest {
        BuildRequest {
            memory_bytes: MEMORY_BYTES_MIN,
            ..BuildRequest::new(OURS, Format::TrlKto, AS_OF, &self.out(name))
        }
    }
}

fn policy() -> Policy {
    Policy::default_policy().unwrap()
}

/// The default policy with other caps.
fn policy_with(rows_per_person: u64, session_share: f64) -> Policy {
    let mut policy = policy();
    policy.caps.rows_per_person = rows_per_person;
    policy.caps.session_share = crate::label::Milli::exact(session_share).unwrap();
    policy
}

fn make(facts: &Facts, policy: &Policy, request: &BuildRequest) -> Result<Built, BuildError> {
    build(facts, policy, request, &mut |_| ())
}

/// Every file below a directory, by name.
fn files(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut waiting = vec![directory.to_path_buf()];
    while let Some(next) = waiting.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                let name = path.strip_prefix(directory).unwrap().to_str().unwrap();
                files.insert(name.into(), fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// The questions in a file of lines, in its order.
fn asked_in(directory: &Path, file: &str) -> Vec<String> {
    let text = fs::read_to_string(directory.join(file)).unwrap();
    let question = |line: &str| {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        row["prompt"][0]["content"].as_str().unwrap().to_owned()
    };
    text.lines().map(question).collect()
}
