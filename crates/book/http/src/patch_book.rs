use crate::{
    api::BookApi,
    body::BookBody,
    openapi,
    update_book::{problem, update},
};
use actix_web::{HttpResponse, web::Data};
use library_book_app::{UpdateBookCommand, UpdateBookError};
use library_book_domain::{Author, BookChanges, Description, Title};
use library_shared_domain::BookId;
use library_shared_http::{FieldErrors, IfMatch, MergePatchBody, PathId, Problem, TextField};
use serde::Deserialize;
use utoipa::ToSchema;

/// What is to change in a book (JSON merge patch, RFC 7396): what is not named stays, and null removes.
#[derive(Deserialize, Default, ToSchema)]
#[serde(default)]
#[schema(as = BookPatch, examples(openapi::book_patch))]
pub struct PatchBookBody {
    #[schema(schema_with = openapi::title, required = false)]
    title: TextField,
    #[schema(schema_with = openapi::author, required = false)]
    author: TextField,
    #[schema(schema_with = openapi::optional_description, required = false)]
    description: TextField,
    #[schema(ignore)]
    id: TextField,
    #[schema(ignore)]
    isbn: TextField,
    #[schema(ignore)]
    created_at: TextField,
    #[schema(ignore)]
    updated_at: TextField,
}

impl TryFrom<PatchBookBody> for BookChanges {
    type Error = Problem;

    fn try_from(body: PatchBookBody) -> Result<Self, Problem> {
        let mut errors = FieldErrors::default();
        let changes = Self {
            title: errors.changed("title", body.title, Title::parse),
            author: errors.changed("author", body.author, Author::parse),
            description: errors.changed_or_removed("description", body.description, Description::parse),
        };
        errors.unchangeable("id", &body.id);
        errors.unchangeable("isbn", &body.isbn);
        errors.unchangeable("created_at", &body.created_at);
        errors.unchangeable("updated_at", &body.updated_at);
        errors.into_result(changes)
    }
}

/// `PATCH /books/{id}`
#[utoipa::path(
    patch,
    path = "/books/{id}",
    tag = openapi::BOOKS,
    summary = "Change some of a book",
    description = "Changes what is named of what the catalogue says of a book: a JSON merge patch (RFC 7396). A description that is null is \
                   removed; a title and an author cannot be, and what else a book has cannot be changed.",
    params(PathId::<BookId>, IfMatch),
    request_body(
        content((PatchBookBody = "application/merge-patch+json"), (PatchBookBody = "application/json")),
        description = "What is to change.",
    ),
    responses(
        (status = 200, description = "The book, as the catalogue has it now.", body = BookBody, headers(("ETag" = String, description = "The tag of this state."))),
        (status = 404, description = "There is no such book.", body = Problem, example = json!(problem(UpdateBookError::NotFound))),
    ),
)]
pub async fn patch_book(
    api: Data<BookApi>,
    PathId(id): PathId<BookId>,
    IfMatch(expected): IfMatch,
    MergePatchBody(body): MergePatchBody<PatchBookBody>,
) -> Result<HttpResponse, Problem> {
    update(&api, UpdateBookCommand { id, changes: body.try_into()?, expected }).await
}
