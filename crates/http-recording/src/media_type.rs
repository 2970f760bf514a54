//! Media types: what the field `content-type` names.

/// A media type without its parameters, in lower case.
///
/// ```
/// use http_recording::media_type::essence;
///
/// assert_eq!(essence("Text/CSV; charset=utf-8"), "text/csv");
/// ```
pub fn essence(media_type: &str) -> String {
    let essence = media_type.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

/// Whether bodies of a media type without parameters are JSON (MIME Sniffing Standard, "JSON MIME
/// type").
///
/// ```
/// use http_recording::media_type::is_json;
///
/// assert!(is_json("application/json") && is_json("application/problem+json"));
/// assert!(!is_json("application/x-ndjson"));
/// ```
pub fn is_json(essence: &str) -> bool {
    matches!(essence, "application/json" | "text/json") || essence.ends_with("+json")
}

/// Whether bodies of a media type without parameters are XML (MIME Sniffing Standard, "XML MIME
/// type").
///
/// ```
/// use http_recording::media_type::is_xml;
///
/// assert!(is_xml("text/xml") && is_xml("image/svg+xml"));
/// assert!(!is_xml("text/html"));
/// ```
pub fn is_xml(essence: &str) -> bool {
    essence.ends_with("/xml") || essence.ends_with("+xml")
}

/// A media type without parameters and the ranges that cover it, narrowest first.
///
/// ```
/// use http_recording::media_type::ranges;
///
/// assert_eq!(ranges("text/csv"), ["text/csv", "text/*", "*/*"]);
/// ```
pub fn ranges(essence: &str) -> [String; 3] {
    let class = essence.split('/').next().unwrap_or_default();
    [essence.to_owned(), format!("{class}/*"), "*/*".to_owned()]
}

/// The parameters of a media type or another header, unquoted, with their names in lower case.
///
/// ```
/// use http_recording::media_type::parameters;
///
/// let found = parameters(r#"multipart/form-data; Boundary="a;b""#);
/// assert_eq!(found, [("boundary".to_owned(), "a;b".to_owned())]);
/// ```
pub fn parameters(header: &str) -> Vec<(String, String)> {
    let mut parameters = Vec::new();
    let mut rest = header.split_once(';').map_or("", |(_, rest)| rest);
    while !rest.is_empty() {
        let end = rest.find(['=', ';']).unwrap_or(rest.len());
        let name = rest[..end].trim().to_ascii_lowercase();
        let mut value = String::new();
        rest = &rest[end..];
        if let Some(after) = rest.strip_prefix('=') {
            let (read, length) = parameter_value(after);
            value = read;
            rest = &after[length..];
        }
        if !name.is_empty() {
            parameters.push((name, value));
        }
        rest = rest.split_once(';').map_or("", |(_, rest)| rest);
    }
    parameters
}

/// A token or a quoted string (RFC 9110, section 5.6.6), unquoted, and its length as written.
fn parameter_value(text: &str) -> (String, usize) {
    let start = text.len() - text.trim_start().len();
    let Some(inside) = text[start..].strip_prefix('"') else {
        let end = text.find(';').unwrap_or(text.len());
        return (text[..end].trim().to_owned(), end);
    };
    let mut value = String::new();
    let mut escaped = false;
    for (at, it) in inside.char_indices() {
        match it {
            '\\' if !escaped => escaped = true,
            '"' if !escaped => return (value, start + 1 + at + 1),
            _ => {
                value.push(it);
                escaped = false;
            }
        }
    }
    (value, text.len())
}
