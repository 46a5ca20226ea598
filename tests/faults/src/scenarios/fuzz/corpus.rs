use crate::book_path;
use library_e2e::Borrower;
use serde_json::Value;
use std::{fs, path::Path};

/// The requests to begin from.
pub struct Corpus {
    requests: Vec<Vec<u8>>,
}

impl Corpus {
    /// The committed requests, about this book and this borrower.
    pub fn read(book: &Value, borrower: &Borrower) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
        let mut files: Vec<_> = fs::read_dir(&folder)
            .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
            .map(|entry| entry.expect("an entry of the folder").path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "http"))
            .collect();
        // In one order on every machine, so that a seed means the same.
        files.sort_unstable();
        let path = book_path(book);
        let id = path.trim_start_matches("/books/");
        let token = borrower.client.token().expect("they are logged in");
        let request = |file: &Path| {
            let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            on_the_wire(&text)
                .replace("{book}", id)
                .replace("{member}", &borrower.member.id)
                .replace("{token}", token)
                .into_bytes()
        };
        let requests: Vec<_> = files.iter().map(|file| request(file)).collect();
        assert!(requests.len() > 20, "the requests have been found");
        Self { requests }
    }

    /// Each of them.
    pub fn requests(&self) -> &[Vec<u8>] {
        &self.requests
    }
}

/// With the line ends of HTTP, but for the body of one that says how long it is.
fn on_the_wire(text: &str) -> String {
    match text.split_once("\n\n") {
        Some((head, body)) if head.contains("Content-Length") => format!("{}\r\n\r\n{body}", head.replace('\n', "\r\n")),
        _ => text.replace('\n', "\r\n"),
    }
}
