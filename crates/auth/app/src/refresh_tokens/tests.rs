use super::{RefreshTokens, RefreshTokensError};
use crate::{RefreshTokenLifetime, TokenPair};
use library_auth_domain::{AccessClaims, RefreshSecret, RefreshToken, TokenIssuer};
use library_shared_domain::{DependencyError, MemberId, RefreshTokenId};
use library_testkit::{
    FakeTokenIssuer, InMemoryLibrary, ManualClock, Port, Repositories, SequentialIds, a_member, a_refresh_token, count, now, race,
};
use rstest::rstest;
use std::sync::Arc;
use time::Duration;

const GRACE: Duration = Duration::seconds(10);

/// A library with one member, and the means to renew their sessions.
struct Desk {
    library: InMemoryLibrary,
    clock: Arc<ManualClock>,
    issuer: Arc<FakeTokenIssuer>,
    member_id: MemberId,
    refresh_tokens: RefreshTokens,
}

async fn a_desk() -> Desk {
    let (library, clock) = (InMemoryLibrary::new(), Arc::new(ManualClock::default()));
    let member_id = Repositories::from(&library).given_member(a_member()).await.id();
    let issuer = Arc::new(FakeTokenIssuer::new(clock.clone()));
    let refresh_tokens = RefreshTokens::new(
        library.refresh_tokens(),
        library.accounts(),
        issuer.clone(),
        Arc::new(SequentialIds::new()),
        clock.clone(),
        RefreshTokenLifetime::from_days(7),
    );
    Desk { library, clock, issuer, member_id, refresh_tokens }
}

impl Desk {
    /// The secret of a session that begins now and whose first token is good for thirty days.
    async fn a_session(&self) -> RefreshSecret {
        let secret = self.issuer.make_refresh();
        let first = a_refresh_token().of_member(self.member_id).with_hash(self.issuer.hash_refresh(&secret));
        Repositories::from(&self.library).given_session(first, now()).await;
        secret
    }

    async fn refresh(&self, secret: &RefreshSecret) -> Result<TokenPair, RefreshTokensError> {
        self.refresh_tokens.execute(secret).await
    }

    async fn renewed(&self, secret: &RefreshSecret) -> RefreshSecret {
        self.refresh(secret).await.expect("renewed").refresh_token
    }

    async fn assert_refused(&self, secret: &RefreshSecret) {
        let error = self.refresh(secret).await.expect_err("refused");
        assert!(matches!(error, RefreshTokensError::InvalidToken), "{error:?}");
    }

    async fn stored(&self, secret: &RefreshSecret) -> RefreshToken {
        let hash = self.issuer.hash_refresh(secret);
        self.library.refresh_tokens().find_by_hash(&hash).await.expect("looked up").expect("kept")
    }
}

#[tokio::test]
async fn a_good_token_is_replaced_by_a_new_pair_of_the_same_session() {
    let desk = a_desk().await;
    let presented = desk.a_session().await;
    let at = desk.clock.advance(Duration::DAY);
    let pair = desk.refresh(&presented).await.expect("renewed");

    let old = desk.stored(&presented).await;
    assert_eq!(old.revoked_at, Some(at));
    let expected = RefreshToken {
        id: RefreshTokenId::from(SequentialIds::nth(1)),
        token_hash: desk.issuer.hash_refresh(&pair.refresh_token),
        expires_at: at + Duration::days(7),
        revoked_at: None,
        ..old.clone()
    };
    assert_eq!(desk.stored(&pair.refresh_token).await, expected);
    let claims = AccessClaims { member_id: desk.member_id, session: Some(old.session) };
    assert_eq!(desk.issuer.verify_access(pair.access_token.expose()), Ok(claims));
}

#[tokio::test]
async fn a_session_goes_on_from_token_to_token() {
    let desk = a_desk().await;
    let mut secret = desk.a_session().await;
    for _ in 0..20 {
        desk.clock.advance(Duration::days(6));
        secret = desk.renewed(&secret).await;
    }
}

#[tokio::test]
async fn a_replay_within_the_grace_is_refused_and_the_session_goes_on() {
    let desk = a_desk().await;
    let presented = desk.a_session().await;
    let successor = desk.renewed(&presented).await;
    desk.assert_refused(&presented).await;
    desk.clock.advance(GRACE);
    desk.assert_refused(&presented).await;
    desk.renewed(&successor).await;
}

#[tokio::test]
async fn a_replay_after_the_grace_ends_the_whole_session() {
    let desk = a_desk().await;
    let presented = desk.a_session().await;
    let successor = desk.renewed(&presented).await;
    let at = desk.clock.advance(GRACE + Duration::MICROSECOND);
    desk.assert_refused(&presented).await;
    assert_eq!(desk.stored(&successor).await.revoked_at, Some(at));
    desk.assert_refused(&successor).await;
}

