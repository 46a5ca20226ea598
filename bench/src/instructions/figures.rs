use crate::failure::{Failure, Outcome, While};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// How many times the committed figure a request may cost, and how few it has to before the figure is to be committed anew.
const MOST: f64 = 1.03;
const LEAST: f64 = 0.97;

/// The instructions of a request, by its kind.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Figures(BTreeMap<String, u32>);

/// What a comparison comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Verdict {
    /// The figure is about that which is committed.
    AsCommitted,
    /// The figure is better: the committed one would let it be lost again.
    Better(String),
    /// The figure is worse than is allowed, or one of the two is missing.
    Worse(String),
}

impl Figures {
    /// Adds the figure of a kind.
    pub fn insert(&mut self, kind: &str, instructions: u32) {
        self.0.insert(kind.to_owned(), instructions);
    }

    /// Writes them over those that are committed.
    ///
    /// # Errors
    /// Where that cannot be written.
    pub fn keep(&self) -> Outcome<()> {
        let text = serde_json::to_string_pretty(&self.0).doing("writing the figures as JSON")?;
        fs::write(file(), text + "\n").doing(file().display())?;
        println!("\nWritten to {}.", file().display());
        Ok(())
    }

    /// Compares them with those that are committed.
    ///
    /// # Errors
    /// Where one is worse than is allowed.
    pub fn check(&self) -> Outcome<()> {
        let text = fs::read_to_string(file()).doing(file().display())?;
        let committed = Self(serde_json::from_str(&text).doing(file().display())?);
        let mut complaints = Vec::new();
        println!();
        for verdict in self.against(&committed) {
            match verdict {
                Verdict::AsCommitted => {}
                Verdict::Better(text) => println!("{text} Commit the new figure: `scripts/bench instructions` writes it."),
                Verdict::Worse(text) => complaints.push(text),
            }
        }
        if complaints.is_empty() { Ok(()) } else { Err(Failure(complaints.join("\n"))) }
    }

    fn against(&self, committed: &Self) -> Vec<Verdict> {
        let compare =
            |(kind, new): (&String, &u32)| match committed.0.get(kind).map(|old| (old, f64::from(*new) / f64::from(*old))) {
                None => Verdict::Worse(format!("`{kind}` has no committed figure.")),
                Some((old, ratio)) if ratio > MOST => Verdict::Worse(format!(
                    "`{kind}` takes {new} instructions, {ratio:.3} times the {old} that are committed; {MOST} are allowed."
                )),
                Some((old, ratio)) if ratio < LEAST => {
                    Verdict::Better(format!("`{kind}` takes {new} instructions, {ratio:.3} times the {old} that are committed."))
                }
                Some(_) => Verdict::AsCommitted,
            };
        let lost = committed.0.keys().filter(|kind| !self.0.contains_key(*kind));
        let lost = lost.map(|kind| Verdict::Worse(format!("`{kind}` is no longer counted.")));
        self.0.iter().map(compare).chain(lost).collect()
    }
}

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("instructions.json")
}

#[cfg(test)]
mod tests {
    use super::{Figures, Verdict};
    use rstest::rstest;

    fn figures(pairs: &[(&str, u32)]) -> Figures {
        let mut figures = Figures::default();
        for (kind, instructions) in pairs {
            figures.insert(kind, *instructions);
        }
        figures
    }

    #[rstest]
    #[case::the_same(1_000, "as committed")]
    #[case::a_little_more(1_030, "as committed")]
    #[case::too_much(1_031, "worse")]
    #[case::a_little_less(970, "as committed")]
    #[case::much_less(969, "better")]
    fn a_figure_is_judged_by_the_committed_one(#[case] new: u32, #[case] expected: &str) {
        let verdicts = figures(&[("read", new)]).against(&figures(&[("read", 1_000)]));
        let verdict = match verdicts.as_slice() {
            [Verdict::AsCommitted] => "as committed",
            [Verdict::Better(_)] => "better",
            [Verdict::Worse(_)] => "worse",
            _ => "something else",
        };
        assert_eq!(verdict, expected);
    }

    #[test]
    fn a_figure_that_has_no_other_to_be_compared_with_is_a_failure() {
        let verdicts = figures(&[("read", 1)]).against(&figures(&[("write", 1)]));
        assert!(matches!(verdicts.as_slice(), [Verdict::Worse(_), Verdict::Worse(_)]), "{verdicts:?}");
    }
}
