//! Of what is made, tried and forgotten: builds, releases, experiments, erasures.
#![expect(dead_code, reason = "only the shapes are of use")]

use utoipa::ToSchema;

use super::outputs::Document;

/// Builds, the latest first
#[derive(ToSchema)]
pub(crate) struct Builds {
    builds: Vec<BuildListed>,
}

/// A build in a list
#[derive(ToSchema)]
pub(crate) struct BuildListed {
    id: String,
    /// waiting, running, done or failed
    state: String,
    format: String,
    policy: String,
    /// Unix ms
    as_of: u64,
    /// Unix ms
    requested_at: u64,
    /// Rows of it, once it is done
    rows: Option<u64>,
    /// The build before it, once it is done
    #[schema(nullable)]
    previous: Option<String>,
}

/// A build and how far it is
#[derive(ToSchema)]
pub(crate) struct BuildMade {
    id: String,
    /// waiting, running, done or failed
    state: String,
    format: String,
    policy: String,
    /// Unix ms
    requested_at: u64,
    /// What was asked for
    request: Document,
    /// Builds before it, while it waits
    ahead: Option<u64>,
    /// How far it is, while it runs
    #[schema(nullable)]
    progress: Option<Document>,
    /// What it is, once it is done
    manifest: Option<Document>,
    /// Why it failed
    error: Option<String>,
}

/// What went live
#[derive(ToSchema)]
pub(crate) struct ReleaseTold {
    name: String,
    kind: String,
}

/// Releases, the first first
#[derive(ToSchema)]
pub(crate) struct ReleaseList {
    releases: Vec<ReleaseTold>,
}

/// An experiment as it was declared, and its state
#[derive(ToSchema)]
pub(crate) struct ExperimentTold {
    name: String,
    /// scheduled, running or ended
    state: String,
    /// Unix ms
    declared_at: u64,
}

/// Experiments, the first declared first
#[derive(ToSchema)]
pub(crate) struct ExperimentList {
    experiments: Vec<ExperimentTold>,
}

/// The arm of a person
#[derive(ToSchema)]
pub(crate) struct Assigned {
    /// Null for who is not in the traffic
    #[schema(required = true)]
    arm: Option<String>,
    holdout: bool,
    propensity: f64,
    /// Only said when it is false
    running: Option<bool>,
}

/// An erasure and how far it is
#[derive(ToSchema)]
pub(crate) struct ErasureTold {
    job: String,
    kind: String,
    /// waiting, running or done
    state: String,
    /// Unix ms
    requested_at: u64,
    steps: Vec<Document>,
    /// Builds that hold the person
    builds: Vec<Document>,
}

/// Erasures, in the order they were asked for
#[derive(ToSchema)]
pub(crate) struct ErasureList {
    erasures: Vec<ErasureTold>,
}
