//! What a `BookRepository` promises.

use super::{
    World,
    macros::assert_shape,
    paging::{all_pages, at, first},
    racing::{WAYS, count, race, race_of_two},
};
use crate::builders::{a_book, a_loan, a_member, now, unique_id, unique_isbn};
use library_book_domain::{Book, CreateBookError, DeleteBookError, UpdateBookError};
use library_loan_domain::CreateLoanError;
use library_shared_domain::{BookId, ListRequest, Version};
use time::{Duration, macros::datetime};
use uuid::Uuid;

/// Runs the suite over the worlds that `$open`, an `async fn() -> World`, opens.
#[macro_export]
macro_rules! book_repository_contract {
    ($open:path) => {
        $crate::contract_tests! { worlds from $open, book_repository:
            a_book_comes_back_as_it_was_kept,
            a_book_comes_back_whatever_is_written_in_it,
            a_books_times_are_kept_to_the_microsecond,
            a_book_that_nobody_kept_is_not_found,
            a_book_that_was_absent_is_found_once_it_is_kept,
            a_book_is_found_by_its_isbn,
            an_isbn_belongs_to_one_book,
            a_books_id_is_taken_once,
            of_many_who_keep_one_isbn_one_succeeds,
            a_revised_book_stands_as_the_update_answered,
            a_book_can_be_revised_again_from_what_the_update_answered,
            a_revision_of_a_state_that_has_moved_is_refused,
            a_revision_of_a_missing_book_is_refused,
            of_many_revisions_of_one_state_one_succeeds,
            a_deleted_book_is_gone,
            a_missing_book_cannot_be_deleted,
            of_many_who_delete_one_book_one_succeeds,
            a_book_deleted_in_the_state_that_was_loaded_is_gone,
            a_book_that_has_moved_is_not_deleted_in_the_state_that_was_loaded,
            a_missing_book_cannot_be_deleted_in_any_state,
            a_book_with_an_open_loan_cannot_be_deleted_in_any_state,
            of_a_change_and_a_deletion_of_one_state_of_a_book_one_succeeds,
            the_isbn_of_a_deleted_book_is_free,
            a_book_on_loan_cannot_be_deleted,
            a_book_that_came_back_can_be_deleted,
            no_race_leaves_an_open_loan_of_a_missing_book,
            an_empty_catalogue_has_one_empty_page,
            the_catalogue_shows_the_newest_book_first,
            the_catalogue_is_ordered_by_id_and_not_by_when_it_was_written,
            the_pages_of_the_catalogue_are_disjoint_and_complete,
            the_pages_of_the_catalogue_stay_put_while_books_are_added,
            a_page_of_the_catalogue_goes_on_after_a_book_that_was_deleted,
            a_page_of_the_catalogue_holds_up_to_two_hundred_books,
        }
    };
}

pub async fn a_book_comes_back_as_it_was_kept(world: World) {
    let books = &world.repositories.books;
    let book = a_book().titled("Dune").by("Frank Herbert").described_as("Sand.").with_isbn("0-8044-2957-x").build();
    books.create(&book).await.expect("created");
    world.repositories.given_book(a_book()).await;
    assert_eq!(books.find_by_id(book.id()).await.expect("found"), Some(book));
}

pub async fn a_book_comes_back_whatever_is_written_in_it(world: World) {
    let books = &world.repositories.books;
    let (emoji, letters) = ("📚".repeat(10_000), "é".repeat(1_000));
    for text in ["Пикник на обочине", "e\u{301}", "مئة عام", "a'b\"c\\d%e_f\n\t\u{1}g", "$1 ? :x -- ; DROP", &letters]
    {
        let book = world.repositories.given_book(a_book().titled(text).by(text).described_as(text)).await;
        assert_eq!(books.find_by_id(book.id()).await.expect("found"), Some(book), "{text:?}");
    }
    let book = world.repositories.given_book(a_book().described_as(&emoji)).await;
    assert_eq!(books.find_by_id(book.id()).await.expect("found"), Some(book));
}

