//! The readout: what an experiment says by now, for anybody who looks.
//!
//! [`shape`] is what leaves.

mod shape;

pub use self::shape::{
    ArmPeople, Comparison, Correction, Dimension, Effect, Effects, Guard, GuardState, Guarded,
    Holdout, HoldoutMetric, Look, Measured, Method, Novelty, People, Power, Readout, Segment,
    Series, Srm, Stopped, VERSION, Value, Week,
};
