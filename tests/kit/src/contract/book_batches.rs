//! What every `BookRepository` promises of many books at once.

use super::{
    World,
    macros::assert_shape,
    paging::first,
    racing::{WAYS, count, race},
};
use crate::builders::{a_book, unique_isbn};
use library_book_domain::{Book, BookSearch, Creation, Isbn, SearchOffset, SearchWords};
use library_shared_domain::PageLimit;
use std::collections::HashMap;

/// Makes the tests of this suite for the adapter that `open` makes worlds with.
#[macro_export]
macro_rules! book_batches_contract {
    ($open:path) => {
        $crate::contract_tests! { worlds from $open, book_batches:
            of_many_books_those_whose_isbn_is_new_are_kept,
            of_several_books_of_one_isbn_the_first_is_kept,
            no_books_at_all_are_kept_as_well,
            hundreds_of_books_are_kept_at_once,
            many_books_are_kept_whatever_is_written_in_them,
            books_that_were_kept_together_are_found_by_their_words,
            a_unit_goes_on_after_a_duplicate,
            a_unit_that_is_dropped_keeps_none_of_many_books,
            of_many_books_none_is_kept_where_an_id_is_taken,
            of_many_who_keep_the_same_books_in_different_orders_each_book_is_kept_once_and_nobody_fails,
        }
    };
}

async fn create_all(world: &World, books: &[Book]) -> Vec<Creation> {
    world.repositories.books.create_all(books).await.expect("the store works")
}

async fn catalogue(world: &World) -> Vec<Book> {
    world.repositories.books.list(&first(200)).await.expect("a page").items
}

pub async fn of_many_books_those_whose_isbn_is_new_are_kept(world: World) {
    let there = world.repositories.given_book(a_book().with_isbn("9780441172719")).await;
    let again = a_book().titled("Another").with_isbn("978-0441172719").build();
    let (before, after) = (a_book().with_isbn("9790000000001").build(), a_book().with_isbn("080442957X").build());

    let creations = create_all(&world, &[before.clone(), again.clone(), after.clone()]).await;

    assert_eq!(creations, [Creation::Created, Creation::Duplicate { existing: there.id() }, Creation::Created]);
    let books = &world.repositories.books;
    assert_eq!(books.find_by_id(again.id()).await.expect("looked up"), None);
    for book in [&there, &before, &after] {
        assert_eq!(books.find_by_id(book.id()).await.expect("found").as_ref(), Some(book));
        assert_eq!(books.find_by_isbn(book.isbn()).await.expect("found").as_ref(), Some(book));
    }
    assert_eq!(catalogue(&world).await, [after, before, there]);
}

pub async fn of_several_books_of_one_isbn_the_first_is_kept(world: World) {
    let (there, isbn) = (world.repositories.given_book(a_book()).await, unique_isbn());
    let book = |title: &str| a_book().titled(title).with_isbn(isbn.as_str()).build();
    let books = [book("First"), book("Second"), a_book().with_isbn(there.isbn().as_str()).build(), book("Third")];
    let duplicate = Creation::Duplicate { existing: books[0].id() };
    let of_there = Creation::Duplicate { existing: there.id() };
    assert_eq!(create_all(&world, &books).await, [Creation::Created, duplicate, of_there, duplicate]);
    assert_eq!(catalogue(&world).await, [books[0].clone(), there.clone()]);
    assert_eq!(create_all(&world, &books).await, [duplicate, duplicate, of_there, duplicate]);
    assert_eq!(catalogue(&world).await, [books[0].clone(), there]);
}

pub async fn no_books_at_all_are_kept_as_well(world: World) {
    assert_eq!(create_all(&world, &[]).await, []);
    assert_eq!(catalogue(&world).await, []);
}

pub async fn hundreds_of_books_are_kept_at_once(world: World) {
    let books: Vec<_> = (0..200).map(|_| a_book().build()).collect();
    assert_eq!(create_all(&world, &books).await, [Creation::Created; 200]);
    assert_eq!(catalogue(&world).await, books.into_iter().rev().collect::<Vec<_>>());
}

