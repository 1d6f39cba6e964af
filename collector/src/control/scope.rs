//! What a secret key may do.

use std::fmt;

use serde::{Serialize, Serializer};
use thiserror::Error;

/// One thing a secret key may be allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Scope {
    /// Register outputs, send signals and spans.
    Ingest,
    /// Read everything of the project, exports and builds as well.
    Read,
    /// Keys, erasures, experiments and releases.
    Admin,
}

impl Scope {
    const ALL: [Self; 3] = [Self::Ingest, Self::Read, Self::Admin];

    /// Its name, everywhere.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Read => "read",
            Self::Admin => "admin",
        }
    }

    const fn bit(self) -> u8 {
        match self {
            Self::Ingest => 1,
            Self::Read => 2,
            Self::Admin => 4,
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of scopes. None includes another: an operator's key that also registers names
/// both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scopes(u8);

/// A scope nobody knows.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0} is no scope; known are ingest, read and admin")]
pub struct UnknownScope(pub String);

impl Scopes {
    /// None: publishable keys add signals, and nothing else.
    pub const NONE: Self = Self(0);

    /// What a secret key may do when nothing is said: serve an app. What cannot be
    /// taken back has to be asked for.
    pub const DEFAULT: Self = Self::of(&[Scope::Ingest, Scope::Read]);

    /// Everything.
    pub const ALL: Self = Self::of(&Scope::ALL);

    /// Exactly these.
    #[must_use]
    pub const fn of(scopes: &[Scope]) -> Self {
        let (mut bits, mut at) = (0, 0);
        while at < scopes.len() {
            bits |= scopes[at].bit();
            at += 1;
        }
        Self(bits)
    }

    /// Whether `scope` is among them.
    #[must_use]
    pub const fn has(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// Whether all of `others` are among them.
    #[must_use]
    pub const fn cover(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }

    /// Their names, always in the same order.
    #[must_use]
    pub fn names(self) -> Vec<&'static str> {
        let scopes = Scope::ALL.into_iter();
        scopes
            .filter(|scope| self.has(*scope))
            .map(Scope::name)
            .collect()
    }

    /// By their names.
    pub fn from_names<S: AsRef<str>>(
        names: impl IntoIterator<Item = S>,
    ) -> Result<Self, UnknownScope> {
        let mut bits = 0;
        for name in names {
            let name = name.as_ref();
            let scope = Scope::ALL.into_iter().find(|scope| scope.name() == name);
            bits |= scope.ok_or_else(|| UnknownScope(name.into()))?.bit();
        }
        Ok(Self(bits))
    }
}

impl Serialize for Scopes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.names().serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_scope_includes_another() {
        for one in Scope::ALL {
            for other in Scope::ALL {
                assert_eq!(Scopes::of(&[one]).has(other), one == other);
            }
        }
        assert!(Scopes::ALL.cover(Scopes::DEFAULT));
        assert!(!Scopes::DEFAULT.cover(Scopes::ALL));
        assert!(!Scopes::DEFAULT.has(Scope::Admin));
    }

    #[test]
    fn names_lead_back() {
        for bits in 0..8 {
            let scopes = Scopes(bits);
            assert_eq!(Scopes::from_names(scopes.names()), Ok(scopes));
        }
        let error = Scopes::from_names(["read", "root"]).unwrap_err();
        assert_eq!(error, UnknownScope("root".into()));
    }
}
