use super::{ExecuteOnce, ExecuteOnceError, Executed, KeyedCommand};
use library_book_domain::{Book, CreateBookError};
use library_shared_domain::{
    DependencyError, ListRequest, UnitOfWork,
    idempotency::{CLAIM_LEASE, Completion, Receipt},
};
use library_testkit::{InMemoryLibrary, ManualClock, Port, Repositories, SequentialIds, a_book, a_claim, a_member, count, race};
use rstest::rstest;
use std::sync::Arc;

/// A library where books are added once, by a use case such as there are in the contexts.
struct Desk {
    library: InMemoryLibrary,
    units: Arc<dyn UnitOfWork<Repositories>>,
    clock: Arc<ManualClock>,
    execute_once: ExecuteOnce,
}

type Added = Result<Book, CreateBookError>;

fn a_desk() -> Desk {
    let (library, clock) = (InMemoryLibrary::new(), Arc::new(ManualClock::default()));
    let execute_once = ExecuteOnce::new(library.claims(), Arc::new(SequentialIds::new()), clock.clone());
    let units = library.unit_of_work(|library| Repositories::from(library));
    Desk { library, units, clock, execute_once }
}

impl Desk {
    /// Adds the book, unless that was done before.
    async fn add_once(&self, keyed: &KeyedCommand, book: &Book) -> Result<Executed<Added>, ExecuteOnceError> {
        self.execute(keyed, async |completion| self.add(book, &completion).await).await
    }

    async fn execute(
        &self,
        keyed: &KeyedCommand,
        command: impl AsyncFnOnce(Completion<Book>) -> Added,
    ) -> Result<Executed<Added>, ExecuteOnceError> {
        self.execute_once.execute(keyed.clone(), receipt, kept, |completion| command(completion)).await
    }

    async fn add(&self, book: &Book, completion: &Completion<Book>) -> Added {
        let unit = self.units.begin().await?;
        unit.books.create(book).await?;
        completion.complete(unit.claims.as_ref(), book).await?;
        unit.commit().await?;
        Ok(book.clone())
    }

    async fn catalogue(&self) -> Vec<Book> {
        self.library.books().list(&ListRequest::default()).await.expect("a page").items
    }
}

fn a_command() -> KeyedCommand {
    let claim = a_claim().build();
    KeyedCommand { key: claim.key, caller: claim.caller, fingerprint: claim.fingerprint }
}

fn another_command_of_the_key(keyed: &KeyedCommand) -> KeyedCommand {
    KeyedCommand { fingerprint: a_claim().for_another_command().build().fingerprint, ..keyed.clone() }
}

fn receipt(book: &Book) -> Receipt {
    Receipt { outcome: book.isbn().as_str().into(), member_id: None }
}

fn kept(error: &CreateBookError) -> Option<Receipt> {
    match error {
        CreateBookError::DuplicateIsbn => Some(Receipt { outcome: b"duplicate".to_vec(), member_id: None }),
        CreateBookError::Dependency(_) => None,
    }
}

#[track_caller]
fn assert_added(executed: &Result<Executed<Added>, ExecuteOnceError>, book: &Book) {
    assert!(matches!(executed, Ok(Executed::Now(Ok(added))) if added == book), "{executed:?}");
}

#[track_caller]
fn assert_told_again(executed: &Result<Executed<Added>, ExecuteOnceError>, outcome: &[u8]) {
    assert!(matches!(executed, Ok(Executed::Before(kept)) if kept == outcome), "{executed:?}");
}

#[tokio::test]
async fn a_command_takes_effect_once_and_its_outcome_is_told_again() {
    let (desk, keyed, book) = (a_desk(), a_command(), a_book().build());
    assert_added(&desk.add_once(&keyed, &book).await, &book);
    for _ in 0..3 {
        assert_told_again(&desk.add_once(&keyed, &a_book().build()).await, book.isbn().as_str().as_bytes());
    }
    assert_eq!(desk.catalogue().await, [book]);
}

#[tokio::test]
async fn a_key_of_another_command_is_refused_and_nothing_is_done() {
    let (desk, keyed, book) = (a_desk(), a_command(), a_book().build());
    assert_added(&desk.add_once(&keyed, &book).await, &book);
    let error = desk.add_once(&another_command_of_the_key(&keyed), &a_book().build()).await.expect_err("refused");
    assert!(matches!(error, ExecuteOnceError::OtherCommand), "{error:?}");
    assert_eq!(desk.catalogue().await, [book]);
}

#[tokio::test]
async fn a_command_that_is_being_executed_is_not_executed_beside() {
    let (desk, keyed, book) = (a_desk(), a_command(), a_book().build());
    let executed = desk.execute(&keyed, async |completion| {
        let error = desk.add_once(&keyed, &a_book().build()).await.expect_err("refused");
        assert!(matches!(error, ExecuteOnceError::Running), "{error:?}");
        desk.add(&book, &completion).await
    });
    assert_added(&executed.await, &book);
    assert_eq!(desk.catalogue().await, [book]);
}

#[tokio::test]
async fn an_error_that_is_kept_is_told_again_even_when_its_cause_is_gone() {
    let (desk, keyed) = (a_desk(), a_command());
    let book = Repositories::from(&desk.library).given_book(a_book()).await;
    let refused = desk.add_once(&keyed, &book).await;
    assert!(matches!(refused, Ok(Executed::Now(Err(CreateBookError::DuplicateIsbn)))), "{refused:?}");
    desk.library.books().delete(book.id()).await.expect("deleted");
    assert_told_again(&desk.add_once(&keyed, &book).await, b"duplicate");
    assert_eq!(desk.catalogue().await, []);
}

