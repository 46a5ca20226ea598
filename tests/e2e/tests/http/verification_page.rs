//! `GET /members/verify`, where the link in a mail leads, and what its button gets.

use library_e2e::{
    Answer,
    Backend::{self, Postgres, Sqlite},
    Server,
};
use rstest::rstest;

#[rstest]
#[tokio::test]
async fn the_link_shows_a_button_and_confirms_nothing(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let member = server.given_member().await;
    let token = server.mailed_token(&member).await;
    for method in ["GET", "HEAD", "GET"] {
        let page = server.send(server.request(method, &format!("/members/verify?token={token}"))).await;
        assert_is_page(&page, 200);
        if method == "GET" {
            assert_eq!(page.text.matches("<button").count(), 1, "{}", page.text);
            assert!(page.text.contains(&format!("<input type=\"hidden\" name=\"token\" value=\"{token}\">")), "{}", page.text);
            assert!(page.text.contains("<form method=\"post\" action=\"verify\">"), "{}", page.text);
        }
        server.get(&member.path()).await.assert_is(200, &member.body(false));
    }
}

#[rstest]
#[tokio::test]
async fn the_button_confirms_and_says_how_it_went(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let member = server.given_member().await;
    let token = server.mailed_token(&member).await;
    let press = async |token: &str| {
        let accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        let request = server.request("POST", "/members/verify").header("Accept", accept);
        server.send(request.form(&[("token", token)])).await
    };
    let refused = press("x").await;
    assert_is_page(&refused, 401);
    assert!(refused.text.contains("This link does not work"), "{}", refused.text);
    server.get(&member.path()).await.assert_is(200, &member.body(false));
    for _ in 0..2 {
        let confirmed = press(&token).await;
        assert_is_page(&confirmed, 200);
        assert!(confirmed.text.contains("Your address is confirmed."), "{}", confirmed.text);
    }
    server.get(&member.path()).await.assert_is(200, &member.body(true));
    assert_is_page(&press("").await, 422);
    server.delete(&member.path()).await.assert_is_empty(204);
    assert_is_page(&press(&token).await, 404);
}

#[rstest]
#[tokio::test]
async fn a_link_without_a_token_is_a_page_too(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    for query in ["", "?", "?token=", "?token=%20", "?other=x"] {
        let page = server.get(&format!("/members/verify{query}")).await;
        assert_is_page(&page, 422);
        assert!(!page.text.contains("<button"), "{}", page.text);
    }
}

#[rstest]
#[tokio::test]
async fn what_stands_in_a_link_is_no_html(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let page = server.get("/members/verify?token=%22%3E%3Cscript%3Ealert(1)%3C/script%3E").await;
    assert_is_page(&page, 200);
    assert!(!page.text.contains("<script"), "{}", page.text);
}

/// It is HTML that is not stored, runs no script and tells nobody its address.
#[track_caller]
fn assert_is_page(answer: &Answer, status: u16) {
    assert_eq!(answer.status, status, "{answer:#?}");
    let header = |name| answer.header(name).unwrap_or_default().to_owned();
    assert_eq!(header("Content-Type"), "text/html; charset=utf-8");
    assert_eq!(header("Cache-Control"), "no-store");
    assert_eq!(header("Referrer-Policy"), "no-referrer");
    assert!(header("Content-Security-Policy").starts_with("default-src 'none';"));
    assert_eq!(answer.header("WWW-Authenticate"), (status == 401).then_some("Bearer"));
}
