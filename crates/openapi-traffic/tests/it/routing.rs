//! Tests which operation a path belongs to.

use located::Source;
use openapi_traffic::Routes;
use serde_json::json;

#[test]
fn the_longest_template_names_the_operation() {
    let spec = json!({ "paths": {
        "/connections": { "get": { "operationId": "all" } },
        "/connections/count": { "get": { "operationId": "count" } },
        "/connections/{id}": {
            "get": { "operationId": "one" }, "delete": { "operationId": "drop" }
        },
        "/domains/{domain}/connections": { "get": { "operationId": "some" } },
    } });
    let routes = Routes::read(Source::new("spec.json", spec.to_string())).unwrap();
    let id = |method, path| {
        let found = routes.find_below_any_base(path).into_iter();
        let mut found = found.filter(|it| it.route.method == method);
        found.next().and_then(|it| it.route.operation_id.clone())
    };
    for (method, path, expected) in [
        ("GET", "/connections", Some("all")),
        ("GET", "/any/base/connections", Some("all")),
        ("GET", "/v2/connections/count", Some("count")),
        // The literal path goes before the named one, whatever its methods are.
        ("DELETE", "/v2/connections/count", None),
        ("DELETE", "/v2/connections/7", Some("drop")),
        ("GET", "/v2/connections/7", Some("one")),
        ("GET", "/v2/domains/d/connections", Some("some")),
        ("POST", "/v2/domains/d/connections", None),
        ("GET", "/v2/connections/", None),
        ("GET", "/v2/other", None),
    ] {
        assert_eq!(id(method, path).as_deref(), expected, "{method} {path}");
    }
}
