use crate::{
    api::BookApi,
    body::{BookBody, details},
    openapi,
};
use actix_web::{HttpResponse, web::Data};
use library_book_app::{UpdateBookCommand, UpdateBookError};
use library_book_domain::{BookDetails, Description};
use library_shared_domain::BookId;
use library_shared_http::{FieldErrors, IfMatch, JsonBody, PathId, Problem, TextField, entity_tag};
use serde::Deserialize;
use utoipa::ToSchema;

/// What the catalogue is to say of a book from now on.
#[derive(Deserialize, Default, ToSchema)]
#[serde(default)]
#[schema(as = BookUpdate, examples(openapi::book_update))]
pub struct UpdateBookBody {
    #[schema(schema_with = openapi::title, required)]
    title: TextField,
    #[schema(schema_with = openapi::author, required)]
    author: TextField,
    #[schema(schema_with = openapi::description, required)]
    description: TextField,
}

impl TryFrom<UpdateBookBody> for BookDetails {
    type Error = Problem;

    fn try_from(body: UpdateBookBody) -> Result<Self, Problem> {
        let mut errors = FieldErrors::default();
        let description = errors.required("description", body.description, Description::parse);
        details(&mut errors, body.title, body.author, description).ok_or_else(|| errors.into_problem())
    }
}

/// `PUT /books/{id}`
#[utoipa::path(
    put,
    path = "/books/{id}",
    tag = openapi::BOOKS,
    summary = "Change a book",
    description = "Replaces what the catalogue says of a book. Its ISBN stays as it is.",
    params(PathId::<BookId>, IfMatch),
    request_body(content = UpdateBookBody, description = "What the catalogue is to say."),
    responses(
        (status = 200, description = "The book, as the catalogue has it now.", body = BookBody, headers(("ETag" = String, description = "The tag of this state."))),
        (status = 404, description = "There is no such book.", body = Problem, example = json!(problem(UpdateBookError::NotFound))),
    ),
)]
pub async fn update_book(
    api: Data<BookApi>,
    PathId(id): PathId<BookId>,
    IfMatch(expected): IfMatch,
    JsonBody(body): JsonBody<UpdateBookBody>,
) -> Result<HttpResponse, Problem> {
    let details = BookDetails::try_from(body)?;
    update(&api, UpdateBookCommand { id, changes: details.into(), expected }).await
}

/// Makes a change, of the whole book or of some of it, and answers with the book as it now stands.
pub async fn update(api: &BookApi, command: UpdateBookCommand) -> Result<HttpResponse, Problem> {
    let use_case = api.update_book.clone();
    let book = api.writes.run(async move { use_case.execute(command).await }).await?.map_err(problem)?;
    Ok(HttpResponse::Ok().insert_header(entity_tag(book.revision())).json(BookBody::from(&book)))
}

pub fn problem(error: UpdateBookError) -> Problem {
    match error {
        UpdateBookError::NotFound => Problem::not_found("There is no book of this id."),
        UpdateBookError::VersionMismatch => Problem::precondition_failed(),
        UpdateBookError::Dependency(error) => error.into(),
    }
}