pub async fn a_books_times_are_kept_to_the_microsecond(world: World) {
    let books = &world.repositories.books;
    let times = [
        datetime!(1969-12-31 23:59:59.999999 UTC),
        datetime!(1970-01-01 00:00:00 UTC),
        datetime!(2026-02-28 23:59:59.000001 UTC),
        datetime!(2999-12-31 23:59:59.999999 UTC),
    ];
    for time in times {
        let mut book = world.repositories.given_book(a_book().catalogued_at(time)).await;
        assert_eq!(books.find_by_id(book.id()).await.expect("found"), Some(book.clone()), "{time}");
        book.revise(a_book().details(), time + Duration::MICROSECOND);
        books.update(&book).await.expect("updated");
        let found = books.find_by_id(book.id()).await.expect("found").expect("the book");
        assert_eq!(found.revision().created_at, time);
        assert_eq!(found.revision().updated_at, time + Duration::MICROSECOND);
    }
}

pub async fn a_book_that_nobody_kept_is_not_found(world: World) {
    world.repositories.given_book(a_book()).await;
    let books = &world.repositories.books;
    assert_eq!(books.find_by_id(BookId::from_uuid(unique_id())).await.expect("looked up"), None);
    assert_eq!(books.find_by_isbn(&unique_isbn()).await.expect("looked up"), None);
}

pub async fn a_book_that_was_absent_is_found_once_it_is_kept(world: World) {
    let (books, book) = (&world.repositories.books, a_book().build());
    assert_eq!(books.find_by_id(book.id()).await.expect("looked up"), None);
    assert_eq!(books.find_by_isbn(book.isbn()).await.expect("looked up"), None);
    books.create(&book).await.expect("created");
    assert_eq!(books.find_by_id(book.id()).await.expect("found"), Some(book.clone()));
    assert_eq!(books.find_by_isbn(book.isbn()).await.expect("found"), Some(book));
}

pub async fn a_book_is_found_by_its_isbn(world: World) {
    let books = &world.repositories.books;
    world.repositories.given_book(a_book()).await;
    let (ten, thirteen) = (a_book().with_isbn("080442957X"), a_book().with_isbn("9780804429573"));
    let ten = world.repositories.given_book(ten).await;
    let thirteen = world.repositories.given_book(thirteen).await;
    assert_eq!(books.find_by_isbn(ten.isbn()).await.expect("found"), Some(ten));
    assert_eq!(books.find_by_isbn(thirteen.isbn()).await.expect("found"), Some(thirteen));
}

pub async fn an_isbn_belongs_to_one_book(world: World) {
    let books = &world.repositories.books;
    let first = world.repositories.given_book(a_book()).await;
    let second = a_book().with_isbn(first.isbn().as_str()).build();
    assert_shape!(books.create(&second).await, Err(CreateBookError::DuplicateIsbn));
    assert_eq!(books.find_by_id(second.id()).await.expect("looked up"), None);
    assert_eq!(books.find_by_isbn(first.isbn()).await.expect("found"), Some(first));
}

pub async fn a_books_id_is_taken_once(world: World) {
    let books = &world.repositories.books;
    let first = world.repositories.given_book(a_book()).await;
    assert_shape!(books.create(&a_book().with_id(first.id()).build()).await, Err(_));
    assert_eq!(books.find_by_id(first.id()).await.expect("found"), Some(first));
}

pub async fn of_many_who_keep_one_isbn_one_succeeds(world: World) {
    let isbn = unique_isbn();
    let outcomes = race(|_| {
        let (books, book) = (world.repositories.books.clone(), a_book().with_isbn(isbn.as_str()).build());
        async move { books.create(&book).await }
    })
    .await;
    assert_eq!(count(&outcomes, Result::is_ok), 1, "{outcomes:?}");
    assert_eq!(count(&outcomes, |it| matches!(it, Err(CreateBookError::DuplicateIsbn))), WAYS - 1, "{outcomes:?}");
    let catalogue = world.repositories.books.list(&first(200)).await.expect("a page");
    assert_eq!(catalogue.items.len(), 1);
}

pub async fn a_revised_book_stands_as_the_update_answered(world: World) {
    let books = &world.repositories.books;
    let other = world.repositories.given_book(a_book()).await;
    let kept = world.repositories.given_book(a_book()).await;
    assert_eq!(books.find_by_id(kept.id()).await.expect("found"), Some(kept.clone()));

    let mut book = kept.clone();
    book.revise(a_book().titled("Ἰλιάς").by("Ὅμηρος").described_as("μῆνιν").details(), now() + Duration::HOUR);
    let answered = books.update(&book).await.expect("updated");

    assert_eq!(answered, book.saved());
    assert_eq!(answered.revision().version, Version::FIRST.next());
    assert_eq!(answered.revision().created_at, kept.revision().created_at);
    assert_eq!(books.find_by_id(kept.id()).await.expect("found"), Some(answered.clone()));
    assert_eq!(books.find_by_isbn(kept.isbn()).await.expect("found"), Some(answered));
    assert_eq!(books.find_by_id(other.id()).await.expect("found"), Some(other));
}

