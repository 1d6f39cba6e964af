//! Answers. Only their shapes are of use; what a running server answers is held to them
//! by tests/python/test_api.py.

mod books;
mod outputs;
mod work;

pub(crate) use self::{
    books::{
        InstallTold, KeyList, KeyMade, KeyRevoked, LedgerTold, LiveTail, Overview, SignedIn, Status,
    },
    outputs::{Document, OutputList, OutputTold, Partly, Policies, Previewed, RegisteredAll},
    work::{
        Assigned, BuildMade, Builds, ErasureList, ErasureTold, ExperimentList, ExperimentTold,
        ReleaseList, ReleaseTold,
    },
};
