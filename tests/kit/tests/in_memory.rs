//! The library in memory and the fakes, held to the same contracts as the real adapters.

use library_auth_domain::{FailedLogins, TokenIssuer};
use library_member_domain::{EmailChangeTokenIssuer, PasswordHasher, PasswordResetTokenIssuer, VerificationTokenIssuer};
use library_shared_domain::Clock;
use library_testkit::{
    FakeEmailChangeTokens, FakeFailedLogins, FakePasswordHasher, FakePasswordResetTokens, FakeTokenIssuer,
    FakeVerificationTokens, InMemoryLibrary, World,
};
use std::{future::ready, sync::Arc};
use time::OffsetDateTime;

fn open() -> impl Future<Output = World> {
    ready(InMemoryLibrary::new().into())
}

fn password_hasher() -> Arc<dyn PasswordHasher> {
    Arc::new(FakePasswordHasher::new())
}

fn token_issuer(clock: Arc<dyn Clock>) -> Arc<dyn TokenIssuer> {
    Arc::new(FakeTokenIssuer::new(clock))
}

fn verification_token_issuer(clock: Arc<dyn Clock>) -> Arc<dyn VerificationTokenIssuer> {
    Arc::new(FakeVerificationTokens::new(clock))
}

fn password_reset_token_issuer(clock: Arc<dyn Clock>) -> Arc<dyn PasswordResetTokenIssuer> {
    Arc::new(FakePasswordResetTokens::new(clock))
}

fn email_change_token_issuer(clock: Arc<dyn Clock>) -> Arc<dyn EmailChangeTokenIssuer> {
    Arc::new(FakeEmailChangeTokens::new(clock))
}

/// The time that it really is, because this suite waits.
struct RealClock;

impl Clock for RealClock {
    #[expect(clippy::disallowed_methods, reason = "it stands in for the real clock, which this crate does not know")]
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }
}

fn failed_logins() -> impl Future<Output = Arc<dyn FailedLogins>> {
    let failed_logins: Arc<dyn FailedLogins> = Arc::new(FakeFailedLogins::new(Arc::new(RealClock)));
    ready(failed_logins)
}

library_testkit::failed_logins_contract!(failed_logins);
library_testkit::book_repository_contract!(open);
library_testkit::book_batches_contract!(open);
library_testkit::book_lists_contract!(open);
library_testkit::member_repository_contract!(open);
library_testkit::member_lists_contract!(open);
library_testkit::credential_repository_contract!(open);
library_testkit::loan_repository_contract!(open);
library_testkit::loan_lists_contract!(open);
library_testkit::refresh_token_repository_contract!(open);
library_testkit::account_directory_contract!(open);
library_testkit::notification_queue_contract!(open);
library_testkit::claim_repository_contract!(open);
library_testkit::unit_of_work_contract!(open);
library_testkit::password_hasher_contract!(password_hasher);
library_testkit::token_issuer_contract!(token_issuer);
library_testkit::verification_token_issuer_contract!(verification_token_issuer);
library_testkit::password_reset_token_issuer_contract!(password_reset_token_issuer);
library_testkit::email_change_token_issuer_contract!(email_change_token_issuer);
