//! What every `BookRepository` lists and finds.

use super::{
    World,
    paging::{is_filtered, is_paged_in_every_order},
};
use crate::builders::{a_book, now};
use library_book_domain::{Book, BookField, BookSearch, SearchOffset, SearchPage, SearchWords};
use library_shared_domain::{Filter, Operator, PageLimit};
use time::{Duration, format_description::well_known::Rfc3339};

/// Makes the tests of this suite for the adapter that `open` makes worlds with.
#[macro_export]
macro_rules! book_lists_contract {
    ($open:path) => {
        $crate::contract_tests! { worlds from $open, book_lists:
            the_catalogue_is_paged_in_every_order_both_ways,
            the_catalogue_is_filtered_by_every_field,
            texts_of_any_length_are_put_in_order,
            a_book_is_found_by_the_beginnings_of_its_words_without_regard_to_case_and_accents,
            a_book_whose_title_has_the_words_comes_before_one_whose_description_has_them,
            what_is_found_meets_the_filters_too,
            what_is_found_is_paged,
            a_book_is_found_as_it_now_is_and_not_once_it_is_gone,
            whatever_is_looked_for_is_text_alone,
        }
    };
}

const TITLES: [&str; 12] = [
    "Émile",
    "emile",
    "Ärger",
    "apple",
    "100% wool",
    "a*b?c[d]",
    "under_score",
    "Пикник",
    "The Sorcerer's Stone",
    "back\\slash",
    "Zebra",
    "zebra",
];

/// A catalogue with much that is alike in one thing or another.
async fn catalogue(world: &World) -> Vec<Book> {
    let mut books = Vec::new();
    for (index, title) in TITLES.into_iter().enumerate() {
        let author = ["Jane Austen", "jane austen", "Émile Zola"][index % 3];
        let at = now() + Duration::hours(i64::try_from(index % 4).expect("a few"));
        books.push(world.repositories.given_book(a_book().titled(title).by(author).catalogued_at(at)).await);
    }
    books.push(world.repositories.given_book(a_book().with_isbn("0-8044-2957-x")).await);
    books
}

pub async fn the_catalogue_is_paged_in_every_order_both_ways(world: World) {
    let books = catalogue(&world).await;
    let orders = [
        "",
        "title",
        "-title",
        "author",
        "-author",
        "isbn",
        "-isbn",
        "created_at",
        "-created_at",
        "updated_at",
        "-updated_at",
        "-created_at,title",
        "author,-title",
        "author,created_at,title",
        "-author,-created_at,isbn",
    ];
    is_paged_in_every_order(&books, now(), &orders, async |request| world.repositories.books.list(&request).await).await;
}

pub async fn the_catalogue_is_filtered_by_every_field(world: World) {
    let books = catalogue(&world).await;
    let mut conditions = Vec::new();
    for operator in Operator::ALL {
        for text in
            ["Émile", "emile", "apple,Zebra", "M", "", "%e%", "_m%", "100\\%%", "a*b?c%", "%[d]", "under\\_%", "back\\\\slash"]
        {
            conditions.push((BookField::Title, operator, text.to_owned()));
        }
        for text in ["Jane Austen", "%AUSTEN", "Émile Zola,jane austen"] {
            conditions.push((BookField::Author, operator, text.to_owned()));
        }
        let isbn = books[3].isbn().as_str();
        conditions.push((BookField::Isbn, operator, format!("{}-{}", &isbn[..3], &isbn[3..])));
        conditions.push((BookField::Isbn, operator, format!("{}%", &isbn[..5])));
        conditions.push((BookField::Isbn, operator, "%x".to_owned()));
    }
    for operator in [
        Operator::Equal,
        Operator::NotEqual,
        Operator::Greater,
        Operator::GreaterOrEqual,
        Operator::Less,
        Operator::LessOrEqual,
        Operator::In,
        Operator::NotIn,
    ] {
        let at = (now() + Duration::HOUR).format(&Rfc3339).expect("a time");
        conditions.push((BookField::CreatedAt, operator, at.clone()));
        conditions.push((BookField::UpdatedAt, operator, at));
    }
    is_filtered(&books, now(), &conditions, async |request| world.repositories.books.list(&request).await).await;
}

pub async fn texts_of_any_length_are_put_in_order(world: World) {
    let mut books = Vec::new();
    // Each of these characters is folded to eighteen, or takes four bytes.
    for long in ["\u{FDFA}", "𝕏", "📚", "é"] {
        books.push(world.repositories.given_book(a_book().titled(&long.repeat(1_000)).by(&long.repeat(1_000))).await);
    }
    is_paged_in_every_order(&books, now(), &["title", "-author"], async |request| world.repositories.books.list(&request).await)
        .await;
}

async fn find(world: &World, text: &str) -> Vec<Book> {
    search(world, text, 200, 0, Vec::new()).await.items
}

