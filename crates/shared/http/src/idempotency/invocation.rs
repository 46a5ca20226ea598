use crate::{
    FieldErrors, PathId, Problem,
    body::{read_json, typed},
    openapi::{any_text, parameter},
    route_of,
};
use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::header::{HeaderName, HeaderValue},
};
use futures_util::future::LocalBoxFuture;
use library_shared_app::KeyedCommand;
use library_shared_domain::{
    InvalidId, MemberId,
    idempotency::{CommandCaller, Fingerprint, IdempotencyKey, InvalidIdempotencyKey},
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::{
    future::{Ready, ready},
    str::FromStr,
};
use utoipa::{
    IntoParams,
    openapi::path::{Parameter, ParameterIn},
};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// A command as a body of JSON: an object, whose fields the handler judges; and how it was given.
#[derive(Debug)]
pub struct JsonCommand<T>(pub T, pub Invocation);

/// A command that says all by its path, of the pattern `{id}`; and how it was given.
#[derive(Debug)]
pub struct PathCommand<Id>(pub Id, pub Invocation);

/// How a command was given: by whom, and whether with a key.
#[derive(Debug)]
pub struct Invocation {
    caller: CommandCaller,
    key: Option<(IdempotencyKey, Fingerprint)>,
}

impl Invocation {
    /// Says that this member, who is logged in, gave the command. Otherwise it was anyone.
    #[must_use]
    pub fn by(self, member_id: MemberId) -> Self {
        Self { caller: CommandCaller::Member(member_id), ..self }
    }

    /// What the command is recognised by, if it has a key.
    pub(super) fn into_keyed(self) -> Option<KeyedCommand> {
        let (key, fingerprint) = self.key?;
        Some(KeyedCommand { key, caller: self.caller, fingerprint })
    }
}

impl IntoParams for Invocation {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let description = "Any text that the client has not used before, best a random UUID. Sent again with it within 24 hours, the request is \
                           not executed again but answered as it was.";
        let schema = any_text()
            .min_length(Some(1))
            .max_length(Some(IdempotencyKey::MAXIMUM_LENGTH))
            .pattern(Some(r#"^([!#-~][!-~]*|"([!#-\[\]-~]|\\["\\])+")$"#))
            .examples(["8e03978e-40d5-43e8-bc93-6894a57f9324"]);
        vec![parameter(ParameterIn::Header, "Idempotency-Key", description, schema)]
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for JsonCommand<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (read, call) = (read_json(request, payload), Call::of(request));
        Box::pin(async move {
            let (call, mut body) = (call?, read.await?);
            // Neither the order of an object's keys nor white space makes another command.
            body.sort_all_objects();
            let invocation = call.into_invocation(&body);
            Ok(Self(typed(body)?, invocation))
        })
    }
}

impl<Id: FromStr<Err = InvalidId>> FromRequest for PathCommand<Id> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let id = PathId::from_request(request, payload).into_inner();
        ready(id.and_then(|PathId(id)| Ok(Self(id, Call::of(request)?.into_invocation(&Value::Null)))))
    }
}

/// What the head of a request says of a command.
struct Call {
    caller: CommandCaller,
    /// Method and path.
    target: String,
    key: Option<IdempotencyKey>,
}

impl Call {
    fn of(request: &HttpRequest) -> Result<Self, Problem> {
        let on = |path: &str| format!("{} {path}", request.method());
        let command = on(&route_of(request).unwrap_or_default());
        Ok(Self { caller: CommandCaller::Anyone { command }, target: on(request.path()), key: key(request)? })
    }

    fn into_invocation(self, body: &Value) -> Invocation {
        let target = self.target;
        let key = self.key.map(|key| {
            // With the key, which nobody keeps: a body may hold a password, and a digest of it alone could be tried out.
            let digest = Sha256::digest(format!("{}\n{target}\n{body}", key.as_str()));
            (key, Fingerprint::from_bytes(digest.into()))
        });
        Invocation { caller: self.caller, key }
    }
}

/// The key in the header: the draft's quoted string, or the bare text.
fn key(request: &HttpRequest) -> Result<Option<IdempotencyKey>, Problem> {
    let mut values = request.headers().get_all(IDEMPOTENCY_KEY);
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => parse(value).map(Some).map_err(|error| invalid(&error.to_string())),
        (Some(_), Some(_)) => Err(invalid("must be given once")),
    }
}

fn parse(value: &HeaderValue) -> Result<IdempotencyKey, InvalidIdempotencyKey> {
    let text = value.to_str().map_err(|_| InvalidIdempotencyKey)?;
    match text.strip_prefix('"') {
        Some(rest) => IdempotencyKey::parse(&unquoted(rest).ok_or(InvalidIdempotencyKey)?),
        None => IdempotencyKey::parse(text),
    }
}

/// The text of a string (RFC 9651, section 3.3.3) whose first quotation mark has been read.
fn unquoted(rest: &str) -> Option<String> {
    let (mut text, mut characters) = (String::new(), rest.chars());
    loop {
        match characters.next()? {
            '"' => return characters.next().is_none().then_some(text),
            '\\' => text.push(characters.next().filter(|escaped| matches!(escaped, '"' | '\\'))?),
            character => text.push(character),
        }
    }
}

fn invalid(rule: &str) -> Problem {
    let mut errors = FieldErrors::default();
    errors.note::<()>("Idempotency-Key", rule);
    errors.into_problem()
}

#[cfg(test)]
mod tests;
