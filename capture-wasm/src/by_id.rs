//! A map by output id. A sorted vector does: outputs of a page are few, and a
//! tree's code would be a tenth of the module.

use tacit_signals::Id;

/// Values by output id, in the ids' order.
#[derive(Debug, Clone)]
pub struct ById<V>(Vec<(Id, V)>);

impl<V> Default for ById<V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<V> ById<V> {
    /// The value of `id`.
    #[must_use]
    pub fn get(&self, id: &Id) -> Option<&V> {
        let place = self.place(id).ok()?;
        self.0.get(place).map(|(_, value)| value)
    }

    /// The value of `id`, to change.
    pub fn get_mut(&mut self, id: &Id) -> Option<&mut V> {
        let place = self.place(id).ok()?;
        self.0.get_mut(place).map(|(_, value)| value)
    }

    /// The value of `id`, which is `new` if there was none.
    #[expect(clippy::indexing_slicing, reason = "found or put there just before")]
    pub fn get_or_insert(&mut self, id: &Id, new: V) -> &mut V {
        let place = match self.place(id) {
            Ok(place) => place,
            Err(place) => {
                self.0.insert(place, (id.clone(), new));
                place
            }
        };
        &mut self.0[place].1
    }

    /// All of them.
    #[must_use]
    pub fn all(&self) -> &[(Id, V)] {
        &self.0
    }

    /// All of them, to change the values.
    pub fn all_mut(&mut self) -> &mut [(Id, V)] {
        &mut self.0
    }

    fn place(&self, id: &Id) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| known.cmp(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_one_value_an_id_in_order() {
        let id = |name| Id::parse("output", name).unwrap();
        let mut map = ById::default();
        for (name, value) in [("b", 1), ("a", 2), ("b", 3)] {
            *map.get_or_insert(&id(name), 0) += value;
        }
        assert_eq!(map.get(&id("b")), Some(&4));
        assert_eq!(map.get_mut(&id("c")), None);
        assert_eq!(map.all(), [(id("a"), 2), (id("b"), 4)]);
    }
}
