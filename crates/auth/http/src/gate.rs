use crate::api::AuthApi;
use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header, web::Data};
use futures_util::future::LocalBoxFuture;
use library_auth_app::{Caller, IdentifyCallerError};
use library_shared_domain::MemberId;
use library_shared_http::Problem;

/// Who calls, by the access token in `Authorization: Bearer …` (RFC 6750, section 2.1): a member who still is one.
#[derive(Debug, Clone, Copy)]
pub struct CurrentMember(pub Caller);

/// A [`CurrentMember`] who has proven that their email address is theirs.
#[derive(Debug, Clone, Copy)]
pub struct VerifiedMember(pub Caller);

/// Something that is read from the request only once its sender has passed a gate.
///
/// actix-web polls the extractors of one handler together, and the first error wins; only a composite settles who calls before it
/// judges what they sent.
#[derive(Debug)]
pub struct Gated<Gate, Inner>(pub Gate, pub Inner);

impl FromRequest for CurrentMember {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let api = request.app_data::<Data<AuthApi>>().cloned();
        let token = bearer_token(request).map(str::to_owned);
        Box::pin(async move {
            let api = api.ok_or_else(|| Problem::internal("the gate is not configured"))?;
            let token = token.ok_or_else(|| Problem::unauthorized("An access token is needed: `Authorization: Bearer …`."))?;
            api.identify_caller.execute(&token).await.map(Self).map_err(problem)
        })
    }
}

impl FromRequest for VerifiedMember {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let current = CurrentMember::from_request(request, payload);
        Box::pin(async move {
            match current.await? {
                CurrentMember(caller) if caller.is_verified => Ok(Self(caller)),
                CurrentMember(_) => Err(Problem::forbidden("Your email address has yet to be verified.")),
            }
        })
    }
}

impl<Gate, Inner> FromRequest for Gated<Gate, Inner>
where
    Gate: FromRequest<Error = Problem>,
    Gate::Future: 'static,
    Inner: FromRequest<Error = Problem> + 'static,
{
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let gate = Gate::from_request(request, &mut Payload::None);
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move { Ok(Self(gate.await?, Inner::from_request(&request, &mut payload).await?)) })
    }
}

/// The member whom the access token of a request was made for, if it has a good one. It is not asked whether they still are one, so
/// this is for counting requests and opens no gate.
#[must_use]
pub fn token_holder(api: &AuthApi, request: &HttpRequest) -> Option<MemberId> {
    bearer_token(request).and_then(|token| api.identify_caller.holder(token))
}

/// The token in the header; the scheme is compared without regard to case (RFC 9110, section 11.1).
fn bearer_token(request: &HttpRequest) -> Option<&str> {
    let (scheme, token) = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

fn problem(error: IdentifyCallerError) -> Problem {
    match error {
        IdentifyCallerError::InvalidToken(_) => Problem::bad_access_token(),
        IdentifyCallerError::Dependency(error) => error.into(),
    }
}

#[cfg(test)]
mod tests;
