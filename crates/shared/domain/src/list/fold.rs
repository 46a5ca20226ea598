use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// How many characters of a folded text count where texts are put in order: more than an index takes is of no use there.
pub const ORDER_KEY_LENGTH: usize = 200;

/// A text as it is compared where neither case nor accents count: compatibility decomposition (Unicode Standard Annex 15, NFKD)
/// without its combining marks, in lower case. The Greek final sigma is a sigma.
///
/// ```
/// assert_eq!(library_shared_domain::fold("Émile ΟΔΟΣ"), "emile οδοσ");
/// ```
#[must_use]
pub fn fold(text: &str) -> String {
    text.nfkd()
        .filter(|character| !is_combining_mark(*character))
        .flat_map(char::to_lowercase)
        // What lower case leaves behind, such as the dot above of a capital that had one.
        .filter(|character| !is_combining_mark(*character))
        .map(|character| if character == 'ς' { 'σ' } else { character })
        .collect()
}

/// What a text is put in order by: the beginning of what it is folded to.
#[must_use]
pub fn order_key(text: &str) -> String {
    fold(text).chars().take(ORDER_KEY_LENGTH).collect()
}

/// The words of a text, folded: its runs of letters and digits.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    fold(text).split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::{ORDER_KEY_LENGTH, fold, order_key, words};
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("Émile Zola", "emile zola")]
    #[case("e\u{301}", "e")]
    #[case("ÄRGER", "arger")]
    #[case("ﬁn", "fin")]
    #[case("İstanbul", "istanbul")]
    #[case("ΟΔΥΣΣΕΥΣ", "οδυσσευσ")]
    #[case("Οδυσσεύς", "οδυσσευσ")]
    #[case("Пикник", "пикник")]
    fn neither_case_nor_accents_count(#[case] text: &str, #[case] folded: &str) {
        assert_eq!(fold(text), folded);
    }

    #[test]
    fn words_are_runs_of_letters_and_digits() {
        assert_eq!(words("“The Sorcerer's Stone” (Harry Potter, #1)"), ["the", "sorcerer", "s", "stone", "harry", "potter", "1"]);
        assert_eq!(words("-- ' \" * ( : \0"), Vec::<String>::new());
    }

    proptest! {
        #[test]
        fn what_is_folded_stays_as_it_is(text in any::<String>()) {
            prop_assert_eq!(fold(&fold(&text)), fold(&text));
            prop_assert!(order_key(&text).chars().count() <= ORDER_KEY_LENGTH);
            prop_assert!(fold(&text).starts_with(&order_key(&text)));
        }
    }
}
