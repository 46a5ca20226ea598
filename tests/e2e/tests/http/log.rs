use library_e2e::{
    Backend::{self, Postgres, Sqlite},
    KEY, PASSWORD, Server, Tokens, read_to_end,
};
use rstest::rstest;
use serde_json::json;

#[rstest]
#[tokio::test]
async fn nothing_personal_and_nothing_secret_is_logged(
    #[values(Sqlite, Postgres)] backend: Backend,
    #[values("DEBUG", "INFO")] level: &str,
) {
    let server = Server::builder(backend).await.with("LOG_LEVEL", level).start().await;
    let member = server.given_member().await;
    let verification = server.mailed_token(&member).await;
    server.get(&format!("/members/verify?token={verification}")).await;
    server.post("/members/verify", json!({"token": verification})).await.assert_is(200, &member.body(true));
    let first = server.given_login(&member).await;
    let renewed = server.post("/auth/refresh", json!({"refresh_token": first.refresh})).await;
    let second = Tokens::of(&renewed.json_of(200));
    let book = server.given_book().await;
    let body = json!({"book_id": book["id"], "member_id": member.id});
    let loan = server.with_token(&second.access).post("/loans", body).await.json_of(201);
    server.with_token(&second.access).post_nothing(&format!("{}/return", crate::path_of("loans", &loan))).await;
    // What is refused is not logged either.
    let wrong = "a wrong password";
    server.post("/auth/login", json!({"email": member.email, "password": wrong})).await;
    server.post("/auth/refresh", json!({"refresh_token": first.refresh})).await;
    server.post("/members", json!({"name": member.name, "email": member.email, "password": PASSWORD})).await;
    server.post("/members", json!({"name": "", "email": member.email, "password": PASSWORD})).await;
    server.post_text("/members", format!("{{\"email\": \"{}\", {PASSWORD}", member.email)).await;
    server.with_token(&format!("{}x", second.access)).post("/loans", json!({})).await;
    let grant = [("grant_type", "password"), ("username", &*member.email), ("password", PASSWORD)];
    let third = Tokens::of(&server.post_form("/auth/token", &grant).await.json_of(200));
    server.post_form("/auth/token", &[("grant_type", "password"), ("username", &member.email), ("password", wrong)]).await;
    server.post_form("/auth/token", &[("grant_type", PASSWORD), ("refresh_token", &third.refresh)]).await;
    server.post_form("/auth/revoke", &[("token", &third.refresh)]).await;
    server.post("/auth/logout", json!({"refresh_token": second.refresh})).await;
    let last = server.delete(&member.path()).await;
    last.assert_is_empty(204);
    server.log().events_of_request(last.header("X-Request-Id").expect("an id")).await;

    let secrets = [
        &*member.email,
        &*member.name,
        PASSWORD,
        wrong,
        KEY,
        &verification,
        &first.access,
        &first.refresh,
        &second.access,
        &second.refresh,
        &third.access,
        &third.refresh,
    ];
    let (mails, others): (Vec<_>, Vec<_>) =
        server.log().lines().into_iter().partition(|line| line.contains("\"email_skipped_no_smtp\""));
    assert_eq!(mails.len(), 1, "{mails:#?}");
    assert!(mails[0].contains(&*member.email) && mails[0].contains(&verification), "the mail itself is printed");
    assert!(others.iter().any(|line| line.contains("request_finished")));
    for line in others.iter().chain(&server.stderr().lines()) {
        for secret in secrets {
            assert!(!line.contains(secret), "{secret} stands in {line}");
        }
    }
}

#[tokio::test]
async fn what_is_not_even_http_is_refused_and_no_error_of_the_server() {
    let server = Server::start(Sqlite).await;
    for nonsense in
        ["nonsense\r\n\r\n", "GET /books HTTP/1.1\r\nno header\r\n\r\n", "POST /books HTTP/1.1\r\nContent-Length: -1\r\n\r\n"]
    {
        let answer = read_to_end(&mut server.connect_and_send(nonsense.as_bytes()).await).await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    }
    server.get("/health").await.assert_is(200, &json!("OK"));
    let errors: Vec<_> = server.log().events().into_iter().filter(|event| event["level"] == "ERROR").collect();
    assert!(errors.is_empty(), "{errors:?}");
}
