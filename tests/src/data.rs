//! A data directory with the keys of a project, made by the command line.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

use crate::process::{Done, bound, finish, tacit_bin};

/// The origin the publishable key allows.
pub const ORIGIN: &str = "https://chat.example";

/// What makes a secret key that may do everything.
pub const ALL_SCOPES: [&str; 6] = ["--scope", "ingest", "--scope", "read", "--scope", "admin"];

/// A fresh data directory, removed when dropped.
#[derive(Debug)]
pub struct Data {
    directory: TempDir,
    /// Publishable key of project `shop`: any origin, texts of edits are kept.
    pub publishable: String,
    /// Secret key of project `shop`; may do everything.
    pub secret: String,
    /// The address of its store, if that is not in the directory.
    pub store: Option<String>,
}

impl Default for Data {
    fn default() -> Self {
        Self::new()
    }
}

impl Data {
    /// A fresh directory with the project `shop` and its two keys.
    #[must_use]
    pub fn new() -> Self {
        Self::bare().with_keys()
    }

    /// As [`Data::new`], with its facts at `store`.
    #[must_use]
    pub fn at(store: &str) -> Self {
        let store = Some(store.to_owned());
        Self::bare().with_store(store).with_keys()
    }

    /// The same directory and keys, said to be of that store.
    #[must_use]
    pub fn with_store(self, store: Option<String>) -> Self {
        Self { store, ..self }
    }

    /// A directory of another collector of the same store, with the same keys.
    #[must_use]
    pub fn another(&self) -> Self {
        Self {
            publishable: self.publishable.clone(),
            secret: self.secret.clone(),
            store: self.store.clone(),
            ..Self::bare()
        }
    }

    fn with_keys(mut self) -> Self {
        let data = &mut self;
        data.publishable = data.key("shop", "publishable", &["--content", "edits"]);
        data.secret = data.key("shop", "secret", &ALL_SCOPES);
        self
    }

    /// A directory in which nothing is yet.
    #[must_use]
    pub fn bare() -> Self {
        Self {
            directory: TempDir::with_prefix("tacit-test-").expect("a temporary directory"),
            publishable: String::new(),
            secret: String::new(),
            store: None,
        }
    }

    /// A new key of `project`.
    #[must_use]
    pub fn key(&self, project: &str, kind: &str, more: &[&str]) -> String {
        let mut args = vec!["keys", "create", "--project", project, "--kind", kind];
        args.extend(more);
        args.push("--json");
        let made = self.cli(&args).ok().json();
        made["key"].as_str().expect("a key").to_owned()
    }

    /// Runs `tacit` on this directory.
    #[must_use]
    pub fn cli(&self, args: &[&str]) -> Done {
        let path = self.path();
        let path = path.to_str().expect("a UTF-8 path");
        let mut command = bound(tacit_bin());
        command.args(args).args(["--data", path]);
        self.tell_store(&mut command);
        finish(command.env_remove("RUST_LOG"))
    }

    /// Tells a process where the facts are, as one should: not on its command line.
    pub fn tell_store(&self, command: &mut Command) {
        if let Some(store) = &self.store {
            command.env("TACIT_STORE", store);
        }
    }

    /// `tacit export` of `format` to stdout, as of `as_of` (Unix ms).
    #[must_use]
    pub fn export(&self, format: &str, as_of: u64) -> String {
        let as_of = as_of.to_string();
        let done = self.cli(&["export", "--format", format, "--as-of", &as_of]);
        done.ok().text().to_owned()
    }

    /// What `--data` is given.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    /// A file beside the data.
    #[must_use]
    pub fn beside(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Writes a configuration and gives its path.
    #[must_use]
    pub fn config(&self, toml: &str) -> PathBuf {
        let path = self.beside("tacit.toml");
        std::fs::write(&path, toml).expect("a writable directory");
        path
    }

    /// The database.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.path().join("tacit.sqlite")
    }
}

/// A path as an argument.
#[must_use]
pub fn arg(path: &Path) -> &str {
    path.to_str().expect("a UTF-8 path")
}
