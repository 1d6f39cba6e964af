//! `TACIT_LISTEN`, `TACIT_LOG_KEEP_SECONDS` …: every option that holds one value has a
//! variable, which wins over the file and yields to the command line.

use std::collections::BTreeMap;

use toml::de::DeValue;

use super::{
    check::{leaf, what},
    nearest::nearest,
    options::{Node, Shape},
    problem::Problem,
    units::Unit,
};

/// Environment variables by name.
pub type Variables = BTreeMap<String, String>;

/// What all names begin with.
const PREFIX: &str = "TACIT_";

/// Those of this process that could be meant.
#[must_use]
pub fn variables() -> Variables {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| name.starts_with(PREFIX))
        .collect()
}

/// An option that a variable sets.
pub(super) struct Said {
    /// The option.
    pub(super) path: String,
    /// The variable.
    pub(super) name: String,
    /// Its value in TOML.
    pub(super) toml: String,
}

/// The variable of the option at `path`.
pub(super) fn name_of(path: &str) -> String {
    format!("{PREFIX}{}", path.replace('.', "_").to_ascii_uppercase())
}

/// What the variables say, and what is wrong with them.
pub(super) fn read(root: &Node, variables: &Variables) -> (Vec<Said>, Vec<Problem>) {
    let (mut said, mut problems) = (Vec::new(), Vec::new());
    for (path, node) in root.leaves() {
        let name = name_of(&path);
        let Some(value) = variables.get(&name) else {
            continue;
        };
        match toml_of(&path, node, value) {
            Ok(toml) => said.push(Said { path, name, toml }),
            Err(problem) => problems.push(Problem {
                option: name,
                problem,
                file: None,
                place: None,
            }),
        }
    }
    (said, problems)
}

/// Variables that look like a misspelt option, with the one that was meant. Others may
/// be anybody's.
pub(super) fn misspelt(root: &Node, variables: &Variables) -> Vec<(String, String)> {
    let known: Vec<_> = root
        .leaves()
        .iter()
        .map(|(path, _)| name_of(path))
        .collect();
    let strangers = variables.keys().filter(|name| !known.contains(name));
    strangers
        .filter_map(|name| {
            let bare = name.strip_prefix(PREFIX)?;
            let bares = known.iter().filter_map(|name| name.strip_prefix(PREFIX));
            let near = nearest(bare, bares)?;
            // Beside the collector's own there are those of its tools, all of them short.
            let is_slip = bare.len() >= 5 && strsim::osa_distance(bare, near) <= 2;
            is_slip.then(|| (name.clone(), format!("{PREFIX}{near}")))
        })
        .collect()
}

fn toml_of(path: &str, node: &Node, value: &str) -> Result<String, String> {
    let text = DeValue::String(value.into());
    let plain = match &node.shape {
        Shape::Text { .. } | Shape::Any => None,
        Shape::List(_) | Shape::Table(_) | Shape::Tables(_) => {
            return Err("is a list, and can be set in the file alone".into());
        }
        _ => DeValue::parse(value).ok().map(toml::Spanned::into_inner),
    };
    match leaf(path, node, plain.as_ref().unwrap_or(&text)) {
        Ok(Some(number)) => Ok(number.to_string()),
        Ok(None) if plain.is_some() => Ok(value.to_owned()),
        Ok(None) => Ok(toml::Value::String(value.to_owned()).to_string()),
        Err(_) if plain.is_none() && !matches!(node.shape, Shape::Text { .. }) => Err(format!(
            "found \"{value}\"; {} is needed",
            what(&node.shape, Unit::of(path))
        )),
        Err(problem) => Err(problem),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::options::options;

    #[test]
    fn no_two_options_share_a_variable() {
        let leaves = options().leaves();
        let names: std::collections::BTreeSet<_> =
            leaves.iter().map(|(path, _)| name_of(path)).collect();
        assert_eq!(names.len(), leaves.len());
    }

    #[test]
    fn slips_are_found_and_the_variables_of_others_left_alone() {
        let all = [
            "TACIT_LISTN",
            "TACIT_LOG_KEEP_SECOND",
            "TACIT_BIN",
            "TACIT_ROUNDS",
            "TACIT_SECRET_KEY",
            "TACIT_PAGE",
            "TACIT_DATA",
        ];
        let variables: Variables = all.map(|name| (name.into(), String::new())).into();
        let found: Vec<_> = misspelt(options(), &variables)
            .into_iter()
            .map(|(_, meant)| meant)
            .collect();
        assert_eq!(found, ["TACIT_LISTEN", "TACIT_LOG_KEEP_SECONDS"]);
    }
}
