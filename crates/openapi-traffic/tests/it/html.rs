//! Tests the HTML report in a browser: complete, without network, never wider than the window, with
//! working filters and keyboard shortcuts.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::bench::{Bench, SPEC, with_body};

/// Two kinds of errors, one of them three times, and a warning, with long names.
fn page() -> (Bench, String) {
    let bench = Bench::new();
    let long = "averyveryverylong-".repeat(3) + "name";
    bench
        .write("spec.yaml", SPEC)
        .write(
            "recordings/a.json",
            &with_body(&format!(
                r#"[{{"name": 1, "size": "x"}}, {{"name": 2}}, {{"name": 3, "{long}": 1}}]"#
            )),
        )
        .write(
            "recordings/long.har",
            &json!({"log": {"version": "1.2", "entries": [{
                "request": {"method": "GET", "url": "https://api.acme.example/trunks"},
                "response": {
                    "status": 200,
                    "headers": [{"name": "Content-Type", "value": "application/json"}],
                    "content": {"mimeType": "application/json", "text": "[{\"size\": 1.5}]"},
                },
            }]}})
            .to_string(),
        )
        .write(
            "recordings/<script>alert(1)</script>.json",
            &with_body(r#"[{"name": "a", "<img src=x onerror=alert(1)>": 1}]"#),
        );
    let run = bench.validate(["--spec", "spec.yaml", "recordings", "--format", "html"]);
    assert_eq!(run.code, 1, "{run:?}");
    (bench, run.stdout)
}

#[test]
fn the_page_asks_for_nothing_else() {
    let (_bench, page) = page();
    assert!(page.contains(
        "content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'\""
    ));
    for asks in [
        "http://", "https://", "src=", "url(", "@import", "fetch(", "<link",
    ] {
        assert!(!page.contains(asks), "{asks}");
    }
    let leads: Vec<_> = page
        .match_indices("href=\"")
        .map(|(at, it)| &page[at + it.len()..])
        .collect();
    assert!(leads.len() > 3 && leads.iter().all(|it| it.starts_with('#')));
}

#[test]
fn names_of_files_and_fields_are_text_in_the_page() {
    let (_bench, page) = page();
    assert_eq!(page.matches("<script>").count(), 1, "only its own");
    assert!(!page.contains("<img"));
    assert!(page.contains("recordings/&lt;script&gt;alert(1)&lt;/script&gt;.json:8:"));
}

#[test]
fn a_finding_is_complete_in_the_page() {
    let bench = Bench::new();
    bench
        .write("spec.yaml", SPEC)
        .write("a.json", &with_body("[{\"name\": 1}]"));
    let run = bench.validate(["--spec", "spec.yaml", "a.json", "--format", "html"]);
    let start = run.stdout.find("<ol class=\"findings\">").expect("a list");
    let end = run
        .stdout
        .find("<details class=\"why\">")
        .expect("an explanation");
    assert_eq!(
        &run.stdout[start..end],
        "<ol class=\"findings\">
<li data-severity=\"error\" data-code=\"NSV220\" data-exchange=\"GET /trunks 200\">
<details open class=\"error\">
<summary><span class=\"tags\"><b class=\"tag\">error</b> <code>NSV220</code> \
<code>GET /trunks 200</code></span> <span class=\"message\"><code>[].name</code> has the wrong \
type</span></summary>
<div class=\"windows\">
<figure>
<figcaption><b>The spec</b> <code>spec.yaml:24:11</code> \
<code class=\"pointer\">#/components/schemas/Trunk/properties/name/type</code></figcaption>
<pre tabindex=\"0\" aria-label=\"The spec\"><span class=\"no\">22</span>properties:
<span class=\"no\">23</span>  name:
<span class=\"no\">24</span>    <mark>type: string</mark>
</pre>
<p class=\"label\"><b>expected</b> string</p>
</figure>
<figure>
<figcaption><b>The traffic</b> <code>a.json:8:15</code> \
<code class=\"pointer\">#/response/body/0/name</code></figcaption>
<pre tabindex=\"0\" aria-label=\"The traffic\"><span class=\"no\">6</span>\
&quot;status&quot;: 200,
<span class=\"no\">7</span>&quot;headers&quot;: \
{&quot;content-type&quot;: &quot;application/json&quot;},
<span class=\"no\">8</span>&quot;body&quot;: [{<mark>&quot;name&quot;: 1</mark>}]
</pre>
<p class=\"label\"><b>seen</b> integer 1</p>
</figure>
</div>
"
    );
}

#[test]
fn the_evidence_is_a_tree_that_says_by_what() {
    let bench = Bench::new();
    bench
        .write("spec.yaml", SPEC)
        .write(
            "a.json",
            &with_body("[{\"name\": \"a\"}]").replace("synthetic", "captured"),
        )
        .write("b.json", &with_body("[{\"name\": \"a\", \"size\": 1}]"));
    let run = bench.validate([
        "--spec",
        "spec.yaml",
        "a.json",
        "b.json",
        "--format",
        "html",
    ]);
    let start = run.stdout.find("<h3>Schemas</h3>").expect("a tree");
    let end = start + run.stdout[start..].find("</section>").expect("an end");
    assert_eq!(
        &run.stdout[start..end],
        "<h3>Schemas</h3>
<ul class=\"tree\">
<li data-verdict=\"supported\"><details open><summary><code>Trunk</code> \
<span class=\"verdict supported\">supported (captured)</span> <small>×2, first in a.json\
</small></summary>
<ul>
<li data-verdict=\"supported\"><div class=\"leaf\"><code>name</code> \
<span class=\"verdict supported\">supported (captured)</span> \
<small>2 of 2, string, first in a.json</small></div></li>
<li data-verdict=\"illustrated\"><div class=\"leaf\"><code>size</code> \
<span class=\"verdict illustrated\">illustrated (synthetic)</span> \
<small>1 of 2, integer, first in b.json</small></div></li>
<li data-verdict=\"never-seen\"><div class=\"leaf\"><code>password</code> \
<span class=\"verdict never-seen\">never seen</span></div></li>
</ul></details></li>
</ul>
"
    );
    let next = run
        .stdout
        .find("<h2>What to record next</h2>")
        .expect("a list");
    assert!(run.stdout[next..].contains(
        "<li>Trunk: size <small>known so far: only \
         synthetic</small></li>"
    ));
}

/// A headless Chromium, where one is installed.
fn chromium() -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    let names = ["chromium", "chromium-browser", "google-chrome"];
    std::env::split_paths(&folders)
        .flat_map(|folder| names.map(|name| folder.join(name)))
        .find(|path| path.is_file())
}

