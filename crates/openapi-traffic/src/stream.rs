//! Validates the exchanges of a large file while it is read: some at a time, on all threads, in the
//! order of the file.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rayon::prelude::*;
use serde_json::Value;

use crate::evidence::Evidence;
use crate::judge::Exchange;
use crate::parts::{By, Outcome, Part, Related, judge_parts, relate};
use crate::relations::Session;
use crate::spec::Spec;

/// How many bytes of a file each thread reads before what was found in them is reported.
const BYTES: usize = 8 << 20;
/// The same where a session must see all exchanges in them before they are validated: so much is in
/// memory at once.
const BYTES_OF_SESSION: usize = 512 << 10;

/// A file whose parts can be read on any thread.
pub(crate) trait File: Sync {
    /// A part of the file as text: an entry of a HAR, a line of NDJSON.
    type Text: Send;

    /// How many bytes it has.
    fn size(text: &Self::Text) -> usize;

    /// The exchanges of a part, or why there are none, as a message for the user. The body of a
    /// response may use the memory of `spare`. `None` if the file turns out to be no such file.
    fn read(&self, text: Self::Text, spare: &mut Value) -> Option<Result<Vec<Part>, String>>;
}

/// Validates the parts of a file, which are one session, and calls `take` for the outcome of each,
/// in order. `texts` may be asked again after its end. `None` if the file turns out to be no such
/// file: the outcomes must be discarded then.
pub(crate) fn judge<F: File>(
    by: By<'_>,
    negative: bool,
    file: &F,
    texts: &mut (dyn Iterator<Item = F::Text> + Send),
    take: &mut dyn FnMut(Result<Outcome, String>),
) -> Option<Evidence> {
    let mut stream = Stream {
        by,
        negative,
        file,
        session: by.relations.map(|them| Session::new(them, by.spec)),
        spares: Spares::default(),
    };
    let bytes_of_thread = match stream.session {
        Some(_) => BYTES_OF_SESSION,
        None => BYTES,
    };
    let mut evidence = Evidence::new(by.spec);
    loop {
        let mut left = bytes_of_thread * rayon::current_num_threads();
        let chunk = std::iter::from_fn(|| {
            let text = if left > 0 { texts.next() } else { None }?;
            left = left.saturating_sub(F::size(&text));
            Some(text)
        });
        let (more, outcomes) = stream.judge(chunk)?;
        if outcomes.is_empty() {
            break;
        }
        evidence.merge(more);
        outcomes.into_iter().for_each(&mut *take);
    }
    if let Some(session) = stream.session {
        take(counted(&session));
    }
    Some(evidence)
}

/// The same on this thread alone, for a file so small that other files are validated meanwhile.
pub(crate) fn judge_small<F: File>(
    by: By<'_>,
    negative: bool,
    file: &F,
    texts: impl Iterator<Item = F::Text>,
    evidence: &mut Evidence,
) -> Option<Vec<Result<Outcome, String>>> {
    let mut session = by.relations.map(|them| Session::new(them, by.spec));
    let mut outcomes = Vec::new();
    for text in texts {
        let parts = file.read(text, &mut Value::Null)?;
        let related = session.as_mut().map(|it| relate_text(by.spec, &parts, it));
        outcomes.push(parts.map(|parts| {
            let related = related.unwrap_or_default();
            judge_parts(by.spec, &parts, negative, related, evidence)
        }));
    }
    outcomes.extend(session.as_ref().map(counted));
    Some(outcomes)
}

/// The findings of relations in a text that comes next.
fn relate_text(
    spec: &Spec,
    parts: &Result<Vec<Part>, String>,
    session: &mut Session<'_>,
) -> Related {
    match parts {
        Ok(parts) => relate(spec, parts, session),
        Err(_) => {
            session.forget();
            Related::new()
        }
    }
}

/// How often the relations of a session were decided.
fn counted(session: &Session<'_>) -> Result<Outcome, String> {
    Ok(Outcome {
        applied: session.applied().to_vec(),
        ..Outcome::default()
    })
}

/// Validates items on all threads, each of which has evidence of its own and takes an item when it
/// is ready for it; the results are in the order of the items.
pub(crate) fn judge_all<T: Send, R: Send>(
    spec: &Spec,
    items: impl Iterator<Item = T> + Send,
    judge: impl Fn(T, &mut Evidence) -> R + Sync + Send,
) -> (Evidence, Vec<R>) {
    let (evidence, results) = items
        .enumerate()
        .par_bridge()
        .fold(
            || (Evidence::new(spec), Vec::new()),
            |(mut evidence, mut results), (number, item)| {
                results.push((number, judge(item, &mut evidence)));
                (evidence, results)
            },
        )
        .reduce(
            || (Evidence::default(), Vec::new()),
            |(mut evidence, mut results), (more_evidence, more_results)| {
                evidence.merge(more_evidence);
                results.extend(more_results);
                (evidence, results)
            },
        );
    (evidence, in_order(results))
}

fn in_order<R>(mut results: Vec<(usize, R)>) -> Vec<R> {
    results.sort_unstable_by_key(|(number, _)| *number);
    results.into_iter().map(|(_, result)| result).collect()
}

