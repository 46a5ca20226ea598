use crate::{commands::answer, failure::Failure, openapi};

/// Prints the document of the API, the same as `GET /openapi.json`.
pub fn openapi() -> Result<(), Failure> {
    answer(openapi::text())
}
