//! What every `LoanRepository` lists.

use super::{
    World,
    paging::{is_filtered, is_paged_in_every_order},
};
use crate::builders::{a_book, a_loan, a_member, now};
use library_loan_domain::{Loan, LoanField};
use library_shared_domain::Operator;
use time::{Duration, format_description::well_known::Rfc3339};

/// Makes the tests of this suite for the adapter that `open` makes worlds with.
#[macro_export]
macro_rules! loan_lists_contract {
    ($open:path) => {
        $crate::contract_tests! { worlds from $open, loan_lists:
            loans_are_paged_in_every_order_both_ways,
            loans_are_filtered_by_every_field_at_every_moment,
        }
    };
}

async fn loans(world: &World) -> Vec<Loan> {
    let given = &world.repositories;
    let members = [given.given_member(a_member()).await, given.given_member(a_member()).await];
    let mut loans = Vec::new();
    for (index, hours) in [0, 5, 5, 1, 1, 3, 0, 2].into_iter().enumerate() {
        let book = given.given_book(a_book()).await;
        let days = [3, 1, 2][index % 3];
        let loan = a_loan().of(&book).to(&members[index % 2]).loaned_at(now() + Duration::hours(hours)).for_days(days);
        let mut loan = given.given_loan(loan).await;
        if index % 4 == 3 {
            loan.return_book(loan.loaned_at() + Duration::days(9)).expect("returned");
            loan = given.loans.update(&loan).await.expect("updated");
        }
        loans.push(loan);
    }
    loans
}

pub async fn loans_are_paged_in_every_order_both_ways(world: World) {
    let loans = loans(&world).await;
    let orders = ["", "loaned_at", "-loaned_at", "due_at", "-due_at", "loaned_at,-due_at", "-due_at,-loaned_at"];
    is_paged_in_every_order(&loans, now(), &orders, async |request| world.repositories.loans.list(&request, now()).await).await;
}

pub async fn loans_are_filtered_by_every_field_at_every_moment(world: World) {
    let loans = loans(&world).await;
    let (book, member) = (loans[2].book_id().to_string(), loans[1].member_id().to_string());
    let due = loans[0].due_at();
    let mut conditions = Vec::new();
    for operator in [Operator::Equal, Operator::NotEqual] {
        for field in [LoanField::Open, LoanField::Overdue] {
            conditions.extend(["true", "false"].map(|text| (field, operator, text.to_owned())));
        }
    }
    for operator in [Operator::Equal, Operator::NotEqual, Operator::In, Operator::NotIn] {
        conditions.extend([(LoanField::BookId, operator, book.clone()), (LoanField::MemberId, operator, member.clone())]);
    }
    for operator in [Operator::Equal, Operator::Greater, Operator::GreaterOrEqual, Operator::Less, Operator::LessOrEqual] {
        let text = due.format(&Rfc3339).expect("a time");
        conditions.extend([(LoanField::DueAt, operator, text.clone()), (LoanField::LoanedAt, operator, text)]);
    }
    for at in [now(), due, due + Duration::MICROSECOND, due + Duration::days(30)] {
        is_filtered(&loans, at, &conditions, async |request| world.repositories.loans.list(&request, at).await).await;
    }
}
