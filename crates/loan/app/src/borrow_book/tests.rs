use super::{BorrowBook, BorrowBookCommand, BorrowBookError};
use crate::Lending;
use library_loan_domain::{Loan, LoanPeriod};
use library_shared_domain::{
    DependencyError, ListRequest, LoanId, UnitOfWork,
    idempotency::{Claimed, Completion},
};
use library_testkit::{
    InMemoryLibrary, ManualClock, Port, Repositories, SequentialIds, a_book, a_claim, a_loan, a_member, a_receipt, count, now,
    race,
};
use rstest::rstest;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use time::{Duration, OffsetDateTime};

fn borrow_book(library: &InMemoryLibrary) -> BorrowBook {
    borrow_book_in(Lending::units(library), LoanPeriod::default())
}

fn borrow_book_in(units: Arc<dyn UnitOfWork<Lending>>, period: LoanPeriod) -> BorrowBook {
    BorrowBook::new(units, Arc::new(SequentialIds::new()), Arc::new(ManualClock::default()), period)
}

/// Somebody who is about to borrow a book, both of them in the library.
async fn a_borrower(library: &InMemoryLibrary) -> BorrowBookCommand {
    let seen = Repositories::from(library);
    let (book, member) = (seen.given_book(a_book()).await, seen.given_member(a_member()).await);
    BorrowBookCommand { book_id: book.id(), member_id: member.id() }
}

async fn loans(library: &InMemoryLibrary) -> Vec<Loan> {
    library.loans().list(&ListRequest::default(), now()).await.expect("a page").items
}

#[tokio::test]
async fn a_loan_is_kept_as_it_was_answered_open_and_due_after_fourteen_days() {
    let library = InMemoryLibrary::new();
    let command = a_borrower(&library).await;
    let loan = borrow_book(&library).execute(command, &Completion::not_asked()).await.expect("lent");
    let id = LoanId::from(SequentialIds::nth(1));
    let expected =
        a_loan().with_id(id).of_book(command.book_id).to_member(command.member_id).loaned_at(now()).for_days(14).build();
    assert_eq!(loan, expected);
    assert_eq!(loans(&library).await, [loan]);
}

#[rstest]
#[case(1)]
#[case(30)]
#[case(u16::MAX)]
#[tokio::test]
async fn a_loan_is_due_when_its_period_has_passed(#[case] days: u16) {
    let library = InMemoryLibrary::new();
    let period = LoanPeriod::from_days(days).expect("a period");
    let command = a_borrower(&library).await;
    let loan = borrow_book_in(Lending::units(&library), period).execute(command, &Completion::not_asked()).await.expect("lent");
    assert_eq!(loan.due_at(), now() + Duration::days(days.into()));
    assert!(!loan.is_overdue(loan.due_at()));
    assert!(loan.is_overdue(loan.due_at() + Duration::MICROSECOND));
}

#[tokio::test]
async fn a_missing_book_cannot_be_lent() {
    let library = InMemoryLibrary::new();
    let command = BorrowBookCommand { book_id: a_book().build().id(), ..a_borrower(&library).await };
    let error = borrow_book(&library).execute(command, &Completion::not_asked()).await.expect_err("refused");
    assert!(matches!(error, BorrowBookError::BookNotFound), "{error:?}");
    assert_eq!(loans(&library).await, []);
}

#[tokio::test]
async fn nothing_is_lent_to_a_missing_member() {
    let library = InMemoryLibrary::new();
    let command = BorrowBookCommand { member_id: a_member().build().id(), ..a_borrower(&library).await };
    let error = borrow_book(&library).execute(command, &Completion::not_asked()).await.expect_err("refused");
    assert!(matches!(error, BorrowBookError::MemberNotFound), "{error:?}");
    assert_eq!(loans(&library).await, []);
}

#[tokio::test]
async fn where_both_are_missing_the_book_is_named() {
    let command = BorrowBookCommand { book_id: a_book().build().id(), member_id: a_member().build().id() };
    let error = borrow_book(&InMemoryLibrary::new()).execute(command, &Completion::not_asked()).await.expect_err("refused");
    assert!(matches!(error, BorrowBookError::BookNotFound), "{error:?}");
}

