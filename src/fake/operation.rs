//! The seven operations by name.

/// One operation of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
    /// All seven.
    pub const ALL: [Self; 7] = [
        Self::ListConnections,
        Self::CreateConnection,
        Self::CountConnections,
        Self::ListDomainConnections,
        Self::GetConnection,
        Self::UpdateConnection,
        Self::DeleteConnection,
    ];

    /// The operationId, as errors of the client name it.
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

    /// Whether it changes trunks.
    pub fn is_write(self) -> bool {
        matches!(
            self,
            Self::CreateConnection | Self::UpdateConnection | Self::DeleteConnection
        )
    }

    /// The operation that a method and the segments behind the base path stand for.
    pub(super) fn of(method: &str, segments: &[&str]) -> Option<Self> {
        Some(match (method, segments) {
            ("GET", ["connections"]) => Self::ListConnections,
            ("POST", ["connections"]) => Self::CreateConnection,
            ("GET", ["connections", "count"]) => Self::CountConnections,
            ("GET", ["domains", _, "connections"]) => Self::ListDomainConnections,
            ("GET", ["domains", _, "connections", _]) => Self::GetConnection,
            ("PUT", ["domains", _, "connections", _]) => Self::UpdateConnection,
            ("DELETE", ["domains", _, "connections", _]) => Self::DeleteConnection,
            _ => return None,
        })
    }
}
