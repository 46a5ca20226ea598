use crate::{FieldErrors, Problem};
use actix_web::{FromRequest, HttpRequest, HttpResponse, dev::Payload, http::header};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use library_shared_domain::{InvalidPageLimit, PageLimit, PageRequest};
use serde::Serialize;
use std::future::{Ready, ready};
use uuid::Uuid;

/// Which page of a list is asked for, by the parameters `limit` and `cursor`.
#[derive(Debug, Clone, Copy)]
pub struct PageQuery<Id>(pub PageRequest<Id>);

impl<Id: From<Uuid>> FromRequest for PageQuery<Id> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(parse(request.query_string()).map(Self))
    }
}

fn parse<Id: From<Uuid>>(query: &str) -> Result<PageRequest<Id>, Problem> {
    let mut errors = FieldErrors::default();
    let mut page = PageRequest::default();
    let parameters: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
    let (mut limits, mut cursors) = (0, 0);
    for (name, value) in parameters {
        match name.as_str() {
            "limit" => {
                limits += 1;
                match parse_limit(&value) {
                    Ok(limit) => page.limit = limit,
                    Err(error) => drop(errors.note::<()>("limit", error)),
                }
            }
            "cursor" => {
                cursors += 1;
                match decode_cursor(&value) {
                    Some(id) => page.after = Some(Id::from(id)),
                    None => drop(errors.note::<()>("cursor", "must be a cursor, as the link to a next page has it")),
                }
            }
            _ => {}
        }
    }
    for (name, count) in [("limit", limits), ("cursor", cursors)] {
        if count > 1 {
            errors.note::<()>(name, "must be given once");
        }
    }
    errors.into_result(page)
}

fn parse_limit(text: &str) -> Result<PageLimit, InvalidPageLimit> {
    text.parse::<u64>().map_err(|_| InvalidPageLimit).and_then(PageLimit::try_from)
}

fn encode_cursor(id: Uuid) -> String {
    URL_SAFE_NO_PAD.encode(id.as_bytes())
}

fn decode_cursor(text: &str) -> Option<Uuid> {
    URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| Uuid::from_slice(&bytes).ok())
}

/// 200 with the items of a page as a JSON array and, where there is one, the next page as a link (RFC 8288).
pub fn page_response<Id: Into<Uuid>, B: Serialize>(
    request: &HttpRequest,
    limit: PageLimit,
    next: Option<Id>,
    items: impl Iterator<Item = B>,
) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    if let Some(next) = next {
        let (limit, cursor) = (limit.count(), encode_cursor(next.into()));
        response.insert_header((header::LINK, format!("<{}?limit={limit}&cursor={cursor}>; rel=\"next\"", request.path())));
    }
    response.json(items.collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::{PageQuery, decode_cursor, encode_cursor, page_response, parse};
    use actix_web::{FromRequest, HttpResponse, dev::Payload, http::header, test::TestRequest};
    use library_shared_domain::{BookId, PageLimit, PageRequest};
    use rstest::rstest;
    use uuid::Uuid;

    const LAST: Uuid = Uuid::from_u128(0x0189_0a5d_ac96_774b_bcce_b302_099a_8057);

    #[rstest]
    #[case("limit=0")]
    #[case("limit=201")]
    #[case("limit=-1")]
    #[case("limit=ten")]
    #[case("limit=")]
    #[case("limit=1&limit=2")]
    #[case("cursor=")]
    #[case("cursor=!")]
    #[case("cursor=AAAA")]
    #[case("limit=99999999999999999999")]
    fn a_bad_limit_or_cursor_is_refused(#[case] query: &str) {
        assert_eq!(parse::<BookId>(query).expect_err("a problem").status().as_u16(), 422);
    }

    #[test]
    fn nothing_asked_for_is_the_first_page() {
        assert_eq!(parse::<BookId>("").ok(), Some(PageRequest::default()));
        assert_eq!(parse::<BookId>("unknown=1&%ff=%00").ok(), Some(PageRequest::default()));
    }

    #[test]
    fn a_cursor_is_read_back() {
        assert_eq!(decode_cursor(&encode_cursor(LAST)), Some(LAST));
    }

    fn asked(limit: u64) -> PageRequest<BookId> {
        PageRequest { limit: PageLimit::try_from(limit).expect("a limit"), after: None }
    }

    fn page(next: Option<BookId>) -> HttpResponse {
        let request = TestRequest::with_uri("/books?limit=2&other=1").to_http_request();
        page_response(&request, asked(2).limit, next, ["b", "a"].into_iter())
    }

    #[actix_web::test]
    async fn a_page_links_to_the_next_one_of_the_same_size() {
        let response = page(Some(BookId::from(LAST)));
        let link = response.headers().get(header::LINK).expect("a link").to_str().expect("a text").to_owned();
        assert_eq!(link, format!("</books?limit=2&cursor={}>; rel=\"next\"", encode_cursor(LAST)));

        let uri = link.trim_start_matches('<').split_once('>').expect("an address").0;
        let PageQuery(followed) =
            PageQuery::<BookId>::from_request(&TestRequest::with_uri(uri).to_http_request(), &mut Payload::None)
                .await
                .expect("a page");
        assert_eq!(followed, PageRequest { after: Some(BookId::from(LAST)), ..asked(2) });
    }

    #[actix_web::test]
    async fn the_last_page_links_nowhere_and_is_an_array_alone() {
        let response = page(None);
        assert_eq!((response.status().as_u16(), response.headers().get(header::LINK)), (200, None));
        let body = actix_web::body::to_bytes(response.into_body()).await.expect("a body");
        assert_eq!(body, "[\"b\",\"a\"]");
    }
}
