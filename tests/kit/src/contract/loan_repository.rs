//! What a `LoanRepository` promises.

use super::{
    Repositories, World,
    macros::assert_shape,
    paging::{all_pages, at, first},
    racing::{WAYS, count, race},
};
use crate::builders::{a_book, a_loan, a_member, now, unique_id};
use library_loan_domain::{CreateLoanError, DeleteLoanError, Loan, LoanField, UpdateLoanError};
use library_member_domain::Member;
use library_shared_domain::{BookId, Filter, ListRequest, LoanId, MemberId, Value, Version};
use time::{Duration, macros::datetime};

/// Runs the suite over the worlds that `$open`, an `async fn() -> World`, opens.
#[macro_export]
macro_rules! loan_repository_contract {
    ($open:path) => {
        $crate::contract_tests! { worlds from $open, loan_repository:
            a_loan_comes_back_as_it_was_kept,
            a_loans_times_are_kept_to_the_microsecond,
            a_loan_that_nobody_kept_is_not_found,
            a_loan_that_was_absent_is_found_once_it_is_kept,
            a_book_is_lent_once_at_a_time,
            a_book_that_came_back_is_lent_again,
            a_member_may_have_many_books,
            a_loan_of_a_missing_book_is_refused,
            a_loan_to_a_missing_member_is_refused,
            a_loans_id_is_taken_once,
            of_many_who_borrow_one_book_one_succeeds,
            a_returned_loan_stands_as_the_update_answered,
            a_return_of_a_state_that_has_moved_is_refused,
            a_return_of_a_missing_loan_is_refused,
            of_many_returns_of_one_loan_one_succeeds,
            the_active_loan_of_a_book_is_the_open_one,
            a_returned_loan_outlives_its_book_and_its_member,
            a_deleted_loan_is_gone_and_frees_its_book_and_its_member,
            a_returned_loan_can_be_deleted,
            a_missing_loan_cannot_be_deleted,
            a_members_loans_are_theirs_alone_open_and_returned,
            the_pages_of_a_members_loans_are_disjoint_and_complete,
            the_pages_of_a_members_loans_stay_put_while_loans_are_added,
            a_list_of_no_loans_has_one_empty_page,
            the_list_of_loans_shows_the_newest_first,
            the_pages_of_loans_are_disjoint_and_complete,
            the_pages_of_loans_stay_put_while_loans_are_added,
        }
    };
}

pub async fn a_loan_comes_back_as_it_was_kept(world: World) {
    let given = &world.repositories;
    let (book, member) = (given.given_book(a_book()).await, given.given_member(a_member()).await);
    given_open_loan(given, &member).await;
    let loan = given.given_loan(a_loan().of(&book).to(&member).for_days(3)).await;
    assert_eq!(loan.due_at(), now() + Duration::days(3));
    assert_eq!(given.loans.find_by_id(loan.id()).await.expect("found"), Some(loan));
}

pub async fn a_loans_times_are_kept_to_the_microsecond(world: World) {
    let given = &world.repositories;
    let member = given.given_member(a_member()).await;
    for time in [datetime!(1969-12-31 23:59:59.999999 UTC), datetime!(2999-12-01 23:59:59.000001 UTC)] {
        let book = given.given_book(a_book()).await;
        let mut loan = given.given_loan(a_loan().of(&book).to(&member).loaned_at(time)).await;
        assert_eq!(given.loans.find_by_id(loan.id()).await.expect("found"), Some(loan.clone()), "{time}");
        loan.return_book(time + Duration::MICROSECOND).expect("returned");
        given.loans.update(&loan).await.expect("updated");
        let found = given.loans.find_by_id(loan.id()).await.expect("found").expect("the loan");
        assert_eq!(found, loan.saved(), "{time}");
        assert_eq!(found.returned_at(), Some(time + Duration::MICROSECOND));
    }
}

pub async fn a_loan_that_nobody_kept_is_not_found(world: World) {
    let given = &world.repositories;
    let member = given.given_member(a_member()).await;
    given_open_loan(given, &member).await;
    assert_eq!(given.loans.find_by_id(LoanId::from_uuid(unique_id())).await.expect("looked up"), None);
    assert_eq!(given.loans.find_active_by_book(BookId::from_uuid(unique_id())).await.expect("looked up"), None);
    let page = given.loans.list(&of(MemberId::from_uuid(unique_id()), first(50)), now()).await.expect("a page");
    assert_eq!((page.items, page.next), (vec![], None));
}

