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
