//! `GET /books` and `GET /members`: filters, orders and search.

use library_e2e::{
    Answer,
    Backend::{self, Postgres, Sqlite},
    Problem, Server, link_to,
};
use library_testkit::unique_isbn;
use rstest::rstest;
use serde_json::{Value, json};

/// A catalogue of these titles and authors, in this order.
async fn given_books(server: &Server, books: &[(&str, &str)]) {
    for (title, author) in books {
        let body = json!({"title": title, "author": author, "isbn": unique_isbn().as_str()});
        assert_eq!(server.post("/books", body).await.status, 201);
    }
}

#[track_caller]
fn titles(page: &Answer) -> Vec<String> {
    let title = |book: &Value| book["title"].as_str().expect("a title").to_owned();
    page.json_of(200).as_array().expect("an array").iter().map(title).collect()
}

const BOOKS: [(&str, &str); 5] =
    [("Émile", "Rousseau"), ("Zebra", "Austen"), ("emma", "Austen"), ("Ärger, #1", "Zola"), ("100% Wool", "Zola")];

#[rstest]
#[case("sort=title", &["100% Wool", "Ärger, #1", "Émile", "emma", "Zebra"])]
#[case("sort=-title", &["Zebra", "emma", "Émile", "Ärger, #1", "100% Wool"])]
#[case("sort=author,-title", &["Zebra", "emma", "Émile", "Ärger, #1", "100% Wool"])]
#[case("sort=-author,title&limit=200", &["100% Wool", "Ärger, #1", "Émile", "emma", "Zebra"])]
#[case("sort=created_at", &["Émile", "Zebra", "emma", "Ärger, #1", "100% Wool"])]
#[case("title=Zebra", &["Zebra"])]
#[case("title[eq]=zebra", &[])]
#[case("title%5Bne%5D=Zebra&sort=title&author=Austen", &["emma"])]
#[case("title[gt]=EMILE&sort=title", &["emma", "Zebra"])]
#[case("title[gte]=EMILE&title[lt]=z&sort=title", &["Émile", "emma"])]
#[case("title[in]=Zebra,%C3%84rger%5C,%20%231&sort=title", &["Ärger, #1", "Zebra"])]
#[case("author[not_in]=Austen,Zola", &["Émile"])]
#[case("title[like]=%25m%25&sort=title", &["Émile", "emma"])]
#[case("title[like]=%25M%25", &[])]
#[case("title[ilike]=EM%25&sort=title", &["Émile", "emma"])]
#[case("title[ilike]=100%5C%25%25", &["100% Wool"])]
#[case("title=%27%20OR%201=1%20--", &[])]
#[case("created_at[gt]=2000-01-01T00:00:00Z&updated_at[lt]=2000-01-01T00:00:00Z", &[])]
#[tokio::test]
async fn the_catalogue_is_filtered_and_put_in_order(
    #[values(Sqlite, Postgres)] backend: Backend,
    #[case] query: &str,
    #[case] expected: &[&str],
) {
    let server = Server::start(backend).await;
    given_books(&server, &BOOKS).await;
    let page = server.get(&format!("/books?{query}")).await;
    assert_eq!(titles(&page), expected);
}

#[rstest]
#[case("sort=title")]
#[case("sort=-author,title")]
#[case("sort=author,created_at&author[ne]=Rousseau")]
#[tokio::test]
async fn every_order_is_paged_and_holds_still_while_books_are_added(
    #[values(Sqlite, Postgres)] backend: Backend,
    #[case] query: &str,
) {
    let server = Server::start(backend).await;
    given_books(&server, &BOOKS).await;
    let whole = titles(&server.get(&format!("/books?{query}")).await);
    let mut page = server.get(&format!("/books?{query}&limit=1")).await;
    let mut paged = titles(&page);
    // It comes first in each of these orders.
    given_books(&server, &[("0", if query.contains("-author") { "zz" } else { "0" })]).await;
    while let Some(next) = link_to(&page, "next") {
        page = server.get(&next).await;
        paged.extend(titles(&page));
        assert!(paged.len() <= 6, "the links go in circles");
    }
    assert_eq!(paged, whole);
}

