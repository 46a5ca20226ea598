use library_shared_domain::text_value;
use std::fmt;

text_value! {
    /// What a notification is about, in a line.
    pub struct Subject: 1..=200 characters;
}

text_value! {
    /// What a notification says.
    pub struct Body: 1..=100_000 characters;
}

/// A message to somebody, with no channel in it: it can be sent as a mail, and as well in other ways.
#[derive(Clone, PartialEq, Eq)]
pub struct Notification {
    /// What it is about.
    pub subject: Subject,
    /// What it says.
    pub body: Body,
}

impl fmt::Debug for Notification {
    /// What a notification says is personal and may hold a token.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Notification([redacted])")
    }
}

/// Whom a notification goes to.
#[derive(Clone, PartialEq, Eq)]
pub struct Recipient {
    /// Their address on the notifier's channel.
    pub address: String,
}

impl fmt::Debug for Recipient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Recipient([redacted])")
    }
}

/// A notification and whom it goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Whom it goes to.
    pub recipient: Recipient,
    /// What it says.
    pub notification: Notification,
}

#[cfg(test)]
mod tests {
    use super::{Body, Notification, Subject};
    use library_shared_domain::InvalidText;

    #[test]
    fn neither_subject_nor_body_is_empty() {
        assert_eq!(Subject::parse("  "), Err(InvalidText::Empty));
        assert_eq!(Body::parse("\n"), Err(InvalidText::Empty));
    }

    #[test]
    fn a_notification_is_not_printed() {
        let notification = Notification {
            subject: Subject::parse("Welcome").expect("a subject"),
            body: Body::parse("token=1").expect("a body"),
        };
        assert!(!format!("{notification:?}").contains("token"));
    }
}
