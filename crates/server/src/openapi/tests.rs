use super::{OF_THE_SERVICE, WITHOUT_DATABASE, document, text};
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[test]
fn the_text_is_the_document() {
    assert_eq!(serde_json::from_str::<Value>(text()).expect("JSON"), whole());
}

#[test]
fn every_operation_says_what_it_does_for_whom_and_with_what() {
    let document = whole();
    let schemes = document["components"]["securitySchemes"].as_object().expect("schemes");
    let tags = names(&document["tags"]);
    let mut ids = BTreeSet::new();
    for (name, operation) in operations(&document) {
        for part in ["summary", "description", "operationId"] {
            assert!(is_text(&operation[part]), "{name} has no {part}");
        }
        assert!(ids.insert(operation["operationId"].to_string()), "{name} has the id of another");
        assert!(operation["tags"].as_array().is_some_and(|used| used.len() == 1 && tags.contains(&used[0])), "{name} has no tag");
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let parameter = resolved(&document, parameter);
            assert!(is_text(&parameter["description"]), "{name} has a parameter that it does not describe: {parameter}");
            assert!(parameter["schema"].is_object(), "{name} has a parameter without a schema: {parameter}");
        }
        let security = operation["security"].as_array().unwrap_or_else(|| panic!("{name} does not say who may use it"));
        for scheme in security.iter().flat_map(|requirement| requirement.as_object().expect("a requirement").keys()) {
            assert!(schemes.contains_key(scheme), "{name} wants {scheme}, which is not declared");
        }
        let is_gated = !security.is_empty();
        let for_verified = *security == [json!({"access_token": ["verified"]}), json!({"oauth": []})];
        let for_members = *security == [json!({"access_token": []}), json!({"oauth": []})];
        assert!(!is_gated || for_members || for_verified, "{name} does not take an access token, got in either way");
        assert!(
            !is_gated || operation["responses"]["401"].is_object(),
            "{name} does not say what is answered to whom it does not know"
        );
        assert_eq!(for_verified, operation["responses"]["403"].is_object(), "{name}: the role goes with 403");
    }
}

#[test]
fn every_operation_but_those_that_do_without_the_database_may_find_it_away() {
    let document = whole();
    let operations = operations(&document);
    let away = json!({"$ref": "#/components/responses/Unavailable"});
    let mut without: Vec<_> = [WITHOUT_DATABASE, OF_THE_SERVICE].concat();
    for (name, operation) in operations {
        let place = without.iter().position(|id| operation["operationId"] == *id);
        assert_eq!(place.is_none(), operation["responses"]["503"] == away, "{name}");
        place.map(|place| without.remove(place));
    }
    assert_eq!(without, [""; 0], "these are no operations");
}

/// The errors whose bodies are prescribed by their clients: OAuth's own (RFC 6749, section 5.2) where it has a word for them, and the
/// report that probes read.
const PRESCRIBED: [(&str, &str, &str); 3] = [
    ("post /auth/token", "400", "OAuthError"),
    ("post /auth/revoke", "400", "OAuthError"),
    ("get /health/ready", "503", "ReadinessReport"),
];

#[test]
fn every_answer_is_described_has_the_request_id_and_is_a_problem_where_it_is_an_error() {
    let document = whole();
    for (name, operation) in operations(&document) {
        for (status, answer) in operation["responses"].as_object().expect("answers") {
            let answer = resolved(&document, answer);
            assert!(is_text(&answer["description"]), "{name}: {status} is not described");
            assert!(answer["headers"]["X-Request-Id"].is_object(), "{name}: {status} has no request id");
            let content = answer["content"].as_object().cloned().unwrap_or_default();
            let is_error = status.as_str() >= "400";
            let is_page = content.len() == 1 && content.contains_key("text/html");
            if let Some((.., schema)) = PRESCRIBED.iter().find(|(whose, which, _)| *whose == name && *which == status) {
                let kinds: Vec<_> = content.iter().map(|(kind, content)| (kind.as_str(), &content["schema"]["$ref"])).collect();
                assert_eq!(kinds, [("application/json", &json!(format!("#/components/schemas/{schema}")))], "{name}");
                continue;
            }
            let schema = content.get("application/problem+json").map(|content| &content["schema"]["$ref"]);
            let expected = json!("#/components/schemas/Problem");
            assert_eq!(schema, (is_error && !is_page).then_some(&expected), "{name}: {status}");
        }
    }
}

