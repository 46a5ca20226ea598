use library_shared_domain::text_value;

text_value! {
    /// The name of a member.
    pub struct MemberName: 1..=200 characters;
}

#[cfg(test)]
mod tests {
    use super::MemberName;
    use library_shared_domain::InvalidText;

    #[test]
    fn a_name_has_one_to_two_hundred_characters() {
        assert_eq!(MemberName::parse(" Ada ").map(MemberName::into_string), Ok("Ada".to_owned()));
        assert!(MemberName::parse(&"ß".repeat(200)).is_ok());
        assert_eq!(MemberName::parse(&"ß".repeat(201)), Err(InvalidText::TooLong { maximum: 200 }));
        assert_eq!(MemberName::parse("   "), Err(InvalidText::Empty));
    }
}
