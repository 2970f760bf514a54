//! Parses the expressions of relations: paths into exchanges, comparisons, functions.

use serde_json::Value;

/// How deeply expressions may be nested.
const DEPTH: usize = 32;

/// An expression with its source text.
#[derive(Debug)]
pub(super) struct Expression {
    pub(super) text: String,
    pub(super) kind: Kind,
}

#[derive(Debug)]
pub(super) enum Kind {
    Literal(Value),
    Path(Path),
    Sum(Box<[Expression; 2]>),
    Compare(Comparison, Box<[Expression; 2]>),
    And(Vec<Expression>),
    Or(Vec<Expression>),
    Not(Box<Expression>),
    Call(Function, Vec<Expression>),
}

/// A path to a value of an exchange.
#[derive(Debug)]
pub(super) struct Path {
    /// The number of an earlier exchange; `None` for the current one.
    pub(super) earlier: Option<usize>,
    pub(super) root: Root,
    pub(super) tokens: Vec<String>,
}

impl Path {
    /// Parses a path to a value of a body of the current exchange.
    pub(super) fn body(text: &str) -> Result<Path, String> {
        match Expression::value(text)?.kind {
            Kind::Path(path) if matches!(path.root, Root::Request | Root::Response) => Ok(path),
            _ => Err("`each` must be `request` or `response`, or an array in one of them".into()),
        }
    }
}

/// Where a path begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Root {
    Item,
    Request,
    Response,
    Path,
    Query,
    Header,
    Status,
}

impl Root {
    pub(super) const ALL: [(&'static str, Root); 7] = [
        ("it", Root::Item),
        ("request", Root::Request),
        ("response", Root::Response),
        ("path", Root::Path),
        ("query", Root::Query),
        ("header", Root::Header),
        ("status", Root::Status),
    ];

    pub(super) fn of(name: &str) -> Option<Root> {
        Self::ALL
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, root)| *root)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Same,
    Other,
    Less,
    AtMost,
    More,
    AtLeast,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    /// How many items an array has.
    Count,
    /// Whether a value is absent, null or the empty string.
    Unset,
    /// An object without the members that are unset.
    Set,
    /// An object without some members.
    Without,
    /// Whether two objects are the same in all members that both have.
    Agree,
    /// Whether no two items of an array are the same in all of some members.
    Unique,
    /// Whether the first string is the base64 of the second.
    IsBase64,
    Ends,
    /// A string decoded from base64 if possible, else the string itself.
    Plain,
}

impl Function {
    const ALL: [(&'static str, Function, usize, usize); 9] = [
        ("count", Function::Count, 1, 1),
        ("unset", Function::Unset, 1, 1),
        ("set", Function::Set, 1, 1),
        ("without", Function::Without, 2, usize::MAX),
        ("agree", Function::Agree, 2, 2),
        ("unique", Function::Unique, 2, usize::MAX),
        ("is_base64", Function::IsBase64, 2, 2),
        ("ends", Function::Ends, 2, 2),
        ("plain", Function::Plain, 1, 1),
    ];

    /// Whether it is a condition, not a value.
    fn is_condition(self) -> bool {
        matches!(
            self,
            Function::Unset
                | Function::Agree
                | Function::Unique
                | Function::IsBase64
                | Function::Ends
        )
    }
}

impl Expression {
    /// Parses a condition; `earlier` has the names of the earlier exchanges.
    pub(super) fn condition(text: &str, earlier: &[&str]) -> Result<Expression, String> {
        let expression = read(text, earlier)?;
        expression.must_be(true)?;
        Ok(expression)
    }

    /// Parses a value of the current exchange.
    pub(super) fn value(text: &str) -> Result<Expression, String> {
        let expression = read(text, &[])?;
        expression.must_be(false)?;
        Ok(expression)
    }

    fn is_condition(&self) -> bool {
        match &self.kind {
            Kind::Literal(value) => value.is_boolean(),
            Kind::Path(_) | Kind::Sum(_) => false,
            Kind::Compare(..) | Kind::And(_) | Kind::Or(_) | Kind::Not(_) => true,
            Kind::Call(function, _) => function.is_condition(),
        }
    }

