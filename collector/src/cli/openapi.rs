//! `tacit openapi`.

use clap::Args;

use super::{Common, out};
use crate::http;

/// Needs no data; takes the options of every command all the same.
#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    _common: Common,
}

pub(super) fn run(_: &Options) -> anyhow::Result<()> {
    Ok(out(&http::document_json()?)?)
}