pub async fn a_loan_that_was_absent_is_found_once_it_is_kept(world: World) {
    let given = &world.repositories;
    let (book, member) = (given.given_book(a_book()).await, given.given_member(a_member()).await);
    let loan = a_loan().of(&book).to(&member).build();
    assert_eq!(given.loans.find_by_id(loan.id()).await.expect("looked up"), None);
    assert_eq!(given.loans.find_active_by_book(book.id()).await.expect("looked up"), None);
    given.loans.create(&loan).await.expect("created");
    assert_eq!(given.loans.find_by_id(loan.id()).await.expect("found"), Some(loan.clone()));
    assert_eq!(given.loans.find_active_by_book(book.id()).await.expect("found"), Some(loan));
}

pub async fn a_book_is_lent_once_at_a_time(world: World) {
    let given = &world.repositories;
    let (book, first) = (given.given_book(a_book()).await, given.given_member(a_member()).await);
    let loan = given.given_loan(a_loan().of(&book).to(&first)).await;
    let other = given.given_member(a_member()).await;
    for member in [&first, &other] {
        let second = a_loan().of(&book).to(member).build();
        assert_shape!(given.loans.create(&second).await, Err(CreateLoanError::AlreadyOnLoan));
        assert_eq!(given.loans.find_by_id(second.id()).await.expect("looked up"), None);
    }
    assert_eq!(given.loans.find_active_by_book(book.id()).await.expect("found"), Some(loan));
}

pub async fn a_book_that_came_back_is_lent_again(world: World) {
    let given = &world.repositories;
    let (book, member) = (given.given_book(a_book()).await, given.given_member(a_member()).await);
    for _ in 0..3 {
        let loan = given.given_loan(a_loan().of(&book).to(&member)).await;
        give_back(given, loan).await;
    }
    assert_eq!(given.loans.list(&first(10), now()).await.expect("a page").items.len(), 3);
}

pub async fn a_member_may_have_many_books(world: World) {
    let given = &world.repositories;
    let member = given.given_member(a_member()).await;
    for _ in 0..3 {
        given_open_loan(given, &member).await;
    }
    let page = given.loans.list(&of(member.id(), first(50)), now()).await.expect("a page");
    assert_eq!(page.items.iter().filter(|loan| loan.is_open()).count(), 3);
}

pub async fn a_loan_of_a_missing_book_is_refused(world: World) {
    let given = &world.repositories;
    let (deleted, member) = (given.given_book(a_book()).await, given.given_member(a_member()).await);
    given.books.delete(deleted.id()).await.expect("deleted");
    for book in [a_book().build(), deleted] {
        let loan = a_loan().of(&book).to(&member).build();
        assert_shape!(given.loans.create(&loan).await, Err(CreateLoanError::BookOrMemberMissing));
        assert_eq!(given.loans.find_by_id(loan.id()).await.expect("looked up"), None);
        assert_eq!(given.loans.find_active_by_book(book.id()).await.expect("looked up"), None);
    }
}

pub async fn a_loan_to_a_missing_member_is_refused(world: World) {
    let given = &world.repositories;
    let (book, deleted) = (given.given_book(a_book()).await, given.given_member(a_member()).await);
    given.members.delete(deleted.id()).await.expect("deleted");
    for member in [a_member().build(), deleted] {
        let loan = a_loan().of(&book).to(&member).build();
        assert_shape!(given.loans.create(&loan).await, Err(CreateLoanError::BookOrMemberMissing));
        assert_eq!(given.loans.find_by_id(loan.id()).await.expect("looked up"), None);
    }
    let neither = a_loan().build();
    assert_shape!(given.loans.create(&neither).await, Err(CreateLoanError::BookOrMemberMissing));
}

pub async fn a_loans_id_is_taken_once(world: World) {
    let given = &world.repositories;
    let (book, member) = (given.given_book(a_book()).await, given.given_member(a_member()).await);
    let first = given_open_loan(given, &member).await;
    assert_shape!(given.loans.create(&a_loan().with_id(first.id()).of(&book).to(&member).build()).await, Err(_));
    assert_eq!(given.loans.find_by_id(first.id()).await.expect("found"), Some(first));
}

