//! Several comparisons: what each may say when all of them are looked at.
//!
//! For the primary metric the α is shared by the treatment arms ([`bonferroni`]), so
//! that every interval holds at once. For secondary metrics p-values are adjusted
//! ([`holm`]: the chance of any false finding; [`benjamini_hochberg`]: the share of
//! false ones among the findings). Benjamini–Hochberg asks for independent or
//! positively dependent p-values, which metrics of the same people need not have;
//! [`e_benjamini_hochberg`] holds under any dependence (Wang & Ramdas 2022, "False
//! discovery rate control with e-values").
//!
//! Guardrails are not corrected: a release is held by any one of them, so the chance
//! of passing a harm is that of a single test (intersection–union).

/// The α of each of `comparisons` that together keep `alpha`.
#[must_use]
pub fn bonferroni(alpha: f64, comparisons: usize) -> f64 {
    alpha / comparisons.max(1) as f64
}

/// Holm's (1979) adjusted p-values, in the given order.
#[must_use]
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut adjusted = vec![1.0; p.len()];
    let mut largest: f64 = 0.0;
    for (rank, place) in ascending(p).into_iter().enumerate() {
        let left = (p.len() - rank) as f64;
        largest = largest.max((left * p[place]).min(1.0));
        adjusted[place] = largest;
    }
    adjusted
}

/// Benjamini & Hochberg's (1995) adjusted p-values, in the given order.
#[must_use]
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let mut adjusted = vec![1.0; p.len()];
    let mut smallest: f64 = 1.0;
    for (rank, place) in ascending(p).into_iter().enumerate().rev() {
        let share = p.len() as f64 / (rank + 1) as f64;
        smallest = smallest.min(share * p[place]);
        adjusted[place] = smallest;
    }
    adjusted
}

/// Adjusted 1/e of e-BH, in the given order: at most α exactly for what e-BH finds at
/// false discovery rate α. Takes the e-values of the look one stops at, not the
/// largest ones so far.
#[must_use]
pub fn e_benjamini_hochberg(e: &[f64]) -> Vec<f64> {
    let inverse = |e: &f64| if *e > 0.0 { 1.0 / e } else { f64::INFINITY };
    let inverse: Vec<_> = e.iter().map(inverse).collect();
    benjamini_hochberg(&inverse)
}

/// Places in the order of their values; equal ones as they stand.
fn ascending(values: &[f64]) -> Vec<usize> {
    let mut places: Vec<_> = (0..values.len()).collect();
    places.sort_by(|left, right| values[*left].total_cmp(&values[*right]));
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    /// statsmodels 0.15, `multipletests(p, method="holm")` and `"fdr_bh"`.
    const P: [f64; 5] = [0.01, 0.04, 0.03, 0.005, 0.5];

    fn near(found: &[f64], wanted: &[f64]) {
        assert_eq!(found.len(), wanted.len());
        for (found, wanted) in found.iter().zip(wanted) {
            assert!((found - wanted).abs() < 1e-12, "{found} {wanted}");
        }
    }

    #[test]
    fn adjusted_p_values_are_the_references() {
        near(&holm(&P), &[0.04, 0.09, 0.09, 0.025, 0.5]);
        near(&benjamini_hochberg(&P), &[0.025, 0.05, 0.05, 0.025, 0.5]);
    }

    #[test]
    fn e_bh_finds_what_its_definition_says() {
        // k·e₍ₖ₎/K ≥ 1/α: 1·200/4 = 50, 2·45/4 = 22.5, 3·20/4 = 15, 4·2/4 = 2.
        let adjusted = e_benjamini_hochberg(&[20.0, 200.0, 2.0, 45.0]);
        near(&adjusted, &[1.0 / 15.0, 1.0 / 50.0, 0.5, 1.0 / 22.5]);
        let found = |alpha: f64| adjusted.iter().filter(|p| **p <= alpha).count();
        assert_eq!((found(0.05), found(0.07), found(0.01)), (2, 3, 0));
        near(&e_benjamini_hochberg(&[0.0, 0.5]), &[1.0, 1.0]);
    }

    #[test]
    fn one_comparison_is_not_corrected_and_none_is_nothing() {
        assert_eq!(holm(&[0.03]), [0.03]);
        assert_eq!(benjamini_hochberg(&[0.03]), [0.03]);
        assert_eq!(holm(&[]), Vec::<f64>::new());
        assert_eq!((bonferroni(0.05, 1), bonferroni(0.05, 0)), (0.05, 0.05));
        assert_eq!(bonferroni(0.05, 4), 0.012_5);
    }
}
