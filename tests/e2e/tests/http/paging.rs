//! `GET /books` and `GET /members`: pages of a list.

use library_e2e::{
    Answer,
    Backend::{self, Postgres, Sqlite},
    Problem, Server, link_to,
};
use rstest::rstest;
use serde_json::{Value, json};

const LIMIT_RULE: &str = "must be a whole number from 1 to 200";
const CURSOR_RULE: &str = "must be a cursor, as the link to a page of this list in this order has it";

#[rstest]
#[tokio::test]
async fn a_list_of_nothing_is_empty(#[values(Sqlite, Postgres)] backend: Backend, #[values("books", "members")] resource: &str) {
    let server = Server::start(backend).await;
    let page = server.get(&format!("/{resource}")).await;
    page.assert_is(200, &json!([]));
    assert_eq!(page.header("Link"), None);
}

#[rstest]
#[tokio::test]
async fn the_links_lead_to_every_item_once_and_the_newest_comes_first(
    #[values(Sqlite, Postgres)] backend: Backend,
    #[values("books", "members")] resource: &str,
    // Pages of 3, 3 and 1; of 7 and no empty one after it; of one each.
    #[values(3, 7, 1)] limit: usize,
) {
    let server = Server::start(backend).await;
    let newest_first = given(&server, resource, 7).await;
    let (mut pages, mut last) = (Vec::new(), None);
    let mut next = Some(format!("/{resource}?limit={limit}"));
    while let Some(path) = next {
        let page = server.get(&path).await;
        pages.push(items(&page));
        next = link_to(&page, "next");
        last = Some(page);
        assert!(pages.len() <= 7, "the links go in circles");
    }
    let expected: Vec<_> = newest_first.chunks(limit).map(<[Value]>::to_vec).collect();
    assert_eq!(pages, expected);

    // And back again.
    let mut back = Vec::new();
    let mut previous = last.and_then(|page| link_to(&page, "prev"));
    while let Some(path) = previous {
        let page = server.get(&path).await;
        back.insert(0, items(&page));
        previous = link_to(&page, "prev");
        assert!(back.len() < 7, "the links go in circles");
    }
    assert_eq!(back, expected[..expected.len() - 1]);
}

#[rstest]
#[tokio::test]
async fn a_page_has_fifty_items_where_nobody_says_how_many_and_two_hundred_at_most(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let newest_first = given(&server, "books", 201).await;
    let page = server.get("/books").await;
    assert_eq!(items(&page), newest_first[..50]);
    let second = server.get(&link_to(&page, "next").expect("there are more")).await;
    assert_eq!(items(&second), newest_first[50..100]);
    let longest = server.get("/books?limit=200").await;
    assert_eq!(items(&longest), newest_first[..200]);
    let last = server.get(&link_to(&longest, "next").expect("there is one more")).await;
    assert_eq!((items(&last), link_to(&last, "next")), (newest_first[200..].to_vec(), None));
}

#[rstest]
#[tokio::test]
async fn what_comes_and_goes_between_two_pages_moves_nothing_else(
    #[values(Sqlite, Postgres)] backend: Backend,
    #[values("books", "members")] resource: &str,
) {
    let server = Server::start(backend).await;
    let newest_first = given(&server, resource, 6).await;
    let first = server.get(&format!("/{resource}?limit=2")).await;
    assert_eq!(items(&first), newest_first[..2]);
    given(&server, resource, 2).await;
    // The item that the cursor speaks of, and the one that would come next.
    server.delete(&crate::path_of(resource, &newest_first[1])).await.assert_is_empty(204);
    server.delete(&crate::path_of(resource, &newest_first[2])).await.assert_is_empty(204);
    let second = server.get(&link_to(&first, "next").expect("there are more")).await;
    assert_eq!(items(&second), newest_first[3..5]);
    let last = server.get(&link_to(&second, "next").expect("there is one more")).await;
    assert_eq!((items(&last), link_to(&last, "next")), (newest_first[5..].to_vec(), None));
}

#[rstest]
#[tokio::test]
async fn a_page_that_cannot_be_meant_is_refused_by_parameter(
    #[values(Sqlite, Postgres)] backend: Backend,
    #[values("books", "members")] resource: &str,
) {
    let server = Server::start(backend).await;
    given(&server, resource, 2).await;
    let limits = ["0", "201", "-1", "1.5", "ten", "", "99999999999999999999", "0x10", "%00"];
    let cursors = ["", "x", "!", "%00", "AAAA", "01890a5d-ac96-774b-bcce-b302099a8057", &"A".repeat(5_000)];
    for limit in limits {
        let answer = server.get(&format!("/{resource}?limit={limit}")).await;
        answer.assert_problem(&Problem::of_fields(&[("limit", LIMIT_RULE)]));
    }
    for cursor in cursors {
        let answer = server.get(&format!("/{resource}?cursor={cursor}")).await;
        answer.assert_problem(&Problem::of_fields(&[("cursor", CURSOR_RULE)]));
    }
    let both = server.get(&format!("/{resource}?limit=0&cursor=x")).await;
    both.assert_problem(&Problem::of_fields(&[("limit", LIMIT_RULE), ("cursor", CURSOR_RULE)]));
    let twice = server.get(&format!("/{resource}?limit=1&limit=2")).await;
    twice.assert_problem(&Problem::of_fields(&[("limit", "must be given once")]));
    // The limits themselves are fine.
    for query in ["limit=1", "limit=200"] {
        assert_eq!(server.get(&format!("/{resource}?{query}")).await.status, 200, "{query}");
    }
}

/// So many new things, the newest first.
async fn given(server: &Server, resource: &str, count: usize) -> Vec<Value> {
    let mut things = Vec::new();
    for _ in 0..count {
        things.push(match resource {
            "books" => server.given_book().await,
            _ => server.given_member().await.body(false),
        });
    }
    things.reverse();
    things
}

fn items(page: &Answer) -> Vec<Value> {
    page.json_of(200).as_array().expect("an array").clone()
}
