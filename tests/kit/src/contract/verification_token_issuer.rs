//! What a `VerificationTokenIssuer` promises.

use super::forgery;
use crate::{
    builders::{now, unique_id},
    fakes::ManualClock,
};
use library_member_domain::{InvalidVerificationToken, VerificationTokenIssuer};
use library_shared_domain::{Clock, MemberId};
use std::sync::Arc;
use time::Duration;

/// Makes an issuer that goes by this clock.
type Open = fn(Arc<dyn Clock>) -> Arc<dyn VerificationTokenIssuer>;

/// Runs the suite over the issuers that `$open`, a `fn(Arc<dyn Clock>) -> Arc<dyn VerificationTokenIssuer>`, makes.
#[macro_export]
macro_rules! verification_token_issuer_contract {
    ($open:path) => {
        $crate::contract_tests! { with $open, verification_token_issuer:
            a_verification_token_tells_whose_it_is,
            a_verification_token_can_be_presented_again,
            a_verification_token_lives_for_a_day,
            a_verification_token_of_which_any_character_was_changed_is_refused,
            a_verification_token_that_was_cut_or_extended_is_refused,
            what_is_no_verification_token_is_refused,
            a_verification_token_fits_into_a_link,
        }
    };
}

pub fn a_verification_token_tells_whose_it_is(open: Open) {
    let issuer = open(Arc::new(ManualClock::default()));
    for _ in 0..3 {
        let member_id = MemberId::from_uuid(unique_id());
        let token = issuer.issue(member_id).expect("issued");
        assert_eq!(issuer.verify(token.expose()), Ok(member_id));
    }
}

pub fn a_verification_token_can_be_presented_again(open: Open) {
    let (issuer, member_id) = (open(Arc::new(ManualClock::default())), MemberId::from_uuid(unique_id()));
    let token = issuer.issue(member_id).expect("issued");
    assert_eq!((issuer.verify(token.expose()), issuer.verify(token.expose())), (Ok(member_id), Ok(member_id)));
}

pub fn a_verification_token_lives_for_a_day(open: Open) {
    let clock = Arc::new(ManualClock::default());
    let issuer = open(clock.clone());
    let token = issue(&*issuer);
    // A token may know whole seconds alone, so it ends up to a second off.
    for (after, is_valid) in [
        (Duration::ZERO, true),
        (Duration::hours(24) - Duration::seconds(2), true),
        (Duration::hours(24) + Duration::seconds(2), false),
        (Duration::days(365), false),
    ] {
        clock.set(now() + after);
        assert_eq!(issuer.verify(&token).is_ok(), is_valid, "after {after}");
    }
    clock.set(now() + Duration::WEEK);
    assert!(issuer.verify(&issue(&*issuer)).is_ok(), "a later token lives as long");
}

pub fn a_verification_token_of_which_any_character_was_changed_is_refused(open: Open) {
    let issuer = open(Arc::new(ManualClock::default()));
    let token = issue(&*issuer);
    for changed in forgery::changed(&token) {
        assert_eq!(issuer.verify(&changed), Err(InvalidVerificationToken), "{changed:?}");
    }
}

pub fn a_verification_token_that_was_cut_or_extended_is_refused(open: Open) {
    let issuer = open(Arc::new(ManualClock::default()));
    let token = issue(&*issuer);
    for changed in forgery::cut_or_extended(&token) {
        assert_eq!(issuer.verify(&changed), Err(InvalidVerificationToken), "{changed:?}");
    }
}

pub fn what_is_no_verification_token_is_refused(open: Open) {
    let issuer = open(Arc::new(ManualClock::default()));
    for text in forgery::NOT_TOKENS {
        assert_eq!(issuer.verify(text), Err(InvalidVerificationToken), "{text:?}");
    }
}

pub fn a_verification_token_fits_into_a_link(open: Open) {
    let token = issue(&*open(Arc::new(ManualClock::default())));
    assert!((1..=1_000).contains(&token.len()), "{} characters", token.len());
    assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte)));
}

fn issue(issuer: &dyn VerificationTokenIssuer) -> String {
    issuer.issue(MemberId::from_uuid(unique_id())).expect("issued").expose().to_owned()
}
