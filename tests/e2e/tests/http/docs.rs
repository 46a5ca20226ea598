//! The document of the API, and the pages that show it.

use library_e2e::{
    Backend::{self, Postgres, Sqlite},
    Command, Problem, Server,
};
use rstest::rstest;

#[rstest]
#[tokio::test]
async fn the_document_is_the_one_that_the_command_prints(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let served = server.get("/openapi.json").await;
    assert_eq!(served.json_of(200)["openapi"], "3.1.0");
    let printed = Command::new(["openapi"]).run().await;
    assert_eq!((printed.code, printed.stdout, printed.stderr.as_str()), (Some(0), served.text, ""));
}

#[rstest]
#[tokio::test]
async fn the_pages_come_from_the_server_whole_and_may_ask_nobody_else(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let address = server.get("/docs").await;
    address.assert_is_empty(308);
    assert_eq!(address.header("Location"), Some("/docs/"));

    let page = server.get("/docs/").await;
    assert_eq!((page.status, page.header("Content-Type")), (200, Some("text/html")));
    assert!(!page.text.contains("://"), "{}", page.text);
    let files: Vec<_> = ["src=\"", "href=\""]
        .iter()
        .flat_map(|attribute| page.text.split(attribute).skip(1))
        .filter_map(|rest| rest.split('"').next())
        .map(|file| format!("/docs/{}", file.trim_start_matches("./")))
        .collect();
    assert!(files.len() > 4, "{files:?}");
    for file in files.iter().map(String::as_str).chain(["/docs/"]) {
        let answer = server.send(server.request("HEAD", file)).await;
        assert_eq!(answer.status, 200, "{file}");
        let policy = answer.header("Content-Security-Policy").expect("a policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self';") && !policy.contains("://"), "{file}: {policy}");
    }
    let start = server.get("/docs/swagger-initializer.js").await;
    assert!(start.text.contains("\"url\": \"/openapi.json\""), "{}", start.text);
    assert!(start.text.contains("\"validatorUrl\": \"none\""), "{}", start.text);
}

#[rstest]
#[tokio::test]
async fn there_is_no_page_but_those(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    for path in ["/docs/x", "/docs/x/y", "/docs/..%2FCargo.toml"] {
        server.get(path).await.assert_problem(&Problem::plain(404, "There is nothing at this path."));
    }
}
