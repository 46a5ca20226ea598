use library_notification_domain::{Body, Message, Notification, Recipient, Subject};

/// A short message to somebody.
#[must_use]
pub fn a_message() -> Message {
    Message {
        recipient: Recipient { address: "ada@example.com".to_owned() },
        notification: Notification {
            subject: Subject::parse("Welcome to the library").expect("a subject"),
            body: Body::parse("Hello Ada,\n\nthe library is open.").expect("a body"),
        },
    }
}
