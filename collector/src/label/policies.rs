//! The policies a collector knows: the built-in one and, where it was given one,
//! the site's own.

use super::policy::{Policy, PolicyError};

/// The policies to choose from; never none.
#[derive(Debug, Clone)]
pub struct Policies {
    built_in: Policy,
    own: Option<Policy>,
}

impl Policies {
    /// The built-in one alone.
    pub fn built_in() -> Result<Self, PolicyError> {
        Ok(Self {
            built_in: Policy::default_policy()?,
            own: None,
        })
    }

    /// With the site's own, which then holds where nobody asks for another.
    #[must_use]
    pub fn with(self, own: Policy) -> Self {
        let own = Some(own);
        Self { own, ..self }
    }

    /// The one that `asked` names, by name, `name@version` or full reference; the
    /// site's own before the built-in one, also where nobody asked.
    #[must_use]
    pub fn named(&self, asked: Option<&str>) -> Option<&Policy> {
        self.all()
            .find(|policy| asked.is_none_or(|asked| policy.is_named(asked)))
    }

    /// All of them, the one that holds first.
    pub fn all(&self) -> impl Iterator<Item = &Policy> {
        self.own.iter().chain([&self.built_in])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(name: &str) -> Policies {
        let file = Policy::default_toml().replace("name = \"default\"", name);
        let own = Policy::parse(&file).unwrap();
        Policies::built_in().unwrap().with(own)
    }

    #[test]
    fn its_own_policy_holds_and_the_built_in_one_can_be_asked_for() {
        let policies = own("name = \"mine\"");
        let named = |asked| policies.named(asked).map(Policy::reference);
        assert!(named(None).unwrap().starts_with("mine@1#"));
        let built_in = Policy::default_policy().unwrap().reference();
        for asked in ["default", "default@1", &built_in] {
            assert_eq!(named(Some(asked)), Some(built_in.clone()), "{asked}");
        }
        assert_eq!(named(Some("mine")), named(None));
        assert_eq!(named(Some("default@2")), None);
        assert_eq!(named(Some("")), None);
    }

    #[test]
    fn an_own_policy_may_take_the_built_in_ones_name() {
        let policies = own("# changed\nname = \"default\"");
        let own = policies.named(None).unwrap().reference();
        let built_in = Policy::default_policy().unwrap().reference();
        assert_ne!(own, built_in);
        assert_eq!(policies.named(Some("default")).unwrap().reference(), own);
        let asked = policies.named(Some(&built_in)).unwrap();
        assert_eq!(asked.reference(), built_in);
    }
}
