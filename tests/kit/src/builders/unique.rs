use library_auth_domain::TokenHash;
use library_book_domain::Isbn;
use library_member_domain::Email;
use std::sync::atomic::{AtomicU64, Ordering};
use uuid::Uuid;

static COUNTER: AtomicU64 = AtomicU64::new(1);

fn next() -> u64 {
    COUNTER.fetch_add(1, Ordering::Relaxed)
}

/// A UUID of version 7 that sorts after every one that this process made before.
#[must_use]
#[allow(clippy::disallowed_methods, reason = "test data needs ids, and no test depends on which")]
pub fn unique_id() -> Uuid {
    Uuid::now_v7()
}

/// A valid ISBN of thirteen digits that no other book of this process has.
#[must_use]
pub fn unique_isbn() -> Isbn {
    let body = format!("978{:09}", next() % 1_000_000_000);
    let weighted: u32 =
        body.bytes().zip([1, 3].into_iter().cycle()).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    Isbn::parse(&format!("{body}{}", (10 - weighted % 10) % 10)).expect("thirteen digits are an ISBN")
}

/// An email address that no other member of this process has.
#[must_use]
pub fn unique_email() -> Email {
    Email::parse(&format!("member-{}@example.com", next())).expect("an address with a dotted domain")
}

/// A token hash that no other token of this process has.
#[must_use]
pub fn unique_token_hash() -> TokenHash {
    let mut bytes = [0xA5; 32];
    bytes[..16].copy_from_slice(unique_id().as_bytes());
    TokenHash::from_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::{unique_email, unique_id, unique_isbn, unique_token_hash};

    #[test]
    fn what_is_unique_differs_each_time_and_ids_grow() {
        assert!(unique_id() < unique_id());
        assert_ne!(unique_email(), unique_email());
        assert_ne!(unique_token_hash(), unique_token_hash());
        let (first, second) = (unique_isbn(), unique_isbn());
        assert_ne!(first, second);
        assert!(first.has_valid_check_digit() && second.has_valid_check_digit());
    }
}
