use crate::{FieldErrors, Problem};
use actix_web::{FromRequest, HttpRequest, dev::Payload};
use library_shared_domain::InvalidId;
use std::{
    future::{Ready, ready},
    str::FromStr,
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
