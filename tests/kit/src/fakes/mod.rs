//! Stand-ins for the ports that are no storage: predictable, fast, and honest enough to pass their ports' contracts.

mod checksum;
mod clock;
mod composer;
mod credential_verifier;
mod email_change_tokens;
mod failed_logins;
mod failures;
mod ids;
mod notifier;
mod password_hasher;
mod password_reset_tokens;
mod token_issuer;
mod verification_tokens;

pub use clock::ManualClock;
pub use composer::FakeComposer;
pub use credential_verifier::FakeCredentialVerifier;
pub use email_change_tokens::FakeEmailChangeTokens;
pub use failed_logins::FakeFailedLogins;
pub use ids::SequentialIds;
pub use notifier::RecordingNotifier;
pub use password_hasher::FakePasswordHasher;
pub use password_reset_tokens::FakePasswordResetTokens;
pub use token_issuer::FakeTokenIssuer;
pub use verification_tokens::FakeVerificationTokens;
