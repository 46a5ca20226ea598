//! What a `RefreshTokenRepository` promises.

use super::{
    World,
    macros::assert_shape,
    racing::{WAYS, count, race, race_of_two},
};
use crate::builders::{a_member, a_refresh_token, a_successor, now, unique_id, unique_token_hash};
use library_auth_domain::{ActiveSession, RefreshToken, Rotation, StartSessionError, Successor};
use library_shared_domain::SessionId;
use time::{Duration, OffsetDateTime};

/// Runs the suite over the worlds that `$open`, an `async fn() -> World`, opens.
#[macro_export]
macro_rules! refresh_token_repository_contract {
    ($open:path) => {
        $crate::contract_tests! { worlds from $open, refresh_token_repository:
            a_token_comes_back_as_it_was_kept,
            a_token_that_nobody_kept_is_not_found_and_refused,
            a_session_of_a_missing_member_is_refused,
            a_rotated_token_has_a_successor_in_its_place,
            a_token_can_be_rotated_on_and_on,
            a_token_that_was_rotated_before_is_a_replay_and_changes_nothing,
            of_many_who_present_one_token_one_gets_it_rotated,
            an_expired_token_is_refused_at_the_very_moment,
            a_rotated_token_is_a_replay_even_after_it_expired,
            a_revoked_session_ends_all_its_tokens,
            a_revoked_session_tells_when_it_ended_first,
            a_revoked_session_ends_no_other,
            a_session_that_does_not_exist_needs_no_ending,
            all_sessions_of_a_member_end_and_nobody_elses,
            all_sessions_of_a_member_but_one_end,
            sessions_of_a_member_that_ended_before_tell_when_they_ended_first,
            sessions_ended_while_a_token_is_rotated_leave_no_usable_token,
            a_session_revoked_while_its_token_is_rotated_leaves_no_usable_token,
            the_active_sessions_of_a_member_are_listed_the_one_used_last_first,
            a_rotation_is_a_use_of_its_session_and_what_is_refused_is_none,
            so_many_sessions_are_listed_as_are_asked_for,
            a_session_that_has_ended_or_expired_is_not_active,
            an_active_session_is_ended_once_and_by_its_member_alone,
            of_many_who_end_one_session_one_ends_it,
            a_member_deleted_while_their_token_is_rotated_leaves_nothing_and_nobody_waits_for_ever,
            sessions_whose_last_token_expired_are_removed,
            a_session_with_one_living_token_keeps_all_its_tokens,
            a_session_whose_last_token_expires_at_the_very_moment_stays,
            a_revoked_session_stays_until_its_last_token_expired,
        }
    };
}

pub async fn a_token_comes_back_as_it_was_kept(world: World) {
    let given = &world.repositories;
    let member = given.given_member(a_member()).await;
    let expires_at = now() + Duration::days(30) + Duration::MICROSECOND;
    let token = given.given_session(a_refresh_token().of(&member).expiring_at(expires_at), now()).await;
    given.given_session(a_refresh_token().of(&member), now()).await;
    assert_eq!(given.refresh_tokens.find_by_hash(&token.token_hash).await.expect("found"), Some(token));
}

pub async fn a_token_that_nobody_kept_is_not_found_and_refused(world: World) {
    a_session(&world).await;
    let (tokens, unknown, successor) = (&world.repositories.refresh_tokens, unique_token_hash(), a_successor());
    assert_eq!(tokens.find_by_hash(&unknown).await.expect("looked up"), None);
    assert_eq!(tokens.rotate(&unknown, &successor, now()).await.expect("answered"), Rotation::Refused);
    assert_eq!(tokens.find_by_hash(&successor.token_hash).await.expect("looked up"), None);
}

pub async fn a_session_of_a_missing_member_is_refused(world: World) {
    let given = &world.repositories;
    let deleted = given.given_member(a_member()).await;
    given.members.delete(deleted.id()).await.expect("deleted");
    for member in [a_member().build(), deleted] {
        let token = a_refresh_token().of(&member).build();
        assert_shape!(given.refresh_tokens.start_session(&token, now()).await, Err(StartSessionError::MemberMissing));
        assert_eq!(given.refresh_tokens.find_by_hash(&token.token_hash).await.expect("looked up"), None);
    }
}