#[tokio::test]
async fn a_replay_of_any_earlier_token_ends_the_session() {
    let desk = a_desk().await;
    let oldest = desk.a_session().await;
    let middle = desk.renewed(&oldest).await;
    desk.clock.advance(Duration::MINUTE);
    let newest = desk.renewed(&middle).await;
    desk.assert_refused(&oldest).await;
    desk.assert_refused(&newest).await;
}

#[tokio::test]
async fn a_replay_ends_no_other_session_of_the_member() {
    let desk = a_desk().await;
    let (presented, other) = (desk.a_session().await, desk.a_session().await);
    desk.renewed(&presented).await;
    desk.clock.advance(Duration::MINUTE);
    desk.assert_refused(&presented).await;
    desk.renewed(&other).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_present_one_token_at_once_exactly_one_gets_a_pair_and_it_is_good() {
    let desk = Arc::new(a_desk().await);
    let presented = desk.a_session().await;
    let outcomes = race(|_| {
        let (desk, presented) = (Arc::clone(&desk), presented.clone());
        async move { desk.refresh(&presented).await }
    })
    .await;
    assert_eq!(count(&outcomes, Result::is_ok), 1);
    assert_eq!(count(&outcomes, |outcome| matches!(outcome, Err(RefreshTokensError::InvalidToken))), outcomes.len() - 1);
    let winner = outcomes.into_iter().find_map(Result::ok).expect("a winner");
    desk.renewed(&winner.refresh_token).await;
}

#[tokio::test]
async fn a_token_is_good_until_the_moment_it_expires() {
    let desk = a_desk().await;
    let (in_time, late) = (desk.a_session().await, desk.a_session().await);
    desk.clock.advance(Duration::days(30) - Duration::MICROSECOND);
    desk.renewed(&in_time).await;
    desk.clock.advance(Duration::MICROSECOND);
    desk.assert_refused(&late).await;
}

#[tokio::test]
async fn an_unknown_token_is_refused() {
    let desk = a_desk().await;
    desk.assert_refused(&RefreshSecret::from_text("nobody made this".to_owned())).await;
}

#[tokio::test]
async fn the_token_of_a_session_that_has_ended_is_refused() {
    let desk = a_desk().await;
    let secret = desk.a_session().await;
    let session = desk.stored(&secret).await.session;
    desk.library.refresh_tokens().revoke_session(session, now()).await.expect("revoked");
    desk.assert_refused(&secret).await;
}

#[tokio::test]
async fn the_token_of_a_member_who_is_gone_is_refused() {
    let desk = a_desk().await;
    let secret = desk.a_session().await;
    desk.library.members().delete(desk.member_id).await.expect("deleted");
    desk.assert_refused(&secret).await;
}

#[rstest]
#[case::looking_the_token_up(|desk: &Desk| desk.library.fail_next(Port::RefreshTokens))]
#[case::looking_the_account_up(|desk: &Desk| desk.library.fail_next(Port::Accounts))]
#[case::issuing(|desk: &Desk| desk.issuer.fail_next())]
#[case::rotating(|desk: &Desk| desk.library.fail_after(Port::RefreshTokens, 1))]
#[tokio::test]
async fn whatever_fails_the_token_stays_good_for_another_try(#[case] break_it: impl Fn(&Desk)) {
    let desk = a_desk().await;
    let secret = desk.a_session().await;
    break_it(&desk);
    let error = desk.refresh(&secret).await.expect_err("unavailable");
    assert!(matches!(error, RefreshTokensError::Dependency(DependencyError::Unavailable { .. })), "{error:?}");
    assert_eq!(desk.stored(&secret).await.revoked_at, None);
    desk.renewed(&secret).await;
}

#[tokio::test]
async fn a_theft_that_could_not_be_answered_is_answered_when_it_comes_again() {
    let desk = a_desk().await;
    let presented = desk.a_session().await;
    let successor = desk.renewed(&presented).await;
    desk.clock.advance(Duration::MINUTE);
    // The token is looked up and its replay recognised; only the session is not ended.
    desk.library.fail_after(Port::RefreshTokens, 2);
    let error = desk.refresh(&presented).await.expect_err("unavailable");
    assert!(matches!(error, RefreshTokensError::Dependency(DependencyError::Unavailable { .. })), "{error:?}");
    desk.assert_refused(&presented).await;
    desk.assert_refused(&successor).await;
}
