//! What an `AccountDirectory` promises.

use super::World;
use crate::builders::{a_member, now, unique_id};
use library_auth_domain::Account;
use library_shared_domain::MemberId;
use time::Duration;

/// Runs the suite over the worlds that `$open`, an `async fn() -> World`, opens.
#[macro_export]
macro_rules! account_directory_contract {
    ($open:path) => {
        $crate::contract_tests! { worlds from $open, account_directory:
            an_account_tells_whether_its_member_is_verified,
            an_account_that_does_not_exist_is_not_found,
            an_account_changes_at_once_with_its_member,
            an_account_is_the_one_of_its_unit_of_work,
        }
    };
}

pub async fn an_account_tells_whether_its_member_is_verified(world: World) {
    let given = &world.repositories;
    let verified = given.given_member(a_member().verified()).await;
    let unverified = given.given_member(a_member()).await;
    assert_eq!(given.accounts.find(verified.id()).await.expect("found"), Some(Account { is_verified: true }));
    assert_eq!(given.accounts.find(unverified.id()).await.expect("found"), Some(Account { is_verified: false }));
}

pub async fn an_account_that_does_not_exist_is_not_found(world: World) {
    world.repositories.given_member(a_member()).await;
    assert_eq!(world.repositories.accounts.find(MemberId::from_uuid(unique_id())).await.expect("looked up"), None);
}

pub async fn an_account_changes_at_once_with_its_member(world: World) {
    let (given, mut member) = (&world.repositories, a_member().build());
    let id = member.id();
    assert_eq!(given.accounts.find(id).await.expect("looked up"), None);
    given.members.create(&member).await.expect("created");
    assert_eq!(given.accounts.find(id).await.expect("found"), Some(Account { is_verified: false }));
    assert!(member.mark_verified(now() + Duration::HOUR));
    given.members.update(&member).await.expect("updated");
    assert_eq!(given.accounts.find(id).await.expect("found"), Some(Account { is_verified: true }));
    given.members.delete(id).await.expect("deleted");
    assert_eq!(given.accounts.find(id).await.expect("looked up"), None);
}

pub async fn an_account_is_the_one_of_its_unit_of_work(world: World) {
    let unit = world.units.begin().await.expect("begun");
    let member = unit.given_member(a_member().verified()).await;
    assert_eq!(unit.accounts.find(member.id()).await.expect("found"), Some(Account { is_verified: true }));
    assert_eq!(world.repositories.accounts.find(member.id()).await.expect("looked up"), None);
    unit.commit().await.expect("committed");
    assert_eq!(world.repositories.accounts.find(member.id()).await.expect("found"), Some(Account { is_verified: true }));
}