pub async fn a_book_can_be_revised_again_from_what_the_update_answered(world: World) {
    let books = &world.repositories.books;
    let mut book = world.repositories.given_book(a_book()).await;
    for hour in 1..=3 {
        book.revise(a_book().titled(&format!("Edition {hour}")).details(), now() + Duration::hours(hour));
        book = books.update(&book).await.expect("updated");
        assert_eq!(book.revision().version, Version::from_number(hour + 1));
        assert_eq!(books.find_by_id(book.id()).await.expect("found"), Some(book.clone()));
    }
}

pub async fn a_revision_of_a_state_that_has_moved_is_refused(world: World) {
    let books = &world.repositories.books;
    let kept = world.repositories.given_book(a_book()).await;
    let (mut winner, mut loser) = (kept.clone(), kept);
    winner.revise(a_book().titled("The first to save").details(), now() + Duration::HOUR);
    loser.revise(a_book().titled("The second to save").details(), now() + Duration::HOUR);
    let stored = books.update(&winner).await.expect("updated");
    assert_shape!(books.update(&loser).await, Err(UpdateBookError::Moved));
    assert_eq!(books.find_by_id(stored.id()).await.expect("found"), Some(stored));
}

pub async fn a_revision_of_a_missing_book_is_refused(world: World) {
    let books = &world.repositories.books;
    assert_shape!(books.update(&a_book().build()).await, Err(UpdateBookError::Missing));
    let deleted = world.repositories.given_book(a_book()).await;
    books.delete(deleted.id()).await.expect("deleted");
    assert_shape!(books.update(&deleted).await, Err(UpdateBookError::Missing));
    assert_eq!(books.find_by_id(deleted.id()).await.expect("looked up"), None);
}

pub async fn of_many_revisions_of_one_state_one_succeeds(world: World) {
    let kept = world.repositories.given_book(a_book()).await;
    let outcomes = race(|way| {
        let (books, mut book) = (world.repositories.books.clone(), kept.clone());
        book.revise(a_book().titled(&format!("Edition {way}")).details(), now() + Duration::HOUR);
        async move { books.update(&book).await }
    })
    .await;
    assert_eq!(count(&outcomes, Result::is_ok), 1, "{outcomes:?}");
    assert_eq!(count(&outcomes, |it| matches!(it, Err(UpdateBookError::Moved))), WAYS - 1, "{outcomes:?}");
    let winner = outcomes.into_iter().find_map(Result::ok);
    assert_eq!(world.repositories.books.find_by_id(kept.id()).await.expect("found"), winner);
}

pub async fn a_deleted_book_is_gone(world: World) {
    let books = &world.repositories.books;
    let (stays, goes) = (world.repositories.given_book(a_book()).await, world.repositories.given_book(a_book()).await);
    assert_eq!(books.find_by_id(goes.id()).await.expect("found"), Some(goes.clone()));
    books.delete(goes.id()).await.expect("deleted");
    assert_eq!(books.find_by_id(goes.id()).await.expect("looked up"), None);
    assert_eq!(books.find_by_isbn(goes.isbn()).await.expect("looked up"), None);
    assert_eq!(books.list(&first(200)).await.expect("a page").items, [stays]);
}

pub async fn a_missing_book_cannot_be_deleted(world: World) {
    let books = &world.repositories.books;
    assert_shape!(books.delete(BookId::from_uuid(unique_id())).await, Err(DeleteBookError::Missing));
    let book = world.repositories.given_book(a_book()).await;
    books.delete(book.id()).await.expect("deleted");
    assert_shape!(books.delete(book.id()).await, Err(DeleteBookError::Missing));
}

pub async fn of_many_who_delete_one_book_one_succeeds(world: World) {
    let book = world.repositories.given_book(a_book()).await;
    let outcomes = race(|_| {
        let (books, id) = (world.repositories.books.clone(), book.id());
        async move { books.delete(id).await }
    })
    .await;
    assert_eq!(count(&outcomes, Result::is_ok), 1, "{outcomes:?}");
    assert_eq!(count(&outcomes, |it| matches!(it, Err(DeleteBookError::Missing))), WAYS - 1, "{outcomes:?}");
}

