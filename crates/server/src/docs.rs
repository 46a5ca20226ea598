use actix_web::{
    HttpResponse,
    http::header,
    web::{Path, Redirect},
};
use library_shared_http::Problem;
use std::{
    io,
    sync::{Arc, LazyLock},
};
use utoipa_swagger_ui::{Config, SwaggerFile};

/// The pages ask nobody but this server, and show it in nobody's frame; Swagger UI writes styles into its elements, and has its
/// icons as `data:`.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
                                       img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; \
                                       form-action 'none'";

/// Where the pages find the document. They ask no one to validate it.
static CONFIG: LazyLock<Arc<Config<'static>>> =
    LazyLock::new(|| Arc::new(Config::from("/openapi.json").validator_url("none").persist_authorization(false)));

/// `GET /docs`: the pages lie beneath it.
pub async fn docs() -> Redirect {
    Redirect::to("/docs/").permanent()
}

/// `GET /docs/{file}`: Swagger UI, from this binary.
pub async fn docs_file(file: Path<String>) -> Result<HttpResponse, Problem> {
    let found = utoipa_swagger_ui::serve(&file, Arc::clone(&CONFIG)).map_err(|error| io::Error::other(error.to_string()));
    match found.map_err(Problem::internal)? {
        Some(SwaggerFile { bytes, content_type, .. }) => Ok(HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, content_type))
            .insert_header((header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY))
            .body(bytes.into_owned())),
        None => Err(Problem::not_found("There is nothing at this path.")),
    }
}
