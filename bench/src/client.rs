use crate::failure::{Failure, Outcome, While};
use serde_json::Value;
use std::time::Duration;
use ureq::{Agent, Body, http::Response};

const LIMIT: Duration = Duration::from_secs(30);

/// A client for what comes before and after a measurement; the measured requests are made by others.
pub struct Client {
    agent: Agent,
    address: String,
}

/// An answer, read whole.
pub struct Answer {
    /// Its body.
    pub body: Value,
    /// The path of the page after this one, where there is one.
    pub next: Option<String>,
}

impl Client {
    /// A client of the server at this address, `host:port`.
    #[must_use]
    pub fn of(address: &str) -> Self {
        let config = Agent::config_builder().timeout_global(Some(LIMIT)).proxy(None).http_status_as_error(false);
        Self { agent: config.build().new_agent(), address: address.to_owned() }
    }

    /// `GET`.
    ///
    /// # Errors
    /// Where there is no answer, or one that is no success.
    pub fn get(&self, path: &str) -> Outcome<Answer> {
        let response = self.agent.get(self.url(path)).call().doing(path)?;
        answer(path, response)
    }

    /// `POST` with a body of JSON.
    ///
    /// # Errors
    /// As [`get`](Self::get) has.
    pub fn post(&self, path: &str, body: &Value) -> Outcome<Answer> {
        let request = self.agent.post(self.url(path)).header("Content-Type", "application/json");
        answer(path, request.send(body.to_string()).doing(path)?)
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

impl Answer {
    /// The text of a field.
    ///
    /// # Errors
    /// Where there is none.
    pub fn text(&self, field: &str) -> Outcome<String> {
        self.body[field].as_str().map(str::to_owned).doing(format_args!("reading {field} of an answer"))
    }
}

fn answer(path: &str, mut response: Response<Body>) -> Outcome<Answer> {
    let links = response.headers().get("link").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let text = response.body_mut().read_to_string().doing(path)?;
    if !response.status().is_success() {
        return Err(Failure(format!("{path} was answered with {}: {text}", response.status())));
    }
    Ok(Answer { body: serde_json::from_str(&text).unwrap_or(Value::Null), next: next_of(&links) })
}

/// The target of the link of the relation `next` (RFC 8288).
fn next_of(links: &str) -> Option<String> {
    let link = links.split(", ").find(|link| link.ends_with("; rel=\"next\""))?;
    Some(link.strip_prefix('<')?.split_once('>')?.0.to_owned())
}

#[cfg(test)]
mod tests {
    use super::next_of;

    #[test]
    fn the_next_page_is_found_among_the_links() {
        let links = "</books?cursor=a>; rel=\"prev\", </books?cursor=b>; rel=\"next\"";
        assert_eq!(next_of(links).as_deref(), Some("/books?cursor=b"));
        assert_eq!(next_of("</books?cursor=a>; rel=\"prev\""), None);
    }
}
