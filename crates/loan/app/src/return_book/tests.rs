use super::{ReturnBook, ReturnBookError};
use crate::Lending;
use library_loan_domain::Loan;
use library_shared_domain::{
    DependencyError, LoanId, UPDATE_ATTEMPTS, Version,
    idempotency::{Claimed, Completion},
};
use library_testkit::builders::LoanBuilder;
use library_testkit::{
    InMemoryLibrary, ManualClock, Port, Repositories, Rival, a_book, a_claim, a_loan, a_member, a_receipt, count, now, race,
};
use rstest::rstest;
use std::sync::Arc;
use time::{Duration, OffsetDateTime};

fn return_book_at(time: OffsetDateTime, library: &InMemoryLibrary) -> ReturnBook {
    ReturnBook::new(Lending::units(library), Arc::new(ManualClock::at(time)))
}

fn return_book(library: &InMemoryLibrary) -> ReturnBook {
    return_book_at(now() + Duration::DAY, library)
}

/// A loan, made now, of a book and to a member in the library.
async fn given_loan(library: &InMemoryLibrary, loan: LoanBuilder) -> Loan {
    let seen = Repositories::from(library);
    let (book, member) = (seen.given_book(a_book()).await, seen.given_member(a_member()).await);
    seen.given_loan(loan.of(&book).to(&member)).await
}

async fn stored(library: &InMemoryLibrary, id: LoanId) -> Option<Loan> {
    library.loans().find_by_id(id).await.expect("looked up")
}

#[tokio::test]
async fn a_returned_loan_is_kept_as_it_was_answered_and_its_book_is_free() {
    let library = InMemoryLibrary::new();
    let (loan, other) = (given_loan(&library, a_loan()).await, given_loan(&library, a_loan()).await);
    let returned = return_book(&library).execute(loan.id(), &Completion::not_asked()).await.expect("returned");
    assert_eq!((returned.id(), returned.returned_at()), (loan.id(), Some(now() + Duration::DAY)));
    assert_eq!((returned.loaned_at(), returned.due_at()), (loan.loaned_at(), loan.due_at()));
    assert_eq!(returned.revision().version, Version::FIRST.next());
    assert_eq!(library.loans().find_active_by_book(loan.book_id()).await.expect("looked up"), None);
    assert_eq!(stored(&library, loan.id()).await, Some(returned));
    assert_eq!(stored(&library, other.id()).await, Some(other));
}

#[tokio::test]
async fn an_overdue_loan_is_returned() {
    let library = InMemoryLibrary::new();
    let loan = given_loan(&library, a_loan()).await;
    let late = loan.due_at() + Duration::days(400);
    let returned = return_book_at(late, &library).execute(loan.id(), &Completion::not_asked()).await.expect("returned");
    assert_eq!(returned.returned_at(), Some(late));
}

#[tokio::test]
async fn a_loan_is_not_returned_twice_and_keeps_the_first_time() {
    let library = InMemoryLibrary::new();
    let id = given_loan(&library, a_loan()).await.id();
    let returned = return_book(&library).execute(id, &Completion::not_asked()).await.expect("returned");
    let error =
        return_book_at(now() + Duration::WEEK, &library).execute(id, &Completion::not_asked()).await.expect_err("refused");
    assert!(matches!(error, ReturnBookError::AlreadyReturned), "{error:?}");
    assert_eq!(stored(&library, id).await, Some(returned));
}

#[tokio::test]
async fn a_missing_loan_cannot_be_returned() {
    let error =
        return_book(&InMemoryLibrary::new()).execute(a_loan().build().id(), &Completion::not_asked()).await.expect_err("refused");
    assert!(matches!(error, ReturnBookError::NotFound), "{error:?}");
}

#[tokio::test]
async fn a_clock_that_was_set_back_keeps_nobody_from_returning_a_book() {
    let library = InMemoryLibrary::new();
    let loan = given_loan(&library, a_loan()).await;
    let before = loan.loaned_at() - Duration::DAY;
    let returned = return_book_at(before, &library).execute(loan.id(), &Completion::not_asked()).await.expect("returned");
    assert_eq!(returned.returned_at(), Some(loan.loaned_at()));
}