pub async fn of_many_who_borrow_one_book_one_succeeds(world: World) {
    let given = &world.repositories;
    let book = given.given_book(a_book()).await;
    let mut members = Vec::new();
    for _ in 0..WAYS {
        members.push(given.given_member(a_member()).await);
    }
    let outcomes = race(|way| {
        let (loans, loan) = (given.loans.clone(), a_loan().of(&book).to(&members[way]).build());
        async move { loans.create(&loan).await.map(|()| loan) }
    })
    .await;
    assert_eq!(count(&outcomes, Result::is_ok), 1, "{outcomes:?}");
    assert_eq!(count(&outcomes, |it| matches!(it, Err(CreateLoanError::AlreadyOnLoan))), WAYS - 1, "{outcomes:?}");
    let winner = outcomes.into_iter().find_map(Result::ok);
    assert_eq!(given.loans.find_active_by_book(book.id()).await.expect("found"), winner);
    assert_eq!(given.loans.list(&first(200), now()).await.expect("a page").items.len(), 1);
}

pub async fn a_returned_loan_stands_as_the_update_answered(world: World) {
    let given = &world.repositories;
    let member = given.given_member(a_member()).await;
    let other = given_open_loan(given, &member).await;
    let kept = given_open_loan(given, &member).await;
    assert_eq!(given.loans.find_by_id(kept.id()).await.expect("found"), Some(kept.clone()));

    let mut loan = kept.clone();
    loan.return_book(now() + Duration::HOUR).expect("returned");
    let answered = given.loans.update(&loan).await.expect("updated");

    assert_eq!(answered, loan.saved());
    assert_eq!(answered.revision().version, Version::FIRST.next());
    assert_eq!(given.loans.find_by_id(kept.id()).await.expect("found"), Some(answered.clone()));
    assert_eq!(given.loans.find_by_id(other.id()).await.expect("found"), Some(other));
    let again = given.loans.update(&answered).await.expect("updated from what the update answered");
    assert_eq!(again, answered.saved());
}

pub async fn a_return_of_a_state_that_has_moved_is_refused(world: World) {
    let given = &world.repositories;
    let member = given.given_member(a_member()).await;
    let kept = given_open_loan(given, &member).await;
    let (mut winner, mut loser) = (kept.clone(), kept);
    winner.return_book(now() + Duration::HOUR).expect("returned");
    loser.return_book(now() + Duration::DAY).expect("returned");
    let stored = given.loans.update(&winner).await.expect("updated");
    assert_shape!(given.loans.update(&loser).await, Err(UpdateLoanError::Moved));
    assert_eq!(given.loans.find_by_id(stored.id()).await.expect("found"), Some(stored));
}

pub async fn a_return_of_a_missing_loan_is_refused(world: World) {
    let given = &world.repositories;
    let member = given.given_member(a_member()).await;
    let mut deleted = given_open_loan(given, &member).await;
    given.loans.delete(deleted.id()).await.expect("deleted");
    deleted.return_book(now() + Duration::DAY).expect("returned");
    assert_shape!(given.loans.update(&deleted).await, Err(UpdateLoanError::Missing));
    assert_shape!(given.loans.update(&a_loan().build()).await, Err(UpdateLoanError::Missing));
    assert_eq!(given.loans.find_by_id(deleted.id()).await.expect("looked up"), None);
}

pub async fn of_many_returns_of_one_loan_one_succeeds(world: World) {
    let given = &world.repositories;
    let member = given.given_member(a_member()).await;
    let kept = given_open_loan(given, &member).await;
    let outcomes = race(|way| {
        let (loans, mut loan) = (given.loans.clone(), kept.clone());
        loan.return_book(now() + Duration::hours(i64::try_from(way).expect("a small number"))).expect("returned");
        async move { loans.update(&loan).await }
    })
    .await;
    assert_eq!(count(&outcomes, Result::is_ok), 1, "{outcomes:?}");
    assert_eq!(count(&outcomes, |it| matches!(it, Err(UpdateLoanError::Moved))), WAYS - 1, "{outcomes:?}");
    let winner = outcomes.into_iter().find_map(Result::ok);
    assert_eq!(given.loans.find_by_id(kept.id()).await.expect("found"), winner);
}

