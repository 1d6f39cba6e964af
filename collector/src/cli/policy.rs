//! Policies from files: read in one way by every command.

use std::{fs, path::Path};

use super::Usage;
use crate::label::Policy;

/// The policy in a file; what is wrong with it is wrong usage.
pub(super) fn read_policy(path: &Path) -> anyhow::Result<Policy> {
    let text = policy_text(path)?;
    Ok(parsed(path, &text)?)
}

/// As [`read_policy`]; the built-in policy without a file.
pub(super) fn policy_or_default(path: Option<&Path>) -> anyhow::Result<Policy> {
    match path {
        Some(path) => read_policy(path),
        None => Ok(Policy::default_policy()?),
    }
}

/// The text of a good policy file, for what makes others out of it; that of the
/// built-in policy without one.
pub(super) fn text_or_default(path: Option<&Path>) -> anyhow::Result<String> {
    let Some(path) = path else {
        return Ok(Policy::default_toml().to_owned());
    };
    let text = policy_text(path)?;
    parsed(path, &text)?;
    Ok(text)
}

fn policy_text(path: &Path) -> Result<String, Usage> {
    fs::read_to_string(path).map_err(|error| Usage(format!("{}: {error}", path.display())))
}

fn parsed(path: &Path, text: &str) -> Result<Policy, Usage> {
    Policy::parse(text).map_err(|error| Usage(format!("{}: {error}", path.display())))
}