pub async fn a_rotated_token_has_a_successor_in_its_place(world: World) {
    let (tokens, first) = (&world.repositories.refresh_tokens, a_session(&world).await);
    let other = a_session(&world).await;
    let successor = Successor { expires_at: now() + Duration::days(31) + Duration::MICROSECOND, ..a_successor() };
    let rotated_at = now() + Duration::HOUR + Duration::MICROSECOND;

    let rotation = tokens.rotate(&first.token_hash, &successor, rotated_at).await.expect("answered");

    let next = succeeded(&first, &successor);
    assert_eq!(rotation, Rotation::Rotated(next.clone()));
    assert_eq!(tokens.find_by_hash(&successor.token_hash).await.expect("found"), Some(next));
    let rotated = RefreshToken { revoked_at: Some(rotated_at), ..first };
    assert_eq!(tokens.find_by_hash(&rotated.token_hash).await.expect("found"), Some(rotated));
    assert_eq!(tokens.find_by_hash(&other.token_hash).await.expect("found"), Some(other));
}

pub async fn a_token_can_be_rotated_on_and_on(world: World) {
    let (tokens, mut token) = (&world.repositories.refresh_tokens, a_session(&world).await);
    for hour in 1..=5 {
        let successor = a_successor();
        let rotation = tokens.rotate(&token.token_hash, &successor, now() + Duration::hours(hour)).await.expect("answered");
        token = succeeded(&token, &successor);
        assert_eq!(rotation, Rotation::Rotated(token.clone()), "after {hour} hours");
    }
}

pub async fn a_token_that_was_rotated_before_is_a_replay_and_changes_nothing(world: World) {
    let (tokens, first, successor) = (&world.repositories.refresh_tokens, a_session(&world).await, a_successor());
    let rotated_at = now() + Duration::MICROSECOND;
    tokens.rotate(&first.token_hash, &successor, rotated_at).await.expect("answered");
    for later in [Duration::SECOND, Duration::DAY] {
        let thief = a_successor();
        let rotation = tokens.rotate(&first.token_hash, &thief, rotated_at + later).await.expect("answered");
        assert_eq!(rotation, Rotation::Replayed { session: first.session, at: rotated_at });
        assert_eq!(tokens.find_by_hash(&thief.token_hash).await.expect("looked up"), None);
    }
    let found = tokens.find_by_hash(&first.token_hash).await.expect("found").expect("the token");
    assert_eq!(found.revoked_at, Some(rotated_at));
    assert_eq!(tokens.find_by_hash(&successor.token_hash).await.expect("found"), Some(succeeded(&first, &successor)));
}

pub async fn of_many_who_present_one_token_one_gets_it_rotated(world: World) {
    let (tokens, first) = (&world.repositories.refresh_tokens, a_session(&world).await);
    let outcomes = race(|_| {
        let (tokens, hash, successor) = (tokens.clone(), first.token_hash, a_successor());
        async move { (successor, tokens.rotate(&hash, &successor, now() + Duration::SECOND).await.expect("answered")) }
    })
    .await;
    let replayed = Rotation::Replayed { session: first.session, at: now() + Duration::SECOND };
    assert_eq!(count(&outcomes, |(_, rotation)| matches!(rotation, Rotation::Rotated(_))), 1, "{outcomes:?}");
    assert_eq!(count(&outcomes, |(_, rotation)| *rotation == replayed), WAYS - 1, "{outcomes:?}");
    for (successor, rotation) in &outcomes {
        let expected = matches!(rotation, Rotation::Rotated(_)).then(|| succeeded(&first, successor));
        assert_eq!(tokens.find_by_hash(&successor.token_hash).await.expect("looked up"), expected);
    }
}

