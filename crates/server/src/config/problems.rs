use std::fmt;

/// What is wrong with one variable.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConfigProblem {
    /// Which variable, or which file.
    pub variable: String,
    /// What is wrong, and what is allowed; never the value.
    pub message: String,
}

/// Everything that is wrong with the configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConfigProblems(pub Vec<ConfigProblem>);

impl ConfigProblems {
    pub(super) fn add(&mut self, variable: impl Into<String>, message: impl Into<String>) {
        self.0.push(ConfigProblem { variable: variable.into(), message: message.into() });
    }
}

impl fmt::Display for ConfigProblems {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the configuration cannot be used:")?;
        for problem in &self.0 {
            write!(formatter, "\n  {}: {}", problem.variable, problem.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigProblems {}
