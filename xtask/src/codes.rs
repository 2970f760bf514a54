//! The finding codes of this repository's own checks: 7xx, the recordings as committed files.

openapi_traffic::rules! {
    /// Rules about committed recordings.
    pub enum Code {
        Leak = "NSV701", "leak", Error, Value,
            "a recording contains something that must not be published", "\
A committed recording contains a key, a token, a password, or an address, number or name outside
the ranges that are reserved for documentation.

    \"authorization\": \"Bearer …\"     (a token that works)

If it is real, revoke it first: removing it from the file does not remove it from history. Then
replace it: `«secret-1»` for a secret, `192.0.2.0/24` for an address, `15555550100` for a number,
`acme.example` for a name. `cargo xtask import-har` does this for you.";
        Note = "NSV702", "recording-note", Warning, Value,
            "a recording does not state its source", "\
`meta.note` of a committed recording must say, in a sentence or two, what a reader cannot see in it:
who recorded it, from which version of the service, and what was changed since.

    \"meta\": {
      \"origin\": \"captured\",
      \"note\": \"Recorded in a browser on 2025-09-16, from a server of version 44.\"
    }

`cargo xtask import-har` does not know this and leaves the note out. Write it before you commit.";
    }
}
