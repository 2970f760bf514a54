//! What this repository checks beside its traffic, each with its code: 5xx corrections and the
//! evidence of relations, 7xx what a recording is committed with.

openapi_traffic::rules! {
    /// What can be wrong beside the traffic.
    pub enum Code {
        Place = "NSV501", "correction-place", Error,
            "a correction points at nothing in the spec", "\
The `at` of an entry in the corrections file is a JSON pointer into the spec, and it does not
resolve.

    at: /components/schemas/Conection/properties/domain     (misspelt)

Write the pointer of the place that was corrected. Where the spec has since changed, move the
entry with it; where the corrected place is gone, so is the correction: delete the entry.";
        EvidenceMissing = "NSV502", "correction-evidence-missing", Error,
            "the evidence of a correction or relation does not exist", "\
An item under `evidence` names a file that cannot be read, or a place in it that does not resolve.

    evidence: [tests/recordings/get_connection/200.json#/response/body/0/utc-offset]

Name the recording that shows the truth, and after `#` the JSON pointer of the value. Where
nothing recorded shows it, say `evidence: 'none: <why we believe it>'` instead.";
        EvidenceDiffers = "NSV503", "correction-evidence-differs", Error,
            "the evidence of a correction or relation shows something else", "\
An item under `evidence` says what its place must hold, and the recording holds something else.

    - {at: 'tests/recordings/get_connection/200.json#/response/body/0/utc-offset', type: string}     (there is an integer)

Either the recording is new and the claim is no longer the truth, or the item expects the wrong
thing. A relation that says `origin: captured` names a captured recording. Read the recording, then mend whichever is wrong.

`absent: true` needs a whole body: where `meta.excerpt` of the recording names the request or the
response, what is not in its body may have been left out.";
        Id = "NSV504", "correction-id", Error,
            "the id of a correction is not a unique name", "\
The `id` of a correction is how vendor facts and people refer to it: lower-case words joined by
`-`, used once.

    id: connection-id-template

Rename one of the two entries, and the vendor facts that mean it.";
        Incomplete = "NSV505", "correction-incomplete", Error,
            "a correction or relation lacks one of its parts", "\
A correction says what the vendor says (`vendor`, per version), what is true (`truth`), how we
know (`evidence`) and what a user of the vendor's version would suffer (`effect`). One of them is
missing or empty. A relation has `evidence` too, and in `origin` how sure it is: captured, reported,
documented or inferred.

Write it. A correction whose `effect` cannot be said is probably none.";
        NeverApplied = "NSV506", "correction-never-applied", Error,
            "nothing shows that the vendor still has this bug", "\
A correction is only needed while the vendor's document is wrong. Either no vendor fact names this
correction, or a fact that does holds in our spec too, so that nothing was corrected.

    - correction: connection-id-template
      in: [v231, v45]
      at: /paths/~1connections/get
      lacks: [operationId]
      ours: /paths/~1connections/get

Add the fact that shows the vendor's bug; where our spec and the vendor's agree by now, delete the
correction.";
        FactUntrue = "NSV507", "vendor-fact-untrue", Error,
            "the vendor's document does not say what the vendor facts say", "\
With `--vendor DIR` every row of the vendor facts is held against the vendor's own document, and
this one is not what it says.

Where the vendor has mended the bug, the correction can go; where the row was written wrongly,
mend the row.";
        FactOrphan = "NSV508", "vendor-fact-orphan", Error,
            "a vendor fact belongs to no correction", "\
A row of the vendor facts names a correction that does not exist, or an `ours` pointer that does
not resolve in our spec.

Mend the name or the pointer, or delete the row together with the correction it served.";
        Leak = "NSV701", "leak", Error,
            "a recording holds something that must not be published", "\
A committed recording holds a key, a token, a password, or an address, number or name outside the
ranges that are kept for documentation.

    \"authorization\": \"Bearer …\"     (a token that works)

If it is real, revoke it first: removing it from the file does not remove it from history. Then
replace it: `«secret-1»` for a secret, `192.0.2.0/24` for an address, `15555550100` for a number,
`acme.example` for a name. `cargo xtask import-har` does this for you.";
        Note = "NSV702", "recording-note", Warning,
            "a recording does not say where it comes from", "\
A committed recording says in `meta.note`, in a sentence or two, what a reader cannot see in it:
who recorded it, from which version of the service, and what was done to it since.

    \"meta\": {
      \"origin\": \"captured\",
      \"note\": \"Recorded in the browser's network tab on 2025-09-16, from a server of version 44.\"
    }

`cargo xtask import-har` knows none of that and leaves the note out. Write it before you commit.";
    }
}
