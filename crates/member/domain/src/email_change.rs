use crate::{Email, InvalidVerificationToken, VerificationToken};
use library_shared_domain::{DependencyError, MemberId};

/// The port that makes and checks the tokens by which a member proves an address that is to take the place of theirs.
///
/// A token is mailed to that address and bound to it: while the member has another one in mind, it is not good.
pub trait EmailChangeTokenIssuer: Send + Sync {
    /// Makes a token for a member that proves this address, which expires after a while.
    ///
    /// # Errors
    /// Only those of the machinery.
    fn issue(&self, member_id: MemberId, address: &Email) -> Result<VerificationToken, DependencyError>;

    /// Tells whose token this is. Which address it proves, only [`verify`](Self::verify) tells.
    ///
    /// # Errors
    /// Where it is no token of an address that is to change, or has expired.
    fn member_of(&self, token: &str) -> Result<MemberId, InvalidVerificationToken>;

    /// Checks that the token was made for this member and this address.
    ///
    /// # Errors
    /// Where it was not, or has expired.
    fn verify(&self, token: &str, member_id: MemberId, address: &Email) -> Result<(), InvalidVerificationToken>;
}
