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
                    None => drop(errors.note::<()>("cursor", "must be the cursor of a link that a page of this list gave")),
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
    use super::{decode_cursor, encode_cursor, parse};
    use library_shared_domain::{BookId, PageRequest};
    use rstest::rstest;
    use uuid::Uuid;

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
        let id = Uuid::from_u128(0x0189_0a5d_ac96_774b_bcce_b302_099a_8057);
        assert_eq!(decode_cursor(&encode_cursor(id)), Some(id));
    }
}
