use crate::{
    api::BookApi,
    body::{BookBody, details},
};
use actix_web::{HttpResponse, web::Data};
use library_book_app::{UpdateBookCommand, UpdateBookError};
use library_book_domain::{BookDetails, Description};
use library_shared_domain::BookId;
use library_shared_http::{FieldErrors, JsonBody, PathId, Problem, TextField};
use serde::Deserialize;

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct UpdateBookBody {
    title: TextField,
    author: TextField,
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
pub async fn update_book(
    api: Data<BookApi>,
    PathId(id): PathId<BookId>,
    JsonBody(body): JsonBody<UpdateBookBody>,
) -> Result<HttpResponse, Problem> {
    let command = UpdateBookCommand { id, details: body.try_into()? };
    let use_case = api.update_book.clone();
    let book = api.writes.run(async move { use_case.execute(command).await }).await?.map_err(problem)?;
    Ok(HttpResponse::Ok().json(BookBody::from(&book)))
}

fn problem(error: UpdateBookError) -> Problem {
    match error {
        UpdateBookError::NotFound => Problem::not_found("There is no book of this id."),
        UpdateBookError::Dependency(error) => error.into(),
    }
}