pub async fn many_books_are_kept_whatever_is_written_in_them(world: World) {
    let emoji = "📚".repeat(10_000);
    let texts = ["Пикник на обочине", "e\u{301}", "a'b\"c\\d%e_f\n\t\u{1}g", "$1 ? :x -- ; DROP"];
    let mut books: Vec<_> = texts.map(|text| a_book().titled(text).by(text).described_as(text).build()).into();
    books.push(a_book().described_as(&emoji).build());
    create_all(&world, &books).await;
    for book in books {
        assert_eq!(world.repositories.books.find_by_id(book.id()).await.expect("found"), Some(book));
    }
}

pub async fn books_that_were_kept_together_are_found_by_their_words(world: World) {
    let zola = a_book().titled("Germinal").by("Émile Zola").described_as("Une Grève.").build();
    let austen = a_book().titled("Emma").by("Jane Austen").build();
    create_all(&world, &[zola.clone(), austen.clone()]).await;
    for (text, found) in [("GERM", &zola), ("emile zo", &zola), ("greve", &zola), ("emma austen", &austen)] {
        let search = BookSearch {
            words: SearchWords::of(text),
            filters: Vec::new(),
            limit: PageLimit::try_from(10).expect("a limit"),
            offset: SearchOffset::default(),
        };
        let page = world.repositories.books.search(&search).await.expect("a page");
        assert_eq!(page.items, std::slice::from_ref(found), "{text}");
    }
}

pub async fn a_unit_goes_on_after_a_duplicate(world: World) {
    let there = world.repositories.given_book(a_book()).await;
    let (again, new, later) = (a_book().with_isbn(there.isbn().as_str()).build(), a_book().build(), a_book().build());
    let unit = world.units.begin().await.expect("begun");
    let creations = unit.books.create_all(&[again, new.clone()]).await.expect("kept");
    assert_eq!(creations, [Creation::Duplicate { existing: there.id() }, Creation::Created]);
    unit.books.create(&later).await.expect("created");
    unit.commit().await.expect("committed");
    assert_eq!(catalogue(&world).await, [later, new, there]);
}

pub async fn a_unit_that_is_dropped_keeps_none_of_many_books(world: World) {
    let book = a_book().build();
    let unit = world.units.begin().await.expect("begun");
    assert_eq!(unit.books.create_all(std::slice::from_ref(&book)).await.expect("kept"), [Creation::Created]);
    assert_eq!(unit.books.find_by_id(book.id()).await.expect("found").as_ref(), Some(&book));
    drop(unit);
    assert_eq!(world.repositories.books.find_by_id(book.id()).await.expect("looked up"), None);
    assert_eq!(catalogue(&world).await, []);
}

pub async fn of_many_books_none_is_kept_where_an_id_is_taken(world: World) {
    let there = world.repositories.given_book(a_book()).await;
    let books = [a_book().build(), a_book().with_id(there.id()).build(), a_book().build()];
    assert_shape!(world.repositories.books.create_all(&books).await, Err(_));
    assert_eq!(catalogue(&world).await, [there]);
}

pub async fn of_many_who_keep_the_same_books_in_different_orders_each_book_is_kept_once_and_nobody_fails(world: World) {
    let isbns: Vec<Isbn> = (0..40).map(|_| unique_isbn()).collect();
    let outcomes = race(|way| {
        let books = world.repositories.books.clone();
        let mut batch: Vec<_> = isbns.iter().map(|isbn| a_book().with_isbn(isbn.as_str()).build()).collect();
        batch.rotate_left(way);
        if way % 2 == 0 {
            batch.reverse();
        }
        async move { (books.create_all(&batch).await.expect("nobody fails"), batch) }
    })
    .await;

    let told: Vec<_> = outcomes.iter().flat_map(|(creations, batch)| creations.iter().copied().zip(batch)).collect();
    assert_eq!(count(&told, |(creation, _)| *creation == Creation::Created), isbns.len());
    assert_eq!(told.len(), WAYS * isbns.len());
    let kept: HashMap<_, _> = catalogue(&world).await.into_iter().map(|book| (book.isbn().clone(), book.id())).collect();
    assert_eq!(kept.len(), isbns.len());
    for (creation, book) in told {
        let holder = kept[book.isbn()];
        let expected = if holder == book.id() { Creation::Created } else { Creation::Duplicate { existing: holder } };
        assert_eq!(creation, expected);
    }
}
