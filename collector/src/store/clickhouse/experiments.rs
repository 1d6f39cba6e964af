//! Experiments that were declared, and what the gate said of releases.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    ClickHouseStore,
    documents::{Document, NewDocument, Next, Which},
};
use crate::{
    control::ProjectId,
    experiment::declaration::{Declared, Experiment},
    store::{ExperimentStore, StoreError},
    verify::Spoken,
};

const EXPERIMENT: &str = "experiment";
const END: &str = "experiment_end";
const VERDICT: &str = "verdict";

#[derive(Serialize, Deserialize)]
struct Written {
    experiment: Experiment,
    declared_at: u64,
    said: Value,
}

impl ExperimentStore for ClickHouseStore {
    fn declare(
        &self,
        project: ProjectId,
        declared: &Declared,
    ) -> Result<Option<Declared>, StoreError> {
        let name = &declared.experiment.name;
        self.change(|state| {
            if let Some(known) = self.experiment(project, name)? {
                return Ok((None, Some(known)));
            }
            let written = Written {
                experiment: declared.experiment.clone(),
                declared_at: declared.declared_at,
                said: declared.said.clone(),
            };
            let document = NewDocument::new(EXPERIMENT, project, name.clone(), &written)?;
            Ok((Some(Next::of_control(state, vec![document])), None))
        })
    }

    fn end_experiment(
        &self,
        project: ProjectId,
        name: &str,
        ended_at: u64,
    ) -> Result<bool, StoreError> {
        let keys = [name.to_owned()];
        self.change(|state| {
            let ends = self.documents::<u64>(END, Which::Keys(project, &keys))?;
            if !ends.is_empty() {
                return Ok((None, false));
            }
            let document = NewDocument::new(END, project, name, &ended_at)?;
            Ok((Some(Next::of_control(state, vec![document])), true))
        })
    }

    fn experiment(&self, project: ProjectId, name: &str) -> Result<Option<Declared>, StoreError> {
        let keys = [name.to_owned()];
        let mut known = self.declared(Which::Keys(project, &keys))?;
        Ok(known.pop().map(|(_, declared)| declared))
    }

    fn experiments(&self, project: ProjectId) -> Result<Vec<Declared>, StoreError> {
        let declared = self.declared(Which::OfProject(project))?;
        Ok(declared.into_iter().map(|(_, declared)| declared).collect())
    }

    fn add_verdict(&self, project: ProjectId, spoken: &Spoken) -> Result<(), StoreError> {
        let document = NewDocument::new(VERDICT, project, &*spoken.release, spoken)?;
        self.note(&[document])
    }

    fn verdicts(&self, project: ProjectId) -> Result<Vec<Spoken>, StoreError> {
        let all = self.documents::<Spoken>(VERDICT, Which::OfProject(project))?;
        let last: BTreeMap<String, Spoken> =
            all.into_iter().map(|said| (said.key, said.body)).collect();
        let named = last
            .into_iter()
            .map(|(release, spoken)| Spoken { release, ..spoken });
        Ok(named.collect())
    }
}

impl ClickHouseStore {
    /// Experiments, in the order they were declared in.
    pub(super) fn declared(
        &self,
        which: Which<'_>,
    ) -> Result<Vec<(ProjectId, Declared)>, StoreError> {
        let ends = self.documents::<u64>(END, which)?;
        let written = self.documents::<Written>(EXPERIMENT, which)?;
        let declared = written.into_iter().map(|Document { project, key, body }| {
            let mut ends = ends.iter();
            let end = ends.find(|end| end.project == project && end.key == key);
            let declared = Declared {
                experiment: body.experiment,
                declared_at: body.declared_at,
                ended_at: end.map(|end| end.body),
                said: body.said,
            };
            (project, declared)
        });
        Ok(declared.collect())
    }
}
