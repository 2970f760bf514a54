//! `--explain`.

use crate::bench::Bench;

#[test]
fn a_code_is_explained() {
    let run = Bench::new().validate(["--explain", "NSV602"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(
        run.stdout.starts_with("NSV602 baseline-unused (error)\n"),
        "{run:?}"
    );
    assert!(
        run.stdout.contains("Delete or correct the entry."),
        "{run:?}"
    );
}

#[test]
fn a_code_is_found_by_its_name() {
    assert!(
        Bench::new()
            .validate(["--explain", "baseline-unused"])
            .stdout
            .starts_with("NSV602 ")
    );
}

#[test]
fn an_unknown_code_is_2_with_the_near_ones() {
    let run = Bench::new().validate(["--explain", "baseline-unusd"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("NSV602 baseline-unused"), "{run:?}");
}

#[test]
fn without_a_code_all_are_listed_in_aligned_columns() {
    let run = Bench::new().validate(["--explain"]);
    assert_eq!(run.code, 0, "{run:?}");
    let column = run
        .stdout
        .lines()
        .next()
        .and_then(|header| header.find("severity"))
        .expect("a header");
    let severities: Vec<_> = run
        .stdout
        .lines()
        .skip(1)
        .map(|line| &line[column..column + 5])
        .collect();
    assert_eq!(
        severities.len(),
        openapi_traffic::Rules::default().all().len()
    );
    assert!(
        severities
            .iter()
            .all(|word| ["error", "warni"].contains(word)),
        "{}",
        run.stdout
    );
}

#[test]
fn list_lists_too() {
    let bench = Bench::new();
    assert_eq!(
        bench.validate(["--explain", "list"]).stdout,
        bench.validate(["--explain"]).stdout
    );
}