struct Stream<'s, F> {
    by: By<'s>,
    negative: bool,
    file: &'s F,
    session: Option<Session<'s>>,
    spares: Spares,
}

impl<F: File> Stream<'_, F> {
    fn judge(
        &mut self,
        chunk: impl Iterator<Item = F::Text> + Send,
    ) -> Option<(Evidence, Vec<Result<Outcome, String>>)> {
        let (spec, negative, file, spares) = (self.by.spec, self.negative, self.file, &self.spares);
        let read = |text| spares.lend(|spare| file.read(text, spare));
        let Some(session) = &mut self.session else {
            let (evidence, outcomes) = judge_all(spec, chunk, |text, evidence| {
                let parts = read(text)?;
                Some(parts.map(|parts| {
                    let outcome = judge_parts(spec, &parts, negative, Related::new(), evidence);
                    spares.recycle(parts);
                    outcome
                }))
            });
            return Some((evidence, outcomes.into_iter().collect::<Option<_>>()?));
        };
        // Threads read out of order, and a session needs the order of the file.
        let numbered = chunk.enumerate().par_bridge();
        let read: Vec<_> = numbered
            .map(|(number, text)| (number, read(text)))
            .collect();
        let read: Option<Vec<_>> = in_order(read).into_iter().collect();
        let related = read?.into_iter().map(|parts: Result<Vec<Part>, String>| {
            let related = relate_text(spec, &parts, session);
            parts.map(|parts| (parts, related))
        });
        Some(judge_all(spec, related, |related, evidence| {
            related.map(|(parts, related)| {
                let outcome = judge_parts(spec, &parts, negative, related, evidence);
                spares.recycle(parts);
                outcome
            })
        }))
    }
}

/// Response bodies that are no longer needed, whose memory is used again: reading is faster if the
/// bodies are similar. Each thread has those that it read, because memory that another processor
/// used last is slower.
struct Spares(Vec<Mutex<Vec<Value>>>);

impl Default for Spares {
    fn default() -> Self {
        let threads = 0..rayon::current_num_threads();
        Spares(threads.map(|_| Mutex::default()).collect())
    }
}

impl Spares {
    fn lend<R>(&self, read: impl FnOnce(&mut Value) -> R) -> R {
        let spare = self.own().and_then(|mut own| own.pop());
        read(&mut spare.unwrap_or_default())
    }

    fn recycle(&self, parts: Vec<Part>) {
        // A session keeps some exchanges. Of the others one is enough, because a text borrows one.
        let mut unused = parts.into_iter().flatten().filter_map(Arc::into_inner);
        if let Some(body) = unused.find_map(Exchange::into_body)
            && let Some(mut own) = self.own()
        {
            own.push(body);
        }
    }

    /// Those of this thread.
    fn own(&self) -> Option<MutexGuard<'_, Vec<Value>>> {
        let own = self.0.get(rayon::current_thread_index()?)?;
        // Values are whole even if another thread panicked.
        Some(own.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use http_recording::Recording;
    use located::Source;
    use serde_json::json;

    use super::*;

    fn spec() -> Spec {
        let spec = "openapi: 3.0.3\ninfo: {title: None, version: '1'}\npaths: {}\n";
        Spec::load(Source::new("spec.yaml", spec.to_owned())).expect("a spec")
    }

    /// A file whose texts are numbers of exchanges. It counts the spare bodies that it is lent.
    #[derive(Default)]
    struct Numbers {
        spares: AtomicUsize,
    }

    impl File for Numbers {
        type Text = usize;

        fn size(_: &usize) -> usize {
            1
        }

        fn read(&self, count: usize, spare: &mut Value) -> Option<Result<Vec<Part>, String>> {
            self.spares
                .fetch_add(usize::from(!spare.is_null()), Ordering::Relaxed);
            let recording = json!({
                "format": 1,
                "meta": {"origin": "synthetic"},
                "request": {"method": "GET", "path": "/a"},
                "response": {"status": 200, "body": [count]},
            });
            let source = Arc::new(Source::new("a.json", recording.to_string()));
            let parts = (0..count).map(|number| {
                let recording = Recording::read(&source).expect("a recording");
                let number = u64::try_from(number).expect("a small number");
                Ok(Arc::new(Exchange::new(
                    recording,
                    Arc::clone(&source),
                    "",
                    number,
                )))
            });
            Some(Ok(parts.collect()))
        }
    }

    #[test]
    fn a_text_with_many_exchanges_leaves_one_body_for_the_next() {
        let spec = spec();
        let mut stream = Stream {
            by: By {
                spec: &spec,
                relations: None,
                checks: &(),
            },
            negative: false,
            file: &Numbers::default(),
            session: None,
            spares: Spares::default(),
        };
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
        let (outcomes, left) = pool.expect("a thread").install(|| {
            let outcomes = stream.judge([100; 10].into_iter());
            (outcomes, stream.spares.own().map(|own| own.len()))
        });
        assert_eq!(outcomes.map(|(_, outcomes)| outcomes.len()), Some(10));
        assert_eq!(stream.file.spares.load(Ordering::Relaxed), 9);
        assert_eq!(left, Some(1));
    }
}
