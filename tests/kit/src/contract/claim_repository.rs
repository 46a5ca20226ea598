//! What a `ClaimRepository` promises.

use super::{
    World,
    macros::assert_shape,
    racing::{WAYS, count, race},
};
use crate::builders::{ClaimBuilder, a_book, a_claim, a_member, a_receipt, now, unique_id};
use library_shared_domain::{
    ClaimId,
    idempotency::{CLAIM_LEASE, Claim, ClaimError, Claimed, CompleteClaimError, KEY_LIFETIME, Receipt},
};
use time::Duration;

/// Runs the suite over the worlds that `$open`, an `async fn() -> World`, opens.
#[macro_export]
macro_rules! claim_repository_contract {
    ($open:path) => {
        $crate::contract_tests! { worlds from $open, claim_repository:
            a_first_claim_is_fresh_and_another_finds_it_running,
            a_completed_claim_answers_with_its_receipt_again_and_again,
            a_receipt_holds_whatever_bytes_it_is_given,
            a_key_that_was_given_to_another_command_is_told,
            keys_of_different_callers_do_not_meet,
            of_many_who_claim_one_key_one_is_fresh,
            an_unfinished_claim_is_taken_over_once_its_lease_has_passed,
            of_many_who_take_a_claim_over_one_is_fresh,
            who_was_overtaken_completes_nothing_and_its_effect_is_rolled_back,
            a_claim_is_completed_once,
            a_claim_that_is_not_there_is_not_completed,
            a_claim_that_a_dropped_unit_completed_is_still_open,
            a_claim_is_completed_with_the_other_changes_of_its_unit,
            a_released_claim_leaves_its_key_free,
            a_completed_claim_is_not_released,
            a_claim_that_is_not_there_needs_no_releasing,
            a_key_is_free_again_after_a_day_whether_swept_or_not,
            of_many_who_claim_an_expired_key_one_is_fresh,
            claims_made_until_a_time_are_removed_and_others_stay,
            a_claim_of_a_missing_member_is_refused,
            with_a_member_go_their_claims_and_nobody_elses,
            with_a_member_goes_what_is_kept_about_them,
        }
    };
}

pub async fn a_first_claim_is_fresh_and_another_finds_it_running(world: World) {
    let (claims, attempt) = (&world.repositories.claims, a_claim());
    let last_moment = now() + CLAIM_LEASE - Duration::MICROSECOND;
    assert_eq!(claimed(&world, &attempt).await, Claimed::Fresh);
    assert_eq!(claimed(&world, &attempt.again()).await, Claimed::Running);
    assert_eq!(claims.claim(&attempt.again().made_at(last_moment).build()).await.expect("answered"), Claimed::Running);
    assert_eq!(claimed(&world, &a_claim()).await, Claimed::Fresh);
}

pub async fn a_completed_claim_answers_with_its_receipt_again_and_again(world: World) {
    let (attempt, receipt) = (a_claim(), a_receipt(b"a book"));
    completed(&world, &attempt, &receipt).await;
    completed(&world, &a_claim(), &a_receipt(b"another book")).await;
    let last_moment = now() + KEY_LIFETIME - Duration::MICROSECOND;
    for later in [now(), now() + CLAIM_LEASE, last_moment] {
        assert_eq!(claimed(&world, &attempt.again().made_at(later)).await, Claimed::Completed(receipt.clone()));
    }
}

pub async fn a_receipt_holds_whatever_bytes_it_is_given(world: World) {
    let every_byte: Vec<u8> = (0..=u8::MAX).collect();
    for outcome in [vec![], vec![0], every_byte, vec![0xFF; 100_000]] {
        let (attempt, receipt) = (a_claim(), a_receipt(&outcome));
        completed(&world, &attempt, &receipt).await;
        assert_eq!(claimed(&world, &attempt.again()).await, Claimed::Completed(receipt));
    }
}

pub async fn a_key_that_was_given_to_another_command_is_told(world: World) {
    let attempt = a_claim();
    let claim = fresh(&world, &attempt).await;
    let other = || attempt.again().for_another_command();
    assert_eq!(claimed(&world, &other()).await, Claimed::OtherCommand);
    assert_eq!(claimed(&world, &other().made_at(now() + CLAIM_LEASE)).await, Claimed::OtherCommand);
    world.repositories.claims.complete(claim.id, &a_receipt(b"done")).await.expect("completed");
    assert_eq!(claimed(&world, &other()).await, Claimed::OtherCommand);
    assert_eq!(claimed(&world, &attempt.again()).await, Claimed::Completed(a_receipt(b"done")));
}

pub async fn keys_of_different_callers_do_not_meet(world: World) {
    let given = &world.repositories;
    let (ada, grace) = (given.given_member(a_member()).await, given.given_member(a_member()).await);
    let attempt = a_claim();
    let by_others =
        [attempt.again().of_anyone_for("POST /members"), attempt.again().of(&ada), attempt.again().of(&grace), attempt];
    for attempt in &by_others {
        assert_eq!(claimed(&world, attempt).await, Claimed::Fresh);
    }
    for attempt in &by_others {
        assert_eq!(claimed(&world, &attempt.again()).await, Claimed::Running);
    }
}

