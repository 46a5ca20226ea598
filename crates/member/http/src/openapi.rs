//! What the document of the API says of the members.

use crate::{
    delete_member::__path_delete_member, link_query::LinkQuery, list_members::__path_list_members,
    password_reset_page::__path_password_reset_page, patch_own_member::__path_patch_own_member, read_member::__path_read_member,
    read_own_member::__path_read_own_member, register_member::__path_register_member,
    request_password_reset::__path_request_password_reset, resend_verification::__path_resend_verification,
    reset_password::__path_reset_password, verification_page::__path_verification_page, verify_member::__path_verify_member,
};
use library_member_domain::{Email, MemberName, Password};
use library_shared_http::{
    FieldError, Problem,
    openapi::{self, A_MEMBER, parameter, secret_text, text},
};
use serde_json::{Value, json};
use utoipa::{
    IntoParams, OpenApi,
    openapi::{
        Object, Required,
        path::{Parameter, ParameterIn},
    },
};

/// The tag of the members' operations.
pub const MEMBERS: &str = "Members";

/// The part of the document that is the members'.
#[derive(OpenApi)]
#[openapi(
    paths(
        list_members,
        register_member,
        verification_page,
        verify_member,
        resend_verification,
        read_own_member,
        patch_own_member,
        read_member,
        delete_member,
        request_password_reset,
        password_reset_page,
        reset_password,
    ),
    tags((name = MEMBERS, description = "Who may use the library."))
)]
pub struct MemberOpenApi;

impl IntoParams for LinkQuery {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let mut token = parameter(ParameterIn::Query, "token", "The token of the link.", openapi::token());
        token.required = Required::True;
        vec![token]
    }
}

pub fn name() -> Object {
    text(MemberName::LENGTH).description(Some("The name. White space around it is dropped.")).build()
}

pub fn email() -> Object {
    openapi::email(Email::MAXIMUM_LENGTH).description(Some("The email address, as it was given.")).build()
}

pub fn new_password() -> Object {
    let description = "The password, in characters of which none is dropped.";
    secret_text(Password::MINIMUM_LENGTH, Some(Password::MAXIMUM_LENGTH)).description(Some(description)).build()
}

pub fn token() -> Object {
    openapi::token().description(Some("The token of the mail.")).build()
}

pub fn new_member() -> Value {
    json!({"name": "Ada", "email": "ada@example.com", "password": "correct horse"})
}

pub fn verification() -> Value {
    json!({"token": "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIwMWExZjliZCJ9.c2lnbmF0dXJl"})
}

pub fn current_password() -> Object {
    secret_text(0, None).description(Some("The password until now; goes with `password`.")).build()
}

pub fn member_patch() -> Value {
    json!({"name": "Ada Lovelace", "email": "ada@example.org"})
}

pub fn own_member() -> Value {
    let mut member = member_with(true);
    member["pending_email"] = json!("ada@example.org");
    member
}

pub fn password_reset() -> Value {
    json!({"token": "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIwMWExZjliZCJ9.c2lnbmF0dXJl", "password": "correct horse"})
}

pub fn mail_request() -> Value {
    json!({"email": "ada@example.com"})
}

pub fn accepted() -> Value {
    json!({"detail": "If this is the address of a member who has yet to verify it, a mail is on its way."})
}

pub fn member() -> Value {
    member_with(false)
}

pub fn verified_member() -> Value {
    member_with(true)
}

fn member_with(is_verified: bool) -> Value {
    json!({
        "id": A_MEMBER,
        "name": "Ada",
        "email": "ada@example.com",
        "is_verified": is_verified,
        "created_at": "2026-11-20T16:14:55.261433Z",
        "updated_at": "2026-11-20T16:14:55.261433Z",
    })
}

pub fn no_token() -> Problem {
    Problem::invalid(vec![FieldError { field: "token".into(), detail: "is required".to_owned() }])
}
