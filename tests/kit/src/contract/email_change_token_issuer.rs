//! What an `EmailChangeTokenIssuer` promises.

use super::forgery;
use crate::{
    builders::{now, unique_email, unique_id},
    fakes::ManualClock,
};
use library_member_domain::{Email, EmailChangeTokenIssuer, InvalidVerificationToken};
use library_shared_domain::{Clock, MemberId};
use std::sync::Arc;
use time::Duration;

/// Makes an issuer that goes by this clock.
type Open = fn(Arc<dyn Clock>) -> Arc<dyn EmailChangeTokenIssuer>;

/// Runs the suite over the issuers that `$open`, a `fn(Arc<dyn Clock>) -> Arc<dyn EmailChangeTokenIssuer>`, makes.
#[macro_export]
macro_rules! email_change_token_issuer_contract {
    ($open:path) => {
        $crate::contract_tests! { with $open, email_change_token_issuer:
            an_address_token_is_good_for_its_member_and_its_address,
            an_address_token_proves_no_other_address,
            an_address_token_is_no_other_members,
            an_address_token_lives_for_a_day,
            an_address_token_of_which_any_character_was_changed_is_refused,
            an_address_token_that_was_cut_or_extended_is_refused,
            what_is_no_address_token_is_refused,
            an_address_token_fits_into_a_link,
        }
    };
}

pub fn an_address_token_is_good_for_its_member_and_its_address(open: Open) {
    let issuer = open(Arc::new(ManualClock::default()));
    for _ in 0..3 {
        let (member_id, address, token) = issued(&*issuer);
        for _ in 0..2 {
            assert_eq!(issuer.member_of(&token), Ok(member_id));
            assert_eq!(issuer.verify(&token, member_id, &address), Ok(()));
        }
    }
}

pub fn an_address_token_proves_no_other_address(open: Open) {
    let issuer = open(Arc::new(ManualClock::default()));
    let (member_id, address) = (MemberId::from_uuid(unique_id()), email("ada@example.com"));
    let token = issuer.issue(member_id, &address).expect("issued");
    for other in ["Ada@example.com", "ada@example.org", "eve@example.com"] {
        assert_eq!(issuer.verify(token.expose(), member_id, &email(other)), Err(InvalidVerificationToken), "{other}");
    }
}

pub fn an_address_token_is_no_other_members(open: Open) {
    let issuer = open(Arc::new(ManualClock::default()));
    let (_, address, token) = issued(&*issuer);
    assert_eq!(issuer.verify(&token, MemberId::from_uuid(unique_id()), &address), Err(InvalidVerificationToken));
}

pub fn an_address_token_lives_for_a_day(open: Open) {
    let clock = Arc::new(ManualClock::default());
    let issuer = open(clock.clone());
    let (member_id, address, token) = issued(&*issuer);
    // A token may know whole seconds alone, so it ends up to a second off.
    for (after, is_valid) in [
        (Duration::ZERO, true),
        (Duration::hours(24) - Duration::seconds(2), true),
        (Duration::hours(24) + Duration::seconds(2), false),
        (Duration::days(365), false),
    ] {
        clock.set(now() + after);
        assert_eq!(issuer.member_of(&token).is_ok(), is_valid, "after {after}");
        assert_eq!(issuer.verify(&token, member_id, &address).is_ok(), is_valid, "after {after}");
    }
}

pub fn an_address_token_of_which_any_character_was_changed_is_refused(open: Open) {
    let issuer = open(Arc::new(ManualClock::default()));
    let (member_id, address, token) = issued(&*issuer);
    for changed in forgery::changed(&token) {
        assert_refuses(&*issuer, &changed, member_id, &address);
    }
}

pub fn an_address_token_that_was_cut_or_extended_is_refused(open: Open) {
    let issuer = open(Arc::new(ManualClock::default()));
    let (member_id, address, token) = issued(&*issuer);
    for changed in forgery::cut_or_extended(&token) {
        assert_refuses(&*issuer, &changed, member_id, &address);
    }
}

pub fn what_is_no_address_token_is_refused(open: Open) {
    let issuer = open(Arc::new(ManualClock::default()));
    for text in forgery::NOT_TOKENS {
        assert_refuses(&*issuer, text, MemberId::from_uuid(unique_id()), &unique_email());
    }
}

pub fn an_address_token_fits_into_a_link(open: Open) {
    let (_, _, token) = issued(&*open(Arc::new(ManualClock::default())));
    assert!((1..=1_000).contains(&token.len()), "{} characters", token.len());
    assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte)));
}

fn issued(issuer: &dyn EmailChangeTokenIssuer) -> (MemberId, Email, String) {
    let (member_id, address) = (MemberId::from_uuid(unique_id()), unique_email());
    let token = issuer.issue(member_id, &address).expect("issued").expose().to_owned();
    (member_id, address, token)
}

fn email(text: &str) -> Email {
    Email::parse(text).expect("an address")
}

#[track_caller]
fn assert_refuses(issuer: &dyn EmailChangeTokenIssuer, token: &str, member_id: MemberId, address: &Email) {
    let refused = (issuer.member_of(token), issuer.verify(token, member_id, address));
    assert_eq!(refused, (Err(InvalidVerificationToken), Err(InvalidVerificationToken)), "{token}");
}
