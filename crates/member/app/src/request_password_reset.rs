use crate::{Membership, membership::notify};
use library_member_domain::Email;
use library_notification_domain::NotificationKind;
use library_shared_domain::{Clock, DependencyError, IdGenerator, NotificationId, UnitOfWork};
use std::sync::Arc;

/// Queues the mail by which a member whose password is forgotten sets a new one.
pub struct RequestPasswordReset {
    units: Arc<dyn UnitOfWork<Membership>>,
    ids: Arc<dyn IdGenerator>,
    clock: Arc<dyn Clock>,
}

impl RequestPasswordReset {
    /// The use case on these ports.
    pub fn new(units: Arc<dyn UnitOfWork<Membership>>, ids: Arc<dyn IdGenerator>, clock: Arc<dyn Clock>) -> Self {
        Self { units, ids, clock }
    }

    /// Queues the mail where a member has this address, verified or not, unless one waits already. Whether that is so, is not for
    /// the caller to know.
    ///
    /// # Errors
    /// Only those of the machinery.
    #[tracing::instrument(name = "request_password_reset", skip_all)]
    pub async fn execute(&self, email: &Email) -> Result<(), DependencyError> {
        let unit = self.units.begin().await?;
        let Some(member) = unit.members.find_by_email(email).await? else { return Ok(()) };
        let id = NotificationId::from(self.ids.generate());
        notify(unit, member.id(), NotificationKind::PasswordReset, id, self.clock.now()).await
    }
}

#[cfg(test)]
mod tests {
    use super::RequestPasswordReset;
    use crate::Membership;
    use library_member_domain::Email;
    use library_notification_domain::NotificationKind;
    use library_shared_domain::{DependencyError, MemberId};
    use library_testkit::{InMemoryLibrary, ManualClock, Port, Repositories, SequentialIds, a_member};
    use rstest::rstest;
    use std::sync::Arc;

    fn request_password_reset(library: &InMemoryLibrary) -> RequestPasswordReset {
        RequestPasswordReset::new(Membership::units(library), Arc::new(SequentialIds::new()), Arc::new(ManualClock::default()))
    }

    fn email(text: &str) -> Email {
        Email::parse(text).expect("an address")
    }

    async fn queue(library: &InMemoryLibrary) -> Vec<(NotificationKind, MemberId)> {
        let queue = library.notifications().list(10).await.expect("listed");
        queue.into_iter().map(|queued| (queued.kind, queued.member_id)).collect()
    }

    #[tokio::test]
    async fn a_member_is_written_to_once_verified_or_not_whatever_the_case_of_the_address() {
        let library = InMemoryLibrary::new();
        let seen = Repositories::from(&library);
        let ada = seen.given_member(a_member().with_email("Ada@example.com")).await;
        let grace = seen.given_member(a_member().with_email("grace@example.com").verified()).await;
        let request = request_password_reset(&library);
        for address in ["aDA@Example.com", "grace@example.com", "ada@example.com", "grace@example.com"] {
            request.execute(&email(address)).await.expect("queued");
        }
        let kind = NotificationKind::PasswordReset;
        assert_eq!(queue(&library).await, [(kind, ada.id()), (kind, grace.id())]);
    }

    #[tokio::test]
    async fn to_an_address_that_is_nobodys_nothing_is_sent_and_nothing_else_is_answered() {
        let library = InMemoryLibrary::new();
        Repositories::from(&library).given_member(a_member().verified()).await;
        request_password_reset(&library).execute(&email("nobody@example.com")).await.expect("nothing to do");
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
        Repositories::from(&library).given_member(a_member().with_email("ada@example.com")).await;
        library.fail_next(port);
        let error = request_password_reset(&library).execute(&email("ada@example.com")).await.expect_err("unavailable");
        assert!(matches!(error, DependencyError::Unavailable { .. }), "{error:?}");
        assert_eq!(queue(&library).await, []);
    }
}
