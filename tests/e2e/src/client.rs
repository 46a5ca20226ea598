use crate::{Answer, LIMIT};
use reqwest::{Method, RequestBuilder, redirect};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A client of one server, with connections of its own; clones share them.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    address: String,
    token: Option<String>,
}

impl Client {
    /// A client of the server at this address, `host:port`.
    ///
    /// # Panics
    /// When no client can be made.
    #[must_use]
    pub fn new(address: &str) -> Self {
        let http = reqwest::Client::builder()
            .timeout(LIMIT)
            .redirect(redirect::Policy::none())
            .no_proxy()
            .build()
            .expect("a client needs nothing");
        Self { http, address: address.to_owned(), token: None }
    }

    /// Another client of the same server, by no connection of this one's.
    #[must_use]
    pub fn another(&self) -> Self {
        Self { token: self.token.clone(), ..Self::new(&self.address) }
    }

    /// The same client, presenting this access token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The access token that it presents.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// The address that it asks, `host:port`.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// A request to be told more, and then to be [sent](Self::send).
    pub fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let request = self.http.request(method, format!("http://{}{path}", self.address));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// `GET`.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request("GET", path)).await
    }

    /// `POST` with a body of JSON.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request("POST", path).json(&body)).await
    }

    /// `POST` with this text as a body that says it is JSON.
    pub async fn post_text(&self, path: &str, body: impl Into<String>) -> Answer {
        self.send(self.request("POST", path).header("Content-Type", "application/json").body(body.into())).await
    }

    /// `POST` with a body that is a form.
    pub async fn post_form(&self, path: &str, parameters: &[(&str, &str)]) -> Answer {
        self.send(self.request("POST", path).form(parameters)).await
    }

    /// `POST` without a body.
    pub async fn post_nothing(&self, path: &str) -> Answer {
        self.send(self.request("POST", path)).await
    }

    /// `PUT` with a body of JSON.
    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(self.request("PUT", path).json(&body)).await
    }

    /// `PATCH` with a merge patch.
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        let request = self.request("PATCH", path).header("Content-Type", "application/merge-patch+json");
        self.send(request.body(body.to_string())).await
    }

    /// `DELETE`.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request("DELETE", path)).await
    }

    /// Sends a request.
    ///
    /// # Panics
    /// When no answer comes, or one that blames the server (5xx): nothing that these tests ask is to do that.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        Answer::read(request.send().await.expect("the server answers")).await
    }

    /// Opens a connection of its own and sends these bytes, for requests that no proper client would make.
    ///
    /// # Panics
    /// When the server does not take them.
    pub async fn connect_and_send(&self, bytes: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).await.expect("the server listens");
        stream.write_all(bytes).await.expect("the server reads");
        stream
    }
}

/// All that comes until the server closes the connection.
///
/// # Panics
/// When it does not.
pub async fn read_to_end(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    tokio::time::timeout(LIMIT, stream.read_to_end(&mut bytes)).await.expect("the server closes").expect("the server writes");
    String::from_utf8_lossy(&bytes).into_owned()
}
