//! What a `CredentialRepository` promises.

use super::{
    World,
    macros::assert_shape,
    racing::{WAYS, count, race},
};
use crate::builders::{a_member, a_refresh_token, credentials_of, now, unique_id};
use library_member_domain::{Credentials, Member, PasswordHash, ReplaceCredentialsError};
use library_shared_domain::{DependencyError, MemberId};
use std::time::Duration;

/// Whoever does not wait for anything has answered by then.
const LONG_ENOUGH_TO_ANSWER: Duration = Duration::from_millis(300);

/// Runs the suite over the worlds that `$open`, an `async fn() -> World`, opens.
#[macro_export]
macro_rules! credential_repository_contract {
    ($open:path) => {
        $crate::contract_tests! { worlds from $open, credential_repository:
            credentials_come_back_as_they_were_kept,
            credentials_that_nobody_kept_are_not_found,
            credentials_of_a_missing_member_are_refused,
            a_member_has_credentials_once,
            credentials_go_with_their_member,
            a_replaced_password_is_another_from_then_on,
            a_password_that_is_another_by_now_is_not_replaced,
            credentials_that_are_gone_are_not_replaced,
            of_many_who_replace_one_password_one_succeeds,
            credentials_are_current_until_they_are_replaced_or_gone,
            whether_credentials_are_current_is_told_once_their_replacement_is_over,
        }
    };
}

pub async fn credentials_come_back_as_they_were_kept(world: World) {
    let given = &world.repositories;
    for _ in 0..2 {
        let member = given.given_member(a_member()).await;
        let kept = credentials_of(&member);
        given.credentials.create(&kept).await.expect("created");
        let found = given.credentials.find_by_member(member.id()).await.expect("found").expect("the credentials");
        assert_eq!(found.member_id, member.id());
        assert_eq!(found.password_hash.expose(), kept.password_hash.expose());
    }
}

pub async fn credentials_that_nobody_kept_are_not_found(world: World) {
    let given = &world.repositories;
    let (with, without) = (given.given_member(a_member()).await, given.given_member(a_member()).await);
    given.credentials.create(&credentials_of(&with)).await.expect("created");
    assert!(given.credentials.find_by_member(without.id()).await.expect("looked up").is_none());
    assert!(given.credentials.find_by_member(MemberId::from_uuid(unique_id())).await.expect("looked up").is_none());
    given.credentials.create(&credentials_of(&without)).await.expect("created");
    assert!(given.credentials.find_by_member(without.id()).await.expect("looked up").is_some());
}

pub async fn credentials_of_a_missing_member_are_refused(world: World) {
    let (credentials, nobody) = (&world.repositories.credentials, a_member().build());
    assert_shape!(credentials.create(&credentials_of(&nobody)).await, Err(DependencyError::Failed { .. }));
    assert!(credentials.find_by_member(nobody.id()).await.expect("looked up").is_none());
}

pub async fn a_member_has_credentials_once(world: World) {
    let given = &world.repositories;
    let member = given.given_member(a_member()).await;
    let first = credentials_of(&member);
    given.credentials.create(&first).await.expect("created");
    let second = Credentials { member_id: member.id(), password_hash: PasswordHash::from_phc("$another".to_owned()) };
    assert_shape!(given.credentials.create(&second).await, Err(DependencyError::Failed { .. }));
    let found = given.credentials.find_by_member(member.id()).await.expect("found").expect("the credentials");
    assert_eq!(found.password_hash.expose(), first.password_hash.expose());
}

pub async fn credentials_go_with_their_member(world: World) {
    let given = &world.repositories;
    let member = given.given_member(a_member()).await;
    given.credentials.create(&credentials_of(&member)).await.expect("created");
    assert!(given.credentials.find_by_member(member.id()).await.expect("looked up").is_some());
    given.members.delete(member.id()).await.expect("deleted");
    assert!(given.credentials.find_by_member(member.id()).await.expect("looked up").is_none());
}

pub async fn a_replaced_password_is_another_from_then_on(world: World) {
    let given = &world.repositories;
    let (member, other) = (given.given_member(a_member()).await, given.given_member(a_member()).await);
    let (first, others) = (credentials_of(&member), credentials_of(&other));
    given.credentials.create(&first).await.expect("created");
    given.credentials.create(&others).await.expect("created");
    given.credentials.replace(&first, &hash("$second")).await.expect("replaced");
    assert_eq!(hash_of(&world, &member).await.as_deref(), Some("$second"));
    let second = Credentials { password_hash: hash("$second"), ..first };
    given.credentials.replace(&second, &hash("$third")).await.expect("replaced");
    assert_eq!(hash_of(&world, &member).await.as_deref(), Some("$third"));
    assert_eq!(hash_of(&world, &other).await.as_deref(), Some(others.password_hash.expose()));
}

