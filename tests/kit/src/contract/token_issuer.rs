//! What a `TokenIssuer` promises.

use super::forgery;
use crate::{
    builders::{now, unique_id},
    fakes::ManualClock,
};
use library_auth_domain::{AccessClaims, InvalidAccessToken, RefreshSecret, TokenIssuer};
use library_shared_domain::{Clock, MemberId, SessionId};
use std::{collections::HashSet, sync::Arc};
use time::Duration;

/// Makes an issuer that goes by this clock.
type Open = fn(Arc<dyn Clock>) -> Arc<dyn TokenIssuer>;

/// Runs the suite over the issuers that `$open`, a `fn(Arc<dyn Clock>) -> Arc<dyn TokenIssuer>`, makes.
#[macro_export]
macro_rules! token_issuer_contract {
    ($open:path) => {
        $crate::contract_tests! { with $open, token_issuer:
            an_access_token_tells_whose_it_is_and_of_which_session,
            an_access_token_lives_for_fifteen_minutes,
            an_access_token_of_which_any_character_was_changed_is_refused,
            an_access_token_that_was_cut_or_extended_is_refused,
            what_is_no_access_token_is_refused,
            a_refresh_token_is_no_access_token,
            no_two_refresh_tokens_are_alike,
            a_refresh_token_is_long_and_fits_into_a_cookie,
            a_refresh_token_has_one_hash_and_no_other_token_has_it,
        }
    };
}

pub fn an_access_token_tells_whose_it_is_and_of_which_session(open: Open) {
    let issuer = open(Arc::new(ManualClock::default()));
    for _ in 0..3 {
        let (member_id, session) = (MemberId::from_uuid(unique_id()), SessionId::from_uuid(unique_id()));
        let token = issuer.issue_access(member_id, session).expect("issued");
        let expected = AccessClaims { member_id, session: Some(session) };
        assert_eq!(issuer.verify_access(token.expose()), Ok(expected));
    }
}

pub fn an_access_token_lives_for_fifteen_minutes(open: Open) {
    let clock = Arc::new(ManualClock::default());
    let issuer = open(clock.clone());
    let token = issue(&*issuer);
    assert_eq!(issuer.access_lifetime(), Duration::minutes(15));
    // A token may know whole seconds alone, so it ends up to a second off.
    for (after, is_valid) in [
        (Duration::ZERO, true),
        (Duration::minutes(15) - Duration::seconds(2), true),
        (Duration::minutes(15) + Duration::seconds(2), false),
        (Duration::days(365), false),
    ] {
        clock.set(now() + after);
        assert_eq!(issuer.verify_access(&token).is_ok(), is_valid, "after {after}");
    }
    clock.set(now() + Duration::DAY);
    assert!(issuer.verify_access(&issue(&*issuer)).is_ok(), "a later token lives as long");
}

pub fn an_access_token_of_which_any_character_was_changed_is_refused(open: Open) {
    let issuer = open(Arc::new(ManualClock::default()));
    let token = issue(&*issuer);
    for changed in forgery::changed(&token) {
        assert_eq!(issuer.verify_access(&changed), Err(InvalidAccessToken), "{changed:?}");
    }
}

pub fn an_access_token_that_was_cut_or_extended_is_refused(open: Open) {
    let issuer = open(Arc::new(ManualClock::default()));
    let token = issue(&*issuer);
    for changed in forgery::cut_or_extended(&token) {
        assert_eq!(issuer.verify_access(&changed), Err(InvalidAccessToken), "{changed:?}");
    }
}

pub fn what_is_no_access_token_is_refused(open: Open) {
    let issuer = open(Arc::new(ManualClock::default()));
    for text in forgery::NOT_TOKENS {
        assert_eq!(issuer.verify_access(text), Err(InvalidAccessToken), "{text:?}");
    }
}

pub fn a_refresh_token_is_no_access_token(open: Open) {
    let issuer = open(Arc::new(ManualClock::default()));
    assert_eq!(issuer.verify_access(issuer.make_refresh().expose()), Err(InvalidAccessToken));
}

pub fn no_two_refresh_tokens_are_alike(open: Open) {
    let issuer = open(Arc::new(ManualClock::default()));
    let made: HashSet<_> = (0..1_000).map(|_| issuer.make_refresh().expose().to_owned()).collect();
    assert_eq!(made.len(), 1_000);
}

pub fn a_refresh_token_is_long_and_fits_into_a_cookie(open: Open) {
    let token = open(Arc::new(ManualClock::default())).make_refresh();
    // 512 bits take 86 characters of base64, the densest that is usual.
    assert!((86..=1_000).contains(&token.expose().len()), "{} characters", token.expose().len());
    assert!(token.expose().bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
}

pub fn a_refresh_token_has_one_hash_and_no_other_token_has_it(open: Open) {
    let issuer = open(Arc::new(ManualClock::default()));
    let token = issuer.make_refresh();
    let copy = RefreshSecret::from_text(token.expose().to_owned());
    assert_eq!(issuer.hash_refresh(&token), issuer.hash_refresh(&copy));
    let another_issuer = open(Arc::new(ManualClock::at(now() + Duration::DAY)));
    assert_eq!(issuer.hash_refresh(&token), another_issuer.hash_refresh(&token));
    let hashes: HashSet<_> = (0..1_000).map(|_| issuer.hash_refresh(&issuer.make_refresh())).collect();
    assert_eq!(hashes.len(), 1_000);
    let longer = RefreshSecret::from_text(format!("{}A", token.expose()));
    assert_ne!(issuer.hash_refresh(&token), issuer.hash_refresh(&longer));
}

fn issue(issuer: &dyn TokenIssuer) -> String {
    let (member_id, session) = (MemberId::from_uuid(unique_id()), SessionId::from_uuid(unique_id()));
    issuer.issue_access(member_id, session).expect("issued").expose().to_owned()
}
