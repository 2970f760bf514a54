//! Detects the layout of a document, and writes values in that layout.

use located::{Source, pointer};
use serde_json::Value;

/// The widest line that is written where it can be helped.
const WIDTH: usize = 100;

/// How a document is written.
#[derive(Debug)]
pub(crate) struct Layout {
    /// JSON, where every string has double quotes.
    pub(crate) json: bool,
    pub(crate) newline: &'static str,
    /// How many columns a member stands to the right of the object's own key.
    pub(crate) step: usize,
    /// What an indentation is made of.
    tabs: bool,
    /// How many columns an item's dash stands to the right of the array's own key.
    dash: usize,
    /// Which quotes are mostly used.
    quote: char,
    /// What stands between key and value, and between members, of a value on one line.
    colon: &'static str,
    pub(crate) comma: &'static str,
}

impl Layout {
    pub(crate) fn of(source: &Source) -> Layout {
        let text = source.text();
        let json = text
            .trim_start_matches('\u{feff}')
            .trim_start()
            .starts_with(['{', '[']);
        let value = source.value().unwrap_or_default();
        let (mut step, mut dash) = (None, None);
        let mut spaced = (false, false);
        for (at, value) in pointer::values(&value) {
            let Some(key) = source.key_span(&at) else {
                continue;
            };
            let Some(own) = source.span(&at) else {
                continue;
            };
            if own.start >= key.end {
                let between = &text[key.end..own.start];
                spaced.0 |= between.contains(char::is_whitespace) && !between.contains('\n');
            }
            let first = match value {
                Value::Object(members) => members.keys().next().map(|it| pointer::join(&at, it)),
                Value::Array(items) if !items.is_empty() => Some(format!("{at}/0")),
                _ => None,
            };
            let Some(first) = first else { continue };
            let start = source.key_span(&first).or_else(|| source.span(&first));
            let Some(start) = start.map(|it| it.start) else {
                continue;
            };
            if line_start(text, start) == line_start(text, key.start) {
                continue;
            }
            let is_flow = text[own.start..].starts_with(['{', '[']);
            let from = column(text, key.start);
            if value.is_array() && !is_flow {
                let column = indent(text, start);
                dash = dash.or(column.checked_sub(from));
            } else {
                step = step.or(column(text, start).checked_sub(from));
            }
            if step.is_some() && dash.is_some() && spaced.0 {
                break;
            }
        }
        spaced.1 = text.contains(", ");
        let single = text.matches('\'').count() >= text.matches('"').count();
        Layout {
            json,
            newline: if text.contains("\r\n") { "\r\n" } else { "\n" },
            step: step.filter(|it| *it > 0).unwrap_or(2),
            tabs: json && text.contains("\n\t"),
            dash: dash.unwrap_or(2),
            quote: if json || !single { '"' } else { '\'' },
            colon: if spaced.0 || !json { ": " } else { ":" },
            comma: if spaced.1 || !json { ", " } else { "," },
        }
    }

    pub(crate) fn indent(&self, columns: usize) -> String {
        let unit = if self.tabs { "\t" } else { " " };
        unit.repeat(columns)
    }

    /// A value on one line.
    pub(crate) fn flow(&self, value: &Value) -> String {
        match value {
            Value::Array(items) => {
                let items: Vec<_> = items.iter().map(|item| self.flow(item)).collect();
                format!("[{}]", items.join(self.comma))
            }
            Value::Object(members) => {
                let members = members.iter();
                let members: Vec<_> = members.map(|(key, it)| self.flow_member(key, it)).collect();
                format!("{{{}}}", members.join(self.comma))
            }
            scalar => self.scalar(scalar),
        }
    }

    /// A member of a value on one line.
    pub(crate) fn flow_member(&self, key: &str, value: &Value) -> String {
        format!("{}{}{}", self.string(key), self.colon, self.flow(value))
    }

    /// A JSON value on several lines, of which the first is begun at this indentation.
    pub(crate) fn pretty(&self, value: &Value, indent: usize) -> String {
        let inner = indent + self.step;
        let lines: Vec<String> = match value {
            Value::Array(items) => items.iter().map(|it| self.pretty(it, inner)).collect(),
            Value::Object(members) => {
                let line = |(key, it): (&String, &Value)| {
                    format!(
                        "{}{}{}",
                        self.string(key),
                        self.colon,
                        self.pretty(it, inner)
                    )
                };
                members.iter().map(line).collect()
            }
            scalar => return self.scalar(scalar),
        };
        if lines.is_empty() {
            return self.flow(value);
        }
        let (open, close) = if value.is_array() {
            ("[", "]")
        } else {
            ("{", "}")
        };
        let start = format!("{}{}", self.newline, self.indent(inner));
        let end = format!("{}{}", self.newline, self.indent(indent));
        let between = format!(",{start}");
        format!("{open}{start}{}{end}{close}", lines.join(&between))
    }

    /// A member of a block mapping whose keys stand at this indentation, without the line end.
    pub(crate) fn block_member(&self, key: &str, value: &Value, indent: usize) -> String {
        let key = self.string(key);
        format!("{key}:{}", self.after_key(key.len() + 1, value, indent))
    }