pub async fn of_many_who_claim_one_key_one_is_fresh(world: World) {
    assert_one_is_fresh(&world, &a_claim()).await;
}

pub async fn an_unfinished_claim_is_taken_over_once_its_lease_has_passed(world: World) {
    let (attempt, receipt) = (a_claim(), a_receipt(b"by the second"));
    fresh(&world, &attempt).await;
    let second = attempt.again().made_at(now() + CLAIM_LEASE);
    let claim = fresh(&world, &second).await;
    // It has a lease of its own.
    assert_eq!(claimed(&world, &second.again()).await, Claimed::Running);
    world.repositories.claims.complete(claim.id, &receipt).await.expect("completed");
    assert_eq!(claimed(&world, &second.again()).await, Claimed::Completed(receipt));
}

pub async fn of_many_who_take_a_claim_over_one_is_fresh(world: World) {
    let attempt = a_claim();
    fresh(&world, &attempt).await;
    assert_one_is_fresh(&world, &attempt.made_at(now() + CLAIM_LEASE)).await;
}

pub async fn who_was_overtaken_completes_nothing_and_its_effect_is_rolled_back(world: World) {
    let attempt = a_claim();
    let overtaken = fresh(&world, &attempt).await;
    let second = attempt.again().made_at(now() + CLAIM_LEASE);
    fresh(&world, &second).await;

    let unit = world.units.begin().await.expect("begun");
    let book = unit.given_book(a_book()).await;
    assert_shape!(unit.claims.complete(overtaken.id, &a_receipt(b"late")).await, Err(CompleteClaimError::Lost));
    drop(unit);

    assert_eq!(world.repositories.books.find_by_id(book.id()).await.expect("looked up"), None);
    world.repositories.claims.release(overtaken.id).await.expect("nothing to release");
    assert_eq!(claimed(&world, &second.again()).await, Claimed::Running);
}

pub async fn a_claim_is_completed_once(world: World) {
    let attempt = a_claim();
    let claim = completed(&world, &attempt, &a_receipt(b"first")).await;
    let again = world.repositories.claims.complete(claim.id, &a_receipt(b"second")).await;
    assert_shape!(again, Err(CompleteClaimError::Lost));
    assert_eq!(claimed(&world, &attempt.again()).await, Claimed::Completed(a_receipt(b"first")));
}

pub async fn a_claim_that_is_not_there_is_not_completed(world: World) {
    let nobodys = ClaimId::from_uuid(unique_id());
    assert_shape!(world.repositories.claims.complete(nobodys, &a_receipt(b"")).await, Err(CompleteClaimError::Lost));
}

pub async fn a_claim_that_a_dropped_unit_completed_is_still_open(world: World) {
    let attempt = a_claim();
    let claim = fresh(&world, &attempt).await;
    let unit = world.units.begin().await.expect("begun");
    unit.claims.complete(claim.id, &a_receipt(b"not committed")).await.expect("completed");
    drop(unit);
    assert_eq!(claimed(&world, &attempt.again()).await, Claimed::Running);
    world.repositories.claims.complete(claim.id, &a_receipt(b"committed")).await.expect("completed");
}

pub async fn a_claim_is_completed_with_the_other_changes_of_its_unit(world: World) {
    let attempt = a_claim();
    let claim = fresh(&world, &attempt).await;
    let unit = world.units.begin().await.expect("begun");
    let member = unit.given_member(a_member()).await;
    let receipt = Receipt { outcome: b"a member".to_vec(), member_id: Some(member.id()) };
    unit.claims.complete(claim.id, &receipt).await.expect("completed");
    unit.commit().await.expect("committed");
    assert_eq!(claimed(&world, &attempt.again()).await, Claimed::Completed(receipt));
    assert_eq!(world.repositories.members.find_by_id(member.id()).await.expect("looked up"), Some(member));
}

pub async fn a_released_claim_leaves_its_key_free(world: World) {
    let (attempt, other) = (a_claim(), a_claim());
    let claim = fresh(&world, &attempt).await;
    fresh(&world, &other).await;
    world.repositories.claims.release(claim.id).await.expect("released");
    assert_eq!(claimed(&world, &attempt.again().for_another_command()).await, Claimed::Fresh);
    assert_eq!(claimed(&world, &other.again()).await, Claimed::Running);
}

pub async fn a_completed_claim_is_not_released(world: World) {
    let attempt = a_claim();
    let claim = completed(&world, &attempt, &a_receipt(b"done")).await;
    world.repositories.claims.release(claim.id).await.expect("nothing to release");
    assert_eq!(claimed(&world, &attempt.again()).await, Claimed::Completed(a_receipt(b"done")));
}

