//! The places of a document as a tree, in the order of the document.

use std::collections::HashMap;

use located::pointer;

use super::super::coverage::is_exchanged;
use crate::evidence::{Row, Verdict};
use crate::spec::SiteKind;

/// The places of the spec as a tree.
pub(super) struct Tree<'r> {
    pub(super) rows: &'r [Row],
    pub(super) below: HashMap<usize, Vec<usize>>,
    pub(super) parts: [(&'static str, Vec<usize>); 3],
}

impl<'r> Tree<'r> {
    pub(super) fn of(rows: &'r [Row]) -> Self {
        let mut tree = Tree {
            rows,
            below: HashMap::new(),
            parts: [
                ("Operations", Vec::new()),
                ("Schemas", Vec::new()),
                ("Not in the spec", Vec::new()),
            ],
        };
        let is_schema = |row: &Row| {
            matches!(
                row.kind,
                SiteKind::Object | SiteKind::Property | SiteKind::Items
            )
        };
        let documented = |row: &Row| row.verdict != Verdict::Undocumented;
        let mut places: HashMap<&str, usize> = HashMap::new();
        for (index, row) in rows.iter().enumerate().filter(|(_, row)| documented(row)) {
            // A place that several operations share is listed below the first.
            places.entry(&row.pointer).or_insert(index);
        }
        let mut operation = None;
        for (index, row) in rows.iter().enumerate() {
            let part = match row.kind {
                _ if !documented(row) => 2,
                _ if is_schema(row) => 1,
                _ => 0,
            };
            let owner = match (part, row.kind) {
                (0, SiteKind::Operation) => {
                    operation = Some(index);
                    None
                }
                (0, _) => operation,
                (1, _) => pointer::parent(&row.pointer)
                    .and_then(|above| pointer::nearest(above, |at| places.get(at).copied())),
                _ => None,
            };
            match owner {
                Some(owner) => tree.below.entry(owner).or_default().push(index),
                None => tree.parts[part].1.push(index),
            }
        }
        tree
    }
}

/// The name of a place within its parent.
pub(super) fn name(row: &Row, above: Option<&Row>) -> String {
    match (row.kind, above) {
        _ if row.verdict == Verdict::Undocumented => format!("{} (#{})", row.name, row.pointer),
        (SiteKind::Property, _) => row.name.clone(),
        (SiteKind::Object | SiteKind::Items, Some(above)) => row
            .pointer
            .strip_prefix(&above.pointer)
            .unwrap_or(&row.pointer)
            .trim_start_matches('/')
            .to_owned(),
        (SiteKind::Object | SiteKind::Items, None) => row
            .pointer
            .strip_prefix("/components/schemas/")
            .map_or_else(|| format!("#{}", row.pointer), str::to_owned),
        (SiteKind::Parameter, _) => match row.location {
            Some(location) => format!("{location} parameter {}", row.name),
            None => format!("parameter {}", row.name),
        },
        (SiteKind::ResponseHeader, _) => format!("header {}", row.name),
        (kind, Some(above)) if is_exchanged(kind) => {
            let rest = row.name.strip_prefix(&above.name).unwrap_or(&row.name);
            match kind {
                SiteKind::RequestBody => format!("request {}", rest.trim_start()),
                _ => rest.trim_start().to_owned(),
            }
        }
        _ => row.name.clone(),
    }
}
