//! Captures the tracing output of a test's thread as a string.

use std::io::Write;
use std::sync::{Arc, Mutex, Once};

use tracing::Level;
use tracing_subscriber::fmt::format::FmtSpan;

/// The text so far; capturing ends when it is dropped.
pub(crate) struct Log {
    text: Text,
    _guard: tracing::subscriber::DefaultGuard,
}

impl Log {
    /// Captures what this thread traces from now on, up to a level.
    pub(crate) fn of_this_thread(level: Level) -> Log {
        // Where a single subscriber exists, tracing asks the thread that first reaches an event
        // whether anyone wants it, and caches the result for all threads. Another test's thread has
        // none; so there is always one more.
        static ANOTHER: Once = Once::new();
        ANOTHER.call_once(|| {
            let another = tracing_subscriber::fmt()
                .with_max_level(Level::TRACE)
                .with_writer(std::io::sink)
                .finish();
            tracing::subscriber::set_global_default(another).unwrap();
        });
        let text = Text::default();
        let writer = text.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(level)
            .with_ansi(false)
            .with_span_events(FmtSpan::CLOSE);
        let subscriber = subscriber.with_writer(move || writer.clone()).finish();
        Log {
            text,
            _guard: tracing::subscriber::set_default(subscriber),
        }
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.text.0.lock().unwrap().clone()).unwrap()
    }
}

#[derive(Clone, Default)]
struct Text(Arc<Mutex<Vec<u8>>>);

impl Write for Text {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