pub async fn a_book_deleted_in_the_state_that_was_loaded_is_gone(world: World) {
    let books = &world.repositories.books;
    let stays = world.repositories.given_book(a_book()).await;
    let goes = books.update(&world.repositories.given_book(a_book()).await).await.expect("updated");
    assert_eq!(books.find_by_id(goes.id()).await.expect("found"), Some(goes.clone()));
    books.delete_unchanged(&goes).await.expect("deleted");
    assert_eq!(books.find_by_id(goes.id()).await.expect("looked up"), None);
    assert_eq!(books.list(&first(200)).await.expect("a page").items, [stays]);
}

pub async fn a_book_that_has_moved_is_not_deleted_in_the_state_that_was_loaded(world: World) {
    let books = &world.repositories.books;
    let loaded = world.repositories.given_book(a_book()).await;
    let stored = books.update(&loaded).await.expect("updated");
    for other in [loaded, stored.clone().saved()] {
        assert_shape!(books.delete_unchanged(&other).await, Err(DeleteBookError::Moved));
        assert_eq!(books.find_by_id(stored.id()).await.expect("found"), Some(stored.clone()));
    }
}

pub async fn a_missing_book_cannot_be_deleted_in_any_state(world: World) {
    let books = &world.repositories.books;
    assert_shape!(books.delete_unchanged(&a_book().build()).await, Err(DeleteBookError::Missing));
    let deleted = world.repositories.given_book(a_book()).await;
    books.delete_unchanged(&deleted).await.expect("deleted");
    assert_shape!(books.delete_unchanged(&deleted).await, Err(DeleteBookError::Missing));
}

pub async fn a_book_with_an_open_loan_cannot_be_deleted_in_any_state(world: World) {
    let given = &world.repositories;
    let (book, member) = (given.given_book(a_book()).await, given.given_member(a_member()).await);
    given.given_loan(a_loan().of(&book).to(&member)).await;
    assert_shape!(given.books.delete_unchanged(&book).await, Err(DeleteBookError::OnLoan));
    let stored = given.books.update(&book).await.expect("updated");
    assert_shape!(given.books.delete_unchanged(&book).await, Err(DeleteBookError::Moved));
    assert_eq!(given.books.find_by_id(book.id()).await.expect("found"), Some(stored));
}

pub async fn of_a_change_and_a_deletion_of_one_state_of_a_book_one_succeeds(world: World) {
    for _ in 0..WAYS {
        let book = world.repositories.given_book(a_book()).await;
        let (books, to_change, to_delete) = (&world.repositories.books, book.clone(), book.clone());
        let (changing, deleting) = (books.clone(), books.clone());
        let (changed, deleted) =
            race_of_two(
                async move { changing.update(&to_change).await },
                async move { deleting.delete_unchanged(&to_delete).await },
            )
            .await;
        match (&changed, &deleted) {
            (Ok(_), Err(DeleteBookError::Moved)) | (Err(UpdateBookError::Missing), Ok(())) => {}
            other => panic!("one of the two wins, and the other is told why: {other:?}"),
        }
        assert_eq!(books.find_by_id(book.id()).await.expect("looked up"), changed.ok());
    }
}

pub async fn the_isbn_of_a_deleted_book_is_free(world: World) {
    let books = &world.repositories.books;
    let first = world.repositories.given_book(a_book()).await;
    books.delete(first.id()).await.expect("deleted");
    let second = world.repositories.given_book(a_book().with_isbn(first.isbn().as_str())).await;
    assert_eq!(books.find_by_isbn(first.isbn()).await.expect("found"), Some(second));
}

pub async fn a_book_on_loan_cannot_be_deleted(world: World) {
    let given = &world.repositories;
    let (book, member) = (given.given_book(a_book()).await, given.given_member(a_member()).await);
    given.given_loan(a_loan().of(&book).to(&member)).await;
    assert_shape!(given.books.delete(book.id()).await, Err(DeleteBookError::OnLoan));
    assert_eq!(given.books.find_by_id(book.id()).await.expect("found"), Some(book));
}

pub async fn a_book_that_came_back_can_be_deleted(world: World) {
    let given = &world.repositories;
    let (book, member) = (given.given_book(a_book()).await, given.given_member(a_member()).await);
    let mut loan = given.given_loan(a_loan().of(&book).to(&member)).await;
    loan.return_book(now() + Duration::DAY).expect("returned");
    given.loans.update(&loan).await.expect("updated");
    given.books.delete(book.id()).await.expect("deleted");
    assert_eq!(given.books.find_by_id(book.id()).await.expect("looked up"), None);
}

