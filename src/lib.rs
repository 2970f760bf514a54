//! Client for the Connections part of the NetSapiens API v2.
