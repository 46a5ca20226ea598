use library_e2e::{Backend::Postgres, Client, Server, Storage, Tokens, racing};
use library_faults::{among_others, book_path, new_book};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Within how much time a change made through one server is seen through the other.
const SEEN_WITHIN: Duration = Duration::from_millis(50);

const ROUNDS: usize = 40;
const MANY: usize = 16;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_changed_through_one_server_is_seen_through_the_other_in_a_moment() {
    let _others = among_others().await;
    let [one, other] = two_servers().await;
    // On a machine that does much else, Redis may be too slow once in a while, which a server says: such a round shows nothing.
    let lapses = async || one.caught_up_log().await.events_named("redis_delete_failed").len();
    let book = one.given_book().await;
    let path = book_path(&book);
    let mut shown = 0;
    for round in 0..ROUNDS {
        // Into the cache that both read from.
        one.get(&path).await.assert_status(200);
        other.get(&path).await.assert_status(200);
        let (before, title) = (lapses().await, format!("Edition {round}"));
        let changed = json!({"title": title, "author": "Somebody", "description": ""});
        let changed = one.put(&path, changed).await.json_of(200);
        let acknowledged = Instant::now();
        let mut last_old = Duration::ZERO;
        loop {
            let asked = acknowledged.elapsed();
            if other.get(&path).await.json_of(200) == changed {
                break;
            }
            last_old = asked;
            assert!(asked < Duration::from_secs(10), "the new title is never shown");
        }
        if lapses().await > before {
            continue;
        }
        shown += 1;
        assert!(last_old < SEEN_WITHIN, "the old title is shown to who asks {last_old:?} later");
    }
    assert!(shown > 0, "Redis was too slow in every round");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_do_what_changes_on_both_servers_at_once() {
    let _others = among_others().await;
    let [one, other] = two_servers().await;
    for _ in 0..5 {
        let member = one.given_member().await;
        let tokens = one.given_login(&member).await;
        let seen = other.with_token(&tokens.access);
        seen.get("/members/me").await.assert_status(200);
        seen.get("/loans").await.assert_status(403);
        one.verify(&member).await;
        seen.get("/loans").await.assert_is(200, &json!([]));
        one.delete(&member.path()).await.assert_is_empty(204);
        seen.get("/loans").await.assert_status(401);
        other.post("/auth/refresh", json!({"refresh_token": tokens.refresh})).await.assert_status(401);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_ask_two_servers_for_the_same_one_gets_it() {
    let _others = among_others().await;
    let servers = two_servers().await;
    let borrower = servers[0].given_borrower().await;
    let token = borrower.client.token().expect("they are logged in");
    let clients: Vec<Client> = (0..MANY).map(|number| servers[number % 2].another().with_token(token)).collect();
    let mut tokens = servers[0].given_login(&borrower.member).await;
    for round in 0..5 {
        let pairs = all_at_once(&clients, "/auth/refresh", None, &json!({"refresh_token": tokens.refresh})).await;
        let pair = only_winner(&pairs, 200, &[401]);
        tokens = Tokens::of(&pair);

        let book = servers[1].given_book().await;
        let loans = json!({"book_id": book["id"], "member_id": borrower.member.id});
        only_winner(&all_at_once(&clients, "/loans", None, &loans).await, 201, &[409]);

        // An answer that was given before is given again, and who comes while it is made is told to come later.
        let (added, key) = (new_book(), format!("key-{round}"));
        let answers = all_at_once(&clients, "/books", Some(&key), &added).await;
        assert!(answers.iter().all(|(status, _)| [201, 409].contains(status)), "{answers:?}");
        let ids: Vec<_> = answers.iter().filter(|(status, _)| *status == 201).map(|(_, body)| &body["id"]).collect();
        assert!(!ids.is_empty() && ids.iter().all(|id| *id == ids[0]), "{answers:?}");
        let found = servers[0].get(&format!("/books?isbn={}", added["isbn"].as_str().expect("a text"))).await.json_of(200);
        assert_eq!(found.as_array().map(Vec::len), Some(1));
    }
}

/// The mail of both is printed by the first, where tests look for it.
async fn two_servers() -> [Server; 2] {
    let storage = Storage::new(Postgres).await;
    [Server::on(&storage).start().await, Server::on(&storage).with_option("--no-worker").start().await]
}

/// The statuses and bodies of one request that all of them send at once.
async fn all_at_once(clients: &[Client], path: &'static str, key: Option<&str>, body: &Value) -> Vec<(u16, Value)> {
    racing(clients.len(), |number| {
        let client = clients[number].clone();
        let request = client.request("POST", path).json(body);
        let request = match key {
            Some(key) => request.header("Idempotency-Key", key),
            None => request,
        };
        async move {
            let answer = client.send(request).await;
            (answer.status, answer.json())
        }
    })
    .await
}

/// The body of the one answer of this status, while all others have one of these.
fn only_winner(answers: &[(u16, Value)], status: u16, others: &[u16]) -> Value {
    let (winners, losers): (Vec<_>, Vec<_>) = answers.iter().partition(|(own, _)| *own == status);
    assert!(winners.len() == 1 && losers.iter().all(|(own, _)| others.contains(own)), "{answers:?}");
    winners[0].1.clone()
}
