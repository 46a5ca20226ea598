use crate::{
    FieldErrors, Problem,
    openapi::{self, parameter},
};
use actix_web::{FromRequest, HttpRequest, dev::Payload};
use library_shared_domain::InvalidId;
use std::{
    future::{Ready, ready},
    str::FromStr,
};
use utoipa::{
    IntoParams,
    openapi::path::{Parameter, ParameterIn},
};

/// The id in the path, of the pattern `{id}`.
#[derive(Debug, Clone, Copy)]
pub struct PathId<Id>(pub Id);

impl<Id: FromStr<Err = InvalidId>> FromRequest for PathId<Id> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(request.match_info().query("id").parse().map(Self).map_err(|error: InvalidId| {
            let mut errors = FieldErrors::default();
            errors.note::<()>("id", error);
            errors.into_problem()
        }))
    }
}

impl<Id> IntoParams for PathId<Id> {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![parameter(ParameterIn::Path, "id", "The id of what the path is about.", openapi::id())]
    }
}

#[cfg(test)]
mod tests {
    use super::PathId;
    use actix_web::{FromRequest, dev::Payload, test::TestRequest};
    use library_shared_domain::BookId;
    use rstest::rstest;

    const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

    async fn status(id: &'static str) -> u16 {
        let request = TestRequest::get().param("id", id).to_http_request();
        match PathId::<BookId>::from_request(&request, &mut Payload::None).await {
            Ok(PathId(parsed)) if parsed.to_string() == ID => 200,
            Ok(other) => panic!("{other:?}"),
            Err(problem) => problem.status().as_u16(),
        }
    }

    #[actix_web::test]
    async fn an_id_is_read_from_the_path_in_whatever_case() {
        assert_eq!((status(ID).await, status("01890A5D-AC96-774B-BCCE-B302099A8057").await), (200, 200));
    }

    #[rstest]
    #[case("1")]
    #[case("not-a-uuid")]
    #[case("01890a5d-ac96-774b-bcce-b302099a805")]
    #[case("01890a5d-ac96-774b-bcce-b302099a8057%20")]
    #[actix_web::test]
    async fn what_is_no_uuid_is_a_422(#[case] id: &'static str) {
        assert_eq!(status(id).await, 422);
    }
}
