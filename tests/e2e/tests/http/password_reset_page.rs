//! `GET /auth/password/reset`, where the link in a mail leads, and what its form gets.

use library_e2e::{
    Answer,
    Backend::{self, Postgres, Sqlite},
    PASSWORD, Server,
};
use rstest::rstest;
use serde_json::json;

#[rstest]
#[tokio::test]
async fn the_form_sets_a_password_and_says_how_it_went(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let member = server.given_member().await;
    let token = server.mailed_reset_token(&member).await;
    for method in ["GET", "HEAD"] {
        let page = server.send(server.request(method, &format!("/auth/password/reset?token={token}"))).await;
        assert_is_page(&page, 200);
        if method == "GET" {
            assert!(page.text.contains(&format!("<input type=\"hidden\" name=\"token\" value=\"{token}\">")), "{}", page.text);
            assert!(page.text.contains("<form method=\"post\" action=\"reset\">"), "{}", page.text);
        }
    }
    let press = async |token: &str, password: &str| {
        let accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        let request = server.request("POST", "/auth/password/reset").header("Accept", accept);
        server.send(request.form(&[("token", token), ("password", password)])).await
    };
    // A password that is too short is asked for again, with the link as good as before.
    let again = press(&token, "short").await;
    assert_is_page(&again, 422);
    assert!(again.text.contains("The password must have 8 to 128 characters."), "{}", again.text);
    assert!(again.text.contains(&format!("value=\"{token}\"")) && !again.text.contains("short"), "{}", again.text);
    let refused = press("x", "a new password").await;
    assert_is_page(&refused, 401);
    assert!(refused.text.contains("This link does not work"), "{}", refused.text);
    assert_is_page(&press("", "a new password").await, 422);

    let changed = press(&token, "a new password").await;
    assert_is_page(&changed, 200);
    assert!(changed.text.contains("Your new password is set."), "{}", changed.text);
    assert_is_page(&press(&token, "another password").await, 401);
    for (password, status) in [(PASSWORD, 401), ("another password", 401), ("a new password", 200)] {
        let answer = server.post("/auth/login", json!({"email": member.email, "password": password})).await;
        assert_eq!(answer.status, status, "{password}");
    }
}

#[rstest]
#[tokio::test]
async fn a_link_without_a_token_is_a_page_too(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    for query in ["", "?token=", "?token=%20", "?other=x"] {
        let page = server.get(&format!("/auth/password/reset{query}")).await;
        assert_is_page(&page, 422);
        assert!(!page.text.contains("<form"), "{}", page.text);
    }
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
