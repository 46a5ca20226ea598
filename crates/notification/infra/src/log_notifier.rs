use async_trait::async_trait;
use library_notification_domain::{DeliveryError, Message, Notifier};
use library_shared_domain::NotificationId;

/// The target of the log line that a mail is printed in. A subscriber shows it whatever the log level: without a mail server it is
/// the only way in which a verification link reaches anybody.
pub const PRINTED_MAIL_TARGET: &str = "library::mail";

/// Prints messages into the log instead of sending them: for development, on a machine without a mail server.
#[derive(Debug, Clone, Copy, Default)]
pub struct LogNotifier;

#[async_trait]
impl Notifier for LogNotifier {
    async fn is_ready(&self) -> bool {
        true
    }

    async fn send(&self, id: NotificationId, message: &Message) -> Result<(), DeliveryError> {
        tracing::info!(
            target: PRINTED_MAIL_TARGET,
            notification_id = %id,
            recipient = message.recipient.address,
            subject = message.notification.subject.as_str(),
            body = %message.notification.body.as_str(),
            "email_skipped_no_smtp"
        );
        Ok(())
    }
}
