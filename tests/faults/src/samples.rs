use reqwest::Response;
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fmt,
    time::{Duration, Instant},
};

/// What came of one request.
#[derive(Debug, Clone)]
pub struct Sample {
    /// The id that it was sent with.
    pub id: String,
    /// When it was sent.
    pub began: Instant,
    /// How long it took, to the end of the answer.
    pub took: Duration,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of a request.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// An answer, whole.
    Answered(Reply),
    /// Nobody listened: the request was never sent.
    Refused,
    /// The connection broke, or no answer came in time.
    Broken(String),
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Reply {
    /// What was asked for.
    pub path: String,
    /// Its status.
    pub status: u16,
    /// Whether it is a problem document.
    pub is_problem: bool,
    /// How many seconds it asks to wait.
    pub retry_after: Option<u64>,
    /// The tag of the state that it shows.
    pub etag: Option<String>,
    /// Its body.
    pub text: String,
}

/// What a load saw.
#[derive(Debug, Clone, Default)]
pub struct Samples(Vec<Sample>);

impl Outcome {
    /// What comes of a request that is sent now.
    pub async fn of(request: reqwest::RequestBuilder) -> Self {
        match request.send().await {
            Ok(response) => Self::read(response).await,
            Err(error) if error.is_connect() => Self::Refused,
            Err(error) => Self::broken(&error),
        }
    }

    async fn read(response: Response) -> Self {
        let status = response.status().as_u16();
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
        let is_problem = header("Content-Type") == Some("application/problem+json");
        let retry_after = header("Retry-After").and_then(|seconds| seconds.parse().ok());
        let etag = header("ETag").map(str::to_owned);
        let path = response.url().path().to_owned();
        match response.text().await {
            Ok(text) => Self::Answered(Reply { path, status, is_problem, retry_after, etag, text }),
            Err(error) => Self::broken(&error),
        }
    }

    fn broken(error: &dyn std::error::Error) -> Self {
        let chain = std::iter::successors(Some(error), |error| error.source());
        Self::Broken(chain.map(ToString::to_string).collect::<Vec<_>>().join(": "))
    }

    /// The answer, if there is one.
    #[must_use]
    pub const fn reply(&self) -> Option<&Reply> {
        match self {
            Self::Answered(reply) => Some(reply),
            Self::Refused | Self::Broken(_) => None,
        }
    }

    /// Whether it was done.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.reply().is_some_and(|reply| (200..300).contains(&reply.status))
    }

    /// Whether it was refused as is right while something is away: 503, as a problem, with the time to wait.
    #[must_use]
    pub fn asks_for_patience(&self) -> bool {
        self.reply().is_some_and(|reply| reply.status == 503 && reply.is_problem && reply.retry_after.is_some())
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answered(reply) => write!(formatter, "{}", reply.status),
            Self::Refused => formatter.write_str("refused"),
            Self::Broken(reason) => write!(formatter, "broken: {reason}"),
        }
    }
}

impl Reply {
    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

impl Samples {
    /// The same, in the order in which the requests were sent.
    #[must_use]
    pub fn new(mut samples: Vec<Sample>) -> Self {
        samples.sort_unstable_by_key(|sample| sample.began);
        Self(samples)
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Sample> {
        self.0.iter()
    }

    /// How many there are.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.0.len()
    }

    /// Those that were sent between these moments.
    #[must_use]
    pub fn between(&self, from: Instant, to: Instant) -> Self {
        Self(self.iter().filter(|sample| sample.began >= from && sample.began < to).cloned().collect())
    }

    /// Those that were sent before this moment.
    #[must_use]
    pub fn until(&self, to: Instant) -> Self {
        Self(self.iter().filter(|sample| sample.began < to).cloned().collect())
    }

    /// Those that were sent from this moment on.
    #[must_use]
    pub fn since(&self, from: Instant) -> Self {
        Self(self.iter().filter(|sample| sample.began >= from).cloned().collect())
    }

    /// How many there are of each outcome.
    #[must_use]
    pub fn tally(&self) -> BTreeMap<String, usize> {
        let mut tally = BTreeMap::new();
        for sample in self.iter() {
            *tally.entry(sample.outcome.to_string()).or_default() += 1;
        }
        tally
    }

    /// The longest that one of them took.
    #[must_use]
    pub fn slowest(&self) -> Duration {
        self.iter().map(|sample| sample.took).max().unwrap_or_default()
    }

    /// How long all but one in a hundred took at most.
    #[must_use]
    pub fn p99(&self) -> Duration {
        let mut times: Vec<_> = self.iter().map(|sample| sample.took).collect();
        times.sort_unstable();
        times.get((times.len() * 99).div_ceil(100).saturating_sub(1)).copied().unwrap_or_default()
    }

    /// Of each of them this is true, and there are at least so many.
    #[track_caller]
    pub fn assert_all(&self, at_least: usize, what: &str, is_right: impl Fn(&Outcome) -> bool) {
        assert!(self.count() >= at_least, "{what}: only {} requests, {:?}", self.count(), self.tally());
        let wrong = self.iter().find(|sample| !is_right(&sample.outcome));
        assert!(wrong.is_none(), "{what}: {wrong:#?} among {:?}", self.tally());
    }
}

#[cfg(test)]
mod tests {
    use super::{Outcome, Sample, Samples};
    use std::time::{Duration, Instant};

    fn taking(milliseconds: impl IntoIterator<Item = u64>) -> Samples {
        let sample = |took| Sample {
            id: String::new(),
            began: Instant::now(),
            took: Duration::from_millis(took),
            outcome: Outcome::Refused,
        };
        Samples::new(milliseconds.into_iter().map(sample).collect())
    }

    #[test]
    fn one_in_a_hundred_is_left_out() {
        assert_eq!(taking(1..=100).p99(), Duration::from_millis(99));
        assert_eq!(taking(1..=1_000).p99(), Duration::from_millis(990));
        assert_eq!(taking([7]).p99(), Duration::from_millis(7));
        assert_eq!(taking([]).p99(), Duration::ZERO);
    }
}