pub async fn an_expired_token_is_refused_at_the_very_moment(world: World) {
    let (tokens, first, successor) = (&world.repositories.refresh_tokens, a_session(&world).await, a_successor());
    for late in [Duration::ZERO, Duration::MICROSECOND, Duration::DAY] {
        let rotation = tokens.rotate(&first.token_hash, &successor, first.expires_at + late).await.expect("answered");
        assert_eq!(rotation, Rotation::Refused, "{late} late");
        assert_eq!(tokens.find_by_hash(&successor.token_hash).await.expect("looked up"), None);
        assert_eq!(tokens.find_by_hash(&first.token_hash).await.expect("found").as_ref(), Some(&first));
    }
    let in_time = first.expires_at - Duration::MICROSECOND;
    let rotation = tokens.rotate(&first.token_hash, &successor, in_time).await.expect("answered");
    assert_eq!(rotation, Rotation::Rotated(succeeded(&first, &successor)));
}

pub async fn a_rotated_token_is_a_replay_even_after_it_expired(world: World) {
    let (tokens, first) = (&world.repositories.refresh_tokens, a_session(&world).await);
    tokens.rotate(&first.token_hash, &a_successor(), now()).await.expect("answered");
    let rotation = tokens.rotate(&first.token_hash, &a_successor(), first.expires_at).await.expect("answered");
    assert_eq!(rotation, Rotation::Replayed { session: first.session, at: now() });
}

pub async fn a_revoked_session_ends_all_its_tokens(world: World) {
    let (tokens, first, successor) = (&world.repositories.refresh_tokens, a_session(&world).await, a_successor());
    let (rotated_at, revoked_at) = (now() + Duration::HOUR, now() + Duration::DAY);
    tokens.rotate(&first.token_hash, &successor, rotated_at).await.expect("answered");

    tokens.revoke_session(first.session, revoked_at).await.expect("revoked");

    for hash in [first.token_hash, successor.token_hash] {
        let next = a_successor();
        assert_eq!(tokens.rotate(&hash, &next, revoked_at).await.expect("answered"), Rotation::Refused);
        assert_eq!(tokens.find_by_hash(&next.token_hash).await.expect("looked up"), None);
    }
    let found = tokens.find_by_hash(&first.token_hash).await.expect("found");
    assert_eq!(found, Some(RefreshToken { revoked_at: Some(rotated_at), ..first.clone() }));
    let found = tokens.find_by_hash(&successor.token_hash).await.expect("found");
    assert_eq!(found, Some(RefreshToken { revoked_at: Some(revoked_at), ..succeeded(&first, &successor) }));
}

pub async fn a_revoked_session_tells_when_it_ended_first(world: World) {
    let (tokens, first) = (&world.repositories.refresh_tokens, a_session(&world).await);
    let ended_at = now() + Duration::MICROSECOND;
    tokens.revoke_session(first.session, ended_at).await.expect("revoked");
    tokens.revoke_session(first.session, now() + Duration::DAY).await.expect("revoked again");
    let found = tokens.find_by_hash(&first.token_hash).await.expect("found");
    assert_eq!(found, Some(RefreshToken { revoked_at: Some(ended_at), ..first }));
}

pub async fn a_revoked_session_ends_no_other(world: World) {
    let given = &world.repositories;
    let member = given.given_member(a_member()).await;
    let ended = given.given_session(a_refresh_token().of(&member), now()).await;
    let other = given.given_session(a_refresh_token().of(&member), now()).await;
    given.refresh_tokens.revoke_session(ended.session, now()).await.expect("revoked");
    let successor = a_successor();
    let rotation = given.refresh_tokens.rotate(&other.token_hash, &successor, now()).await.expect("answered");
    assert_eq!(rotation, Rotation::Rotated(succeeded(&other, &successor)));
}

pub async fn a_session_that_does_not_exist_needs_no_ending(world: World) {
    let (tokens, first) = (&world.repositories.refresh_tokens, a_session(&world).await);
    tokens.revoke_session(SessionId::from_uuid(unique_id()), now()).await.expect("nothing to end");
    assert_eq!(tokens.find_by_hash(&first.token_hash).await.expect("found"), Some(first));
}

