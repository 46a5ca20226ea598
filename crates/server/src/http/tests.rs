use super::{Operations, configure, configure_docs, shares};
use crate::{
    config::{Settings, Sources},
    metrics::Metrics,
    openapi::document,
    wiring::{Apis, wire},
};
use actix_web::{
    App,
    introspection::{IntrospectionReportItem, IntrospectionTree},
    test::{TestRequest, call_service, init_service},
    web::Data,
};
use library_shared_infra::database::Database;
use rstest::rstest;
use std::{collections::BTreeSet, num::NonZeroUsize};
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;

/// What is served beside the API: the pages that show the document, and the metrics, which another address may serve instead.
const BESIDE: [&str; 2] = ["/docs", "/metrics"];

#[actix_web::test]
async fn the_document_has_every_route_that_is_mounted_and_no_other() {
    let routes: Vec<_> = mounted(true).await.into_iter().filter(|route| !is_beside(route)).collect();
    let without_a_method = routes.iter().filter(|route| route.methods.is_empty()).map(|route| &route.full_path);
    assert_eq!(without_a_method.collect::<Vec<_>>(), [""; 0], "a route takes whatever method comes");
    let mounted: BTreeSet<_> =
        routes.iter().flat_map(|route| route.methods.iter().map(|method| format!("{method} {}", route.full_path))).collect();
    // What answers GET answers HEAD, which the document says once for all.
    let documented: BTreeSet<_> = documented()
        .into_iter()
        .flat_map(|(method, path)| {
            let head = (method == "GET").then(|| format!("HEAD {path}"));
            [Some(format!("{method} {path}")), head].into_iter().flatten()
        })
        .collect();
    assert_eq!(mounted, documented);
}

#[rstest]
#[case::evenly(900, 2, (2, 450))]
#[case::unevenly(7, 4, (4, 1))]
#[case::fewer_than_processors(3, 8, (3, 1))]
#[case::one(1, 8, (1, 1))]
#[case::more_processors_than_workers(2_048, 1_024, (512, 4))]
fn the_workers_together_take_no_more_connections_than_the_limit(
    #[case] limit: usize,
    #[case] processors: usize,
    #[case] expected: (usize, usize),
) {
    let number = |number| NonZeroUsize::new(number).expect("more than nothing");
    let (workers, connections) = shares(number(limit), number(processors));
    assert_eq!((workers.get(), connections), expected);
}

#[actix_web::test]
async fn metrics_with_an_address_of_their_own_are_not_mounted() {
    let is_metrics = |route: &IntrospectionReportItem| route.full_path == "/metrics";
    assert!(mounted(true).await.iter().any(is_metrics));
    assert!(!mounted(false).await.iter().any(is_metrics));
}

fn is_beside(route: &IntrospectionReportItem) -> bool {
    BESIDE.iter().any(|path| route.full_path.starts_with(path))
}

/// Every route of the service.
async fn mounted(shows_metrics: bool) -> Vec<IntrospectionReportItem> {
    let (apis, operations) = service(shows_metrics);
    let app = init_service(App::new().configure(|config| configure(config, &apis, &operations)).configure(configure_docs)).await;
    let answer = call_service(&app, TestRequest::with_uri("/health").to_request()).await;
    let tree = answer.request().app_data::<Data<IntrospectionTree>>().expect("the feature is on for tests");
    Vec::from(&tree.root)
}

/// The service on a database that nobody asks.
fn service(shows_metrics: bool) -> (Apis, Operations) {
    let variables = [
        ("DATABASE_URL", "sqlite::memory:"),
        ("REDIS_URL", "memory://"),
        ("JWT_SECRET_KEY", "a key of the tests, which is no secret"),
    ];
    let environment = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let settings = Settings::load(&Sources { environment, ..Sources::default() }).expect("settings");
    let database = Database::open(&settings.database_url).expect("a database");
    let service = wire(&settings, &database, true, &CancellationToken::new()).expect("a service");
    let metrics = Metrics::new(OffsetDateTime::UNIX_EPOCH, || 0, service.sources);
    ((service.worker_apis)(NonZeroUsize::MIN), Operations { health: service.health, metrics, shows_metrics })
}

/// Every operation of the document.
fn documented() -> Vec<(String, String)> {
    let document = serde_json::to_value(document()).expect("the document is JSON");
    let paths = document["paths"].as_object().expect("paths");
    let operations = |path: &str| paths[path].as_object().expect("operations").keys().cloned().collect::<Vec<_>>();
    paths.keys().flat_map(|path| operations(path).into_iter().map(|method| (method.to_uppercase(), path.clone()))).collect()
}
