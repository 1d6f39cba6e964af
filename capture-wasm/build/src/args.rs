//! The command line.

use std::path::PathBuf;

pub(crate) const USAGE: &str =
    "usage: tacit-capture-build [--force] [--route installed|rustup|debian] [--root DIR]

  --force   build even if no input has changed
  --route   take this way to a Wasm toolchain and no other
  --root    the repository, when it is not the one this was compiled in";

/// One way to a compiler that can write Wasm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// The current toolchain already has the target.
    Installed,
    /// rustup can fetch the target.
    Rustup,
    /// Debian's own compiler, building the standard library from its sources.
    Debian,
}

impl Route {
    fn parse(name: &str) -> Option<Self> {
        match name {
            "installed" => Some(Self::Installed),
            "rustup" => Some(Self::Rustup),
            "debian" => Some(Self::Debian),
            _ => None,
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct Args {
    pub(crate) force: bool,
    pub(crate) route: Option<Route>,
    pub(crate) root: Option<PathBuf>,
}

impl Args {
    pub(crate) fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut args = Self::default();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--force" => args.force = true,
                "--route" => {
                    let name = words.next().unwrap_or_default();
                    let route = Route::parse(&name).ok_or(format!("no such route: {name:?}"))?;
                    args.route = Some(route);
                }
                "--root" => {
                    let root = words.next().ok_or("--root needs a folder")?;
                    args.root = Some(PathBuf::from(root));
                }
                other => return Err(format!("unknown argument: {other}")),
            }
        }
        Ok(args)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Args, String> {
        Args::parse(line.split_whitespace().map(String::from))
    }

    #[test]
    fn every_option_is_read() {
        let args = parse("--force --route debian --root elsewhere").unwrap();
        assert!(args.force);
        assert_eq!(args.route, Some(Route::Debian));
        assert_eq!(args.root, Some(PathBuf::from("elsewhere")));
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        assert!(parse("--fast").is_err());
        assert!(parse("--route nix").is_err());
        assert!(parse("--root").is_err());
    }
}
