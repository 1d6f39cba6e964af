//! `tacit completions` and `tacit manual`: what shells and people read about the commands.

use std::{
    fmt::Write as _,
    fs,
    io::{self, Write as _},
    path::PathBuf,
};

use anyhow::Context;
use clap::{Arg, Args, Command};
use clap_complete::{Shell, generate};
use serde_json::json;

use super::{Common, command, out, out_json};

#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell.
    #[arg(value_enum)]
    shell: Shell,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Write a page for each command into this directory.
    #[arg(long, required_unless_present = "markdown")]
    man: Option<PathBuf>,
    /// Print all of it in Markdown.
    #[arg(long, conflicts_with = "man")]
    markdown: bool,
    #[command(flatten)]
    common: Common,
}

pub(super) fn completions(options: &Completions) -> anyhow::Result<()> {
    let mut script = Vec::new();
    generate(options.shell, &mut command(), "tacit", &mut script);
    if options.common.json {
        let script = String::from_utf8_lossy(&script);
        return out_json(&json!({"shell": options.shell.to_string(), "script": script}));
    }
    Ok(io::stdout().lock().write_all(&script)?)
}

pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    let Some(directory) = &options.man else {
        let page = markdown();
        if options.common.json {
            return out_json(&json!({"markdown": page}));
        }
        return Ok(io::stdout().lock().write_all(page.as_bytes())?);
    };
    fs::create_dir_all(directory)
        .and_then(|()| clap_mangen::generate_to(command(), directory))
        .with_context(|| directory.display().to_string())?;
    if options.common.json {
        return out_json(&json!({"out": directory}));
    }
    Ok(out(&directory.display().to_string())?)
}

/// Every command with its options and examples.
pub(super) fn markdown() -> String {
    let mut page = String::new();
    let mut root = command();
    root.build();
    tell(&mut page, &root, "tacit");
    page
}

fn tell(page: &mut String, command: &Command, path: &str) {
    for inner in command.get_subcommands() {
        if inner.is_hide_set() || inner.get_name() == "help" {
            continue;
        }
        let path = format!("{path} {}", inner.get_name());
        if inner.has_subcommands() {
            tell(page, inner, &path);
            continue;
        }
        let about = inner.get_about().map(ToString::to_string);
        let _ = write!(
            page,
            "\n## {path}\n\n{}.\n",
            about.unwrap_or_default().trim_end_matches('.')
        );
        if let Some(examples) = inner.get_after_help() {
            let examples = examples.to_string();
            let lines = examples.lines().skip(1).map(str::trim_start);
            let lines: Vec<_> = lines.collect();
            let _ = write!(page, "\n```sh\n{}\n```\n", lines.join("\n"));
        }
        page.push_str("\n| | |\n| --- | --- |\n");
        for argument in inner.get_arguments().filter(|argument| is_told(argument)) {
            let _ = writeln!(page, "| {} | {} |", shown(argument), meaning(argument));
        }
    }
}

/// What is the same everywhere is told once.
fn is_told(argument: &Arg) -> bool {
    !argument.is_hide_set() && !matches!(argument.get_id().as_str(), "help" | "version" | "json")
}

fn shown(argument: &Arg) -> String {
    let names = argument.get_value_names().unwrap_or_default();
    let value = names
        .first()
        .map(|name| format!(" {}", name.to_uppercase()));
    let takes_value = argument.get_action().takes_values();
    match argument.get_long() {
        Some(long) => {
            let value = value.filter(|_| takes_value).unwrap_or_default();
            format!("`--{long}{value}`")
        }
        None => format!("`{}`", value.unwrap_or_default().trim()),
    }
}

fn meaning(argument: &Arg) -> String {
    let help = argument.get_long_help().or_else(|| argument.get_help());
    let help = help.map(ToString::to_string).unwrap_or_default();
    let mut text = help.split_whitespace().collect::<Vec<_>>().join(" ");
    if !text.ends_with('.') {
        text.push('.');
    }
    let of_choice = argument.get_possible_values();
    let named: Vec<_> = of_choice
        .iter()
        .filter(|value| !value.is_hide_set())
        .map(|value| format!("`{}`", value.get_name()))
        .collect();
    if argument.get_action().takes_values() && !named.is_empty() {
        let _ = write!(text, " One of {}.", named.join(", "));
    }
    let defaults: Vec<_> = argument
        .get_default_values()
        .iter()
        .map(|value| value.to_string_lossy())
        .collect();
    if argument.get_action().takes_values() && !defaults.is_empty() {
        let _ = write!(text, " Default `{}`.", defaults.join(" "));
    }
    if let Some(variable) = argument.get_env() {
        let _ = write!(text, " Variable `{}`.", variable.to_string_lossy());
    }
    if argument.is_required_set() {
        text.push_str(" Needed.");
    }
    text.replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `TACIT_BLESS=1` writes it anew.
    #[test]
    fn the_page_is_current() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .unwrap();
        let path = root.join("demo-site/docs/cli.md");
        let text = fs::read_to_string(&path).unwrap();
        let begin = "<!-- commands -->\n";
        let (before, _) = text.split_once(begin).unwrap();
        let current = format!("{before}{begin}{}", markdown());
        if std::env::var_os("TACIT_BLESS").is_some() {
            fs::write(&path, &current).unwrap();
        }
        assert!(
            fs::read_to_string(&path).unwrap() == current,
            "demo-site/docs/cli.md is old: \
             TACIT_BLESS=1 cargo test -p tacit-collector --lib cli::manual writes it anew"
        );
    }

    #[test]
    fn every_shell_and_every_page_is_written() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            let mut script = Vec::new();
            generate(shell, &mut command(), "tacit", &mut script);
            let script = String::from_utf8(script).unwrap();
            assert!(script.contains("guardrails"), "{shell}");
        }
        let directory = tempfile::tempdir().unwrap();
        clap_mangen::generate_to(command(), directory.path()).unwrap();
        let page = fs::read_to_string(directory.path().join("tacit-keys-create.1")).unwrap();
        assert!(page.contains("Examples"), "{page}");
    }
}