    fn must_be(&self, condition: bool) -> Result<(), String> {
        match (self.is_condition(), condition) {
            (false, true) => Err(format!("`{}` is a value; expected a condition", self.text)),
            (true, false) => Err(format!("`{}` is a condition; expected a value", self.text)),
            _ => Ok(()),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    /// A name, or several joined by dots.
    Name(Vec<String>),
    Text(String),
    Number(Value),
    Sign(&'static str),
}

const SIGNS: [&str; 10] = ["!=", "<=", ">=", "=", "<", ">", "+", "(", ")", ","];

struct Reader<'t> {
    text: &'t str,
    tokens: Vec<(Token, usize, usize)>,
    at: usize,
    depth: usize,
    earlier: &'t [&'t str],
}

fn read(text: &str, earlier: &[&str]) -> Result<Expression, String> {
    let mut reader = Reader {
        text,
        tokens: tokens(text)?,
        at: 0,
        depth: 0,
        earlier,
    };
    let expression = reader.either()?;
    match reader.tokens.get(reader.at) {
        None => Ok(expression),
        Some((_, start, _)) => Err(format!("unexpected `{}`", &text[*start..])),
    }
}

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-')
}

fn tokens(text: &str) -> Result<Vec<(Token, usize, usize)>, String> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let (token, length) = if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign))
        {
            (Token::Sign(sign), sign.len())
        } else if first == '\'' {
            let (quoted, length) = quoted(rest)?;
            (Token::Text(quoted), length)
        } else if first.is_ascii_digit() || first == '-' {
            let end = rest[1..].find(|c: char| !c.is_ascii_digit() && c != '.');
            let length = end.map_or(rest.len(), |end| end + 1);
            let number = serde_json::from_str::<serde_json::Number>(&rest[..length]);
            let number = number.map_err(|_| format!("`{}` is not a number", &rest[..length]))?;
            (Token::Number(Value::Number(number)), length)
        } else if is_of_name(first) {
            dotted(rest)?
        } else if first == '"' {
            return Err("a string stands in single quotes: `'text'`".to_owned());
        } else {
            return Err(format!("unexpected character `{first}`"));
        };
        tokens.push((token, at, at + length));
        at += length;
    }
    Ok(tokens)
}

/// A string in apostrophes, in which two apostrophes stand for one; and its length in the source.
fn quoted(text: &str) -> Result<(String, usize), String> {
    let mut quoted = String::new();
    let mut rest = &text[1..];
    loop {
        let end = rest
            .find('\'')
            .ok_or_else(|| format!("the string {text} is not closed"))?;
        quoted.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('\'') {
            Some(more) => {
                quoted.push('\'');
                rest = more;
            }
            None => return Ok((quoted, text.len() - rest.len())),
        }
    }
}

/// Names joined by dots; a name with other characters is written in apostrophes.
fn dotted(text: &str) -> Result<(Token, usize), String> {
    let mut names = Vec::new();
    let mut at = 0;
    loop {
        let rest = &text[at..];
        let (name, length) = if rest.starts_with('\'') {
            quoted(rest)?
        } else {
            let length = rest.find(|c| !is_of_name(c)).unwrap_or(rest.len());
            (rest[..length].to_owned(), length)
        };
        if name.is_empty() {
            return Err(format!("a name is missing after the dot in `{text}`"));
        }
        names.push(name);
        at += length;
        match text[at..].strip_prefix('.') {
            Some(_) => at += 1,
            None => return Ok((Token::Name(names), at)),
        }
    }
}

