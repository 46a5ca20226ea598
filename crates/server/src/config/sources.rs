use super::{ConfigProblems, VARIABLES};
use figment::{
    Figment, Metadata, Profile, Provider,
    value::{Dict, Map, Value},
};
use std::{collections::BTreeMap, fs, io, path::Path};

/// The fewest characters that a name in the environment must have to be taken for a misspelt one of ours, and the most edits.
const MISSPELLING_LENGTH: usize = 8;
const MISSPELLING_EDITS: usize = 2;

/// Where the settings come from: what was given under which name.
#[derive(Clone, Default)]
pub struct Sources {
    /// What the command fills in where nothing else is said.
    pub defaults: Vec<(String, String)>,
    /// The file `.env`, if there is one.
    pub dotenv: Option<String>,
    /// The environment.
    pub environment: Vec<(String, String)>,
}

impl Sources {
    /// The environment of this process and `.env` in its folder.
    ///
    /// # Errors
    /// Where there is a `.env` that cannot be read.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
    pub fn of_process() -> Result<Self, ConfigProblems> {
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.to_string_lossy().into_owned())))
            .collect();
        let dotenv = match fs::read_to_string(Path::new(".env")) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => {
                let mut problems = ConfigProblems::default();
                problems.add(".env", format!("cannot be read: {error}"));
                return Err(problems);
            }
        };
        Ok(Self { defaults: Vec::new(), dotenv, environment })
    }

    /// What is given for each variable, whatever else is wrong.
    pub(super) fn given(&self) -> BTreeMap<String, String> {
        self.values(&mut ConfigProblems::default())
    }

    /// The known variables that have a value, the environment's over that of `.env`. An empty one has none.
    pub(super) fn values(&self, problems: &mut ConfigProblems) -> BTreeMap<String, String> {
        let dotenv = self.parse_dotenv(problems);
        self.find_misspellings(problems);
        Figment::from(Layer::new("defaults", &self.defaults))
            .merge(Layer::new(".env", &dotenv))
            .merge(Layer::new("environment", &self.environment))
            .extract()
            .unwrap_or_default()
    }

    fn parse_dotenv(&self, problems: &mut ConfigProblems) -> Vec<(String, String)> {
        let text = self.dotenv.as_deref().unwrap_or_default();
        let mut pairs = Vec::new();
        for item in dotenvy::from_read_iter(text.as_bytes()) {
            match item {
                Ok((name, _)) if !is_known(&name) => problems.add(name, "in .env is not a variable of this program"),
                Ok(pair) => pairs.push(pair),
                // The line itself is not shown: it may hold a secret.
                Err(dotenvy::Error::LineParse(line, _)) => {
                    let number = text.lines().position(|candidate| candidate.trim() == line.trim()).map_or(0, |index| index + 1);
                    problems.add(".env", format!("line {number} cannot be read; it must be NAME=value"));
                }
                Err(_) => problems.add(".env", "cannot be read"),
            }
        }
        pairs
    }

    fn find_misspellings(&self, problems: &mut ConfigProblems) {
        for (name, _) in &self.environment {
            if name.chars().count() < MISSPELLING_LENGTH || is_known(name) {
                continue;
            }
            if let Some(meant) = VARIABLES.iter().find(|known| strsim::levenshtein(known.name, name) <= MISSPELLING_EDITS) {
                problems.add(name, format!("is not a variable of this program; did you mean {}?", meant.name));
            }
        }
    }
}

fn is_known(name: &str) -> bool {
    VARIABLES.iter().any(|known| known.name == name)
}

/// Pairs as a figment provider. figment's own provider of the environment would read a secret of digits as a number.
struct Layer<'a> {
    name: &'static str,
    pairs: &'a [(String, String)],
}

impl<'a> Layer<'a> {
    const fn new(name: &'static str, pairs: &'a [(String, String)]) -> Self {
        Self { name, pairs }
    }
}

impl Provider for Layer<'_> {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.name)
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        let given = self.pairs.iter().filter(|(name, value)| is_known(name) && !value.is_empty());
        let dict: Dict = given.map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect();
        Ok(Profile::Default.collect(dict))
    }
}