pub async fn no_race_leaves_an_open_loan_of_a_missing_book(world: World) {
    let given = &world.repositories;
    let member = given.given_member(a_member()).await;
    for _ in 0..WAYS {
        let book = given.given_book(a_book()).await;
        let (books, loans, loan) = (given.books.clone(), given.loans.clone(), a_loan().of(&book).to(&member).build());
        let id = book.id();
        let (deleted, lent) = race_of_two(async move { books.delete(id).await }, async move { loans.create(&loan).await }).await;
        match (&deleted, &lent) {
            (Ok(()), Err(CreateLoanError::BookOrMemberMissing)) | (Err(DeleteBookError::OnLoan), Ok(())) => {}
            other => panic!("one of the two wins, and the other is told why: {other:?}"),
        }
        let has_book = given.books.find_by_id(id).await.expect("looked up").is_some();
        let has_loan = given.loans.find_active_by_book(id).await.expect("looked up").is_some();
        assert_eq!((has_book, has_loan), (lent.is_ok(), lent.is_ok()));
    }
}

pub async fn an_empty_catalogue_has_one_empty_page(world: World) {
    let page = world.repositories.books.list(&ListRequest::default()).await.expect("a page");
    assert_eq!((page.items, page.next), (vec![], None));
}

pub async fn the_catalogue_shows_the_newest_book_first(world: World) {
    let mut newest_first = keep_books(&world, 5).await;
    newest_first.reverse();
    let page = world.repositories.books.list(&ListRequest::default()).await.expect("a page");
    assert_eq!((page.items, page.next), (newest_first, None));
}

pub async fn the_catalogue_is_ordered_by_id_and_not_by_when_it_was_written(world: World) {
    let numbers = [0x80 << 120, 1, u128::MAX - 1, 0x7F << 120, 0x0100, 0xFF];
    for number in numbers {
        world.repositories.given_book(a_book().with_id(BookId::from_uuid(Uuid::from_u128(number)))).await;
    }
    let mut descending = numbers;
    descending.sort_unstable_by(|left, right| right.cmp(left));
    for limit in [1, 4, 200] {
        let pages = all_pages(limit, async |request| world.repositories.books.list(&request).await).await;
        let listed: Vec<_> = pages.iter().flatten().map(|book| book.id().as_uuid().as_u128()).collect();
        assert_eq!(listed, descending, "in pages of {limit}");
    }
}

pub async fn the_pages_of_the_catalogue_are_disjoint_and_complete(world: World) {
    let mut newest_first = keep_books(&world, 6).await;
    newest_first.reverse();
    for (limit, lengths) in [(1, vec![1; 6]), (2, vec![2; 3]), (4, vec![4, 2]), (6, vec![6]), (7, vec![6])] {
        let pages = all_pages(limit, async |request| world.repositories.books.list(&request).await).await;
        assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), lengths, "in pages of {limit}");
        assert_eq!(pages.concat(), newest_first, "in pages of {limit}");
    }
}

pub async fn the_pages_of_the_catalogue_stay_put_while_books_are_added(world: World) {
    let books = &world.repositories.books;
    let kept = keep_books(&world, 4).await;
    let page = books.list(&first(2)).await.expect("a page");
    keep_books(&world, 3).await;
    let next = books.list(&at(&first(2), page.next)).await.expect("a page");
    assert_eq!(next.items, [kept[1].clone(), kept[0].clone()]);
    assert_eq!(next.next, None);
}

pub async fn a_page_of_the_catalogue_goes_on_after_a_book_that_was_deleted(world: World) {
    let books = &world.repositories.books;
    let kept = keep_books(&world, 3).await;
    let page = books.list(&first(2)).await.expect("a page");
    assert_eq!(page.items.last(), Some(&kept[1]));
    books.delete(kept[1].id()).await.expect("deleted");
    let page = books.list(&at(&first(2), page.next)).await.expect("a page");
    assert_eq!((page.items, page.next), (vec![kept[0].clone()], None));
}

pub async fn a_page_of_the_catalogue_holds_up_to_two_hundred_books(world: World) {
    keep_books(&world, 201).await;
    let pages = all_pages(200, async |request| world.repositories.books.list(&request).await).await;
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [200, 1]);
}

/// Keeps so many books; the first is the oldest.
async fn keep_books(world: &World, count: usize) -> Vec<Book> {
    let mut books = Vec::with_capacity(count);
    for _ in 0..count {
        books.push(world.repositories.given_book(a_book()).await);
    }
    books
}
