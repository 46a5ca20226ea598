use crate::{api::BookApi, body::BookBody, openapi};
use actix_web::{FromRequest, HttpRequest, HttpResponse, dev::Payload, web::Data};
use library_book_domain::{Book, BookField, BookSearch, SearchOffset, SearchPage, SearchWords};
use library_shared_domain::ListRequest;
use library_shared_http::{ListParameters, Problem, list_response, page_response};
use std::future::{Ready, ready};

/// What of the catalogue is asked for: a page of it or, with the parameter `q`, of what is found.
pub enum CatalogueQuery {
    List(ListRequest<BookField>),
    Search(BookSearch),
}

impl FromRequest for CatalogueQuery {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let mut parameters = ListParameters::of(request);
        let looked_for = parameters.take("q").filter(|text| !text.trim().is_empty());
        ready(match looked_for {
            None => parameters.into_request().map(Self::List),
            Some(text) => search(&text, parameters).map(Self::Search),
        })
    }
}

fn search(text: &str, mut parameters: ListParameters) -> Result<BookSearch, Problem> {
    let limit = parameters.take_limit();
    let offset = match parameters.take("cursor").map(|text| text.parse().ok().and_then(SearchOffset::new)) {
        None => SearchOffset::default(),
        Some(Some(offset)) => offset,
        Some(None) => {
            let rule = "must be a cursor, as the link to a page of this search has it";
            parameters.errors.note("cursor", rule).unwrap_or_default()
        }
    };
    if parameters.take("sort").is_some() {
        parameters.errors.note::<()>("sort", "cannot be given with q: what is found is put in order by how well it fits");
    }
    let filters = parameters.take_filters();
    parameters.errors.into_result(BookSearch { words: SearchWords::of(text), filters, limit, offset })
}

/// `GET /books`
#[utoipa::path(
    get,
    path = "/books",
    tag = openapi::BOOKS,
    summary = "List the books",
    description = "A page of the catalogue, filtered and put in order; or, with `q`, of the books that are found, the best first.",
    params(CatalogueQuery),
    responses((
        status = 200,
        description = "A page of books.",
        body = [BookBody],
    )),
)]
pub async fn list_books(api: Data<BookApi>, request: HttpRequest, query: CatalogueQuery) -> Result<HttpResponse, Problem> {
    match query {
        CatalogueQuery::List(asked) => {
            let page = api.list_books.execute(&asked).await?;
            Ok(list_response(&request, &asked, &page, BookBody::from))
        }
        CatalogueQuery::Search(search) => {
            let page = api.search_books.execute(&search).await?;
            Ok(search_response(&request, &page))
        }
    }
}

fn search_response(request: &HttpRequest, page: &SearchPage) -> HttpResponse {
    let encode = |offset: SearchOffset| offset.number().to_string();
    page_response(
        request,
        page.next.map(encode),
        page.previous.map(encode),
        page.items.iter().map(|book: &Book| BookBody::from(book)),
    )
}
