//! Graves and erasures of a store whose place this one takes: they were carried out there.

use super::{
    super::{
        documents::{NewDocument, Next, Which},
        graves,
        plan::Plan,
    },
    ClickHouseStore, HERE, document, late,
};
use crate::{
    erase::{Erasure, Step},
    store::{StoreError, Tombstone},
};

impl ClickHouseStore {
    /// Takes in who is buried, and what erasures that are done say of themselves. The
    /// projects they are of have to be there.
    pub(crate) fn take_in_erasures(
        &self,
        tombstones: &[Tombstone],
        erasures: &[Erasure],
    ) -> Result<(), StoreError> {
        self.change(|state| {
            let buried = self.buried_at(state)?;
            let new = tombstones.iter().filter(|tombstone| {
                let Tombstone {
                    project,
                    what,
                    grave,
                    ..
                } = tombstone;
                !buried.has(*project, *what, grave)
            });
            let graves = new.map(|tombstone| graves::document(tombstone, state));
            let mut documents: Vec<NewDocument> = graves.collect::<Result<_, _>>()?;
            let has_graves = !documents.is_empty();
            for erasure in erasures {
                documents.extend(self.done_elsewhere(erasure)?);
            }
            let next = match (documents.is_empty(), has_graves) {
                (true, _) => None,
                (false, true) => Some(Next::of_graves(state, documents)),
                (false, false) => Some(Next::with(state, documents)),
            };
            Ok((next, ()))
        })
    }

    /// Of a copy that is whole no block is late: the other store had nothing of anybody who
    /// was erased there, and says so once more when both are compared.
    pub(in super::super) fn nothing_is_late(&self) -> Result<(), StoreError> {
        let looked = self.late_jobs()?.into_iter().map(|(project, job)| {
            let late = self.late_of(project, &job)?;
            late::looked(project, &job, &late)
        });
        self.note(&looked.collect::<Result<Vec<_>, _>>()?)
    }

    /// What is not known yet of an erasure.
    fn done_elsewhere(&self, erasure: &Erasure) -> Result<Vec<NewDocument>, StoreError> {
        let (project, job) = (erasure.project, &*erasure.job);
        let mut documents = Vec::new();
        if self.kept(project, job)?.as_ref() != Some(erasure) {
            documents.push(document(erasure)?);
        }
        let here = self.here(job);
        let keys = [here.clone()];
        let which = Which::Keys(project, &keys);
        if self.documents::<()>(HERE, which)?.is_empty() {
            documents.push(NewDocument::new(HERE, project, here, &())?);
        }
        // What an erasure found is what its plans found.
        let mut steps = erasure.steps.iter();
        let report = steps.find(|report| report.step == Step::Store);
        if let Some(report) = report
            && self.plans_of(project, job)?.is_empty()
        {
            let mut plan = Plan::new(job)?;
            plan.found.clone_from(&report.found);
            plan.sent_to.clone_from(&erasure.sent_to);
            documents.extend(plan.done_elsewhere(project)?);
        }
        Ok(documents)
    }
}