pub async fn a_claim_that_is_not_there_needs_no_releasing(world: World) {
    world.repositories.claims.release(ClaimId::from_uuid(unique_id())).await.expect("nothing to release");
}

pub async fn a_key_is_free_again_after_a_day_whether_swept_or_not(world: World) {
    let (done, unfinished) = (a_claim(), a_claim());
    completed(&world, &done, &a_receipt(b"yesterday")).await;
    fresh(&world, &unfinished).await;
    let tomorrow = now() + KEY_LIFETIME;
    for attempt in [done, unfinished] {
        let other = attempt.again().for_another_command().made_at(tomorrow);
        assert_eq!(claimed(&world, &other).await, Claimed::Fresh);
        // Of what was kept before, nothing is left.
        assert_eq!(claimed(&world, &other.again()).await, Claimed::Running);
    }
}

pub async fn of_many_who_claim_an_expired_key_one_is_fresh(world: World) {
    let attempt = a_claim();
    completed(&world, &attempt, &a_receipt(b"yesterday")).await;
    assert_one_is_fresh(&world, &attempt.made_at(now() + KEY_LIFETIME)).await;
}

pub async fn claims_made_until_a_time_are_removed_and_others_stay(world: World) {
    let claims = &world.repositories.claims;
    let (before, at_the_moment, after) =
        (a_claim().made_at(now() - Duration::HOUR), a_claim(), a_claim().made_at(now() + Duration::MICROSECOND));
    completed(&world, &before, &a_receipt(b"done")).await;
    fresh(&world, &at_the_moment).await;
    fresh(&world, &after).await;
    assert_eq!(claims.remove_claimed_until(now()).await.expect("removed"), 2);
    assert_eq!(claims.remove_claimed_until(now()).await.expect("removed"), 0);
    assert_eq!(claimed(&world, &before.again()).await, Claimed::Fresh);
    assert_eq!(claimed(&world, &at_the_moment.again()).await, Claimed::Fresh);
    assert_eq!(claimed(&world, &after.again()).await, Claimed::Running);
}

pub async fn a_claim_of_a_missing_member_is_refused(world: World) {
    let attempt = a_claim().of(&a_member().build());
    assert_shape!(world.repositories.claims.claim(&attempt.build()).await, Err(ClaimError::CallerMissing));
}

pub async fn with_a_member_go_their_claims_and_nobody_elses(world: World) {
    let given = &world.repositories;
    let (member, other) = (given.given_member(a_member()).await, given.given_member(a_member()).await);
    let running = fresh(&world, &a_claim().of(&member)).await;
    completed(&world, &a_claim().of(&member), &a_receipt(b"done")).await;
    let (of_other, of_nobody) = (a_claim().of(&other), a_claim());
    fresh(&world, &of_other).await;
    fresh(&world, &of_nobody).await;

    given.members.delete(member.id()).await.expect("deleted");

    assert_shape!(given.claims.complete(running.id, &a_receipt(b"late")).await, Err(CompleteClaimError::Lost));
    assert_eq!(claimed(&world, &of_other.again()).await, Claimed::Running);
    assert_eq!(claimed(&world, &of_nobody.again()).await, Claimed::Running);
    assert_eq!(given.claims.remove_claimed_until(now()).await.expect("removed"), 2);
}

pub async fn with_a_member_goes_what_is_kept_about_them(world: World) {
    let (given, attempt) = (&world.repositories, a_claim());
    let member = given.given_member(a_member()).await;
    completed(&world, &attempt, &Receipt { outcome: b"their name".to_vec(), member_id: Some(member.id()) }).await;
    given.members.delete(member.id()).await.expect("deleted");
    assert_eq!(given.claims.remove_claimed_until(now()).await.expect("removed"), 0);
    assert_eq!(claimed(&world, &attempt.again()).await, Claimed::Fresh);
}

async fn claimed(world: &World, attempt: &ClaimBuilder) -> Claimed {
    world.repositories.claims.claim(&attempt.clone().build()).await.expect("answered")
}

async fn fresh(world: &World, attempt: &ClaimBuilder) -> Claim {
    assert_eq!(claimed(world, attempt).await, Claimed::Fresh);
    attempt.clone().build()
}

async fn completed(world: &World, attempt: &ClaimBuilder, receipt: &Receipt) -> Claim {
    let claim = fresh(world, attempt).await;
    world.repositories.claims.complete(claim.id, receipt).await.expect("completed");
    claim
}

async fn assert_one_is_fresh(world: &World, attempt: &ClaimBuilder) {
    let outcomes = race(|_| {
        let (claims, claim) = (world.repositories.claims.clone(), attempt.again().build());
        async move { claims.claim(&claim).await.expect("answered") }
    })
    .await;
    assert_eq!(count(&outcomes, |outcome| *outcome == Claimed::Fresh), 1, "{outcomes:?}");
    assert_eq!(count(&outcomes, |outcome| *outcome == Claimed::Running), WAYS - 1, "{outcomes:?}");
}