pub async fn a_password_that_is_another_by_now_is_not_replaced(world: World) {
    let given = &world.repositories;
    let member = given.given_member(a_member()).await;
    let first = credentials_of(&member);
    given.credentials.create(&first).await.expect("created");
    given.credentials.replace(&first, &hash("$second")).await.expect("replaced");
    assert_shape!(given.credentials.replace(&first, &hash("$third")).await, Err(ReplaceCredentialsError::Moved));
    assert_eq!(hash_of(&world, &member).await.as_deref(), Some("$second"));
}

pub async fn credentials_that_are_gone_are_not_replaced(world: World) {
    let given = &world.repositories;
    let (without, deleted) = (given.given_member(a_member()).await, given.given_member(a_member()).await);
    given.credentials.create(&credentials_of(&deleted)).await.expect("created");
    given.members.delete(deleted.id()).await.expect("deleted");
    for member in [without, deleted, a_member().build()] {
        let replaced = given.credentials.replace(&credentials_of(&member), &hash("$second")).await;
        assert_shape!(replaced, Err(ReplaceCredentialsError::Moved));
        assert_eq!(hash_of(&world, &member).await, None);
    }
}

pub async fn credentials_are_current_until_they_are_replaced_or_gone(world: World) {
    let given = &world.repositories;
    let (member, other) = (given.given_member(a_member()).await, given.given_member(a_member()).await);
    let (first, others) = (credentials_of(&member), Credentials { member_id: other.id(), password_hash: hash("$others") });
    given.credentials.create(&first).await.expect("created");
    given.credentials.create(&others).await.expect("created");
    let is_current = async |credentials: &Credentials| given.credentials.is_current(credentials).await.expect("answered");
    assert!(is_current(&first).await && is_current(&others).await);
    assert!(!is_current(&Credentials { member_id: member.id(), password_hash: hash("$others") }).await);
    assert!(!is_current(&credentials_of(&a_member().build())).await);

    let second = Credentials { member_id: member.id(), password_hash: hash("$second") };
    assert!(!is_current(&second).await);
    given.credentials.replace(&first, &second.password_hash).await.expect("replaced");
    assert!(!is_current(&first).await && is_current(&second).await && is_current(&others).await);
    given.members.delete(member.id()).await.expect("deleted");
    assert!(!is_current(&second).await && is_current(&others).await);
}

/// Whoever replaces credentials ends the sessions after that, and does not see one that is started then. Whoever starts it may not be told
/// that the credentials are current.
pub async fn whether_credentials_are_current_is_told_once_their_replacement_is_over(world: World) {
    let given = &world.repositories;
    let member = given.given_member(a_member()).await;
    let first = credentials_of(&member);
    given.credentials.create(&first).await.expect("created");
    let unit = world.units.begin().await.expect("begun");
    unit.credentials.replace(&first, &hash("$second")).await.expect("replaced");
    unit.refresh_tokens.revoke_sessions_of(member.id(), None, now()).await.expect("ended");

    let (starting, token) = (given.clone(), a_refresh_token().of(&member).build());
    let mut asking = tokio::spawn(async move {
        starting.refresh_tokens.start_session(&token, now()).await.expect("started");
        starting.credentials.is_current(&first).await
    });
    let answer = tokio::time::timeout(LONG_ENOUGH_TO_ANSWER, &mut asking).await;
    assert!(answer.is_err(), "it answers while the replacement is not over: {answer:?}");
    unit.commit().await.expect("committed");
    assert!(!asking.await.expect("it runs to its end").expect("answered"));
}

pub async fn of_many_who_replace_one_password_one_succeeds(world: World) {
    let given = &world.repositories;
    let member = given.given_member(a_member()).await;
    let first = credentials_of(&member);
    given.credentials.create(&first).await.expect("created");
    let outcomes = race(|way| {
        let (credentials, first, new) = (given.credentials.clone(), first.clone(), format!("$by {way}"));
        async move { credentials.replace(&first, &hash(&new)).await.map(|()| new) }
    })
    .await;
    assert_eq!(count(&outcomes, Result::is_ok), 1, "{outcomes:?}");
    assert_eq!(count(&outcomes, |it| matches!(it, Err(ReplaceCredentialsError::Moved))), WAYS - 1, "{outcomes:?}");
    assert_eq!(hash_of(&world, &member).await, outcomes.into_iter().find_map(Result::ok));
}

fn hash(text: &str) -> PasswordHash {
    PasswordHash::from_phc(text.to_owned())
}

async fn hash_of(world: &World, member: &Member) -> Option<String> {
    let found = world.repositories.credentials.find_by_member(member.id()).await.expect("looked up");
    found.map(|credentials| credentials.password_hash.expose().to_owned())
}
