use crate::{add_book::AddBookBody, api::BookApi, openapi};
use actix_web::{HttpResponse, web::Data};
use library_book_app::{AddBookCommand, AddBookOutcome, AddBooksError};
use library_shared_http::{Answer, FieldError, FieldErrors, Invocation, JsonCommand, ObjectsField, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// The most books that a batch may have.
pub const BATCH_ROWS: usize = 1_000;

/// The most bytes that the body of a batch may have: some four thousand for each of its books.
pub const BATCH_BODY_LIMIT: usize = 4 * 1024 * 1024;

/// Books that the catalogue is to have.
#[derive(Deserialize, Default, ToSchema)]
#[serde(default)]
#[schema(as = NewBooks, examples(openapi::new_books))]
pub struct AddBooksBody {
    #[schema(schema_with = openapi::rows, required)]
    books: ObjectsField<AddBookBody>,
}

/// What came of a row of the batch.
#[derive(Clone, Serialize, ToSchema)]
#[serde(tag = "status", rename_all = "lowercase")]
#[schema(as = BatchRow)]
pub enum RowBody {
    /// The book was added.
    Created {
        /// Its id.
        id: Uuid,
    },
    /// Another book has its ISBN: one of the catalogue, or one before it in the batch.
    Duplicate {
        /// The id of that book.
        id: Uuid,
    },
    /// The row is no book that could be added.
    Invalid {
        /// What is wrong with each field.
        errors: Vec<FieldError>,
    },
}

impl From<&AddBookOutcome> for RowBody {
    fn from(outcome: &AddBookOutcome) -> Self {
        match outcome {
            AddBookOutcome::Added(book) => Self::Created { id: book.id().as_uuid() },
            AddBookOutcome::Duplicate { existing } => Self::Duplicate { id: existing.as_uuid() },
        }
    }
}

/// A batch that has been judged: what is to be added, and in their places the rows that are not.
#[derive(Default)]
struct Batch {
    commands: Vec<AddBookCommand>,
    /// `None` for each command.
    rows: Vec<Option<RowBody>>,
}

/// `POST /books/batch`
#[utoipa::path(
    post,
    path = "/books/batch",
    tag = openapi::BOOKS,
    summary = "Add many books",
    description = "Adds up to 1,000 books, a hundred in a transaction, and answers for each in its place. Sent again, what was added before \
                   comes back as a duplicate.",
    params(Invocation),
    request_body(content = AddBooksBody, description = "The books; 4 MiB at most."),
    responses(
        (status = 200, description = "What came of each row, in the order of the rows.", body = [RowBody], example = json!(openapi::batch_rows())),
        (status = 413, description = "The body is larger than 4 MiB, or has more than 50,000 parts.", body = Problem, example = json!(openapi::batch_too_large())),
    ),
)]
pub async fn add_books(
    api: Data<BookApi>,
    JsonCommand(body, invocation): JsonCommand<AddBooksBody>,
) -> Result<HttpResponse, Problem> {
    let (judged, rows) = match judge(body) {
        Ok(Batch { commands, rows }) => (Ok(commands), rows),
        Err(problem) => (Err(problem), Vec::new()),
    };
    let use_case = api.add_books.clone();
    let add = async move |completion| use_case.execute(judged?, &completion).await.map_err(problem);
    api.commands.run(invocation, add, move |outcomes: &Vec<AddBookOutcome>| answer(&rows, outcomes)).await
}

fn judge(body: AddBooksBody) -> Result<Batch, Problem> {
    let mut errors = FieldErrors::default();
    let rows = errors.objects("books", body.books, 1..=BATCH_ROWS).ok_or_else(|| errors.into_problem())?;
    let mut batch = Batch::default();
    for row in rows {
        match judge_row(row) {
            Ok(command) => {
                batch.commands.push(command);
                batch.rows.push(None);
            }
            Err(errors) => batch.rows.push(Some(RowBody::Invalid { errors })),
        }
    }
    Ok(batch)
}

/// A row as the body of `POST /books`.
fn judge_row(row: Option<AddBookBody>) -> Result<AddBookCommand, Vec<FieldError>> {
    let mut errors = FieldErrors::default();
    let command = match row {
        Some(body) => body.judge(&mut errors),
        None => errors.note("books", "must be an object"),
    };
    command.ok_or_else(|| errors.into_list())
}

/// The outcomes in the places of their rows.
fn answer(rows: &[Option<RowBody>], outcomes: &[AddBookOutcome]) -> Answer {
    let mut outcomes = outcomes.iter().map(RowBody::from);
    let filled: Vec<_> = rows.iter().filter_map(|row| row.clone().or_else(|| outcomes.next())).collect();
    Answer::ok(&filled)
}

fn problem(error: AddBooksError) -> Problem {
    // What was added stays, and is told as a duplicate when the client asks again.
    error.source.into()
}
