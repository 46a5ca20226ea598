//! What a `PasswordResetTokenIssuer` promises.

use super::forgery;
use crate::{
    builders::{a_member, credentials_of, now},
    fakes::ManualClock,
};
use library_member_domain::{
    Credentials, InvalidPasswordResetToken, Member, PasswordHash, PasswordResetToken, PasswordResetTokenIssuer,
};
use library_shared_domain::Clock;
use std::sync::Arc;
use time::Duration;

/// Makes an issuer that goes by this clock.
type Open = fn(Arc<dyn Clock>) -> Arc<dyn PasswordResetTokenIssuer>;

/// Runs the suite over the issuers that `$open`, a `fn(Arc<dyn Clock>) -> Arc<dyn PasswordResetTokenIssuer>`, makes.
#[macro_export]
macro_rules! password_reset_token_issuer_contract {
    ($open:path) => {
        $crate::contract_tests! { with $open, password_reset_token_issuer:
            a_reset_token_is_good_for_the_member_whom_it_was_made_for,
            a_reset_token_dies_with_the_password,
            a_reset_token_dies_with_the_address,
            a_reset_token_outlives_every_other_change,
            a_reset_token_is_no_other_members,
            a_reset_token_lives_for_an_hour,
            a_reset_token_of_which_any_character_was_changed_is_refused,
            a_reset_token_that_was_cut_or_extended_is_refused,
            what_is_no_reset_token_is_refused,
            a_reset_token_fits_into_a_link,
        }
    };
}

pub fn a_reset_token_is_good_for_the_member_whom_it_was_made_for(open: Open) {
    let issuer = open(Arc::new(ManualClock::default()));
    for _ in 0..3 {
        let (member, credentials) = somebody();
        let token = issuer.issue(&member, &credentials).expect("issued");
        for _ in 0..2 {
            assert_eq!(issuer.member_of(&token), Ok(member.id()));
            assert_eq!(issuer.verify(&token, &member, &credentials), Ok(()));
        }
    }
}

pub fn a_reset_token_dies_with_the_password(open: Open) {
    let issuer = open(Arc::new(ManualClock::default()));
    let (member, credentials) = somebody();
    let token = issuer.issue(&member, &credentials).expect("issued");
    let hash = credentials.password_hash.expose();
    for other in
        [format!("{hash}A"), hash[1..].to_owned(), String::new(), "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA".to_owned()]
    {
        let changed = Credentials { member_id: member.id(), password_hash: PasswordHash::from_phc(other) };
        assert_eq!(issuer.verify(&token, &member, &changed), Err(InvalidPasswordResetToken));
    }
    assert_eq!(issuer.member_of(&token), Ok(member.id()));
}

pub fn a_reset_token_dies_with_the_address(open: Open) {
    let issuer = open(Arc::new(ManualClock::default()));
    let member = a_member().with_email("ada@example.com").build();
    let credentials = credentials_of(&member);
    let token = issuer.issue(&member, &credentials).expect("issued");
    for other in ["Ada@example.com", "ada@example.org", "eve@example.com"] {
        let changed = a_member().with_id(member.id()).with_email(other).build();
        assert_eq!(issuer.verify(&token, &changed, &credentials), Err(InvalidPasswordResetToken), "{other}");
    }
}

pub fn a_reset_token_outlives_every_other_change(open: Open) {
    let issuer = open(Arc::new(ManualClock::default()));
    let (mut member, credentials) = somebody();
    let token = issuer.issue(&member, &credentials).expect("issued");
    assert!(member.mark_verified(now() + Duration::SECOND));
    let renamed = a_member().with_id(member.id()).with_email(member.email().as_str()).named("Another").build();
    for member in [member.saved(), renamed] {
        assert_eq!(issuer.verify(&token, &member, &credentials), Ok(()));
    }
}

pub fn a_reset_token_is_no_other_members(open: Open) {
    let issuer = open(Arc::new(ManualClock::default()));
    let (member, credentials) = somebody();
    let token = issuer.issue(&member, &credentials).expect("issued");
    let twin = a_member().with_email(member.email().as_str()).build();
    let same = Credentials { member_id: twin.id(), ..credentials };
    assert_eq!(issuer.verify(&token, &twin, &same), Err(InvalidPasswordResetToken));
}

pub fn a_reset_token_lives_for_an_hour(open: Open) {
    let clock = Arc::new(ManualClock::default());
    let (issuer, (member, credentials)) = (open(clock.clone()), somebody());
    let token = issuer.issue(&member, &credentials).expect("issued");
    // A token may know whole seconds alone, so it ends up to a second off.
    for (after, is_valid) in [
        (Duration::ZERO, true),
        (Duration::HOUR - Duration::seconds(2), true),
        (Duration::HOUR + Duration::seconds(2), false),
        (Duration::days(365), false),
    ] {
        clock.set(now() + after);
        assert_eq!(issuer.member_of(&token).is_ok(), is_valid, "after {after}");
        assert_eq!(issuer.verify(&token, &member, &credentials).is_ok(), is_valid, "after {after}");
    }
}

pub fn a_reset_token_of_which_any_character_was_changed_is_refused(open: Open) {
    let (issuer, (member, credentials)) = (open(Arc::new(ManualClock::default())), somebody());
    let token = issuer.issue(&member, &credentials).expect("issued");
    for changed in forgery::changed(token.expose()) {
        assert_refuses(&*issuer, changed, &member, &credentials);
    }
}

pub fn a_reset_token_that_was_cut_or_extended_is_refused(open: Open) {
    let (issuer, (member, credentials)) = (open(Arc::new(ManualClock::default())), somebody());
    let token = issuer.issue(&member, &credentials).expect("issued");
    for changed in forgery::cut_or_extended(token.expose()) {
        assert_refuses(&*issuer, changed, &member, &credentials);
    }
}

pub fn what_is_no_reset_token_is_refused(open: Open) {
    let (issuer, (member, credentials)) = (open(Arc::new(ManualClock::default())), somebody());
    for text in forgery::NOT_TOKENS {
        assert_refuses(&*issuer, text.to_owned(), &member, &credentials);
    }
}

pub fn a_reset_token_fits_into_a_link(open: Open) {
    let (member, credentials) = somebody();
    let token = open(Arc::new(ManualClock::default())).issue(&member, &credentials).expect("issued");
    assert!((1..=1_000).contains(&token.expose().len()), "{} characters", token.expose().len());
    assert!(token.expose().bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte)));
}

fn somebody() -> (Member, Credentials) {
    let member = a_member().build();
    let credentials = credentials_of(&member);
    (member, credentials)
}

#[track_caller]
fn assert_refuses(issuer: &dyn PasswordResetTokenIssuer, text: String, member: &Member, credentials: &Credentials) {
    let token = PasswordResetToken::from_text(text);
    let refused = (issuer.member_of(&token), issuer.verify(&token, member, credentials));
    assert_eq!(refused, (Err(InvalidPasswordResetToken), Err(InvalidPasswordResetToken)), "{}", token.expose());
}
