//! The result of a create, update or delete that the server accepted.

use crate::error::Error;
use crate::metadata::Metadata;
use crate::response::Response;
use crate::server_message::{ServerMessage, presentable};
use crate::transport::Done;
use crate::values::Secret;

/// The result of a create, update or delete that the server accepted.
///
/// Once a 2xx status was received, the write counts as accepted, even if the body is cut off or not
/// JSON. The one exception is an error message of the service in the body: a code of 400 to 599
/// means that the write was refused.
///
/// ```no_run
/// # use netsapiens_connections::{Domain, Error};
/// # async fn run(acme: Domain) -> Result<(), Error> {
/// let accepted = acme.connections().delete("sip*@acme-pri.example").await?;
/// println!("{} {}", accepted.status(), accepted.message().unwrap_or("without a message"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    metadata: Metadata,
    code: Option<i64>,
    message: Option<String>,
}

impl Accepted {
    /// HTTP status, mostly 202, which means full success (documented). 404 only for a delete that
    /// was retried: see [`Connections::delete`](crate::Connections#method.delete-1).
    pub fn status(&self) -> u16 {
        self.metadata.status()
    }

    /// Status and headers of the response, and the number of attempts.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// The `code` in the body; `None` where there is none. Deployments can configure it (reported).
    pub fn code(&self) -> Option<i64> {
        self.code
    }

    /// The `message` in the body, or the body itself where it is plain text; `None` where there is
    /// no body. It is masked in the same way as [`Error::server_message`].
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// For a delete whose retry found that the trunk is gone.
    pub(crate) fn already_gone(refusal: &Error, metadata: Metadata) -> Self {
        Self {
            metadata,
            code: refusal.server_code(),
            message: refusal.server_message().map(str::to_owned),
        }
    }

    pub(crate) fn of(done: Done<WriteResult>) -> Self {
        let WriteResult { code, message } = done.value;
        Self {
            metadata: done.metadata,
            code,
            message,
        }
    }
}

/// Code and message in the body of the response to a write.
pub(crate) struct WriteResult {
    code: Option<i64>,
    message: Option<String>,
}

impl WriteResult {
    /// Accepts any body: JSON, plain text or none (reported), since an error here would report a
    /// write as failed that was carried out. Only a message of the service with an error code is an
    /// error, whatever the status.
    pub(crate) fn read(
        operation: &'static str,
        response: Response,
        secrets: &[&Secret],
    ) -> Result<Self, Error> {
        if let Some(message) = ServerMessage::read(response.json(), secrets) {
            if message
                .code()
                .is_some_and(|code| (400..600).contains(&code))
            {
                return Err(Error::of_status(operation, response, secrets));
            }
            return Ok(Self {
                code: message.code(),
                message: Some(message.text().to_owned()),
            });
        }
        let text = str::from_utf8(response.json()).ok().map(str::trim);
        let text = text.filter(|text| !text.is_empty() && !text.starts_with(['{', '[', '<']));
        Ok(Self {
            code: None,
            message: text.map(|text| presentable(text, secrets)),
        })
    }
}
