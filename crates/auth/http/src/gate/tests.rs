use super::{CurrentMember, Gated, VerifiedMember};
use crate::{AuthApi, configure};
use actix_web::{
    App, HttpResponse,
    body::MessageBody,
    dev::ServiceResponse,
    http::header,
    test::{TestRequest, call_service, init_service},
    web,
};
use library_auth_app::{
    EndAllSessions, EndSession, IdentifyCaller, ListPublicKeys, ListSessions, Login, Logout, RefreshTokenLifetime, RefreshTokens,
    RevokeToken,
};
use library_auth_domain::TokenIssuer;
use library_shared_domain::{MemberId, SessionId};
use library_shared_http::{JsonBody, WriteTasks};
use library_testkit::{
    FakeCredentialVerifier, FakeFailedLogins, FakeTokenIssuer, InMemoryLibrary, ManualClock, Port, Repositories, SequentialIds,
    a_member, builders::MemberBuilder, unique_id,
};
use rstest::rstest;
use serde_json::Value;
use std::sync::Arc;
use time::Duration;

/// A library behind the gate.
struct Desk {
    library: InMemoryLibrary,
    clock: Arc<ManualClock>,
    issuer: Arc<FakeTokenIssuer>,
}

fn a_desk() -> Desk {
    let clock = Arc::new(ManualClock::default());
    Desk { library: InMemoryLibrary::new(), issuer: Arc::new(FakeTokenIssuer::new(clock.clone())), clock }
}

impl Desk {
    fn api(&self) -> AuthApi {
        let (tokens, accounts, lifetime) =
            (self.library.refresh_tokens(), self.library.accounts(), RefreshTokenLifetime::default());
        let (issuer, clock, ids) = (self.issuer.clone(), self.clock.clone(), Arc::new(SequentialIds::new()));
        let (verifier, failed_logins) = (Arc::new(FakeCredentialVerifier::new()), Arc::new(FakeFailedLogins::new(clock.clone())));
        let login = Login::new(verifier, failed_logins, tokens.clone(), issuer.clone(), ids.clone(), clock.clone(), lifetime);
        let refresh = RefreshTokens::new(tokens.clone(), accounts.clone(), issuer.clone(), ids, clock.clone(), lifetime);
        AuthApi {
            login: Arc::new(login),
            refresh_tokens: Arc::new(refresh),
            logout: Arc::new(Logout::new(tokens.clone(), issuer.clone(), clock.clone())),
            revoke_token: Arc::new(RevokeToken::new(tokens.clone(), issuer.clone(), clock.clone())),
            list_sessions: Arc::new(ListSessions::new(tokens.clone(), clock.clone())),
            end_session: Arc::new(EndSession::new(tokens.clone(), clock.clone())),
            end_all_sessions: Arc::new(EndAllSessions::new(tokens, clock)),
            list_public_keys: Arc::new(ListPublicKeys::new(issuer.clone())),
            identify_caller: Arc::new(IdentifyCaller::new(issuer, accounts)),
            writes: WriteTasks::on_current_runtime(),
        }
    }

    /// `Authorization` of somebody who is a member.
    async fn credentials_of(&self, member: MemberBuilder) -> String {
        self.credentials(Repositories::from(&self.library).given_member(member).await.id())
    }

    fn credentials(&self, id: MemberId) -> String {
        let token = self.issuer.issue_access(id, SessionId::from_uuid(unique_id())).expect("a token");
        format!("Bearer {}", token.expose())
    }

    /// What the gate before a body of JSON answers to this `Authorization` and this body.
    async fn post(
        &self,
        authorization: Option<&str>,
        content_type: &str,
        body: &str,
    ) -> ServiceResponse<impl MessageBody + use<>> {
        async fn handler(Gated(_, JsonBody(_)): Gated<VerifiedMember, JsonBody<Value>>) -> HttpResponse {
            HttpResponse::NoContent().finish()
        }
        let app = App::new().configure(configure(self.api())).route("/gated", web::post().to(handler));
        let request = TestRequest::post().uri("/gated").insert_header((header::CONTENT_TYPE, content_type));
        let request = request.set_payload(body.to_owned());
        let request = match authorization {
            Some(authorization) => request.insert_header((header::AUTHORIZATION, authorization)),
            None => request,
        };
        call_service(&init_service(app).await, request.to_request()).await
    }

    async fn status(&self, authorization: Option<&str>) -> u16 {
        self.post(authorization, "application/json", "{}").await.status().as_u16()
    }
}

/// Bodies that would be refused by themselves, with the status that they are refused with.
const BAD_BODIES: [(&str, &str, u16); 3] =
    [("application/json", "{", 400), ("text/plain", "{}", 415), ("application/json", "[]", 422)];

