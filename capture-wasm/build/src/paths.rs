//! Where things are, once.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

/// Name of the crate's module, as cargo writes it and the glue asks for it.
pub(crate) const STEM: &str = "tacit_capture";

#[derive(Debug)]
pub(crate) struct Paths {
    pub(crate) root: PathBuf,
    pub(crate) capture: PathBuf,
    /// What the pages get; git-ignored.
    pub(crate) dist: PathBuf,
    /// The Wasm build's own target folder, so that it never waits for, or
    /// throws away, what a native build has locked.
    pub(crate) target: PathBuf,
    /// wasm-bindgen's output.
    pub(crate) glue: PathBuf,
    /// The package before it is published into `dist`.
    pub(crate) staging: PathBuf,
}

impl Paths {
    pub(crate) fn find(root: Option<&Path>) -> Result<Self> {
        let root = match root {
            Some(root) => root.to_path_buf(),
            None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."),
        };
        ensure!(
            root.join("capture-wasm/Cargo.toml").is_file(),
            "{} is not the repository: say where it is with --root",
            root.display()
        );
        let root = root.canonicalize()?;
        let capture = root.join("capture-wasm");
        // A relative CARGO_TARGET_DIR is relative to where cargo was started.
        let target = match std::env::var_os("CARGO_TARGET_DIR") {
            Some(dir) => std::path::absolute(PathBuf::from(dir))?,
            None => root.join("target"),
        }
        .join("wasm");
        Ok(Self {
            dist: capture.join("dist"),
            glue: target.join("glue"),
            staging: target.join("package"),
            root,
            capture,
            target,
        })
    }

    /// Which names of module and glue became which.
    pub(crate) fn names(&self) -> PathBuf {
        self.glue.join("names.tsv")
    }

    pub(crate) fn wasm(&self) -> PathBuf {
        self.glue.join(format!("{STEM}_bg.wasm"))
    }
}
