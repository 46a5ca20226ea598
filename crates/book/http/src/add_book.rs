use crate::{
    api::BookApi,
    body::{BookBody, details},
    openapi,
};
use actix_web::{HttpResponse, http::header, web::Data};
use library_book_app::{AddBookCommand, AddBookError};
use library_book_domain::{Book, Description, Isbn};
use library_shared_http::{Answer, FieldErrors, Invocation, JsonCommand, Problem, TextField};
use serde::Deserialize;
use utoipa::ToSchema;

/// A book that the catalogue is to have.
#[derive(Deserialize, Default, ToSchema)]
#[serde(default)]
#[schema(as = NewBook, examples(openapi::new_book))]
pub struct AddBookBody {
    #[schema(schema_with = openapi::title, required)]
    title: TextField,
    #[schema(schema_with = openapi::author, required)]
    author: TextField,
    #[schema(schema_with = openapi::isbn, required)]
    isbn: TextField,
    #[schema(schema_with = openapi::optional_description, required = false)]
    description: TextField,
}

impl AddBookBody {
    /// The command that the fields make; `None` where one of them is wrong, which is noted.
    pub fn judge(self, errors: &mut FieldErrors) -> Option<AddBookCommand> {
        let description = errors.optional("description", self.description, Description::parse);
        let details = details(errors, self.title, self.author, description);
        let isbn = errors.required("isbn", self.isbn, Isbn::parse);
        Some(AddBookCommand { isbn: isbn?, details: details? })
    }
}

/// `POST /books`
#[utoipa::path(
    post,
    path = "/books",
    tag = openapi::BOOKS,
    summary = "Add a book",
    description = "Adds a book to the catalogue. An ISBN is one book.",
    params(Invocation),
    request_body(content = AddBookBody, description = "The book."),
    responses(
        (
            status = 201,
            description = "The book, as the catalogue has it.",
            body = BookBody,
            headers(("Location" = String, description = "The path of the book."), ("ETag" = String, description = "The tag of this state.")),
            links(
                ("read_book" = (operation_id = "read_book", parameters(("id" = "$response.body#/id")))),
                ("patch_book" = (operation_id = "patch_book", parameters(("id" = "$response.body#/id")))),
                ("update_book" = (operation_id = "update_book", parameters(("id" = "$response.body#/id")))),
                ("delete_book" = (operation_id = "delete_book", parameters(("id" = "$response.body#/id")))),
            ),
        ),
        (
            status = 409,
            description = "The catalogue has a book of this ISBN.",
            body = Problem,
            example = json!(problem(AddBookError::DuplicateIsbn)),
        ),
    ),
)]
pub async fn add_book(
    api: Data<BookApi>,
    JsonCommand(body, invocation): JsonCommand<AddBookBody>,
) -> Result<HttpResponse, Problem> {
    let use_case = api.add_book.clone();
    let add = async move |completion| {
        let mut errors = FieldErrors::default();
        let command = body.judge(&mut errors).ok_or_else(|| errors.into_problem())?;
        use_case.execute(command, &completion).await.map_err(problem)
    };
    api.commands.run(invocation, add, answer).await
}

fn answer(book: &Book) -> Answer {
    Answer::created(&BookBody::from(book))
        .with_header(&header::LOCATION, format!("/books/{}", book.id()))
        .with_entity_tag(book.revision())
}

fn problem(error: AddBookError) -> Problem {
    match error {
        AddBookError::DuplicateIsbn => {
            Problem::conflict("duplicate-isbn", "Duplicate ISBN", "The catalogue already has a book of this ISBN.")
        }
        AddBookError::Dependency(error) => error.into(),
    }
}
