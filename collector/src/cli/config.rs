//! `tacit config`.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};
use serde_json::json;

use super::{Usage, note, out, out_json, policy::read_policy, settings::Settings};
use crate::config::{Loaded, Setting, reference};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Say everything that is wrong with a configuration; exits 2 if anything is.
    Check(File),
    /// Show what holds, and where each value is from.
    Show(File),
    /// Write a file of all options, commented out, with their defaults.
    Example(Example),
}

#[derive(Debug, Args)]
pub(super) struct File {
    /// The file; that of TACIT_CONFIG without, or tacit.toml where there is one.
    file: Option<PathBuf>,
    #[command(flatten)]
    settings: Settings,
    /// Answer in JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct Example {
    #[command(flatten)]
    common: super::Common,
}

pub(super) fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Check(options) => check(options),
        Command::Show(options) => show(options),
        Command::Example(options) => {
            if options.common.json {
                return out_json(&json!({"toml": reference::example()}));
            }
            Ok(io::stdout()
                .lock()
                .write_all(reference::example().as_bytes())?)
        }
    }
}

impl File {
    fn path(&self) -> Option<PathBuf> {
        let usual = || Some(PathBuf::from("tacit.toml")).filter(|path| path.is_file());
        let named = || std::env::var_os("TACIT_CONFIG").map(PathBuf::from);
        self.file.clone().or_else(named).or_else(usual)
    }
}

fn check(options: &File) -> anyhow::Result<()> {
    let path = options.path();
    let name = path
        .as_deref()
        .map_or("the environment".into(), |path| path.display().to_string());
    let loaded = match options.settings.read(path.as_deref()) {
        Ok(loaded) => loaded,
        Err(error) if options.json => {
            let problems = error.problems();
            out_json(&json!({"file": path, "ok": false, "problems": problems, "warnings": []}))?;
            return Err(Usage(format!("{name}: {} problems", problems.len())).into());
        }
        Err(error) => return Err(Usage(error.to_string()).into()),
    };
    // Files it names are read where it is used: better to hear of them now.
    if let Some(policy) = &loaded.config.policy {
        read_policy(policy)?;
    }
    if let Some(capture) = &loaded.config.capture
        && !capture.is_dir()
    {
        let shown = absolute(capture);
        return Err(Usage(format!("capture: {} is no directory", shown.display())).into());
    }
    if options.json {
        let warnings = &loaded.warnings;
        return out_json(&json!({"file": path, "ok": true, "problems": [], "warnings": warnings}));
    }
    warn(&loaded);
    Ok(out(&format!("{name} is good"))?)
}

fn show(options: &File) -> anyhow::Result<()> {
    let path = options.path();
    let loaded = options.settings.load(path.as_deref())?;
    if options.json {
        let settings = &loaded.settings;
        return out_json(&json!({"file": path, "settings": settings}));
    }
    warn(&loaded);
    for Setting {
        option,
        value,
        from,
    } in &loaded.settings
    {
        let value = if value.is_null() {
            "not set".into()
        } else {
            value.to_string()
        };
        out(&format!("{option}\t{value}\t{from}"))?;
    }
    Ok(())
}

/// What is hardly meant.
pub(super) fn warn(loaded: &Loaded) {
    for warning in &loaded.warnings {
        note(&format!("tacit: WARNING: {warning}"));
    }
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.into())
}
