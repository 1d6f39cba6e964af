//! Where things are, once.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

/// A Wasm module: its crate, and its name as cargo writes it and the glue asks
/// for it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Module {
    pub(crate) package: &'static str,
    pub(crate) stem: &'static str,
}

/// The core, and what only pages with edited or accepted text load.
pub(crate) const MODULES: [Module; 2] = [
    Module {
        package: "tacit-capture",
        stem: "tacit_capture",
    },
    Module {
        package: "tacit-capture-texts",
        stem: "tacit_capture_texts",
    },
];

#[derive(Debug)]
pub(crate) struct Paths {
    pub(crate) root: PathBuf,
    pub(crate) capture: PathBuf,
    /// What the pages get; git-ignored.
    pub(crate) dist: PathBuf,
    /// The Wasm build's own target folder, so that it never waits for, or
    /// throws away, what a native build has locked.
    pub(crate) target: PathBuf,
    /// wasm-bindgen's output, a folder for each module.
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

    pub(crate) fn glue_of(&self, module: Module) -> PathBuf {
        self.glue.join(module.stem)
    }

    /// Which names of module and glue became which.
    pub(crate) fn names(&self, module: Module) -> PathBuf {
        self.glue_of(module).join("names.tsv")
    }

    pub(crate) fn wasm(&self, module: Module) -> PathBuf {
        self.glue_of(module)
            .join(format!("{}_bg.wasm", module.stem))
    }
}