pub async fn the_active_loan_of_a_book_is_the_open_one(world: World) {
    let given = &world.repositories;
    let (book, member) = (given.given_book(a_book()).await, given.given_member(a_member()).await);
    given_open_loan(given, &member).await;
    assert_eq!(given.loans.find_active_by_book(book.id()).await.expect("looked up"), None);
    let loan = given.given_loan(a_loan().of(&book).to(&member)).await;
    assert_eq!(given.loans.find_active_by_book(book.id()).await.expect("found"), Some(loan.clone()));
    give_back(given, loan).await;
    assert_eq!(given.loans.find_active_by_book(book.id()).await.expect("looked up"), None);
    let next = given.given_loan(a_loan().of(&book).to(&member)).await;
    assert_eq!(given.loans.find_active_by_book(book.id()).await.expect("found"), Some(next));
}

pub async fn a_returned_loan_outlives_its_book_and_its_member(world: World) {
    let given = &world.repositories;
    let (book, member) = (given.given_book(a_book()).await, given.given_member(a_member()).await);
    let loan = give_back(given, given.given_loan(a_loan().of(&book).to(&member)).await).await;
    given.books.delete(book.id()).await.expect("the book deleted");
    given.members.delete(member.id()).await.expect("the member deleted");
    assert_eq!(given.loans.find_by_id(loan.id()).await.expect("found"), Some(loan.clone()));
    let page = given.loans.list(&of(member.id(), first(50)), now()).await.expect("a page");
    let whole = given.loans.list(&ListRequest::default(), now()).await.expect("a page");
    assert_eq!((page.items, whole.items), (vec![loan.clone()], vec![loan]));
}

pub async fn a_deleted_loan_is_gone_and_frees_its_book_and_its_member(world: World) {
    let given = &world.repositories;
    let (book, member) = (given.given_book(a_book()).await, given.given_member(a_member()).await);
    let loan = given.given_loan(a_loan().of(&book).to(&member)).await;
    assert_eq!(given.loans.find_by_id(loan.id()).await.expect("found"), Some(loan.clone()));
    given.loans.delete(loan.id()).await.expect("deleted");
    assert_eq!(given.loans.find_by_id(loan.id()).await.expect("looked up"), None);
    assert_eq!(given.loans.find_active_by_book(book.id()).await.expect("looked up"), None);

    let next = given.given_loan(a_loan().of(&book).to(&member)).await;
    given.loans.delete(next.id()).await.expect("deleted");
    given.books.delete(book.id()).await.expect("the book deleted");
    given.members.delete(member.id()).await.expect("the member deleted");
}

pub async fn a_returned_loan_can_be_deleted(world: World) {
    let given = &world.repositories;
    let member = given.given_member(a_member()).await;
    let stays = given_open_loan(given, &member).await;
    let loan = give_back(given, given_open_loan(given, &member).await).await;
    given.loans.delete(loan.id()).await.expect("deleted");
    assert_eq!(given.loans.list(&ListRequest::default(), now()).await.expect("a page").items, [stays]);
}

pub async fn a_missing_loan_cannot_be_deleted(world: World) {
    let given = &world.repositories;
    assert_shape!(given.loans.delete(LoanId::from_uuid(unique_id())).await, Err(DeleteLoanError::Missing));
    let member = given.given_member(a_member()).await;
    let loan = given_open_loan(given, &member).await;
    given.loans.delete(loan.id()).await.expect("deleted");
    assert_shape!(given.loans.delete(loan.id()).await, Err(DeleteLoanError::Missing));
}

pub async fn a_members_loans_are_theirs_alone_open_and_returned(world: World) {
    let given = &world.repositories;
    let (member, other) = (given.given_member(a_member()).await, given.given_member(a_member()).await);
    let returned = give_back(given, given_open_loan(given, &member).await).await;
    given_open_loan(given, &other).await;
    let open = given_open_loan(given, &member).await;
    let page = given.loans.list(&of(member.id(), first(50)), now()).await.expect("a page");
    assert_eq!((page.items, page.next), (vec![open, returned], None));
}

pub async fn the_pages_of_a_members_loans_are_disjoint_and_complete(world: World) {
    let given = &world.repositories;
    let (member, other) = (given.given_member(a_member()).await, given.given_member(a_member()).await);
    let mut newest_first = Vec::new();
    for _ in 0..6 {
        newest_first.insert(0, given_open_loan(given, &member).await);
        given_open_loan(given, &other).await;
    }
    for (limit, lengths) in [(1, vec![1; 6]), (3, vec![3, 3]), (4, vec![4, 2]), (6, vec![6]), (200, vec![6])] {
        let pages = all_pages(limit, async |request| given.loans.list(&of(member.id(), request), now()).await).await;
        assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), lengths, "in pages of {limit}");
        assert_eq!(pages.concat(), newest_first, "in pages of {limit}");
    }
}