#[rstest]
#[case::beginning(Port::Begin, 0)]
#[case::keeping_the_book(Port::Books, 0)]
#[case::completing_the_claim(Port::Claims, 1)]
#[case::committing(Port::Commit, 0)]
#[tokio::test]
async fn a_failing_store_has_no_effect_and_leaves_the_key_free(#[case] port: Port, #[case] calls_before: usize) {
    let (desk, keyed, book) = (a_desk(), a_command(), a_book().build());
    desk.library.fail_after(port, calls_before);
    let failed = desk.add_once(&keyed, &book).await;
    let Ok(Executed::Now(Err(CreateBookError::Dependency(DependencyError::Unavailable { .. })))) = failed else {
        panic!("{failed:?}");
    };
    assert_eq!(desk.catalogue().await, []);
    assert_added(&desk.add_once(&another_command_of_the_key(&keyed), &book).await, &book);
}

#[tokio::test]
async fn where_the_key_cannot_be_claimed_nothing_is_done() {
    let (desk, keyed) = (a_desk(), a_command());
    desk.library.fail_next(Port::Claims);
    let failed = desk.execute(&keyed, async |_| panic!("it is not to be executed")).await;
    assert!(matches!(failed, Err(ExecuteOnceError::Dependency(DependencyError::Unavailable { .. }))), "{failed:?}");
}

#[tokio::test]
async fn a_claim_that_cannot_be_released_keeps_the_key_until_its_lease_has_passed() {
    let (desk, keyed, book) = (a_desk(), a_command(), a_book().build());
    desk.library.fail_next(Port::Begin);
    desk.library.fail_after(Port::Claims, 1);
    let failed = desk.add_once(&keyed, &book).await;
    assert!(matches!(failed, Ok(Executed::Now(Err(CreateBookError::Dependency(_))))), "{failed:?}");
    let error = desk.add_once(&keyed, &book).await.expect_err("busy");
    assert!(matches!(error, ExecuteOnceError::Running), "{error:?}");
    desk.clock.advance(CLAIM_LEASE);
    assert_added(&desk.add_once(&keyed, &book).await, &book);
}

#[tokio::test]
async fn an_error_that_cannot_be_kept_is_told_all_the_same() {
    let (desk, keyed) = (a_desk(), a_command());
    let book = Repositories::from(&desk.library).given_book(a_book()).await;
    desk.library.fail_after(Port::Claims, 1);
    let refused = desk.add_once(&keyed, &book).await;
    assert!(matches!(refused, Ok(Executed::Now(Err(CreateBookError::DuplicateIsbn)))), "{refused:?}");
}

#[tokio::test]
async fn who_is_overtaken_has_no_effect_and_the_other_attempt_is_the_one_that_counts() {
    let (desk, keyed) = (a_desk(), a_command());
    let (slow, quick) = (a_book().build(), a_book().build());
    let overtaken = desk.execute(&keyed, async |completion| {
        desk.clock.advance(CLAIM_LEASE);
        assert_added(&desk.add_once(&keyed, &quick).await, &quick);
        desk.add(&slow, &completion).await
    });
    let overtaken = overtaken.await;
    let Ok(Executed::Now(Err(CreateBookError::Dependency(DependencyError::Unavailable { .. })))) = overtaken else {
        panic!("{overtaken:?}");
    };
    assert_eq!(desk.catalogue().await, std::slice::from_ref(&quick));
    assert_told_again(&desk.add_once(&keyed, &slow).await, quick.isbn().as_str().as_bytes());
}

#[tokio::test]
async fn who_is_overtaken_is_not_refused_for_what_the_other_attempt_did() {
    let (desk, keyed) = (a_desk(), a_command());
    let book = a_book().build();
    let overtaken = desk.execute(&keyed, async |completion| {
        desk.clock.advance(CLAIM_LEASE);
        assert_added(&desk.add_once(&keyed, &book).await, &book);
        let same = a_book().with_isbn(book.isbn().as_str()).build();
        desk.add(&same, &completion).await
    });
    let overtaken = overtaken.await;
    assert!(matches!(overtaken, Err(ExecuteOnceError::Running)), "{overtaken:?}");
    assert_told_again(&desk.add_once(&keyed, &book).await, book.isbn().as_str().as_bytes());
}

#[tokio::test]
async fn nothing_is_done_for_a_member_who_is_gone() {
    let (desk, claim) = (a_desk(), a_claim().of(&a_member().build()).build());
    let refused =
        desk.execute(&KeyedCommand { caller: claim.caller, ..a_command() }, async |_| panic!("not to be executed")).await;
    assert!(matches!(refused, Err(ExecuteOnceError::CallerMissing)), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_attempts_at_once_one_takes_effect() {
    let (desk, keyed) = (Arc::new(a_desk()), a_command());
    let outcomes = race(|_| {
        let (desk, keyed) = (Arc::clone(&desk), keyed.clone());
        async move {
            let (book, by) = (a_book().build(), Arc::clone(&desk));
            let command = |completion| async move { by.add(&book, &completion).await };
            desk.execute_once.execute(keyed, receipt, kept, command).await
        }
    })
    .await;
    assert_eq!(count(&outcomes, |outcome| matches!(outcome, Ok(Executed::Now(Ok(_))))), 1, "{outcomes:?}");
    let others = |outcome: &_| matches!(outcome, Ok(Executed::Before(_)) | Err(ExecuteOnceError::Running));
    assert_eq!(count(&outcomes, others), outcomes.len() - 1, "{outcomes:?}");
    assert_eq!(desk.catalogue().await.len(), 1);
}
