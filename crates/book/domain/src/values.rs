use library_shared_domain::text_value;

text_value! {
    /// The title of a book.
    pub struct Title: 1..=1_000 characters;
}

text_value! {
    /// Who wrote a book: one name or several, as the title page has them.
    pub struct Author: 1..=1_000 characters;
}

text_value! {
    /// What a book is about; empty where nobody has said.
    #[derive(Default)]
    pub struct Description: 0..=10_000 characters;
}

#[cfg(test)]
mod tests {
    use super::{Author, Description, Title};
    use library_shared_domain::InvalidText;

    #[test]
    fn a_title_and_an_author_have_one_to_a_thousand_characters() {
        assert_eq!(Title::parse("  Momo "), Title::parse("Momo"));
        assert!(Title::parse(&"é".repeat(1_000)).is_ok());
        assert_eq!(Title::parse(&"é".repeat(1_001)), Err(InvalidText::TooLong { maximum: 1_000 }));
        assert_eq!(Title::parse(" "), Err(InvalidText::Empty));
        assert!(Author::parse(&"é".repeat(1_000)).is_ok());
        assert_eq!(Author::parse(&"é".repeat(1_001)), Err(InvalidText::TooLong { maximum: 1_000 }));
        assert_eq!(Author::parse("\t"), Err(InvalidText::Empty));
    }

    #[test]
    fn a_description_may_be_empty_and_has_at_most_ten_thousand_characters() {
        assert_eq!(Description::parse("  "), Ok(Description::default()));
        assert!(Description::parse(&"x".repeat(10_000)).is_ok());
        assert_eq!(Description::parse(&"x".repeat(10_001)), Err(InvalidText::TooLong { maximum: 10_000 }));
    }
}
