use library_e2e::{
    Backend::{self, Postgres, Sqlite},
    PASSWORD, Problem, SOME_TIME, Server,
};
use rstest::rstest;
use serde_json::{Value, json};

const EMAIL_RULE: &str = "must be an email address with a dotted domain, such as name@example.com";
const PASSWORD_RULE: &str = "must have 8 to 128 characters";
const NUL_RULE: &str = "must not contain the character U+0000";

#[rstest]
#[tokio::test]
async fn a_member_registers_and_is_not_verified_yet(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let body = json!({"name": " Ada Lovelace ", "email": " Ada@Example.com ", "password": PASSWORD});
    let registered = server.post("/members", body).await;
    let member = registered.json_of(201);
    registered.assert_is(
        201,
        &json!({
            "id": member["id"],
            "name": "Ada Lovelace",
            "email": "Ada@Example.com",
            "is_verified": false,
            "created_at": SOME_TIME,
            "updated_at": SOME_TIME,
        }),
    );
    assert_eq!(member["created_at"], member["updated_at"]);
    assert_eq!(registered.etag(), "\"1\"");
    let path = crate::path_of("members", &member);
    assert_eq!(registered.header("Location"), Some(path.as_str()));
    server.get(&path).await.assert_is(200, &member);
    server.get("/members").await.assert_is(200, &json!([member]));
}

#[rstest]
#[tokio::test]
async fn a_member_gets_a_mail_with_a_link_that_verifies_them(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::builder(backend).await.with("APP_BASE_URL", "https://library.example.com/app/").start().await;
    let member = server.given_member().await;
    let mail = server.log().wait_for("email_skipped_no_smtp", |mail| mail["recipient"] == member.email).await;
    assert_eq!(mail["subject"], "Welcome to the library");
    let token = server.mailed_token(&member).await;
    let text = mail["body"].as_str().expect("a text");
    assert!(text.contains(&format!("\nhttps://library.example.com/app/members/verify?token={token}\n")), "{text}");
    server.post("/members/verify", json!({"token": token})).await.assert_is(200, &member.body(true));
}

#[rstest]
#[tokio::test]
async fn addresses_that_differ_only_in_case_are_one_members(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let body = |email: &str| json!({"name": "Ada", "email": email, "password": PASSWORD});
    let first = server.post("/members", body("Ada.Müller@Example.com")).await.json_of(201);
    let duplicate =
        Problem::named(409, "duplicate-email", "Duplicate email", "A member with this email address is already registered.");
    for email in ["Ada.Müller@Example.com", "ada.müller@example.com", "ADA.MÜLLER@EXAMPLE.COM", " ada.MÜLLER@example.com "] {
        server.post("/members", body(email)).await.assert_problem(&duplicate);
        let login = json!({"email": email, "password": PASSWORD});
        assert_eq!(server.post("/auth/login", login).await.status, 200, "{email}");
    }
    server.get("/members").await.assert_is(200, &json!([first]));
}

#[rstest]
#[tokio::test]
async fn every_letter_of_the_world_may_be_in_a_name(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let name = "Zoë \"Z\" O'Brien 王小明 👩🏽‍🚀 <script>";
    let body = json!({"name": name, "email": "zoe@example.com", "password": "пароль 密码 🔑"});
    let member = server.post("/members", body).await.json_of(201);
    assert_eq!(member["name"], name);
    server.get(&crate::path_of("members", &member)).await.assert_is(200, &member);
    let login = json!({"email": "zoe@example.com", "password": "пароль 密码 🔑"});
    assert_eq!(server.post("/auth/login", login).await.status, 200);
}

#[rstest]
#[tokio::test]
async fn a_member_who_cannot_be_accepted_is_refused_by_field(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let good = json!({"name": "Ada", "email": "ada@example.com", "password": PASSWORD});
    let cases = [
        ("name", Value::Null, "is required"),
        ("name", json!(" \n"), "must not be empty"),
        ("name", json!("é".repeat(201)), "must have at most 200 characters"),
        ("name", json!("A\u{0}da"), NUL_RULE),
        ("name", json!(false), "must be a text"),
        ("email", Value::Null, "is required"),
        ("email", json!(""), EMAIL_RULE),
        ("email", json!("ada"), EMAIL_RULE),
        ("email", json!("ada@localhost"), EMAIL_RULE),
        ("email", json!("ada@example..com"), EMAIL_RULE),
        ("email", json!("@example.com"), EMAIL_RULE),
        ("email", json!("Ada <ada@example.com>"), EMAIL_RULE),
        ("email", json!("ada@[127.0.0.1]"), EMAIL_RULE),
        ("email", json!("ada@example.com\r\nBcc: eve@example.com"), EMAIL_RULE),
        ("email", json!("ada\u{0}@example.com"), NUL_RULE),
        ("email", json!(format!("ada@{}.com", "x".repeat(250))), "must have at most 254 characters"),
        ("email", json!(["ada@example.com"]), "must be a text"),
        ("password", Value::Null, "is required"),
        ("password", json!(""), PASSWORD_RULE),
        ("password", json!("1234567"), PASSWORD_RULE),
        ("password", json!("é".repeat(129)), PASSWORD_RULE),
        ("password", json!("1234\u{0}5678"), NUL_RULE),
        ("password", json!(12_345_678), "must be a text"),
    ];
    for (field, value, rule) in cases {
        let mut member = good.clone();
        member[field] = value;
        server.post("/members", member).await.assert_problem(&Problem::of_fields(&[(field, rule)]));
    }
    let all = [("name", "is required"), ("email", EMAIL_RULE), ("password", PASSWORD_RULE)];
    server.post("/members", json!({"email": "a", "password": "b"})).await.assert_problem(&Problem::of_fields(&all));
    server.get("/members").await.assert_is(200, &json!([]));
}

#[rstest]
#[tokio::test]
async fn the_shortest_and_the_longest_are_taken(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let passwords = ["é".repeat(8), " ".repeat(8), "🔑".repeat(128)];
    for (number, password) in passwords.iter().enumerate() {
        let email = format!("ada{number}@example.com");
        let body = json!({"name": "é".repeat(200), "email": email, "password": password});
        assert_eq!(server.post("/members", body).await.status, 201, "{password}");
        // The whole password counts, to its last character.
        let login = |password: &str| json!({"email": email, "password": password});
        assert_eq!(server.post("/auth/login", login(password)).await.status, 200, "{password}");
        let mut shorter = password.clone();
        shorter.pop();
        assert_eq!(server.post("/auth/login", login(&shorter)).await.status, 401, "{password}");
    }
    let body = json!({"name": "A", "email": "a@b.cd", "password": PASSWORD});
    assert_eq!(server.post("/members", body).await.status, 201);
}