#[actix_web::test]
async fn a_verified_member_passes_and_only_then_the_body_is_judged() {
    let desk = a_desk();
    let credentials = desk.credentials_of(a_member().verified()).await;
    assert_eq!(desk.status(Some(&credentials)).await, 204);
    for (content_type, body, expected) in BAD_BODIES {
        let response = desk.post(Some(&credentials), content_type, body).await;
        assert_eq!(response.status().as_u16(), expected, "{content_type} {body}");
    }
}

#[actix_web::test]
async fn who_calls_is_settled_before_the_body_is_judged() {
    let desk = a_desk();
    let unverified = desk.credentials_of(a_member()).await;
    for (content_type, body, _) in BAD_BODIES {
        assert_eq!(desk.post(None, content_type, body).await.status().as_u16(), 401, "{content_type} {body}");
        assert_eq!(desk.post(Some("Bearer x"), content_type, body).await.status().as_u16(), 401, "{content_type} {body}");
        assert_eq!(desk.post(Some(&unverified), content_type, body).await.status().as_u16(), 403, "{content_type} {body}");
    }
}

#[rstest]
#[case::empty("")]
#[case::no_scheme("nonsense")]
#[case::no_token("Bearer")]
#[case::empty_token("Bearer ")]
#[case::another_scheme("Basic YWRhOmxvdmVsYWNl")]
#[case::not_ascii("Bearer é")]
#[actix_web::test]
async fn what_is_no_bearer_token_is_a_401_that_says_what_is_needed(#[case] authorization: &str) {
    let response = a_desk().post(Some(authorization), "application/json", "{}").await;
    assert_eq!(response.status().as_u16(), 401);
    assert_eq!(response.headers().get(header::WWW_AUTHENTICATE).map(header::HeaderValue::as_bytes), Some(&b"Bearer"[..]));
}

#[actix_web::test]
async fn a_bearer_token_that_is_not_good_is_a_401_that_says_so() {
    let response = a_desk().post(Some("Bearer x"), "application/json", "{}").await;
    assert_eq!(response.status().as_u16(), 401);
    let challenge = response.headers().get(header::WWW_AUTHENTICATE).map(header::HeaderValue::as_bytes);
    assert_eq!(challenge, Some(&b"Bearer error=\"invalid_token\""[..]));
}

#[rstest]
#[case("bearer")]
#[case("BEARER")]
#[actix_web::test]
async fn the_scheme_is_compared_without_regard_to_case(#[case] scheme: &str) {
    let desk = a_desk();
    let credentials = desk.credentials_of(a_member().verified()).await.replace("Bearer", scheme);
    assert_eq!(desk.status(Some(&credentials)).await, 204);
}

#[actix_web::test]
async fn an_expired_token_and_that_of_a_member_who_is_gone_are_a_401() {
    let desk = a_desk();
    let gone = desk.credentials(MemberId::from_uuid(unique_id()));
    assert_eq!(desk.status(Some(&gone)).await, 401);
    let credentials = desk.credentials_of(a_member().verified()).await;
    desk.clock.advance(Duration::minutes(15));
    assert_eq!(desk.status(Some(&credentials)).await, 401);
}

#[actix_web::test]
async fn a_store_that_is_down_is_a_503_and_lets_nobody_pass() {
    let desk = a_desk();
    let credentials = desk.credentials_of(a_member().verified()).await;
    desk.library.fail_next(Port::Accounts);
    assert_eq!(desk.status(Some(&credentials)).await, 503);
}

#[actix_web::test]
async fn a_member_who_is_not_verified_is_a_current_member() {
    let desk = a_desk();
    let whoami = |CurrentMember(caller): CurrentMember| async move { caller.member_id.to_string() };
    let app = App::new().configure(configure(desk.api())).route("/whoami", web::get().to(whoami));
    let id = Repositories::from(&desk.library).given_member(a_member()).await.id();
    let request = TestRequest::with_uri("/whoami").insert_header((header::AUTHORIZATION, desk.credentials(id)));
    let body = actix_web::test::call_and_read_body(&init_service(app).await, request.to_request()).await;
    assert_eq!(body, id.to_string());
}

#[actix_web::test]
async fn a_gate_that_was_not_mounted_lets_nobody_pass() {
    let app = App::new().route("/gated", web::get().to(|_: VerifiedMember| async { "passed" }));
    let request = TestRequest::with_uri("/gated").insert_header((header::AUTHORIZATION, "Bearer x"));
    let response = call_service(&init_service(app).await, request.to_request()).await;
    assert_eq!(response.status().as_u16(), 500);
}