pub async fn all_sessions_of_a_member_end_and_nobody_elses(world: World) {
    let (given, ended_at) = (&world.repositories, now() + Duration::HOUR);
    let (member, other) = (given.given_member(a_member()).await, a_session(&world).await);
    let first = given.given_session(a_refresh_token().of(&member), now()).await;
    let second = given.given_session(a_refresh_token().of(&member), now()).await;

    given.refresh_tokens.revoke_sessions_of(member.id(), None, ended_at).await.expect("revoked");

    for token in [first, second] {
        let rotation = given.refresh_tokens.rotate(&token.token_hash, &a_successor(), ended_at).await.expect("answered");
        assert_eq!(rotation, Rotation::Refused);
        let found = given.refresh_tokens.find_by_hash(&token.token_hash).await.expect("found");
        assert_eq!(found, Some(RefreshToken { revoked_at: Some(ended_at), ..token }));
    }
    assert_eq!(given.refresh_tokens.find_by_hash(&other.token_hash).await.expect("found"), Some(other));
}

pub async fn all_sessions_of_a_member_but_one_end(world: World) {
    let (given, ended_at) = (&world.repositories, now() + Duration::HOUR);
    let (member, other) = (given.given_member(a_member()).await, a_session(&world).await);
    let kept = given.given_session(a_refresh_token().of(&member), now()).await;
    let ended = given.given_session(a_refresh_token().of(&member), now()).await;
    let find = async |token: &RefreshToken| given.refresh_tokens.find_by_hash(&token.token_hash).await.expect("found");

    given.refresh_tokens.revoke_sessions_of(member.id(), Some(kept.session), ended_at).await.expect("revoked");
    assert_eq!(find(&kept).await.as_ref(), Some(&kept));
    assert_eq!(find(&ended).await, Some(RefreshToken { revoked_at: Some(ended_at), ..ended }));

    // A session of somebody else is not one that could be kept.
    given.refresh_tokens.revoke_sessions_of(member.id(), Some(other.session), ended_at).await.expect("revoked");
    assert_eq!(find(&kept).await, Some(RefreshToken { revoked_at: Some(ended_at), ..kept }));
    assert_eq!(find(&other).await.as_ref(), Some(&other));
}

pub async fn sessions_of_a_member_that_ended_before_tell_when_they_ended_first(world: World) {
    let (tokens, first) = (&world.repositories.refresh_tokens, a_session(&world).await);
    let ended_at = now() + Duration::MICROSECOND;
    tokens.revoke_session(first.session, ended_at).await.expect("revoked");
    tokens.revoke_sessions_of(first.member_id, None, now() + Duration::DAY).await.expect("revoked again");
    let found = tokens.find_by_hash(&first.token_hash).await.expect("found");
    assert_eq!(found, Some(RefreshToken { revoked_at: Some(ended_at), ..first }));
}

pub async fn sessions_ended_while_a_token_is_rotated_leave_no_usable_token(world: World) {
    let tokens = &world.repositories.refresh_tokens;
    for _ in 0..WAYS {
        let (first, successor, later) = (a_session(&world).await, a_successor(), now() + Duration::HOUR);
        let (rotating, revoking, hash, member_id) = (tokens.clone(), tokens.clone(), first.token_hash, first.member_id);
        let (rotation, revoked) = race_of_two(async move { rotating.rotate(&hash, &successor, later).await }, async move {
            revoking.revoke_sessions_of(member_id, None, later).await
        })
        .await;
        revoked.expect("revoked");
        assert!(matches!(rotation, Ok(Rotation::Rotated(_) | Rotation::Refused)), "{rotation:?}");
        for hash in [first.token_hash, successor.token_hash] {
            assert_eq!(tokens.rotate(&hash, &a_successor(), later).await.expect("answered"), Rotation::Refused);
        }
    }
}

