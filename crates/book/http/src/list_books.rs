use crate::{api::BookApi, body::BookBody};
use actix_web::{HttpRequest, HttpResponse, web::Data};
use library_book_domain::Book;
use library_shared_domain::BookId;
use library_shared_http::{PageQuery, Problem, page_response};

/// `GET /books`
pub async fn list_books(
    api: Data<BookApi>,
    request: HttpRequest,
    PageQuery(asked): PageQuery<BookId>,
) -> Result<HttpResponse, Problem> {
    let page = api.list_books.execute(asked).await?;
    Ok(page_response(&request, asked.limit, page.next, page.items.iter().map(|book: &Book| BookBody::from(book))))
}