#[rstest]
#[tokio::test]
async fn members_are_filtered_and_put_in_order(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    for (name, email) in [("Zoë", "Zoe@Example.com"), ("ada", "b@example.com"), ("Ádám", "c@example.com")] {
        let body = json!({"name": name, "email": email, "password": "correct horse"});
        assert_eq!(server.post("/members", body).await.status, 201);
    }
    let names = async |query: &str| {
        let page = server.get(&format!("/members?{query}")).await.json_of(200);
        page.as_array()
            .expect("an array")
            .iter()
            .map(|member| member["name"].as_str().expect("a name").to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names("sort=name").await, ["ada", "Ádám", "Zoë"]);
    assert_eq!(names("email=ZOE@example.COM").await, ["Zoë"]);
    assert_eq!(names("is_verified=false&sort=-email").await, ["Zoë", "Ádám", "ada"]);
    assert_eq!(names("is_verified=true").await, Vec::<String>::new());
}

#[rstest]
#[tokio::test]
async fn what_cannot_be_asked_for_is_told_with_what_can(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let filtered_by = "is no parameter of this list; it is filtered by isbn, title, author, created_at, updated_at";
    let answer = server.get("/books?shelf=3&title[between]=a&sort=description&created_at[lt]=soon&title=a%00").await;
    answer.assert_problem(&Problem::of_fields(&[
        ("shelf", filtered_by),
        ("title[between]", "cannot be compared so; there are eq, ne, gt, gte, lt, lte, in, not_in, like, ilike"),
        ("sort", "`description` is no field to sort by; there are isbn, title, author, created_at, updated_at"),
        ("created_at[lt]", "must be a time such as 2026-11-20T16:14:56Z (RFC 3339)"),
        ("title", "must not contain the character U+0000"),
    ]));
    let answer = server.get("/members?password=x&is_verified[like]=%25").await;
    answer.assert_problem(&Problem::of_fields(&[
        ("password", "is no parameter of this list; it is filtered by name, email, is_verified, created_at, updated_at"),
        ("is_verified[like]", "cannot be compared so; there are eq, ne"),
    ]));
}

#[rstest]
#[tokio::test]
async fn books_are_found_by_their_words_and_the_best_come_first(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    given_books(&server, &[("Germinal", "Émile Zola"), ("Nana", "Émile Zola"), ("Zola and his Time", "Matthew Josephson")]).await;
    assert_eq!(titles(&server.get("/books?q=zola").await)[0], "Zola and his Time");
    assert_eq!(titles(&server.get("/books?q=EMI+germ").await), ["Germinal"]);
    assert_eq!(titles(&server.get("/books?q=zola&title[ne]=Nana&author[like]=%25Zola").await), ["Germinal"]);
    let page = server.get("/books?q=zola&limit=2").await;
    let last = server.get(&link_to(&page, "next").expect("there is one more")).await;
    assert_eq!((titles(&page).len(), titles(&last).len(), link_to(&last, "next")), (2, 1, None));
    let first = server.get(&link_to(&last, "prev").expect("there are two before")).await;
    assert_eq!(titles(&first), titles(&page));
    // A search for nothing is the catalogue.
    assert_eq!(titles(&server.get("/books?q=+").await).len(), 3);
}

#[rstest]
#[tokio::test]
async fn a_changed_book_is_found_by_its_new_words_at_once(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let book = server.given_book().await;
    let path = crate::path_of("books", &book);
    assert_eq!(server.patch(&path, json!({"title": "Silas Marner", "description": null})).await.status, 200);
    assert_eq!(titles(&server.get("/books?q=marner").await), ["Silas Marner"]);
    assert_eq!(titles(&server.get("/books?q=middlemarch").await), Vec::<String>::new());
    assert_eq!(titles(&server.get("/books?q=study").await), Vec::<String>::new());
    server.delete(&path).await.assert_is_empty(204);
    assert_eq!(titles(&server.get("/books?q=marner").await), Vec::<String>::new());
}

#[rstest]
#[tokio::test]
async fn whatever_is_looked_for_is_an_answer(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    given_books(&server, &[("Emma", "Austen")]).await;
    let long = "emma+".repeat(2_000);
    let unbroken = "x".repeat(10_000);
    for text in [
        "%22",
        "%27",
        "emma%27",
        "%22emma",
        "a+AND+(b",
        "NEAR(a",
        "*",
        "emma*",
        ":",
        "emma:*",
        "!",
        "%5C",
        "%00",
        "%F0%9F%93%9A",
        "%ff",
        "-emma",
        "title:emma",
        &long,
        &unbroken,
    ] {
        let answer = server.get(&format!("/books?q={text}")).await;
        assert_eq!(answer.status, 200, "{text}: {answer:#?}");
    }
    let rule = "cannot be given with q: what is found is put in order by how well it fits";
    server.get("/books?q=emma&sort=title").await.assert_problem(&Problem::of_fields(&[("sort", rule)]));
    for cursor in ["-1", "1000", "x", "99999999999"] {
        let rule = "must be a cursor, as the link to a page of this search has it";
        let answer = server.get(&format!("/books?q=emma&cursor={cursor}")).await;
        answer.assert_problem(&Problem::of_fields(&[("cursor", rule)]));
    }
}
