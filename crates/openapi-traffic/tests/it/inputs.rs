//! Tests the inputs of a run (links, pipes, duplicate files), and what makes a run fail.

use crate::bench::{Bench, SPEC, with_body};

fn bench(body: &str) -> Bench {
    let bench = Bench::new();
    bench
        .write("spec.yaml", SPEC)
        .write("recordings/a.json", &with_body(body));
    bench
}

#[test]
fn a_file_given_twice_counts_once() {
    let bench = bench("[{}]");
    for paths in [
        ["recordings", "recordings/a.json"],
        ["recordings/a.json", "recordings"],
        ["recordings/./a.json", "recordings/../recordings/a.json"],
    ] {
        let run = bench.validate([&["--spec", "spec.yaml"], &paths[..]].concat());
        assert_eq!(run.code, 1, "{run:?}");
        assert!(
            run.stdout.contains("1 error, 0 warnings: 1 exchange,"),
            "{run:?}"
        );
    }
}

#[cfg(unix)]
#[test]
fn pipes_devices_and_loops_of_links_in_a_folder_are_skipped() {
    use std::os::unix::fs::symlink;
    let bench = bench("[]");
    let at = |name: &str| bench.path().join("recordings").join(name);
    let made = std::process::Command::new("mkfifo")
        .arg(at("pipe.json"))
        .status()
        .unwrap();
    assert!(made.success());
    symlink("/dev/zero", at("zero.json")).unwrap();
    symlink("..", at("up")).unwrap();
    let run = bench.validate(["--spec", "spec.yaml", "recordings"]);
    assert_eq!(run.code, 0, "{run:?}");
    let skipped = "pipe.json and 1 more: a pipe, a socket or a device";
    assert!(run.stdout.contains(skipped), "{run:?}");
    assert!(run.stdout.contains("up: a link to a folder"), "{run:?}");
    // One that leads back to itself is a file that cannot be read, and hides no other.
    symlink("loop.json", at("loop.json")).unwrap();
    let run = bench.validate(["--spec", "spec.yaml", "recordings"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(
        run.stdout.contains("loop.json") && run.stdout.contains("1 exchange"),
        "{run:?}"
    );
}

/// What `<(…)` of a shell gives is a pipe, which can be read but once.
#[cfg(unix)]
#[test]
fn a_pipe_that_is_named_is_read_to_its_end() {
    let bench = bench("[{}]");
    let program = env!("CARGO_BIN_EXE_openapi-traffic");
    for (spec, paths, exchanges) in [
        ("spec.yaml", "<(cat recordings/a.json)", "1 exchange,"),
        ("<(cat spec.yaml)", "recordings", "1 exchange,"),
        (
            "spec.yaml",
            "<(sleep 0.2; cat recordings/a.json) <(cat recordings/a.json)",
            "2 exchanges,",
        ),
    ] {
        let run = std::process::Command::new("bash")
            .args(["-c", &format!("{program} --spec {spec} {paths}")])
            .current_dir(bench.path())
            .output()
            .unwrap();
        let stdout = String::from_utf8(run.stdout).unwrap();
        assert_eq!(run.status.code(), Some(1), "{spec} {paths}: {stdout}");
        assert!(stdout.contains(exchanges), "{spec} {paths}: {stdout}");
    }
}

#[test]
fn the_names_of_files_that_the_user_gave_are_shown_as_they_are() {
    let bench = bench("[]");
    let spec = "acme-4f9d2c81b7e3-20250304.yaml";
    bench.write(spec, "openapi: 3.1.0\n");
    let run = bench.validate(["--spec", spec, "recordings"]);
    assert_eq!(run.code, 2, "{run:?}");
    let wanted = format!("could not validate: {spec}:1:1: not OpenAPI 3.0");
    assert!(run.stdout.contains(&wanted), "{run:?}");

    bench.write(
        spec,
        &SPEC.replace("type: integer", "type: integer\n          format: odd"),
    );
    let baseline = "known-4f9d2c81b7e3.yaml";
    bench.write(baseline, "- {code: X");
    let run = bench.validate(["--spec", spec, "recordings", "--baseline", baseline]);
    let wanted = format!("not validated: {spec}:27:11: the format `odd` is not known");
    assert!(run.stdout.contains(&wanted), "{run:?}");
    let wanted = format!("could not validate: {baseline}:2:1:");
    assert!(run.stdout.contains(&wanted), "{run:?}");

    // One that a tool made of what it recorded is not, be it one word or several.
    for masked in [
        "4f9d2c81b7e3d0aa.json",
        "(415) 867-5309.json",
        "0044 20 7946 0958.json",
    ] {
        bench.write(masked, "{");
        let run = bench.validate(["--spec", "spec.yaml", masked]);
        assert!(
            run.stdout.contains("could not validate: •••.json:1:"),
            "{run:?}"
        );
    }
}

#[test]
fn warnings_fail_a_run_unless_only_errors_shall() {
    let warning = bench(r#"[{"name": "a", "colour": "red"}]"#);
    let error = bench("[{}]");
    for (bench, fail_on, code) in [
        (&warning, None, 1),
        (&warning, Some("warning"), 1),
        (&warning, Some("error"), 0),
        (&error, Some("error"), 1),
        (&error, Some("nothing"), 2),
    ] {
        let mut arguments = vec!["--spec", "spec.yaml", "recordings"];
        arguments.extend(fail_on.into_iter().flat_map(|it| ["--fail-on", it]));
        let run = bench.validate(arguments);
        assert_eq!(run.code, code, "{fail_on:?}: {run:?}");
    }
}

#[test]
fn a_nullable_that_allows_nothing_is_explained() {
    let bench = bench(r#"[{"name": "a", "peer": null}]"#);
    let spec = SPEC.replace(
        "        password:\n",
        "        peer:\n          nullable: true\n          allOf:\n            \
         - $ref: '#/components/schemas/Peer'\n        password:\n",
    ) + "    Peer:\n      type: object\n";
    bench.write("spec.yaml", &spec);
    let run = bench.validate(["--spec", "spec.yaml", "recordings"]);
    assert_eq!(run.code, 1, "{run:?}");
    let wanted = "`[].peer` is null: `nullable: true` at line 28 affects only a `type` beside it";
    assert!(run.stdout.contains(wanted), "{run:?}");
    // The suggested spelling works.
    let meant = spec.replace(
        "          nullable: true\n          allOf:\n            - $ref: \
         '#/components/schemas/Peer'\n",
        "          anyOf:\n            - $ref: '#/components/schemas/Peer'\n            \
         - enum: [null]\n",
    );
    assert_ne!(meant, spec);
    bench.write("spec.yaml", &meant);
    let run = bench.validate(["--spec", "spec.yaml", "recordings"]);
    assert_eq!(run.code, 0, "{run:?}");
}

/// RFC 8259 knows neither a depth nor a size that is too much.
#[test]
fn a_recording_with_large_json_is_validated_or_skipped_with_its_reason() {
    let bench = Bench::new();
    let deep = "[".repeat(500) + &"]".repeat(500);
    let long = format!(r#"[{{"name": "\ud800", "size": {}}}]"#, "9".repeat(400));
    let line = |body: &str| with_body(body).replace('\n', "") + "\n";
    bench
        .write("spec.yaml", SPEC)
        .write("r/deep.json", &with_body(&deep))
        .write("r/long.json", &with_body(&long))
        .write(
            "r/lines.ndjson",
            &(line(&deep) + &line(&long) + &line("[]")),
        );
    let run = bench.validate(["--spec", "spec.yaml", "r"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(
        run.stdout
            .contains("skipped: r/deep.json and 1 more: JSON nested deeper than 127 levels\n"),
        "{run:?}"
    );
    assert!(run.stdout.contains("clean: 3 exchanges"), "{run:?}");

    // It is deep and no JSON.
    bench.write("broken.json", &with_body(&"[".repeat(500)));
    let run = bench.validate(["--spec", "spec.yaml", "broken.json"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(
        run.stdout.contains("could not validate: broken.json:"),
        "{run:?}"
    );
}
