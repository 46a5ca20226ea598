use super::{ListParameters, list_response};
use actix_web::{HttpResponse, http::header, test::TestRequest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use library_shared_domain::{FieldKind, ListField, ListRequest, Page, Side, Value};
use rstest::rstest;
use serde_json::{Value as Json, json};
use time::OffsetDateTime;
use uuid::Uuid;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ShelfField {
    Room,
    BuiltAt,
    IsFull,
}

/// A shelf: its number, its room, and when it was built.
type Shelf = (u128, &'static str, OffsetDateTime);

impl ListField for ShelfField {
    type Item = Shelf;

    const ALL: &'static [Self] = &[Self::Room, Self::BuiltAt, Self::IsFull];

    fn name(self) -> &'static str {
        match self {
            Self::Room => "room",
            Self::BuiltAt => "built_at",
            Self::IsFull => "is_full",
        }
    }

    fn kind(self) -> FieldKind {
        match self {
            Self::Room => FieldKind::Text,
            Self::BuiltAt => FieldKind::Time,
            Self::IsFull => FieldKind::Flag,
        }
    }

    fn value(self, (_, room, built_at): &Shelf, _: OffsetDateTime) -> Value {
        match self {
            Self::Room => Value::Text((*room).to_owned()),
            Self::BuiltAt => Value::Time(*built_at),
            Self::IsFull => Value::Flag(false),
        }
    }

    fn id(shelf: &Shelf) -> Uuid {
        Uuid::from_u128(shelf.0)
    }
}

const SHELVES: [Shelf; 3] =
    [(3, "c & d", OffsetDateTime::UNIX_EPOCH), (2, "B", OffsetDateTime::UNIX_EPOCH), (1, "a", OffsetDateTime::UNIX_EPOCH)];

fn parse(query: &str) -> Result<ListRequest<ShelfField>, Json> {
    let request = TestRequest::with_uri(&format!("/shelves?{query}")).to_http_request();
    ListParameters::of(&request).into_request().map_err(|problem| {
        let id = crate::RequestId::parse("r-1").expect("an id");
        serde_json::from_slice::<Json>(&problem.to_json(&id, None)).expect("JSON")["errors"].clone()
    })
}

#[rstest]
#[case("limit=0", "limit", "must be a whole number from 1 to 200")]
#[case("limit=201", "limit", "must be a whole number from 1 to 200")]
#[case("limit=-1", "limit", "must be a whole number from 1 to 200")]
#[case("limit=", "limit", "must be a whole number from 1 to 200")]
#[case("limit=99999999999999999999", "limit", "must be a whole number from 1 to 200")]
#[case("limit=1&limit=2", "limit", "must be given once")]
#[case("cursor=!", "cursor", "must be a cursor, as the link to a page of this list in this order has it")]
#[case("cursor=", "cursor", "must be a cursor, as the link to a page of this list in this order has it")]
#[case("sort=size", "sort", "`size` is no field to sort by; there are room, built_at")]
#[case("sort=is_full", "sort", "`is_full` is no field to sort by; there are room, built_at")]
#[case("size=1", "size", "is no parameter of this list; it is filtered by room, built_at, is_full")]
#[case("room[eq=1", "room[eq", "is no parameter of this list; it is filtered by room, built_at, is_full")]
#[case("size[gt]=1", "size[gt]", "is no parameter of this list; it is filtered by room, built_at, is_full")]
#[case("is_full[between]=1", "is_full[between]", "cannot be compared so; there are eq, ne")]
#[case("is_full[gt]=true", "is_full[gt]", "cannot be compared so; there are eq, ne")]
#[case("is_full=perhaps", "is_full", "must be true or false")]
#[case("built_at[lt]=today", "built_at[lt]", "must be a time such as 2026-11-20T16:14:56Z (RFC 3339)")]
#[case("room=a%00b", "room", "must not contain the character U+0000")]
#[case("room[like]=%25a%25a%25a%25a%25", "room[like]", "must have at most 4 times `%`")]
fn what_is_wrong_with_a_parameter_is_told_with_what_is_allowed(#[case] query: &str, #[case] field: &str, #[case] detail: &str) {
    assert_eq!(parse(query), Err(json!([{"field": field, "detail": detail}])));
}

#[test]
fn every_parameter_that_is_wrong_is_named() {
    let errors = parse("limit=x&sort=y&z=1&is_full=2").expect_err("a problem");
    let named: Vec<_> = errors.as_array().expect("errors").iter().map(|error| error["field"].clone()).collect();
    assert_eq!(named, ["limit", "sort", "z", "is_full"]);
}

#[test]
fn nothing_asked_for_is_the_first_page() {
    assert_eq!(parse(""), Ok(ListRequest::default()));
}

#[test]
fn there_are_at_most_a_hundred_conditions() {
    assert!(parse(&"room[ne]=a&".repeat(100)).is_ok());
    assert_eq!(parse(&"room[ne]=a&".repeat(101)), Err(json!([{"field": "filters", "detail": "must be at most 100"}])));
}

fn answer(query: &str) -> (HttpResponse, Page<Shelf>) {
    let asked = parse(query).expect("a request");
    let page = asked.select(SHELVES.iter(), OffsetDateTime::UNIX_EPOCH);
    let request = TestRequest::with_uri(&format!("/shelves?{query}")).to_http_request();
    (list_response(&request, &asked, &page, |shelf| shelf.1), page)
}

/// The queries of the links to the next page and the one before.
fn links(response: &HttpResponse) -> (Option<String>, Option<String>) {
    let header = response.headers().get(header::LINK).map_or("", |value| value.to_str().expect("a text"));
    let link = |relation: &str| {
        let of_relation = header.split(", ").find(|link| link.ends_with(&format!("; rel=\"{relation}\"")))?;
        Some(of_relation.strip_prefix("</shelves?")?.split_once('>')?.0.to_owned())
    };
    (link("next"), link("prev"))
}

#[rstest]
#[case("limit=1")]
#[case("limit=1&sort=-room")]
#[case("limit=1&sort=built_at,-room&room%5Bne%5D=x+%26+y&is_full=false")]
fn the_links_lead_to_every_page_and_back(#[case] query: &str) {
    let rooms = |page: &Page<Shelf>| page.items.iter().map(|shelf| shelf.1).collect::<Vec<_>>();
    let (first, first_page) = answer(query);
    assert_eq!((rooms(&first_page), links(&first).1), (vec!["c & d"], None));
    let (second, second_page) = answer(&links(&first).0.expect("a next page"));
    assert_eq!(rooms(&second_page), ["B"]);
    let (third, third_page) = answer(&links(&second).0.expect("a next page"));
    assert_eq!((rooms(&third_page), links(&third).0), (vec!["a"], None));
    let (back, back_page) = answer(&links(&third).1.expect("a page before"));
    assert_eq!(rooms(&back_page), ["B"]);
    let (start, start_page) = answer(&links(&back).1.expect("a page before"));
    assert_eq!((rooms(&start_page), links(&start).1), (vec!["c & d"], None));
}

#[test]
fn a_cursor_belongs_to_its_order_and_is_no_less_checked_than_other_parameters() {
    let next = links(&answer("limit=1&sort=room").0).0.expect("a next page");
    let cursor = next.split("cursor=").nth(1).expect("a cursor");
    assert_eq!(parse(&next).expect("a request").cursor().expect("a cursor").side, Side::After);
    for sort in ["-room", "built_at"] {
        assert!(parse(&format!("sort={sort}&cursor={cursor}")).is_err(), "{sort}");
    }
    assert!(parse(&format!("cursor={cursor}")).is_err());
    let forged = json!({"sort": "room", "values": [{"text": "a\0"}], "id": Uuid::nil(), "is_before": false}).to_string();
    assert!(parse(&format!("sort=room&cursor={}", URL_SAFE_NO_PAD.encode(forged))).is_err());
    let forged =
        json!({"sort": "built_at", "values": [{"time": "9999-12-31T23:59:59-23:59"}], "id": Uuid::nil(), "is_before": true});
    assert!(parse(&format!("sort=built_at&cursor={}", URL_SAFE_NO_PAD.encode(forged.to_string()))).is_err());
    let forged = json!({"sort": "room", "values": [{"flag": true}], "id": Uuid::nil(), "is_before": false}).to_string();
    assert!(parse(&format!("sort=room&cursor={}", URL_SAFE_NO_PAD.encode(forged))).is_err());
}

#[actix_web::test]
async fn a_page_is_an_array_alone() {
    let (response, _) = answer("");
    assert_eq!((response.status().as_u16(), links(&response)), (200, (None, None)));
    let body = actix_web::body::to_bytes(response.into_body()).await.expect("a body");
    assert_eq!(body, "[\"c & d\",\"B\",\"a\"]");
}
