use actix_web::{HttpRequest, web::Query};
use serde::Deserialize;

/// What stands in the link of a mail.
#[derive(Deserialize)]
pub struct LinkQuery {
    #[serde(default)]
    token: String,
}

impl LinkQuery {
    /// The token of the link, if there is one; what has a U+0000 would be refused when it is posted.
    pub fn token_of(request: &HttpRequest) -> Option<String> {
        let query = Query::<Self>::from_query(request.query_string()).ok()?;
        let token = query.token.trim();
        (!token.is_empty() && !token.contains('\0')).then(|| token.to_owned())
    }
}
