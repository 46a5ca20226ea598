//! What the document of the API says of the catalogue.

use crate::{
    add_book::__path_add_book,
    add_books::{__path_add_books, BATCH_BODY_LIMIT, BATCH_ROWS},
    delete_book::__path_delete_book,
    list_books::{__path_list_books, CatalogueQuery},
    patch_book::__path_patch_book,
    read_book::__path_read_book,
    update_book::__path_update_book,
};
use library_book_domain::{Author, BookField, Description, Title};
use library_shared_http::{
    ListQuery, Problem,
    openapi::{A_BOOK, any_text, parameter, text},
};
use serde_json::{Value, json};
use utoipa::{
    IntoParams, OpenApi,
    openapi::{
        Array, ArrayBuilder, Object, ObjectBuilder, Type,
        path::{Parameter, ParameterIn},
        schema::SchemaType,
    },
};

/// The tag of the catalogue's operations.
pub const BOOKS: &str = "Books";

/// The part of the document that is the catalogue's.
#[derive(OpenApi)]
#[openapi(
    paths(list_books, add_book, add_books, read_book, update_book, patch_book, delete_book),
    tags((name = BOOKS, description = "The catalogue."))
)]
pub struct BookOpenApi;

impl IntoParams for CatalogueQuery {
    fn into_params(place: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let description = "Words that the book has to have: each begins a word of its title, its author or its description, without regard to \
                           case and accents. With it, there is no `sort`.";
        let looked_for = parameter(ParameterIn::Query, "q", description, any_text());
        [looked_for].into_iter().chain(ListQuery::<BookField>::into_params(place)).collect()
    }
}

/// What a row may hold is judged row by row, so here a row is anything.
pub fn rows() -> Array {
    ArrayBuilder::new()
        .min_items(Some(1))
        .max_items(Some(BATCH_ROWS))
        .items(ObjectBuilder::new().schema_type(SchemaType::AnyValue))
        .description(Some("The books, each as `POST /books` takes one."))
        .build()
}

pub fn new_books() -> Value {
    json!({"books": [new_book(), {"title": "Emma"}]})
}

pub fn batch_rows() -> Value {
    let errors = json!([{"field": "author", "detail": "is required"}, {"field": "isbn", "detail": "is required"}]);
    json!([{"status": "created", "id": A_BOOK}, {"status": "invalid", "errors": errors}])
}

pub fn batch_too_large() -> Problem {
    Problem::too_large(BATCH_BODY_LIMIT)
}

pub fn title() -> Object {
    text(Title::LENGTH).description(Some("The title. White space around it is dropped.")).build()
}

pub fn author() -> Object {
    text(Author::LENGTH).description(Some("Who wrote it: one name or several, as the title page has them.")).build()
}

pub fn description() -> Object {
    text(Description::LENGTH).description(Some("What it is about; empty where nobody has said.")).build()
}

pub fn optional_description() -> Object {
    text(Description::LENGTH)
        .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
        .description(Some("What it is about; empty where it is missing."))
        .build()
}

/// An ISBN as people write it: hyphens and spaces anywhere, white space around it.
pub fn isbn() -> Object {
    let white_space = r"[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*";
    let digit = "(?:[- ]*[0-9])";
    let pattern = format!("^{white_space}{digit}{{9}}(?:[- ]*[0-9Xx]|{digit}{{4}})[- ]*{white_space}$");
    let description = "The ISBN: ten characters or thirteen digits, with hyphens and spaces between them or without.";
    any_text().pattern(Some(pattern)).description(Some(description)).build()
}

pub fn kept_isbn() -> Object {
    any_text().pattern(Some("^(?:[0-9]{9}[0-9X]|[0-9]{13})$")).description(Some("The ISBN, without hyphens and spaces.")).build()
}

pub fn new_book() -> Value {
    json!({"title": "Emma", "author": "Jane Austen", "isbn": "978-0-14-143958-7", "description": "A matchmaker is matched."})
}

pub fn book_update() -> Value {
    json!({"title": "Emma", "author": "Jane Austen", "description": "A matchmaker is matched."})
}

pub fn book_patch() -> Value {
    json!({"description": null})
}

pub fn book() -> Value {
    json!({
        "id": A_BOOK,
        "title": "Emma",
        "author": "Jane Austen",
        "isbn": "9780141439587",
        "description": "A matchmaker is matched.",
        "created_at": "2026-11-20T16:14:55.179512Z",
        "updated_at": "2026-11-20T16:14:55.179512Z",
    })
}
