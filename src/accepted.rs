//! What the server says of a write that it accepted.

use crate::error::Error;
use crate::metadata::Metadata;
use crate::response::Response;
use crate::server_message::{ServerMessage, presentable};
use crate::transport::Done;
use crate::values::Secret;

/// What the server says of a write that it accepted.
///
/// Once a status of success has come, the rest of the response may break off or be of any kind,
/// except for an error message of the service: its code, 400 to 599, says that the write was
/// refused.
///
/// ```no_run
/// # async fn run(acme: netsapiens_connections::Domain) -> Result<(), netsapiens_connections::Error> {
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
    /// HTTP status, mostly 202: accepted, which is full success (documented). 404 only for a
    /// repeated delete: see [`Connections::delete`](crate::Connections#method.delete-1).
    pub fn status(&self) -> u16 {
        self.metadata.status()
    }

    /// Status and headers of the response, and how many attempts it took.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// The code in the body, where there is one. Deployments can configure it (reported).
    pub fn code(&self) -> Option<i64> {
        self.code
    }

    /// The message in the body, or the body where it is text; none where there is no body. Made fit
    /// to be shown as [`Error::server_message`] is.
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// Of a delete whose attempt found nothing left to remove.
    pub(crate) fn already_gone(refusal: &Error, metadata: Metadata) -> Self {
        Self {
            metadata,
            code: refusal.server_code(),
            message: refusal.server_message().map(str::to_owned),
        }
    }

    pub(crate) fn of(done: Done<Said>) -> Self {
        let Said { code, message } = done.value;
        Self {
            metadata: done.metadata,
            code,
            message,
        }
    }
}

/// Code and message in the body of a write that was accepted.
pub(crate) struct Said {
    code: Option<i64>,
    message: Option<String>,
}

impl Said {
    /// Any body is fine: JSON, text or none (reported). Failing here would report a write as failed
    /// that was done. Only a message of the service with the code of a refusal is one, whatever the
    /// status.
    pub(crate) fn read(
        operation: &'static str,
        response: Response,
        secrets: &[&Secret],
    ) -> Result<Self, Error> {
        if let Some(said) = ServerMessage::read(response.json(), secrets) {
            if said.code().is_some_and(|code| (400..600).contains(&code)) {
                return Err(Error::status(operation, response, secrets));
            }
            return Ok(Self {
                code: said.code(),
                message: Some(said.text().to_owned()),
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
