use library_loan_domain::{Loan, LoanField, LoanRepository};
use library_shared_domain::{Clock, DependencyError, Filter, ListRequest, MemberId, Page, Value};
use std::sync::Arc;

/// Pages through the loans of a member.
pub struct ListLoans {
    loans: Arc<dyn LoanRepository>,
    clock: Arc<dyn Clock>,
}

impl ListLoans {
    /// The use case on these ports.
    pub fn new(loans: Arc<dyn LoanRepository>, clock: Arc<dyn Clock>) -> Self {
        Self { loans, clock }
    }

    /// A page of the loans that this member has or had, whatever else is asked.
    ///
    /// # Errors
    /// Only those of the machinery.
    #[tracing::instrument(name = "list_loans", skip_all)]
    pub async fn execute(&self, member_id: MemberId, request: ListRequest<LoanField>) -> Result<Page<Loan>, DependencyError> {
        let theirs = request.filtered(Filter::equal(LoanField::MemberId, Value::Id(member_id.as_uuid())));
        self.loans.list(&theirs, self.clock.now()).await
    }
}

#[cfg(test)]
mod tests {
    use super::ListLoans;
    use library_loan_domain::LoanField;
    use library_shared_domain::{DependencyError, Filter, ListRequest, Value};
    use library_testkit::{InMemoryLibrary, ManualClock, Port, Repositories, a_book, a_loan, a_member};
    use std::sync::Arc;
    use time::Duration;

    #[tokio::test]
    async fn a_member_sees_their_own_loans_the_newest_first() {
        let library = InMemoryLibrary::new();
        let seen = Repositories::from(&library);
        let (member, other) = (seen.given_member(a_member()).await, seen.given_member(a_member()).await);
        let books = [seen.given_book(a_book()).await, seen.given_book(a_book()).await, seen.given_book(a_book()).await];
        let returned = seen.given_loan(a_loan().of(&books[0]).to(&member).returned()).await;
        seen.given_loan(a_loan().of(&books[1]).to(&other)).await;
        let open = seen.given_loan(a_loan().of(&books[2]).to(&member)).await;
        let list_loans = ListLoans::new(library.loans(), Arc::new(ManualClock::default()));
        let page = list_loans.execute(member.id(), ListRequest::default()).await.expect("a page");
        assert_eq!(page.items, [open, returned]);
    }

    #[tokio::test]
    async fn a_loan_is_overdue_once_the_clock_has_passed_the_day() {
        let library = InMemoryLibrary::new();
        let seen = Repositories::from(&library);
        let (book, member) = (seen.given_book(a_book()).await, seen.given_member(a_member()).await);
        let loan = seen.given_loan(a_loan().of(&book).to(&member).for_days(1)).await;
        let clock = Arc::new(ManualClock::default());
        let list_loans = ListLoans::new(library.loans(), clock.clone());
        let overdue = || ListRequest::default().filtered(Filter::equal(LoanField::Overdue, Value::Flag(true)));
        assert_eq!(list_loans.execute(member.id(), overdue()).await.expect("a page").items, []);
        clock.advance(Duration::days(2));
        assert_eq!(list_loans.execute(member.id(), overdue()).await.expect("a page").items, [loan]);
    }

    #[tokio::test]
    async fn a_failing_store_is_told_of() {
        let library = InMemoryLibrary::new();
        library.fail_next(Port::Loans);
        let list_loans = ListLoans::new(library.loans(), Arc::new(ManualClock::default()));
        let member = a_member().build();
        let error = list_loans.execute(member.id(), ListRequest::default()).await.expect_err("unavailable");
        assert!(matches!(error, DependencyError::Unavailable { .. }), "{error:?}");
    }
}