pub async fn the_active_sessions_of_a_member_are_listed_the_one_used_last_first(world: World) {
    let given = &world.repositories;
    let member = given.given_member(a_member()).await;
    let start = async |at| given.given_session(a_refresh_token().of(&member), at).await;
    let oldest = start(now()).await;
    let newest = start(now() + Duration::HOUR).await;
    let between = start(now() + Duration::MINUTE + Duration::MICROSECOND).await;
    a_session(&world).await;
    let session = |token: &RefreshToken, at| ActiveSession { id: token.session, created_at: at, last_used_at: at };
    let (first, second) =
        (session(&newest, now() + Duration::HOUR), session(&between, now() + Duration::MINUTE + Duration::MICROSECOND));
    assert_eq!(active(&world, &oldest).await, [first, second, session(&oldest, now())]);

    let used_at = now() + Duration::DAY + Duration::MICROSECOND;
    given.refresh_tokens.rotate(&oldest.token_hash, &a_successor(), used_at).await.expect("answered");
    let used = ActiveSession { id: oldest.session, created_at: now(), last_used_at: used_at };
    assert_eq!(active(&world, &oldest).await, [used, first, second]);
}

pub async fn a_rotation_is_a_use_of_its_session_and_what_is_refused_is_none(world: World) {
    let (tokens, first) = (&world.repositories.refresh_tokens, a_session(&world).await);
    let (used_at, later) = (now() + Duration::HOUR, now() + Duration::DAY);
    tokens.rotate(&first.token_hash, &a_successor(), used_at).await.expect("answered");
    // A replay, however the next one is called.
    tokens.rotate(&first.token_hash, &a_successor(), later).await.expect("answered");
    let expected = ActiveSession { id: first.session, created_at: now(), last_used_at: used_at };
    assert_eq!(active(&world, &first).await, [expected]);
}

pub async fn so_many_sessions_are_listed_as_are_asked_for(world: World) {
    let given = &world.repositories;
    let member = given.given_member(a_member()).await;
    let mut started = Vec::new();
    for _ in 0..3 {
        started.push(given.given_session(a_refresh_token().of(&member), now()).await.session);
    }
    // Of those that were used at the same time, the one of the greatest id comes first.
    started.sort_unstable_by(|one, other| other.cmp(one));
    for limit in 0..=4 {
        let listed = given.refresh_tokens.list_active(member.id(), limit, now()).await.expect("listed");
        let ids: Vec<_> = listed.iter().map(|session| session.id).collect();
        assert_eq!(ids, started[..limit.min(3)], "{limit} at most");
    }
}

pub async fn a_session_that_has_ended_or_expired_is_not_active(world: World) {
    let tokens = &world.repositories.refresh_tokens;
    let (ended, expiring) = (a_session(&world).await, a_session_until(&world, now() + Duration::HOUR).await);
    tokens.revoke_session(ended.session, now()).await.expect("revoked");
    let is_active = async |token: &RefreshToken, at| {
        let listed = tokens.list_active(token.member_id, 10, at).await.expect("listed");
        assert!(listed.iter().all(|session| session.id == token.session), "{listed:?}");
        let is_active = tokens.is_active(token.member_id, token.session, at).await.expect("answered");
        assert_eq!(is_active, !listed.is_empty());
        is_active
    };
    assert!(!is_active(&ended, now()).await);
    assert!(!tokens.revoke_active(ended.member_id, ended.session, now()).await.expect("answered"));
    assert!(is_active(&expiring, expiring.expires_at - Duration::MICROSECOND).await);
    assert!(!is_active(&expiring, expiring.expires_at).await);
    assert!(!tokens.revoke_active(expiring.member_id, expiring.session, expiring.expires_at).await.expect("answered"));

    // What counts is the token in whose place none stands yet, also where another would have lived longer.
    let shorter = Successor { expires_at: now() + Duration::MINUTE, ..a_successor() };
    tokens.rotate(&expiring.token_hash, &shorter, now()).await.expect("answered");
    assert!(is_active(&expiring, shorter.expires_at - Duration::MICROSECOND).await);
    assert!(!is_active(&expiring, shorter.expires_at).await);
}

