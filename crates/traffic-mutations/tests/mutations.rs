//! Mutations of exchanges of a library of books, whose document is not the project's.

use std::collections::BTreeSet;
use std::path::Path;

use http_recording::Recording;
use located::Source;
use openapi_traffic::{Relations, Spec};
use serde_json::{Value, json};
use traffic_mutations::{
    By, Claims, Compared, Floors, Free, Operator, Recorded, Report, Score, edits, evidence,
    mutated, read, score,
};

const BOOKS: &str = "
openapi: 3.0.3
info: {title: Books, version: '1'}
paths:
  /shelves/{shelf}/books:
    parameters:
      - {name: shelf, in: path, required: true, schema: {type: string, minLength: 1}}
    get:
      operationId: list_books
      parameters:
        - {name: limit, in: query, schema: {type: integer}}
        - {name: author, in: query, schema: {type: string}}
      responses:
        '200':
          description: The books.
          content:
            application/json:
              schema: {type: array, items: {$ref: '#/components/schemas/Book'}}
        '404': {description: No such shelf.}
    post:
      operationId: add_book
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: '#/components/schemas/Book'}}}
      responses:
        '201': {description: Added.}
        4XX: {description: Refused.}
components:
  schemas:
    Book:
      type: object
      required: [title]
      x-always-present: [pages]
      properties:
        title: {type: string}
        shelf: {type: string}
        binding: {type: string, x-extensible-enum: [hard, soft]}
        pages: {type: integer, minimum: 1}
        added: {type: string, pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'}
        isbn: {anyOf: [{type: string}, {type: integer}]}
        extra: {description: Anything.}
        publisher:
          type: object
          properties: {name: {type: string}}
";
const RELATIONS: &str = "
- id: books-are-of-the-shelf
  says: A book stands on the shelf that was asked for.
  exchange: list_books 200
  each: response
  assert: it.shelf = path.shelf
";

fn spec() -> Spec {
    Spec::load(Source::new("books.yaml", BOOKS.to_owned())).expect("a document")
}

fn list(origin: &str, books: Value) -> Value {
    json!({
        "format": 1,
        "meta": {"origin": origin},
        "request": {
            "method": "GET", "path": "/shelves/{shelf}/books", "params": {"shelf": "a"},
            "query": {"limit": 5}, "headers": {"accept": "application/json"}
        },
        "response": {
            "status": 200, "headers": {"content-type": "application/json"}, "body": books
        }
    })
}

fn book() -> Value {
    json!({
        "title": "Emma", "shelf": "a", "binding": "hard", "pages": 474, "added": "2024-05-01",
        "isbn": "9780141439587", "extra": [1], "publisher": {"name": "Murray"}
    })
}

fn added(status: u16) -> Value {
    json!({
        "format": 1,
        "meta": {"origin": "captured"},
        "request": {
            "method": "POST", "path": "/shelves/{shelf}/books", "params": {"shelf": "a"},
            "headers": {"content-type": "application/json"}, "body": {"title": "Emma", "pages": 5}
        },
        "response": {"status": status}
    })
}

/// Recordings as they are read from files.
fn recorded(recordings: &[Value]) -> Vec<Recorded> {
    let folder = tempfile::tempdir().expect("a folder");
    for (number, recording) in recordings.iter().enumerate() {
        let file = folder.path().join(format!("{number}.json"));
        std::fs::write(file, recording.to_string()).expect("written");
    }
    read(&[folder.path().to_owned()]).expect("recordings")
}

fn scored(recordings: &[Value]) -> Score {
    let spec = spec();
    let by = By {
        spec: &spec,
        relations: None,
        reader: None,
    };
    score(by, &recorded(recordings)).expect("a score")
}

fn row(score: &Score, operator: Operator) -> traffic_mutations::Counts {
    let mut rows = score.operators.iter();
    rows.find(|row| row.operator == operator)
        .expect("a row")
        .counts
}

#[test]
fn every_operator_finds_something_to_mutate() {
    let nothing = json!({
        "format": 1, "meta": {"origin": "captured"},
        "request": {"method": "GET", "path": "/"}, "response": {"status": 204}
    });
    let all = [list("captured", json!([book()])), added(201), nothing];
    let used: BTreeSet<Operator> = all
        .iter()
        .map(|it| Recording::new(it.clone(), Vec::new()).expect("a recording"))
        .flat_map(|it| edits(&it))
        .map(|edit| edit.operator)
        .collect();
    let unused: Vec<_> = Operator::ALL
        .iter()
        .filter(|it| !used.contains(*it))
        .collect();
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn a_mutation_changes_the_recording_in_the_place_that_it_names_and_nowhere_else() {
    let json = list("captured", json!([book()]));
    let recording = Recording::new(json.clone(), Vec::new()).expect("a recording");
    let whole = |recording: &Recording| serde_json::to_value(recording).expect("encodes");
    for edit in edits(&recording) {
        let mut after = whole(&mutated(&json, &edit).expect("a recording"));
        let mut before = whole(&recording);
        assert_ne!(before, after, "{edit:?}");
        // What is no JSON moves from `body` to `text`.
        let place = edit.written.replace("/response/text", "/response");
        let (parent, name) = place.rsplit_once('/').expect("a pointer");
        for side in [&mut before, &mut after] {
            match side.pointer_mut(parent) {
                Some(Value::Object(members)) => drop(members.remove(name)),
                Some(Value::Array(items)) => items.clear(),
                other => panic!("{edit:?}: {other:?}"),
            }
        }
        assert_eq!(before, after, "{edit:?}");
    }
}

#[test]
fn two_runs_give_the_same_score() {
    let recordings = [list("captured", json!([book(), book()])), added(201)];
    let text = |score: &Score| serde_json::to_string(score).expect("encodes");
    // Apart from the folder, which is another each time.
    let [first, second] = [(), ()].map(|()| {
        let mut score = scored(&recordings);
        for survivor in &mut score.survivors {
            survivor.first = survivor
                .first
                .rsplit('/')
                .next()
                .unwrap_or_default()
                .to_owned();
        }
        text(&score)
    });
    assert_eq!(first, second);
}

#[test]
fn the_document_detects_what_it_claims_and_nothing_else() {
    let score = scored(&[list("captured", json!([book()]))]);
    let survived = |operator| row(&score, operator).survived;
    // `pages` has `minimum: 1`, and nothing claims what is in `extra`.
    assert_eq!(row(&score, Operator::NumberNegated).document, 1);
    // `title` and `pages`; the other seven may be missing.
    assert_eq!(row(&score, Operator::PropertyDropped).document, 2);
    assert_eq!(survived(Operator::PropertyDropped), 7);
    assert_eq!(survived(Operator::TimeImpossible), 1);
    assert_eq!(row(&score, Operator::TimeReformatted).document, 1);
    let survivor = score
        .survivors
        .iter()
        .find(|it| it.operator == Operator::TimeImpossible);
    let claim = survivor.and_then(|it| it.claim.clone()).expect("a place");
    assert_eq!(claim.pointer, "/components/schemas/Book/properties/added");
    assert_eq!((claim.file.as_str(), claim.line), ("books.yaml", 39));
}

#[test]
fn a_relation_and_a_reader_detect_what_the_document_does_not() {
    let spec = spec();
    let relations = Source::new("relations.yaml", RELATIONS.to_owned());
    let relations = Relations::load(relations, &spec).expect("relations");
    let reader = |operation: &str, recording: &Recording| {
        assert_eq!(operation, "list_books");
        let title = recording
            .response
            .body
            .as_ref()
            .and_then(|it| it.pointer("/0/title"));
        title.and_then(Value::as_str).is_some_and(str::is_empty)
    };
    let by = By {
        spec: &spec,
        relations: Some(&relations),
        reader: Some(&reader),
    };
    let score = score(by, &recorded(&[list("captured", json!([book()]))])).expect("a score");
    let words = row(&score, Operator::StringReworded);
    // `binding` and `added` by the document, `shelf` by the relation; `title`, `isbn`, and the
    // publisher's name are free.
    assert_eq!((words.document, words.relations, words.free), (2, 1, 3));
    assert_eq!(row(&score, Operator::ParameterChanged).relations, 1);
    assert_eq!(row(&score, Operator::StringEmptied).reader, 1);
}

#[test]
fn what_nothing_could_detect_has_a_class_by_rule() {
    let excerpt = {
        let mut recording = list("captured", json!([{"title": "Emma"}]));
        recording["meta"]["excerpt"] = json!(["response"]);
        recording
    };
    let book = list("captured", json!([book()]));
    let table = [
        // Strings of `title`, `shelf`, `isbn` and the publisher, and what is in `extra`.
        (&book, Operator::StringReworded, Free::Text, 4),
        (&book, Operator::NumberNext, Free::Measure, 2),
        // `isbn`, and all of `extra`.
        (&book, Operator::ToNumber, Free::OtherType, 2),
        (&book, Operator::QueryDropped, Free::Optional, 1),
        (&book, Operator::HeaderChanged, Free::Unlisted, 1),
        (&added(400), Operator::ToNull, Free::Refused, 3),
        (&added(201), Operator::PropertyDropped, Free::Optional, 1),
    ];
    for (recording, operator, class, count) in table {
        let score = scored(std::slice::from_ref(recording));
        assert_eq!(row(&score, operator).free, count, "{operator:?}");
        assert!(score.free.contains_key(&class), "{class:?}");
    }
    let score = scored(&[excerpt]);
    assert!(score.free.contains_key(&Free::Excerpt));
}

#[test]
fn a_recording_with_findings_is_not_mutated() {
    let spec = spec();
    let by = By {
        spec: &spec,
        relations: None,
        reader: None,
    };
    let wrong = recorded(&[list("captured", json!([{"title": 5}]))]);
    let error = score(by, &wrong).expect_err("it has findings").to_string();
    assert!(
        error.contains("0.json: the recording itself has findings"),
        "{error}"
    );
}

#[test]
fn recordings_that_must_be_refused_are_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |file: &str, recording: &Value| {
        let file = folder.path().join(file);
        std::fs::create_dir_all(file.parent().unwrap_or(Path::new(""))).expect("a folder");
        std::fs::write(file, recording.to_string()).expect("written");
    };
    write("good.json", &added(201));
    write("negative/bad.json", &added(999));
    assert_eq!(
        read(&[folder.path().to_owned()]).expect("recordings").len(),
        1
    );
}

#[test]
fn claims_without_a_recording_of_real_traffic_are_listed() {
    let recordings = [
        list(
            "captured",
            json!([{"title": "Emma", "binding": "hard", "pages": 474}]),
        ),
        list("synthetic", json!([book()])),
    ];
    let spec = spec();
    let found = evidence(&spec, &recorded(&recordings)).expect("evidence");
    let found: Vec<_> = found
        .untested
        .iter()
        .map(|it| (it.kind, it.claim.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            (Claims::Parameter, "author"),
            (Claims::Status, "GET /shelves/{shelf}/books 404"),
            (Claims::Status, "POST /shelves/{shelf}/books 201"),
            (Claims::Status, "POST /shelves/{shelf}/books 4XX"),
            (Claims::Property, "shelf"),
            (Claims::Property, "added"),
            (Claims::Property, "isbn"),
            (Claims::Property, "extra"),
            (Claims::Property, "publisher"),
            (Claims::Value, "soft"),
            (Claims::Bound, "minimum: 1"),
            (Claims::Pattern, "pattern"),
            (Claims::Type, "string"),
            (Claims::Type, "integer"),
            (Claims::Property, "name"),
        ]
    );
}

#[test]
fn a_claim_is_seen_through_another_that_is_contradicted_with_it() {
    let spec = spec();
    let found = evidence(&spec, &recorded(&[list("captured", json!([book()]))])).expect("evidence");
    // `name` stands in `publisher`; both are contradicted in one go.
    let properties = found
        .untested
        .iter()
        .filter(|it| it.kind == Claims::Property);
    assert_eq!(properties.count(), 0);
}

#[test]
fn a_score_below_its_floor_falls_and_one_above_it_rises() {
    let score = scored(&[list("captured", json!([book()]))]);
    let floors = Floors::of(&score, &[]);
    assert_eq!(floors.compare(&score, &[]), Compared::default());
    let edited = |before: &str, after: &str| {
        let text = floors.written();
        assert!(text.contains(before), "{text}");
        let source = Source::new("floors.yaml", text.replace(before, after));
        let floors = Floors::load(source).map_err(|error| error.to_string());
        floors.map(|it| it.compare(&score, &[]))
    };
    assert_eq!(
        edited("  to-null: 100.0\n", "  to-null: 100.0\n"),
        Ok(Compared::default())
    );
    let fell = |it: Compared| it.fell;
    assert_eq!(
        edited("  property-dropped: 22.2\n", "  property-dropped: 22.3\n").map(fell),
        Ok(vec![
            "property-dropped: 22.2 %, the floor is 22.3 %".to_owned()
        ])
    );
    assert_eq!(
        edited("  property-dropped: 22.2\n", "  property-dropped: 9\n").map(|it| it.rose),
        Ok(vec![
            "property-dropped: 22.2 %, the floor is 9.0 %".to_owned()
        ])
    );
    assert_eq!(
        edited("  to-null: 100.0\n", "").map(fell),
        Ok(vec!["to-null: has no floor".to_owned()])
    );
    assert_eq!(
        edited("untested: 0", "untested: 3").map(|it| it.rose),
        Ok(vec!["untested claims: 0, at most 3".to_owned()])
    );
    let error = edited("  to-null:", "  to-nil:").expect_err("there is no such operator");
    assert!(
        error.contains("there is no operator of this name"),
        "{error}"
    );
}

#[test]
fn the_page_shows_names_as_they_are() {
    let score = scored(&[list("captured", json!([book()]))]);
    let spec = spec();
    let evidence = evidence(&spec, &recorded(&[added(201)])).expect("evidence");
    let report = Report::new("<b>.yaml", 1, score, evidence, Compared::default());
    let page = report.html();
    assert!(page.contains("<h1>&lt;b&gt;.yaml</h1>") && !page.contains("<b>"));
    for row in &report.score.operators {
        assert!(
            page.contains(row.operator.name()) && report.table(false).contains(row.operator.name())
        );
    }
}
