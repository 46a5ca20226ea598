//! What every `MemberRepository` lists.

use super::{
    World,
    paging::{is_filtered, is_paged_in_every_order},
};
use crate::builders::{a_member, now};
use library_member_domain::{Member, MemberField};
use library_shared_domain::Operator;

/// Makes the tests of this suite for the adapter that `open` makes worlds with.
#[macro_export]
macro_rules! member_lists_contract {
    ($open:path) => {
        $crate::contract_tests! { worlds from $open, member_lists:
            the_members_are_paged_in_every_order_both_ways,
            the_members_are_filtered_by_every_field,
        }
    };
}

async fn members(world: &World) -> Vec<Member> {
    let mut members = Vec::new();
    for (index, name) in ["Ada", "ada", "Ádám", "Zoë", "Пётр", "Bob", "bob", "Anna Karenina"].into_iter().enumerate() {
        let member = a_member().named(name).with_email(&format!("{}-{index}@Example.com", ["a", "B", "ß"][index % 3]));
        members.push(world.repositories.given_member(if index % 2 == 0 { member.verified() } else { member }).await);
    }
    members
}

pub async fn the_members_are_paged_in_every_order_both_ways(world: World) {
    let members = members(&world).await;
    let orders = ["", "name", "-name", "email", "-email", "created_at", "-updated_at", "-created_at,name", "name,-email"];
    is_paged_in_every_order(&members, now(), &orders, async |request| world.repositories.members.list(&request).await).await;
}

pub async fn the_members_are_filtered_by_every_field(world: World) {
    let members = members(&world).await;
    let mut conditions = Vec::new();
    for operator in Operator::ALL {
        conditions.extend(["Ada", "%DA%", "bob,Bob"].map(|text| (MemberField::Name, operator, text.to_owned())));
        conditions.extend(["b-1@EXAMPLE.com", "B-%", "ß-%", "S%"].map(|text| (MemberField::Email, operator, text.to_owned())));
    }
    for operator in [Operator::Equal, Operator::NotEqual] {
        conditions.extend(["true", "false"].map(|text| (MemberField::IsVerified, operator, text.to_owned())));
    }
    is_filtered(&members, now(), &conditions, async |request| world.repositories.members.list(&request).await).await;
}
