use crate::{
    api::BookApi,
    body::{BookBody, details},
};
use actix_web::{HttpResponse, http::header, web::Data};
use library_book_app::{AddBookCommand, AddBookError};
use library_book_domain::{Description, Isbn};
use library_shared_http::{FieldErrors, JsonBody, Problem, TextField};
use serde::Deserialize;

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct AddBookBody {
    title: TextField,
    author: TextField,
    isbn: TextField,
    description: TextField,
}

impl TryFrom<AddBookBody> for AddBookCommand {
    type Error = Problem;

    fn try_from(body: AddBookBody) -> Result<Self, Problem> {
        let mut errors = FieldErrors::default();
        let description = errors.optional("description", body.description, Description::parse);
        let details = details(&mut errors, body.title, body.author, description);
        let isbn = errors.required("isbn", body.isbn, Isbn::parse);
        match (isbn, details) {
            (Some(isbn), Some(details)) => Ok(Self { isbn, details }),
            _ => Err(errors.into_problem()),
        }
    }
}

/// `POST /books`
pub async fn add_book(api: Data<BookApi>, JsonBody(body): JsonBody<AddBookBody>) -> Result<HttpResponse, Problem> {
    let command = AddBookCommand::try_from(body)?;
    let use_case = api.add_book.clone();
    let book = api.writes.run(async move { use_case.execute(command).await }).await?.map_err(problem)?;
    let location = format!("/books/{}", book.id());
    Ok(HttpResponse::Created().insert_header((header::LOCATION, location)).json(BookBody::from(&book)))
}

fn problem(error: AddBookError) -> Problem {
    match error {
        AddBookError::DuplicateIsbn => {
            Problem::conflict("duplicate-isbn", "Duplicate ISBN", "The catalogue already has a book of this ISBN.")
        }
        AddBookError::Dependency(error) => error.into(),
    }
}