#[test]
fn every_body_has_an_example_and_every_example_is_as_its_schema_says() {
    let document = whole();
    let mut checked = 0;
    for (place, content) in bodies(&document) {
        let examples = examples(&document, content);
        assert!(!examples.is_empty(), "{place} has no example");
        for example in examples {
            assert_is_valid(&document, &content["schema"], &example, &place);
            checked += 1;
        }
    }
    for (name, schema) in document["components"]["schemas"].as_object().expect("schemas") {
        for example in schema["examples"].as_array().into_iter().flatten() {
            assert_is_valid(&document, schema, example, name);
        }
    }
    assert!(checked > 40, "the examples have been found");
}

#[test]
fn an_endpoint_of_oauth_answers_to_what_it_cannot_read_as_oauth_prescribes() {
    let document = whole();
    let is_of_oauth = |name: &str| PRESCRIBED.iter().any(|(whose, _, schema)| *whose == name && *schema == "OAuthError");
    for (name, operation) in operations(&document).into_iter().filter(|(name, _)| is_of_oauth(name)) {
        let statuses: Vec<_> = operation["responses"].as_object().expect("answers").keys().collect();
        assert_eq!(statuses, ["200", "400", "408", "413", "429", "500", "503"], "{name}");
    }
}

#[test]
fn the_tools_of_oauth_find_the_token_endpoint() {
    let document = whole();
    let flow = &document["components"]["securitySchemes"]["oauth"]["flows"]["password"];
    assert_eq!(*flow, json!({"tokenUrl": "/auth/token", "refreshUrl": "/auth/token", "scopes": {}}));
    assert!(document["paths"]["/auth/token"]["post"].is_object());
}

#[test]
fn every_link_leads_to_an_operation() {
    let document = whole();
    let operations = operations(&document);
    let ids: BTreeSet<_> = operations.iter().map(|(_, operation)| operation["operationId"].to_string()).collect();
    let answers = operations.iter().flat_map(|(_, operation)| operation["responses"].as_object().expect("answers").values());
    let links: Vec<_> = answers.filter_map(|answer| answer["links"].as_object()).flat_map(|links| links.values()).collect();
    for link in &links {
        assert!(ids.contains(&link["operationId"].to_string()), "{link}");
    }
    assert!(!links.is_empty(), "the links have been found");
}

fn whole() -> Value {
    serde_json::to_value(document()).expect("the document is JSON")
}

/// Every operation, and what it is called.
fn operations(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().expect("paths");
    let of_path = |path: &str| {
        let operations = paths[path].as_object().expect("operations");
        operations.iter().map(|(method, operation)| (format!("{method} {path}"), operation)).collect::<Vec<_>>()
    };
    paths.keys().flat_map(|path| of_path(path)).collect()
}

/// The content of every body of JSON, of requests and of answers, and where it stands.
fn bodies(document: &Value) -> Vec<(String, &Value)> {
    let mut bodies = Vec::new();
    for (name, operation) in operations(document) {
        let answers = operation["responses"].as_object().expect("answers").values().map(|answer| resolved(document, answer));
        for body in answers.chain([&operation["requestBody"]]) {
            let contents = body["content"].as_object().into_iter().flatten();
            bodies.extend(contents.filter(|(kind, _)| kind.ends_with("json")).map(|(_, content)| (name.clone(), content)));
        }
    }
    bodies
}

/// The examples of a body: its own, or those of its schema.
fn examples(document: &Value, content: &Value) -> Vec<Value> {
    let own: Vec<_> = content.get("example").into_iter().cloned().collect();
    let named = content["examples"].as_object().into_iter().flat_map(|examples| examples.values());
    let own: Vec<_> = own.into_iter().chain(named.map(|example| example["value"].clone())).collect();
    if !own.is_empty() {
        return own;
    }
    let schema = resolved(document, &content["schema"]);
    if schema["type"] == "array" {
        let items = resolved(document, &schema["items"]);
        return items["examples"].as_array().into_iter().flatten().map(|item| json!([item])).collect();
    }
    schema["examples"].as_array().cloned().unwrap_or_default()
}

#[track_caller]
fn assert_is_valid(document: &Value, schema: &Value, example: &Value, place: &str) {
    let schema = json!({"allOf": [schema], "components": document["components"]});
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).expect("a schema");
    let complaints: Vec<_> = validator.iter_errors(example).map(|error| error.to_string()).collect();
    assert_eq!(complaints, [""; 0], "{place}: {example}");
}

/// What a reference within the document refers to, or the thing itself.
fn resolved<'a>(document: &'a Value, thing: &'a Value) -> &'a Value {
    match thing["$ref"].as_str().and_then(|reference| reference.strip_prefix('#')) {
        Some(pointer) => document.pointer(pointer).unwrap_or_else(|| panic!("{pointer} is not there")),
        None => thing,
    }
}

fn names(tags: &Value) -> Vec<Value> {
    tags.as_array().expect("tags").iter().map(|tag| tag["name"].clone()).collect()
}

fn is_text(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.is_empty())
}
