//! The operations of the service, by name and by path.

use crate::claims::Request;
use crate::generated::claims::REQUESTS;

/// One operation of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// `GET /connections`
    ListConnections,
    /// `POST /connections`
    CreateConnection,
    /// `GET /connections/count`
    CountConnections,
    /// `GET /domains/{domain}/connections`
    ListDomainConnections,
    /// `GET /domains/{domain}/connections/{connection}`
    GetConnection,
    /// `PUT /domains/{domain}/connections/{connection}`
    UpdateConnection,
    /// `DELETE /domains/{domain}/connections/{connection}`
    DeleteConnection,
}

impl Operation {
    /// All operations.
    pub const ALL: [Self; 7] = [
        Self::ListConnections,
        Self::CreateConnection,
        Self::CountConnections,
        Self::ListDomainConnections,
        Self::GetConnection,
        Self::UpdateConnection,
        Self::DeleteConnection,
    ];

    /// The operationId, as in [`Error::operation`](crate::Error::operation).
    pub fn id(self) -> &'static str {
        match self {
            Self::ListConnections => "list_connections",
            Self::CreateConnection => "create_connection",
            Self::CountConnections => "count_connections",
            Self::ListDomainConnections => "list_domain_connections",
            Self::GetConnection => "get_connection",
            Self::UpdateConnection => "update_connection",
            Self::DeleteConnection => "delete_connection",
        }
    }

    /// Whether the operation changes trunks.
    pub fn is_write(self) -> bool {
        matches!(
            self,
            Self::CreateConnection | Self::UpdateConnection | Self::DeleteConnection
        )
    }

    /// The operation of a method and the path segments after the base path.
    pub(super) fn of(method: &str, segments: &[&str]) -> Option<Self> {
        let request = at(segments).find(|request| request.method == method)?;
        Self::ALL
            .into_iter()
            .find(|operation| operation.id() == request.operation)
    }

    /// What the spec requires of its requests.
    pub(super) fn request(self) -> Option<&'static Request> {
        REQUESTS.iter().find(|it| it.operation == self.id())
    }
}

/// The methods that the spec has for a path, in the format of the header `Allow`.
pub(super) fn allowed(segments: &[&str]) -> String {
    let methods: Vec<&str> = at(segments).map(|request| request.method).collect();
    methods.join(", ")
}

fn at(segments: &[&str]) -> impl Iterator<Item = &'static Request> {
    REQUESTS.iter().filter(|request| request.has_path(segments))
}