/// What a page writes into `#result` when it is loaded.
fn result_of(chromium: &Path, folder: &Path, page: &str) -> Value {
    let file = folder.join("harness.html");
    fs::write(&file, page).expect("a file");
    let dom = fs::File::create(folder.join("dom.html")).expect("a file");
    let mut child = Command::new(chromium)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--virtual-time-budget=5000",
            "--dump-dom",
        ])
        .arg(format!(
            "--user-data-dir={}",
            folder.join("profile").display()
        ))
        .arg(format!("file://{}", file.display()))
        .stdout(dom)
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("Chromium starts");
    let started = Instant::now();
    while child.try_wait().expect("it can be asked").is_none() {
        if started.elapsed() > Duration::from_secs(120) {
            child.kill().expect("it can be ended");
            panic!("Chromium did not end");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let dom = fs::read_to_string(folder.join("dom.html")).expect("it wrote the page");
    let (_, rest) = dom.split_once("<p id=\"result\">").expect("a result");
    let (text, _) = rest.split_once("</p>").expect("its end");
    serde_json::from_str(&text.replace("&quot;", "\"").replace("&amp;", "&"))
        .unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The page in a frame of a width, in a mode, and what a script finds there.
fn in_frame(page: &str, width: u32, mode: &str, script: &str) -> String {
    let page = page
        .replace(
            "<html lang=\"en\">",
            &format!("<html lang=\"en\" data-theme=\"{mode}\">"),
        )
        .replace('&', "&amp;")
        .replace('"', "&quot;");
    format!(
        "<!doctype html><meta charset=utf-8><p id=\"result\"></p>
<iframe id=f style=\"width:{width}px;height:900px;border:0\" srcdoc=\"{page}\"></iframe>
<script>
onload = async () => {{
  const result = document.getElementById('result');
  const w = document.getElementById('f').contentWindow, d = w.document;
  const wait = () => new Promise((done) => setTimeout(done, 20));
  const shown = () => [...d.querySelectorAll('.findings > li:not([hidden])')];
  const set = (id, value) => {{
    d.getElementById(id).value = value;
    d.getElementById(id).dispatchEvent(new w.Event('input', {{bubbles: true}}));
  }};
  const press = (key) => (d.activeElement || d.body).dispatchEvent(
    new w.KeyboardEvent('keydown', {{key, bubbles: true, cancelable: true}}));
  try {{ result.textContent = JSON.stringify(await (async () => {{ {script} }})()); }}
  catch (error) {{ result.textContent = JSON.stringify(String(error)); }}
}};
</script>"
    )
}

macro_rules! chromium_or_return {
    () => {
        match chromium() {
            Some(chromium) => chromium,
            None => return eprintln!("skipped: no Chromium is installed"),
        }
    };
}

#[test]
fn chromium_finds_nothing_wider_than_the_window() {
    let chromium = chromium_or_return!();
    let (bench, page) = page();
    for (width, mode) in [
        (320, "light"),
        (320, "dark"),
        (1440, "light"),
        (1440, "dark"),
    ] {
        let script = "
          for (const it of d.querySelectorAll('details')) it.open = true;
          await wait();
          const wide = [...d.querySelectorAll('body *')].filter((it) => !it.closest('pre') &&
            !it.matches('.skip') && it.getBoundingClientRect().right > w.innerWidth + 0.5);
          return {overflow: Math.max(0, d.documentElement.scrollWidth - w.innerWidth),
            wide: wide.map((it) => it.outerHTML.slice(0, 200)),
            width: w.innerWidth, background: w.getComputedStyle(d.body).backgroundColor};";
        let found = result_of(
            &chromium,
            bench.path(),
            &in_frame(&page, width, mode, script),
        );
        let background = match mode {
            "light" => "rgb(247, 248, 250)",
            _ => "rgb(20, 23, 27)",
        };
        let wanted = json!({"overflow": 0, "wide": [], "width": width, "background": background});
        assert_eq!(found, wanted, "{width} {mode}");
    }
}

#[test]
fn chromium_filters_findings_and_evidence() {
    let chromium = chromium_or_return!();
    let (bench, page) = page();
    let script = "
      const numbers = [shown().length];
      set('severity', 'warning'); numbers.push(shown().length);
      const warnings = shown().every((it) => it.dataset.severity === 'warning');
      set('severity', ''); set('code', 'NSV220'); numbers.push(shown().length);
      set('words', 'WRONG [].size'); numbers.push(shown().length);
      const words = d.getElementById('shown').textContent;
      set('words', 'no such words'); numbers.push(shown().length);
      const none = !d.getElementById('no-match').hidden;
      d.querySelector('button[type=reset]').click(); await wait(); numbers.push(shown().length);
      set('verdict', 'never-seen');
      const leaves = [...d.querySelectorAll('.tree li:not([hidden]) > .leaf > code')]
        .map((it) => it.textContent);
      return {numbers, warnings, words, none, leaves};";
    let found = result_of(
        &chromium,
        bench.path(),
        &in_frame(&page, 1440, "light", script),
    );
    // Errors: `name` three times, `size` twice, and a name that is missing; warnings: two fields
    // that are not documented.
    assert_eq!(
        found,
        json!({
            "numbers": [5, 2, 2, 1, 0, 5], "warnings": true, "words": "1 of 5", "none": true,
            "leaves": ["404", "password"],
        })
    );
}

#[test]
fn chromium_goes_through_the_findings_by_keys() {
    let chromium = chromium_or_return!();
    let (bench, page) = page();
    let script = "
      const at = () => shown().findIndex((it) => it.contains(d.activeElement));
      const places = [at()];
      for (const key of ['j', 'j', 'j', 'k', 'k', 'k']) { press(key); places.push(at()); }
      const before = d.documentElement.dataset.theme; press('t');
      const after = d.documentElement.dataset.theme;
      press('/'); const focus = d.activeElement.id;
      set('words', 'nothing'); press('j'); const typing = d.activeElement.id;
      press('Escape'); await wait();
      return {places, before, after, focus, typing, all: shown().length};";
    let found = result_of(
        &chromium,
        bench.path(),
        &in_frame(&page, 1440, "dark", script),
    );
    assert_eq!(
        found,
        json!({
            "places": [-1, 0, 1, 2, 1, 0, 0], "before": "dark", "after": "light",
            "focus": "words", "typing": "words", "all": 5,
        })
    );
}