pub async fn the_pages_of_a_members_loans_stay_put_while_loans_are_added(world: World) {
    let given = &world.repositories;
    let member = given.given_member(a_member()).await;
    let (first_loan, second_loan) = (given_open_loan(given, &member).await, given_open_loan(given, &member).await);
    let page = given.loans.list(&of(member.id(), first(1)), now()).await.expect("a page");
    assert_eq!(page.items, [second_loan]);
    given_open_loan(given, &member).await;
    let page = given.loans.list(&of(member.id(), at(&first(1), page.next)), now()).await.expect("a page");
    assert_eq!((page.items, page.next), (vec![first_loan], None));
}

pub async fn a_list_of_no_loans_has_one_empty_page(world: World) {
    let page = world.repositories.loans.list(&ListRequest::default(), now()).await.expect("a page");
    assert_eq!((page.items, page.next), (vec![], None));
}

pub async fn the_list_of_loans_shows_the_newest_first(world: World) {
    let given = &world.repositories;
    let member = given.given_member(a_member()).await;
    let ids = [LoanId::from_uuid(unique_id()), LoanId::from_uuid(unique_id()), LoanId::from_uuid(unique_id())];
    for id in [ids[1], ids[2], ids[0]] {
        let book = given.given_book(a_book()).await;
        given.given_loan(a_loan().with_id(id).of(&book).to(&member)).await;
    }
    let page = given.loans.list(&ListRequest::default(), now()).await.expect("a page");
    assert_eq!(page.items.iter().map(Loan::id).collect::<Vec<_>>(), [ids[2], ids[1], ids[0]]);
    let page = given.loans.list(&of(member.id(), first(50)), now()).await.expect("a page");
    assert_eq!(page.items.iter().map(Loan::id).collect::<Vec<_>>(), [ids[2], ids[1], ids[0]]);
}

pub async fn the_pages_of_loans_are_disjoint_and_complete(world: World) {
    let given = &world.repositories;
    let (member, other) = (given.given_member(a_member()).await, given.given_member(a_member()).await);
    let mut newest_first = Vec::new();
    for _ in 0..3 {
        newest_first.insert(0, given_open_loan(given, &member).await);
        newest_first.insert(0, give_back(given, given_open_loan(given, &other).await).await);
    }
    for (limit, lengths) in [(1, vec![1; 6]), (3, vec![3, 3]), (4, vec![4, 2]), (7, vec![6])] {
        let pages = all_pages(limit, async |request| given.loans.list(&request, now()).await).await;
        assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), lengths, "in pages of {limit}");
        assert_eq!(pages.concat(), newest_first, "in pages of {limit}");
    }
}

pub async fn the_pages_of_loans_stay_put_while_loans_are_added(world: World) {
    let given = &world.repositories;
    let member = given.given_member(a_member()).await;
    let (first_loan, second_loan) = (given_open_loan(given, &member).await, given_open_loan(given, &member).await);
    let page = given.loans.list(&first(1), now()).await.expect("a page");
    assert_eq!(page.items, [second_loan]);
    given_open_loan(given, &member).await;
    let page = given.loans.list(&at(&first(1), page.next), now()).await.expect("a page");
    assert_eq!((page.items, page.next), (vec![first_loan], None));
}

/// The same request, of this member's loans.
fn of(member_id: MemberId, request: ListRequest<LoanField>) -> ListRequest<LoanField> {
    request.filtered(Filter::equal(LoanField::MemberId, Value::Id(member_id.as_uuid())))
}

/// Lends some book to this member.
async fn given_open_loan(given: &Repositories, member: &Member) -> Loan {
    let book = given.given_book(a_book()).await;
    given.given_loan(a_loan().of(&book).to(member)).await
}

/// Takes the book back a day after it was lent and answers with the loan as it then stands.
async fn give_back(given: &Repositories, mut loan: Loan) -> Loan {
    loan.return_book(loan.loaned_at() + Duration::DAY).expect("an open loan is returned");
    given.loans.update(&loan).await.expect("the loan has not moved")
}
