use crate::locked::locked;
use library_shared_domain::DependencyError;
use std::sync::Mutex;

/// What of an [`InMemoryLibrary`](crate::InMemoryLibrary) can be made to fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Port {
    /// The `BookRepository`.
    Books,
    /// The `MemberRepository`.
    Members,
    /// The `CredentialRepository`.
    Credentials,
    /// The `LoanRepository`.
    Loans,
    /// The `RefreshTokenRepository`.
    RefreshTokens,
    /// The `AccountDirectory`.
    Accounts,
    /// The `NotificationQueue`.
    Notifications,
    /// The `ClaimRepository`.
    Claims,
    /// Beginning a unit of work.
    Begin,
    /// Committing a unit of work, which is rolled back then.
    Commit,
}

/// The failures that a test has asked for.
#[derive(Default)]
pub(super) struct Outage(Mutex<Plan>);

#[derive(Default)]
struct Plan {
    is_offline: bool,
    pending: Vec<PlannedFailure>,
}

struct PlannedFailure {
    port: Port,
    calls_before: usize,
}

impl Outage {
    pub(super) fn plan(&self, port: Port, calls_before: usize) {
        locked(&self.0).pending.push(PlannedFailure { port, calls_before });
    }

    pub(super) fn set_offline(&self, is_offline: bool) {
        locked(&self.0).is_offline = is_offline;
    }

    /// Counts a call of this port and fails where a test has asked for it.
    pub(super) fn check(&self, port: Port) -> Result<(), DependencyError> {
        let mut plan = locked(&self.0);
        let due = plan.pending.iter().position(|planned| planned.port == port && planned.calls_before == 0);
        if let Some(due) = due {
            plan.pending.remove(due);
        } else {
            for planned in plan.pending.iter_mut().filter(|planned| planned.port == port) {
                planned.calls_before -= 1;
            }
        }
        if due.is_some() || plan.is_offline {
            return Err(DependencyError::unavailable("database", "the test asked for it"));
        }
        Ok(())
    }
}