#[tokio::test]
async fn a_book_is_returned_at_the_very_moment_it_was_lent() {
    let library = InMemoryLibrary::new();
    let loan = given_loan(&library, a_loan()).await;
    let returned =
        return_book_at(loan.loaned_at(), &library).execute(loan.id(), &Completion::not_asked()).await.expect("returned");
    assert_eq!(returned.returned_at(), Some(loan.loaned_at()));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_sixteen_who_race_to_return_one_loan_exactly_one_does() {
    let library = InMemoryLibrary::new();
    let id = given_loan(&library, a_loan()).await.id();
    let return_book = Arc::new(return_book(&library));
    let outcomes = race(|_| {
        let return_book = Arc::clone(&return_book);
        async move { return_book.execute(id, &Completion::not_asked()).await }
    })
    .await;
    assert_eq!((outcomes.len(), count(&outcomes, Result::is_ok)), (16, 1));
    assert_eq!(count(&outcomes, |outcome| matches!(outcome, Err(ReturnBookError::AlreadyReturned))), 15);
    assert_eq!(stored(&library, id).await.expect("a loan").revision().version, Version::FIRST.next());
}

#[tokio::test]
async fn a_lost_race_is_run_again() {
    let library = InMemoryLibrary::new();
    let id = given_loan(&library, a_loan()).await.id();
    for _ in 1..UPDATE_ATTEMPTS {
        library.outrun_next_update(Port::Loans, Rival::Changed);
    }
    let returned = return_book(&library).execute(id, &Completion::not_asked()).await.expect("returned");
    assert_eq!(stored(&library, id).await, Some(returned));
}

#[tokio::test]
async fn who_loses_every_race_is_asked_to_come_again() {
    let library = InMemoryLibrary::new();
    let loan = given_loan(&library, a_loan()).await;
    for _ in 0..UPDATE_ATTEMPTS {
        library.outrun_next_update(Port::Loans, Rival::Changed);
    }
    let error = return_book(&library).execute(loan.id(), &Completion::not_asked()).await.expect_err("contended");
    assert!(matches!(error, ReturnBookError::Dependency(DependencyError::Unavailable { .. })), "{error:?}");
    assert!(stored(&library, loan.id()).await.expect("the rivals' loan").is_open());
}

#[tokio::test]
async fn a_loan_that_is_struck_meanwhile_is_not_found() {
    let library = InMemoryLibrary::new();
    let id = given_loan(&library, a_loan()).await.id();
    library.outrun_next_update(Port::Loans, Rival::Deleted);
    let error = return_book(&library).execute(id, &Completion::not_asked()).await.expect_err("refused");
    assert!(matches!(error, ReturnBookError::NotFound), "{error:?}");
}

#[rstest]
#[case::beginning(Port::Begin, 0)]
#[case::loading(Port::Loans, 0)]
#[case::saving(Port::Loans, 1)]
#[case::committing(Port::Commit, 0)]
#[tokio::test]
async fn a_failing_store_takes_nothing_back(#[case] port: Port, #[case] calls_before: usize) {
    let library = InMemoryLibrary::new();
    let loan = given_loan(&library, a_loan()).await;
    library.fail_after(port, calls_before);
    let error = return_book(&library).execute(loan.id(), &Completion::not_asked()).await.expect_err("unavailable");
    assert!(matches!(error, ReturnBookError::Dependency(DependencyError::Unavailable { .. })), "{error:?}");
    assert_eq!(stored(&library, loan.id()).await, Some(loan));
}

#[tokio::test]
async fn what_came_of_it_is_kept_with_the_return() {
    let (library, attempt) = (InMemoryLibrary::new(), a_claim());
    let (loan, claim) = (given_loan(&library, a_loan()).await, attempt.clone().build());
    library.claims().claim(&claim).await.expect("claimed");
    // What is kept is the loan as it is answered: returned.
    let completion = Completion::of(claim.id, |loan: &Loan| a_receipt(format!("{:?}", loan.returned_at()).as_bytes()));
    let returned = return_book(&library).execute(loan.id(), &completion).await.expect("returned");
    let kept = library.claims().claim(&attempt.again().build()).await.expect("answered");
    assert_eq!(kept, Claimed::Completed(a_receipt(format!("{:?}", returned.returned_at()).as_bytes())));
}

#[tokio::test]
async fn who_has_lost_the_claim_takes_nothing_back() {
    let library = InMemoryLibrary::new();
    let loan = given_loan(&library, a_loan()).await;
    let completion = Completion::of(a_claim().build().id, |_: &Loan| a_receipt(b""));
    let error = return_book(&library).execute(loan.id(), &completion).await.expect_err("unavailable");
    assert!(matches!(error, ReturnBookError::Dependency(DependencyError::Unavailable { .. })), "{error:?}");
    assert_eq!(stored(&library, loan.id()).await, Some(loan));
}
