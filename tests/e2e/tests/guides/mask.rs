use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// What is printed, line by line, but for what differs from one run to the next. An id or a time is named by its kind and its place
/// among those of its kind, so that the same one has the same name wherever it stands; of a token, little is shown. Headers are put in
/// order, for they have none.
pub fn masked(printed: &str) -> Vec<String> {
    let mut lines: Vec<&str> = printed.lines().collect();
    for run in lines.chunk_by_mut(|one, other| is_header(one) && is_header(other)) {
        run.sort_unstable();
    }
    let mut seen = Seen::default();
    lines.into_iter().map(|line| mask_line(line, &mut seen)).collect()
}

fn is_header(line: &str) -> bool {
    let name = line.split_once(": ").map_or("", |(name, _)| name);
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
}

/// What has been seen so far, in order.
#[derive(Default)]
struct Seen {
    ids: Vec<String>,
    times: Vec<String>,
}

impl Seen {
    fn name_of(&mut self, word: &str, field: &str) -> String {
        let place = |words: &mut Vec<String>| {
            words.iter().position(|other| other == word).unwrap_or_else(|| {
                words.push(word.to_owned());
                words.len() - 1
            })
        };
        if is_uuid(word) {
            format!("id-{}", place(&mut self.ids))
        } else if OffsetDateTime::parse(word, &Rfc3339).is_ok() {
            format!("time-{}", place(&mut self.times))
        } else if word.starts_with("eyJ") || field == "refresh_token" {
            // Access tokens and cursors begin with an object of JSON in base64.
            "token".to_owned()
        } else {
            word.to_owned()
        }
    }
}

/// The line with its words masked; a field's name is the word before its value.
fn mask_line(line: &str, seen: &mut Seen) -> String {
    let (mut masked, mut field) = (String::new(), "");
    for piece in line.split_inclusive(|character| !is_part_of_word(character)) {
        let word = piece.trim_end_matches(|character| !is_part_of_word(character));
        if word.contains(|character: char| character.is_ascii_alphanumeric()) {
            masked.push_str(&seen.name_of(word, field));
            field = word;
        } else {
            masked.push_str(word);
        }
        masked.push_str(&piece[word.len()..]);
    }
    masked
}

fn is_part_of_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || "-_.:+…".contains(character)
}

fn is_uuid(word: &str) -> bool {
    let groups: Vec<&str> = word.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && word.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

#[test]
fn the_same_id_has_the_same_name_and_a_token_has_none() {
    let printed = "HTTP/1.1 201 Created\n\
        location: /books/01a1f9bd-4d4b-7235-bda4-3d0a66e45b39\n\
        etag: \"1\"\n\
        {\"id\":\"01a1f9bd-4d4b-7235-bda4-3d0a66e45b39\",\"at\":\"2026-11-20T16:14:55.307219Z\",\"refresh_token\":\"a_b…\",\"n\":1}\n\
        link: </books?cursor=eyJz-_…&id=01a1f9bd-4d9d-766a-bbc9-851a203a9b6a>";
    let expected = [
        "HTTP/1.1 201 Created",
        "etag: \"1\"",
        "location: /books/id-0",
        "{\"id\":\"id-0\",\"at\":\"time-0\",\"refresh_token\":\"token\",\"n\":1}",
        "link: </books?cursor=token&id=id-1>",
    ];
    assert_eq!(masked(printed), expected);
}
