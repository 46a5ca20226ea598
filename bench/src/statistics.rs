use serde::{Deserialize, Serialize};

/// What several rounds of one measurement came to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// The middle one, or the mean of the two in the middle: one disturbed round does not move it.
    pub median: f64,
    /// The least.
    pub least: f64,
    /// The most.
    pub most: f64,
}

impl Spread {
    /// The spread of these; `None` where there are none, or something that is no number.
    #[must_use]
    pub fn of(values: &[f64]) -> Option<Self> {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (least, most) = (*sorted.first()?, *sorted.last()?);
        let upper = sorted.len() / 2;
        let median = if sorted.len() % 2 == 1 { sorted[upper] } else { f64::midpoint(sorted[upper - 1], sorted[upper]) };
        sorted.iter().all(|value| value.is_finite()).then_some(Self { median, least, most })
    }
}

#[cfg(test)]
mod tests {
    use super::Spread;
    use rstest::rstest;

    #[rstest]
    #[case::one(&[3.0], 3.0, 3.0, 3.0)]
    #[case::an_odd_number_in_any_order(&[9.0, 1.0, 5.0], 5.0, 1.0, 9.0)]
    #[case::an_even_number(&[4.0, 1.0, 2.0, 100.0], 3.0, 1.0, 100.0)]
    fn the_median_is_in_the_middle(#[case] values: &[f64], #[case] median: f64, #[case] least: f64, #[case] most: f64) {
        assert_eq!(Spread::of(values), Some(Spread { median, least, most }));
    }

    #[test]
    fn nothing_and_what_is_no_number_have_none() {
        assert_eq!(Spread::of(&[]), None);
        assert_eq!(Spread::of(&[1.0, f64::NAN]), None);
        assert_eq!(Spread::of(&[1.0, f64::INFINITY]), None);
    }
}
