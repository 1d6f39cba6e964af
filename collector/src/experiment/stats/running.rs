//! The p-value of many looks.

/// Smallest always-valid p so far: what stands at any time, whenever one stops.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RunningP(f64);

impl Default for RunningP {
    fn default() -> Self {
        Self(1.0)
    }
}

impl RunningP {
    /// One more look; what stands after it.
    pub fn look(&mut self, p: f64) -> f64 {
        self.0 = self.0.min(p);
        self.0
    }

    /// What stands.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_once_seen_stays() {
        let mut running = RunningP::default();
        assert_eq!(running.get(), 1.0);
        let seen = [0.4, 0.02, 0.3, f64::NAN].map(|p| running.look(p));
        assert_eq!(seen, [0.4, 0.02, 0.02, 0.02]);
    }
}