#[tokio::test]
async fn a_book_on_loan_cannot_be_lent_twice() {
    let library = InMemoryLibrary::new();
    let (borrow_book, first) = (borrow_book(&library), a_borrower(&library).await);
    let loan = borrow_book.execute(first, &Completion::not_asked()).await.expect("lent");
    let second = BorrowBookCommand { book_id: first.book_id, ..a_borrower(&library).await };
    for command in [first, second] {
        let error = borrow_book.execute(command, &Completion::not_asked()).await.expect_err("refused");
        assert!(matches!(error, BorrowBookError::AlreadyOnLoan), "{error:?}");
    }
    assert_eq!(loans(&library).await, [loan]);
}

#[tokio::test]
async fn a_book_that_came_back_is_lent_again() {
    let library = InMemoryLibrary::new();
    let command = a_borrower(&library).await;
    let earlier = a_loan().of_book(command.book_id).to_member(command.member_id).loaned_at(now() - Duration::WEEK).returned();
    Repositories::from(&library).given_loan(earlier).await;
    let loan = borrow_book(&library).execute(command, &Completion::not_asked()).await.expect("lent");
    assert!(loan.is_open());
    assert_eq!(loans(&library).await.len(), 2);
}

#[tokio::test]
async fn a_member_borrows_several_books() {
    let library = InMemoryLibrary::new();
    let (borrow_book, first) = (borrow_book(&library), a_borrower(&library).await);
    let second = BorrowBookCommand { member_id: first.member_id, ..a_borrower(&library).await };
    borrow_book.execute(first, &Completion::not_asked()).await.expect("lent");
    borrow_book.execute(second, &Completion::not_asked()).await.expect("lent");
    assert_eq!(loans(&library).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_sixteen_who_race_for_one_book_exactly_one_gets_it() {
    let library = InMemoryLibrary::new();
    let (borrow_book, first) = (Arc::new(borrow_book(&library)), a_borrower(&library).await);
    let outcomes = race(|_| {
        let (library, borrow_book) = (library.clone(), Arc::clone(&borrow_book));
        async move {
            let command = BorrowBookCommand { book_id: first.book_id, ..a_borrower(&library).await };
            borrow_book.execute(command, &Completion::not_asked()).await
        }
    })
    .await;
    assert_eq!((outcomes.len(), count(&outcomes, Result::is_ok)), (16, 1));
    assert_eq!(count(&outcomes, |outcome| matches!(outcome, Err(BorrowBookError::AlreadyOnLoan))), 15);
    assert_eq!(loans(&library).await.len(), 1);
}

/// Units of work on this library whose first one still looks books, members and loans up as they were `before`: what the checks
/// of that unit see is over when it keeps the loan.
fn units_that_look_back(library: &InMemoryLibrary, before: &InMemoryLibrary) -> Arc<dyn UnitOfWork<Lending>> {
    let (before, is_first) = (before.clone(), AtomicBool::new(true));
    library.unit_of_work(move |unit| {
        let (before, unit) = (Lending::of(&before), Lending::of(unit));
        if is_first.swap(false, Ordering::SeqCst) { Lending { loans: unit.loans, ..before } } else { unit }
    })
}

#[tokio::test]
async fn a_book_that_is_deleted_between_the_check_and_the_loan_is_not_found() {
    let (library, before) = (InMemoryLibrary::new(), InMemoryLibrary::new());
    let command = a_borrower(&before).await;
    Repositories::from(&library).given_member(a_member().with_id(command.member_id)).await;
    let borrow_book = borrow_book_in(units_that_look_back(&library, &before), LoanPeriod::default());
    let error = borrow_book.execute(command, &Completion::not_asked()).await.expect_err("refused");
    assert!(matches!(error, BorrowBookError::BookNotFound), "{error:?}");
    assert_eq!(loans(&library).await, []);
}

#[tokio::test]
async fn a_member_who_is_deleted_between_the_check_and_the_loan_is_not_found() {
    let (library, before) = (InMemoryLibrary::new(), InMemoryLibrary::new());
    let command = a_borrower(&before).await;
    Repositories::from(&library).given_book(a_book().with_id(command.book_id)).await;
    let borrow_book = borrow_book_in(units_that_look_back(&library, &before), LoanPeriod::default());
    let error = borrow_book.execute(command, &Completion::not_asked()).await.expect_err("refused");
    assert!(matches!(error, BorrowBookError::MemberNotFound), "{error:?}");
    assert_eq!(loans(&library).await, []);
}

#[tokio::test]
async fn a_failure_while_looking_again_is_passed_on() {
    let (library, before) = (InMemoryLibrary::new(), InMemoryLibrary::new());
    let command = a_borrower(&before).await;
    let borrow_book = borrow_book_in(units_that_look_back(&library, &before), LoanPeriod::default());
    library.fail_after(Port::Begin, 1);
    let error = borrow_book.execute(command, &Completion::not_asked()).await.expect_err("unavailable");
    assert!(matches!(error, BorrowBookError::Dependency(DependencyError::Unavailable { .. })), "{error:?}");
}

#[rstest]
#[case::beginning(Port::Begin, 0)]
#[case::looking_the_book_up(Port::Books, 0)]
#[case::looking_the_member_up(Port::Members, 0)]
#[case::looking_for_another_loan(Port::Loans, 0)]
#[case::keeping_the_loan(Port::Loans, 1)]
#[case::committing(Port::Commit, 0)]
#[tokio::test]
async fn a_failing_store_lends_nothing(#[case] port: Port, #[case] calls_before: usize) {
    let library = InMemoryLibrary::new();
    let command = a_borrower(&library).await;
    library.fail_after(port, calls_before);
    let error = borrow_book(&library).execute(command, &Completion::not_asked()).await.expect_err("unavailable");
    assert!(matches!(error, BorrowBookError::Dependency(DependencyError::Unavailable { .. })), "{error:?}");
    assert_eq!(loans(&library).await, []);
    borrow_book(&library).execute(command, &Completion::not_asked()).await.expect("nothing is in the way of a second try");
}

#[tokio::test]
async fn a_clock_at_the_end_of_time_is_a_fault_of_ours() {
    let library = InMemoryLibrary::new();
    let command = a_borrower(&library).await;
    let clock = ManualClock::at(OffsetDateTime::new_utc(time::Date::MAX, time::Time::MIDNIGHT));
    let borrow_book =
        BorrowBook::new(Lending::units(&library), Arc::new(SequentialIds::new()), Arc::new(clock), LoanPeriod::default());
    let error = borrow_book.execute(command, &Completion::not_asked()).await.expect_err("failed");
    assert!(matches!(error, BorrowBookError::Dependency(DependencyError::Failed { .. })), "{error:?}");
    assert_eq!(loans(&library).await, []);
}

#[tokio::test]
async fn what_came_of_it_is_kept_with_the_loan() {
    let (library, attempt) = (InMemoryLibrary::new(), a_claim());
    let command = a_borrower(&library).await;
    let claim = attempt.clone().build();
    library.claims().claim(&claim).await.expect("claimed");
    let completion = Completion::of(claim.id, |loan: &Loan| a_receipt(loan.id().as_uuid().as_bytes()));
    let loan = borrow_book(&library).execute(command, &completion).await.expect("lent");
    let kept = library.claims().claim(&attempt.again().build()).await.expect("answered");
    assert_eq!(kept, Claimed::Completed(a_receipt(loan.id().as_uuid().as_bytes())));
}

#[tokio::test]
async fn who_has_lost_the_claim_borrows_nothing() {
    let library = InMemoryLibrary::new();
    let command = a_borrower(&library).await;
    let completion = Completion::of(a_claim().build().id, |_: &Loan| a_receipt(b""));
    let error = borrow_book(&library).execute(command, &completion).await.expect_err("unavailable");
    assert!(matches!(error, BorrowBookError::Dependency(DependencyError::Unavailable { .. })), "{error:?}");
    assert_eq!(loans(&library).await, []);
}
