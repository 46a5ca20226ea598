use crate::{Membership, membership::notify};
use library_member_domain::Email;
use library_notification_domain::NotificationKind;
use library_shared_domain::{Clock, DependencyError, IdGenerator, NotificationId, UnitOfWork};
use std::sync::Arc;

/// Queues another mail that asks a member to prove their address: the first one may have been lost, or its token have expired.
pub struct ResendVerification {
    units: Arc<dyn UnitOfWork<Membership>>,
    ids: Arc<dyn IdGenerator>,
    clock: Arc<dyn Clock>,
}

impl ResendVerification {
    /// The use case on these ports.
    pub fn new(units: Arc<dyn UnitOfWork<Membership>>, ids: Arc<dyn IdGenerator>, clock: Arc<dyn Clock>) -> Self {
        Self { units, ids, clock }
    }

    /// Queues the mail where a member has this address and has yet to verify it, unless one waits already. Whether that is so, is
    /// not for the caller to know.
    ///
    /// # Errors
    /// Only those of the machinery.
    #[tracing::instrument(name = "resend_verification", skip_all)]
    pub async fn execute(&self, email: &Email) -> Result<(), DependencyError> {
        let unit = self.units.begin().await?;
        let Some(member) = unit.members.find_by_email(email).await?.filter(|member| !member.is_verified()) else {
            return Ok(());
        };
        let id = NotificationId::from(self.ids.generate());
        notify(unit, member.id(), NotificationKind::Verification, id, self.clock.now()).await
    }
}

#[cfg(test)]
mod tests {
    use super::ResendVerification;
    use crate::Membership;
    use library_member_domain::{Email, Member};
    use library_notification_domain::{NotificationKind, QueuedNotification, QueuedState};
    use library_shared_domain::{DependencyError, NotificationId};
    use library_testkit::{InMemoryLibrary, ManualClock, Port, Repositories, SequentialIds, a_member, now};
    use rstest::rstest;
    use std::sync::Arc;
    use time::Duration;

    fn resend_verification(library: &InMemoryLibrary) -> ResendVerification {
        ResendVerification::new(Membership::units(library), Arc::new(SequentialIds::new()), Arc::new(ManualClock::default()))
    }

    async fn given(library: &InMemoryLibrary, email: &str) -> Member {
        Repositories::from(library).given_member(a_member().with_email(email)).await
    }

    fn email(text: &str) -> Email {
        Email::parse(text).expect("an address")
    }

    async fn queue(library: &InMemoryLibrary) -> Vec<QueuedNotification> {
        library.notifications().list(10).await.expect("listed")
    }

    #[tokio::test]
    async fn a_member_who_is_not_verified_is_written_to_whatever_the_case_of_the_address() {
        let library = InMemoryLibrary::new();
        let (ada, _other) = (given(&library, "Ada@example.com").await, given(&library, "other@example.com").await);
        resend_verification(&library).execute(&email("aDA@Example.com")).await.expect("queued");
        let expected = QueuedNotification {
            id: NotificationId::from(SequentialIds::nth(1)),
            kind: NotificationKind::Verification,
            member_id: ada.id(),
            queued_at: now(),
            attempts: 0,
            last_error: None,
            state: QueuedState::Waiting { until: now() },
        };
        assert_eq!(queue(&library).await, [expected]);
    }

    #[tokio::test]
    async fn who_asks_again_and_again_gets_one_mail_until_that_is_sent() {
        let library = InMemoryLibrary::new();
        given(&library, "ada@example.com").await;
        let resend = resend_verification(&library);
        for _ in 0..3 {
            resend.execute(&email("ada@example.com")).await.expect("queued");
        }
        assert_eq!(queue(&library).await.len(), 1);
        library.notifications().claim(1, now(), Duration::MINUTE).await.expect("claimed");
        for _ in 0..3 {
            resend.execute(&email("ada@example.com")).await.expect("queued");
        }
        assert_eq!(queue(&library).await.len(), 2);
    }

    #[tokio::test]
    async fn to_an_address_that_is_nobodys_or_verified_nothing_is_sent_and_nothing_else_is_answered() {
        let library = InMemoryLibrary::new();
        Repositories::from(&library).given_member(a_member().with_email("verified@example.com").verified()).await;
        for address in ["nobody@example.com", "verified@example.com"] {
            resend_verification(&library).execute(&email(address)).await.expect("nothing to do");
        }
        assert_eq!(queue(&library).await, []);
    }

    #[rstest]
    #[case(Port::Begin)]
    #[case(Port::Members)]
    #[case(Port::Notifications)]
    #[case(Port::Commit)]
    #[tokio::test]
    async fn a_failing_store_is_told_of_and_queues_nothing(#[case] port: Port) {
        let library = InMemoryLibrary::new();
        given(&library, "ada@example.com").await;
        library.fail_next(port);
        let error = resend_verification(&library).execute(&email("ada@example.com")).await.expect_err("unavailable");
        assert!(matches!(error, DependencyError::Unavailable { .. }), "{error:?}");
        assert_eq!(queue(&library).await, []);
    }
}