pub async fn an_active_session_is_ended_once_and_by_its_member_alone(world: World) {
    let (tokens, first, other) = (&world.repositories.refresh_tokens, a_session(&world).await, a_session(&world).await);
    let ended_at = now() + Duration::HOUR;
    let end = async |member_id, session| {
        let was_active = tokens.is_active(member_id, session, ended_at).await.expect("answered");
        let has_ended = tokens.revoke_active(member_id, session, ended_at).await.expect("answered");
        assert_eq!(was_active, has_ended);
        has_ended
    };
    assert!(!end(other.member_id, first.session).await);
    assert!(!end(first.member_id, SessionId::from_uuid(unique_id())).await);
    assert_eq!(tokens.find_by_hash(&first.token_hash).await.expect("found").as_ref(), Some(&first));

    assert!(end(first.member_id, first.session).await);
    assert!(!end(first.member_id, first.session).await);
    assert_eq!(tokens.rotate(&first.token_hash, &a_successor(), ended_at).await.expect("answered"), Rotation::Refused);
    let found = tokens.find_by_hash(&first.token_hash).await.expect("found");
    assert_eq!(found, Some(RefreshToken { revoked_at: Some(ended_at), ..first }));
    assert_eq!(tokens.find_by_hash(&other.token_hash).await.expect("found"), Some(other));
}

pub async fn of_many_who_end_one_session_one_ends_it(world: World) {
    let (tokens, first) = (&world.repositories.refresh_tokens, a_session(&world).await);
    let outcomes = race(|_| {
        let (tokens, member_id, session) = (tokens.clone(), first.member_id, first.session);
        async move { tokens.revoke_active(member_id, session, now()).await.expect("answered") }
    })
    .await;
    assert_eq!(count(&outcomes, |ended| *ended), 1, "{outcomes:?}");
}

/// The active sessions of whoever has this token, when it was made.
async fn active(world: &World, token: &RefreshToken) -> Vec<ActiveSession> {
    world.repositories.refresh_tokens.list_active(token.member_id, 10, now()).await.expect("listed")
}

pub async fn a_member_deleted_while_their_token_is_rotated_leaves_nothing_and_nobody_waits_for_ever(world: World) {
    let given = &world.repositories;
    for _ in 0..WAYS {
        let (member, successor) = (given.given_member(a_member()).await, a_successor());
        let first = given.given_session(a_refresh_token().of(&member), now()).await;
        let (tokens, members, hash, id) = (given.refresh_tokens.clone(), given.members.clone(), first.token_hash, member.id());
        let (rotation, deleted) =
            race_of_two(async move { tokens.rotate(&hash, &successor, now()).await }, async move { members.delete(id).await })
                .await;
        deleted.expect("nothing keeps them from being deleted");
        assert!(matches!(rotation, Ok(Rotation::Rotated(_) | Rotation::Refused)), "{rotation:?}");
        for hash in [first.token_hash, successor.token_hash] {
            assert_eq!(given.refresh_tokens.find_by_hash(&hash).await.expect("looked up"), None);
        }
    }
}

pub async fn a_session_revoked_while_its_token_is_rotated_leaves_no_usable_token(world: World) {
    let tokens = &world.repositories.refresh_tokens;
    for _ in 0..WAYS {
        let (first, successor, later) = (a_session(&world).await, a_successor(), now() + Duration::HOUR);
        let (rotating, revoking, hash, session) = (tokens.clone(), tokens.clone(), first.token_hash, first.session);
        let (rotation, revoked) = race_of_two(async move { rotating.rotate(&hash, &successor, later).await }, async move {
            revoking.revoke_session(session, later).await
        })
        .await;
        revoked.expect("revoked");
        let was_rotated = match rotation.expect("answered") {
            Rotation::Rotated(_) => true,
            Rotation::Refused => false,
            other @ Rotation::Replayed { .. } => panic!("nobody had rotated it: {other:?}"),
        };
        let found = tokens.find_by_hash(&successor.token_hash).await.expect("looked up");
        assert_eq!(found.is_some(), was_rotated);
        assert!(found.is_none_or(|token| token.revoked_at.is_some()));
        for hash in [first.token_hash, successor.token_hash] {
            assert_eq!(tokens.rotate(&hash, &a_successor(), later).await.expect("answered"), Rotation::Refused);
        }
    }
}

