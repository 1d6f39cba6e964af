//! All of a store at once.

use super::{
    ControlStore, ErasureStore, ExperimentStore, ExpiryStore, PushStore, RollupStore, SignInStore,
    Store, TraceStore, UpdateStore, UpkeepStore,
};

/// Everything a collector needs of a store. Whoever holds one does not know which it is.
pub trait AnyStore:
    Store
    + ControlStore
    + ErasureStore
    + ExperimentStore
    + ExpiryStore
    + PushStore
    + RollupStore
    + SignInStore
    + TraceStore
    + UpdateStore
    + UpkeepStore
{
}

impl<S> AnyStore for S where
    S: Store
        + ControlStore
        + ErasureStore
        + ExperimentStore
        + ExpiryStore
        + PushStore
        + RollupStore
        + SignInStore
        + TraceStore
        + UpdateStore
        + UpkeepStore
{
}