    /// What stands behind the colon of a key at this indentation.
    pub(crate) fn after_key(&self, written: usize, value: &Value, indent: usize) -> String {
        match value {
            Value::Array(items) if !items.is_empty() && !is_short(value) => {
                self.below(self.block_items(items, indent + self.dash))
            }
            Value::Object(members) if !members.is_empty() => {
                self.below(self.block_members(value, indent + self.step))
            }
            Value::String(text)
                if indent + written + text.len() + 3 > WIDTH && can_be_folded(text) =>
            {
                format!(" >-{}", self.folded(text, indent + self.step))
            }
            _ => format!(" {}", self.flow(value)),
        }
    }

    fn below(&self, block: String) -> String {
        format!("{}{block}", self.newline)
    }

    /// The lines of a block mapping, the first with its indentation.
    pub(crate) fn block_members(&self, value: &Value, indent: usize) -> String {
        let members = value.as_object().into_iter().flatten();
        let start = self.indent(indent);
        let lines =
            members.map(|(key, it)| format!("{start}{}", self.block_member(key, it, indent)));
        lines.collect::<Vec<_>>().join(self.newline)
    }

    /// The lines of a block sequence, the first with its indentation.
    pub(crate) fn block_items(&self, items: &[Value], indent: usize) -> String {
        let start = self.indent(indent);
        let lines = items
            .iter()
            .map(|item| format!("{start}{}", self.block_item(item, indent)));
        lines.collect::<Vec<_>>().join(self.newline)
    }

    /// An item of a block sequence whose dashes stand at this indentation.
    pub(crate) fn block_item(&self, value: &Value, indent: usize) -> String {
        match value {
            Value::Object(members) if !members.is_empty() => {
                let block = self.block_members(value, indent + 2);
                format!("- {}", block.trim_start())
            }
            other => format!("- {}", self.flow(other)),
        }
    }

    /// The lines of a folded text, each behind a line end.
    fn folded(&self, text: &str, indent: usize) -> String {
        let mut lines = vec![String::new()];
        for word in text.split(' ') {
            let line = lines.last_mut().map_or(0, |line| line.chars().count());
            if line > 0 && indent + line + 1 + word.chars().count() > WIDTH {
                lines.push(String::new());
            }
            if let Some(line) = lines.last_mut() {
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(word);
            }
        }
        let start = format!("{}{}", self.newline, self.indent(indent));
        lines.iter().map(|line| format!("{start}{line}")).collect()
    }

    fn scalar(&self, value: &Value) -> String {
        match value {
            Value::String(text) => self.string(text),
            other => other.to_string(),
        }
    }

    /// A string: plain where every reader of YAML takes it for one, else in quotes.
    pub(crate) fn string(&self, text: &str) -> String {
        let json = || Value::from(text).to_string();
        if self.json {
            json()
        } else if is_plain(text) {
            text.to_owned()
        } else if self.quote == '"' || text.chars().any(char::is_control) {
            json()
        } else {
            format!("'{}'", text.replace('\'', "''"))
        }
    }
}

/// A list that is best read on one line.
fn is_short(value: &Value) -> bool {
    let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
    let is_scalar = |it: &Value| !it.is_object() && !it.is_array();
    items.iter().all(is_scalar) && items.iter().map(|it| it.to_string().len()).sum::<usize>() < 60
}

fn can_be_folded(text: &str) -> bool {
    !text.starts_with(' ') && !text.ends_with(' ') && !text.contains("  ") && {
        !text.chars().any(char::is_control)
    }
}

/// Letters, digits and a few signs, and nothing that a reader of YAML 1.1 or 1.2 takes for another
/// type.
fn is_plain(text: &str) -> bool {
    const TYPED: [&str; 10] = [
        "null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan",
    ];
    let is_number = {
        let bare = text.trim_start_matches(['+', '-', '.']);
        let digits = bare.bytes().take_while(u8::is_ascii_digit).count();
        let rest = &bare[digits..];
        digits > 0
            && rest
                .bytes()
                .all(|it| b"0123456789abcdefABCDEFxo_.:+-".contains(&it))
    };
    let inner = |c: char| c.is_alphanumeric() || "_-./+*$ ()!?;".contains(c);
    text.starts_with(|c: char| c.is_alphanumeric() || "$_/".contains(c))
        && !text.ends_with(' ')
        && text.chars().all(inner)
        && !is_number
        && !TYPED.contains(&text.to_ascii_lowercase().as_str())
}

/// Where the line of a byte begins.
pub(crate) fn line_start(text: &str, byte: usize) -> usize {
    text[..byte].rfind('\n').map_or(0, |at| at + 1)
}

/// Where the line of a byte ends, before what ends it.
pub(crate) fn line_end(text: &str, byte: usize) -> usize {
    let end = text[byte..].find('\n').map_or(text.len(), |at| byte + at);
    if text[byte..end].ends_with('\r') {
        end - 1
    } else {
        end
    }
}

/// How many characters stand before a byte in its line.
pub(crate) fn column(text: &str, byte: usize) -> usize {
    text[line_start(text, byte)..byte].chars().count()
}

/// The indentation of the line of a byte.
pub(crate) fn indent(text: &str, byte: usize) -> usize {
    let line = &text[line_start(text, byte)..];
    line.chars().take_while(|c| matches!(c, ' ' | '\t')).count()
}