pub async fn sessions_whose_last_token_expired_are_removed(world: World) {
    let tokens = &world.repositories.refresh_tokens;
    let (day, noon) = (now() + Duration::DAY, now() + Duration::DAY + Duration::HOUR);
    let (dead, rotated) = (a_session_until(&world, day).await, a_session_until(&world, day).await);
    let last = Successor { expires_at: noon - Duration::MICROSECOND, ..a_successor() };
    tokens.rotate(&rotated.token_hash, &last, now()).await.expect("answered");
    let alive = a_session_until(&world, noon + Duration::MICROSECOND).await;

    assert_eq!(tokens.remove_expired(noon).await.expect("removed"), 2);

    for hash in [dead.token_hash, rotated.token_hash, last.token_hash] {
        assert_eq!(tokens.find_by_hash(&hash).await.expect("looked up"), None);
    }
    assert_eq!(tokens.find_by_hash(&alive.token_hash).await.expect("found"), Some(alive));
    assert_eq!(tokens.remove_expired(noon).await.expect("removed"), 0);
}

pub async fn a_session_with_one_living_token_keeps_all_its_tokens(world: World) {
    let tokens = &world.repositories.refresh_tokens;
    let first = a_session_until(&world, now() + Duration::DAY).await;
    let successor = Successor { expires_at: now() + Duration::WEEK, ..a_successor() };
    tokens.rotate(&first.token_hash, &successor, now()).await.expect("answered");
    assert_eq!(tokens.remove_expired(now() + Duration::days(2)).await.expect("removed"), 0);
    assert_eq!(
        tokens.find_by_hash(&first.token_hash).await.expect("found"),
        Some(RefreshToken { revoked_at: Some(now()), ..first.clone() })
    );
    assert_eq!(tokens.find_by_hash(&successor.token_hash).await.expect("found"), Some(succeeded(&first, &successor)));
}

pub async fn a_session_whose_last_token_expires_at_the_very_moment_stays(world: World) {
    let tokens = &world.repositories.refresh_tokens;
    let first = a_session(&world).await;
    assert_eq!(tokens.remove_expired(first.expires_at).await.expect("removed"), 0);
    assert_eq!(tokens.remove_expired(first.expires_at + Duration::MICROSECOND).await.expect("removed"), 1);
}

pub async fn a_revoked_session_stays_until_its_last_token_expired(world: World) {
    let tokens = &world.repositories.refresh_tokens;
    let first = a_session(&world).await;
    tokens.revoke_session(first.session, now()).await.expect("revoked");
    assert_eq!(tokens.remove_expired(now() + Duration::DAY).await.expect("removed"), 0);
    let found = tokens.find_by_hash(&first.token_hash).await.expect("found");
    assert_eq!(found, Some(RefreshToken { revoked_at: Some(now()), ..first.clone() }));
    assert_eq!(tokens.remove_expired(first.expires_at + Duration::DAY).await.expect("removed"), 1);
}

/// Starts a session of some member.
async fn a_session(world: &World) -> RefreshToken {
    let member = world.repositories.given_member(a_member()).await;
    world.repositories.given_session(a_refresh_token().of(&member), now()).await
}

/// Starts a session of some member, whose first token expires at this time.
async fn a_session_until(world: &World, expires_at: OffsetDateTime) -> RefreshToken {
    let member = world.repositories.given_member(a_member()).await;
    world.repositories.given_session(a_refresh_token().of(&member).expiring_at(expires_at), now()).await
}

/// The token that stands in the place of a rotated one.
fn succeeded(rotated: &RefreshToken, successor: &Successor) -> RefreshToken {
    RefreshToken {
        id: successor.id,
        member_id: rotated.member_id,
        session: rotated.session,
        token_hash: successor.token_hash,
        expires_at: successor.expires_at,
        revoked_at: None,
    }
}