async fn search(world: &World, text: &str, limit: u64, offset: u16, filters: Vec<Filter<BookField>>) -> SearchPage {
    let search = BookSearch {
        words: SearchWords::of(text),
        filters,
        limit: PageLimit::try_from(limit).expect("a limit"),
        offset: SearchOffset::new(offset).expect("an offset"),
    };
    world.repositories.books.search(&search).await.expect("a page")
}

pub async fn a_book_is_found_by_the_beginnings_of_its_words_without_regard_to_case_and_accents(world: World) {
    let given = &world.repositories;
    let germinal = given.given_book(a_book().titled("Germinal (Les Rougon-Macquart, #13)").by("Émile Zola")).await;
    let other = given.given_book(a_book().titled("“Пикник” на обочине").by("Стругацкие").described_as("And/or: a ÜBUNG.")).await;
    for text in ["germinal", "GERM", "emile", "émi zol", "rougon", "macq 13", "zola germinal", "13"] {
        assert_eq!(find(&world, text).await, std::slice::from_ref(&germinal), "{text}");
    }
    for text in ["пикник", "ПИКНИК обоч", "струг", "ubung", "or and", "übung"] {
        assert_eq!(find(&world, text).await, std::slice::from_ref(&other), "{text}");
    }
    let number = given.given_book(a_book().titled("1e5bd 4e2 007 2001").by("Nobody")).await;
    for text in ["1e5b", "4e2 1e5bd", "007", "200", "2001 nob"] {
        assert_eq!(find(&world, text).await, std::slice::from_ref(&number), "{text}");
    }
    for text in ["erminal", "germinal nana", "", "#", "zola пикник", "bd", "7"] {
        assert_eq!(find(&world, text).await, [], "{text}");
    }
}

pub async fn a_book_whose_title_has_the_words_comes_before_one_whose_description_has_them(world: World) {
    let given = &world.repositories;
    let described = given.given_book(a_book().titled("Letters").by("Somebody").described_as("About Emma.")).await;
    let titled = given.given_book(a_book().titled("Emma").by("Somebody")).await;
    let described_too = given.given_book(a_book().titled("Essays").by("Somebody").described_as("On Emma.")).await;
    let found = find(&world, "emma").await;
    assert_eq!(found[0], titled);
    assert!(found[1..].contains(&described) && found[1..].contains(&described_too) && found.len() == 3, "{found:?}");
}

pub async fn what_is_found_meets_the_filters_too(world: World) {
    let given = &world.repositories;
    given.given_book(a_book().titled("Emma").by("Jane Austen")).await;
    let other = given.given_book(a_book().titled("Emma").by("Alexander McCall Smith")).await;
    let filter = Filter::parse(BookField::Author, Operator::NotEqual, "Jane Austen").expect("a filter");
    assert_eq!(search(&world, "emma", 10, 0, vec![filter]).await.items, [other]);
}

pub async fn what_is_found_is_paged(world: World) {
    let given = &world.repositories;
    for _ in 0..5 {
        given.given_book(a_book().titled("Emma")).await;
    }
    let all = find(&world, "emma").await;
    assert_eq!(all.len(), 5);
    let pages = [
        search(&world, "emma", 2, 0, vec![]).await,
        search(&world, "emma", 2, 2, vec![]).await,
        search(&world, "emma", 2, 4, vec![]).await,
    ];
    assert_eq!(pages.iter().flat_map(|page| page.items.clone()).collect::<Vec<_>>(), all);
    assert_eq!(
        pages.map(|page| (page.previous, page.next)),
        [(None, SearchOffset::new(2)), (SearchOffset::new(0), SearchOffset::new(4)), (SearchOffset::new(2), None),]
    );
}

pub async fn a_book_is_found_as_it_now_is_and_not_once_it_is_gone(world: World) {
    let books = &world.repositories.books;
    let mut book = world.repositories.given_book(a_book().titled("Emma")).await;
    book.revise(a_book().titled("Persuasion").details(), now());
    let book = books.update(&book).await.expect("updated");
    assert_eq!((find(&world, "emma").await, find(&world, "persuasion").await), (vec![], vec![book.clone()]));
    books.delete(book.id()).await.expect("deleted");
    assert_eq!(find(&world, "persuasion").await, []);

    let unit = world.units.begin().await.expect("begun");
    unit.books.create(&a_book().titled("Sanditon").build()).await.expect("created");
    drop(unit);
    assert_eq!(find(&world, "sanditon").await, []);
}

pub async fn whatever_is_looked_for_is_text_alone(world: World) {
    world.repositories.given_book(a_book().titled("Emma")).await;
    let long = "emma ".repeat(2_000);
    let longer = "x".repeat(10_000);
    for text in [
        "emma'",
        "\"emma",
        "emma*",
        "emma:*",
        "emma &",
        "!emma",
        "(emma",
        "emma\\",
        "emma\0",
        "-emma",
        "emma | x:",
        "title:",
        "^emma",
        "NEAR(",
        &long,
        &longer,
    ] {
        let found = find(&world, text).await;
        let is_found = SearchWords::of(text).as_slice() == ["emma"];
        assert_eq!(found.len(), usize::from(is_found), "{text}");
    }
}
