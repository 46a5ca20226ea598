use std::{fmt, str::FromStr};
use uuid::Uuid;

/// The text is not a UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a UUID")]
pub struct InvalidId;

macro_rules! typed_ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// The id that this UUID names.
            #[must_use]
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID itself.
            #[must_use]
            pub const fn as_uuid(self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, formatter)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Uuid::try_parse(text).map(Self).map_err(|_| InvalidId)
            }
        }
    )+};
}

typed_ids! {
    /// Names a book of the catalogue.
    BookId,
    /// Names a member of the library.
    MemberId,
    /// Names a loan.
    LoanId,
    /// Names a session: everything that grew from one log-in.
    SessionId,
    /// Names one refresh token of a session.
    RefreshTokenId,
    /// Names a queued notification.
    NotificationId,
    /// Names one attempt's claim of an idempotency key.
    ClaimId,
}

#[cfg(test)]
mod tests {
    use super::{BookId, InvalidId};

    #[test]
    fn an_id_is_read_back_from_what_it_prints() {
        let text = "01890a5d-ac96-774b-bcce-b302099a8057";
        let id: BookId = text.parse().expect("a UUID");
        assert_eq!(id.to_string(), text);
        assert_eq!(format!("{id:?}"), format!("BookId({text})"));
    }

    #[test]
    fn what_is_no_uuid_is_no_id() {
        for text in ["", "1", "01890a5d-ac96-774b-bcce-b302099a805", "not-a-uuid", "é"] {
            assert_eq!(text.parse::<BookId>(), Err(InvalidId), "{text:?}");
        }
    }
}