impl Reader<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|(token, ..)| token)
    }

    fn takes(&mut self, sign: &'static str) -> bool {
        let is_it = self.peek() == Some(&Token::Sign(sign));
        self.at += usize::from(is_it);
        is_it
    }

    fn takes_word(&mut self, word: &str) -> bool {
        let is_it =
            matches!(self.peek(), Some(Token::Name(names)) if names.len() == 1 && names[0] == word);
        self.at += usize::from(is_it);
        is_it
    }

    fn wants(&mut self, sign: &'static str) -> Result<(), String> {
        match self.takes(sign) {
            true => Ok(()),
            false => Err(format!("expected `{sign}` {}", self.here())),
        }
    }

    /// The current position, for a message.
    fn here(&self) -> String {
        match self.tokens.get(self.at) {
            Some((_, start, _)) => format!("before `{}`", &self.text[*start..]),
            None => "at the end".to_owned(),
        }
    }

    /// The byte at which the next token begins.
    fn start(&self) -> usize {
        let token = self.tokens.get(self.at);
        token.map_or(self.text.len(), |(_, start, _)| *start)
    }

    fn expression(&self, start: usize, kind: Kind) -> Expression {
        let end = match self.at.checked_sub(1).and_then(|at| self.tokens.get(at)) {
            Some((_, _, end)) => *end,
            None => self.text.len(),
        };
        let words: Vec<_> = self.text[start..end].split_whitespace().collect();
        Expression {
            text: words.join(" "),
            kind,
        }
    }

    fn either(&mut self) -> Result<Expression, String> {
        self.joined("or", Self::all, Kind::Or)
    }

    fn all(&mut self) -> Result<Expression, String> {
        self.joined("and", Self::not, Kind::And)
    }

    fn joined(
        &mut self,
        word: &str,
        part: fn(&mut Self) -> Result<Expression, String>,
        kind: fn(Vec<Expression>) -> Kind,
    ) -> Result<Expression, String> {
        let start = self.start();
        let mut parts = vec![part(self)?];
        while self.takes_word(word) {
            parts.push(part(self)?);
        }
        if parts.len() == 1 {
            return Ok(parts.remove(0));
        }
        parts.iter().try_for_each(|part| part.must_be(true))?;
        Ok(self.expression(start, kind(parts)))
    }

    fn not(&mut self) -> Result<Expression, String> {
        let start = self.start();
        if !self.takes_word("not") {
            return self.comparison();
        }
        let inner = self.nested(Self::not)?;
        inner.must_be(true)?;
        Ok(self.expression(start, Kind::Not(Box::new(inner))))
    }

    fn comparison(&mut self) -> Result<Expression, String> {
        const COMPARISONS: [(&str, Comparison); 6] = [
            ("=", Comparison::Same),
            ("!=", Comparison::Other),
            ("<", Comparison::Less),
            ("<=", Comparison::AtMost),
            (">", Comparison::More),
            (">=", Comparison::AtLeast),
        ];
        let start = self.start();
        let left = self.sum()?;
        let found = COMPARISONS.iter().find(|(sign, _)| self.takes(sign));
        let Some((_, comparison)) = found else {
            return Ok(left);
        };
        let right = self.sum()?;
        left.must_be(false)?;
        right.must_be(false)?;
        let kind = Kind::Compare(*comparison, Box::new([left, right]));
        Ok(self.expression(start, kind))
    }

    fn sum(&mut self) -> Result<Expression, String> {
        let start = self.start();
        let mut sum = self.atom()?;
        // Each sum is nested in the next one.
        let mut terms = 1;
        while self.takes("+") {
            terms += 1;
            if terms > DEPTH {
                return Err(format!("more than {DEPTH} terms"));
            }
            let next = self.atom()?;
            sum.must_be(false)?;
            next.must_be(false)?;
            sum = self.expression(start, Kind::Sum(Box::new([sum, next])));
        }
        Ok(sum)
    }

    /// Parses a nested expression, up to the depth limit.
    fn nested<T>(
        &mut self,
        inner: impl FnOnce(&mut Self) -> Result<T, String>,
    ) -> Result<T, String> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(format!("nested deeper than {DEPTH} levels"));
        }
        let read = inner(self);
        self.depth -= 1;
        read
    }

    fn atom(&mut self) -> Result<Expression, String> {
        let start = self.start();
        if self.takes("(") {
            let inner = self.nested(Self::either)?;
            self.wants(")")?;
            return Ok(inner);
        }
        let Some(token) = self.peek().cloned() else {
            return Err("expected an expression at the end".to_owned());
        };
        let kind = match token {
            Token::Sign(_) => return Err(format!("expected an expression {}", self.here())),
            Token::Text(text) => Kind::Literal(Value::String(text)),
            Token::Number(number) => Kind::Literal(number),
            Token::Name(names) => {
                self.at += 1;
                let kind = match &names[..] {
                    [name] if self.takes("(") => self.call(name)?,
                    [name] if name == "true" || name == "false" => {
                        Kind::Literal(Value::Bool(name == "true"))
                    }
                    names => Kind::Path(self.path(names)?),
                };
                return Ok(self.expression(start, kind));
            }
        };
        self.at += 1;
        Ok(self.expression(start, kind))
    }

    fn call(&mut self, name: &str) -> Result<Kind, String> {
        let found = Function::ALL.iter().find(|(known, ..)| *known == name);
        let Some((_, function, fewest, most)) = found else {
            let known: Vec<_> = Function::ALL.iter().map(|(known, ..)| *known).collect();
            return Err(format!(
                "there is no function `{name}`; the functions are {}",
                known.join(", ")
            ));
        };
        let mut arguments = Vec::new();
        if !self.takes(")") {
            loop {
                arguments.push(self.nested(Self::sum)?);
                if !self.takes(",") {
                    break;
                }
            }
            self.wants(")")?;
        }
        arguments
            .iter()
            .try_for_each(|argument| argument.must_be(false))?;
        if arguments.len() < *fewest || arguments.len() > *most {
            return Err(format!(
                "`{name}` has {} arguments; expected {}",
                arguments.len(),
                match *most {
                    usize::MAX => format!("{fewest} or more"),
                    most => most.to_string(),
                }
            ));
        }
        if *function == Function::Unique
            && !arguments[1..]
                .iter()
                .all(|it| matches!(it.kind, Kind::Literal(Value::String(_))))
        {
            return Err("`unique` takes an array, and names of members as strings".to_owned());
        }
        Ok(Kind::Call(*function, arguments))
    }

    fn path(&self, names: &[String]) -> Result<Path, String> {
        let earlier = self.earlier.iter().position(|name| *name == names[0]);
        let rest = if earlier.is_some() {
            &names[1..]
        } else {
            names
        };
        let root = rest.first().and_then(|name| Root::of(name));
        let Some(root) = root else {
            let known = Root::ALL.iter().map(|(name, _)| *name);
            let known: Vec<_> = known.chain(self.earlier.iter().copied()).collect();
            let written = names.join(".");
            return Err(format!(
                "`{written}` must begin with one of {}",
                known.join(", ")
            ));
        };
        if root == Root::Status && rest.len() > 1 {
            return Err("`status` is a number and has no members".to_owned());
        }
        let mut tokens = rest[1..].to_vec();
        if root == Root::Header {
            // Names of headers have no case, and are kept in lower case.
            tokens.iter_mut().for_each(|it| it.make_ascii_lowercase());
        }
        Ok(Path {
            earlier,
            root,
            tokens,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_written_right_says_why() {
        let rows = [
            ("", "expected an expression at the end"),
            ("it.a =", "expected an expression at the end"),
            ("it.a", "`it.a` is a value; expected a condition"),
            ("it.a = it.b = it.c", "unexpected `= it.c`"),
            ("(it.a = 1", "expected `)` at the end"),
            ("it.a = 'open", "is not closed"),
            ("it..a = 1", "a name is missing after the dot"),
            ("thing.a = 1", "must begin with one of it, request"),
            ("status.a = 1", "`status` is a number"),
            (
                "size(it) = 1",
                "no function `size`; the functions are count",
            ),
            ("count() = 1", "`count` has 0 arguments; expected 1"),
            ("agree(it)", "`agree` has 1 arguments; expected 2"),
            ("unique(response, it.a)", "names of members as strings"),
            ("it.a = (it.b = 1)", "is a condition; expected a value"),
            ("it.a and it.b = 1", "is a value; expected a condition"),
            ("it.a ~ 1", "unexpected character `~`"),
            ("it.a = \"x\"", "a string stands in single quotes"),
            ("it.a = 1.2.3", "`1.2.3` is not a number"),
            ("it.a = -", "`-` is not a number"),
        ];
        for (text, reason) in rows {
            let error = Expression::condition(text, &[]).expect_err(text);
            assert!(error.contains(reason), "{text}: {error}");
        }
    }

    #[test]
    fn what_is_nested_too_deeply_is_rejected() {
        for text in [
            format!("{}it.a = 1", "not ".repeat(100_000)),
            format!("{}it.a = 1", "(".repeat(100_000)),
            format!("{}it.a", "count(".repeat(100_000)),
            format!("1{} = 1", " + 1".repeat(100_000)),
        ] {
            assert!(Expression::condition(&text, &[]).is_err());
        }
    }

    #[test]
    fn a_name_with_other_characters_stands_between_apostrophes() {
        let read = Expression::value("it.'a.b''c'.d-e").expect("a path");
        let Kind::Path(path) = read.kind else {
            panic!("a path")
        };
        assert_eq!(path.tokens, ["a.b'c", "d-e"]);
    }
}
