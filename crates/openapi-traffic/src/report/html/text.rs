//! What of a report is written into a page: text, messages, and places, escaped for HTML.

use std::fmt::{self, Display, Write};

use located::Place;

/// Text, escaped for HTML and for attributes.
pub(super) struct Text<T>(pub(super) T);

impl<T: Display> Display for Text<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.to_string().chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

/// A message in which names are in backticks.
pub(super) struct Message<'m>(pub(super) &'m str);

impl Display for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<_> = self.0.split('`').collect();
        // A backtick within a name would invert everything after it.
        if parts.len() % 2 == 0 {
            return Text(self.0).fmt(f);
        }
        for (index, part) in parts.into_iter().enumerate() {
            match index % 2 {
                0 => Text(part).fmt(f)?,
                _ => write!(f, "<code>{}</code>", Text(part))?,
            }
        }
        Ok(())
    }
}

/// A place, with its pointer.
pub(super) struct Where<'p>(pub(super) &'p Place);

impl Display for Where<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place {
            file,
            line,
            column,
            pointer,
        } = self.0;
        write!(
            f,
            "<code>{}:{line}:{column}</code> <code class=\"pointer\">#{}</code>",
            Text(file),
            Text(pointer)
        )
    }
}
