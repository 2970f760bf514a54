//! The finding codes of a register: 5xx, corrections and the evidence of relations.

openapi_traffic::rules! {
    /// Rules about corrections and the evidence of relations.
    pub enum Code {
        Place = "NSV501", "correction-place", Error, Value,
            "a correction points at a place that is not in the spec", "\
The `at` of an entry in the corrections file is a JSON pointer into the spec, and it does not
resolve.

    at: /components/schemas/Conection/properties/domain     (misspelt)

Write the pointer of the place that was corrected. If the spec has changed since, update the
pointer; if the corrected place is gone, delete the entry.";
        EvidenceMissing = "NSV502", "correction-evidence-missing", Error, Value,
            "the evidence of a correction or relation does not exist", "\
An item under `evidence` names a file that cannot be read, or a place in it that does not exist.

    evidence: [tests/recordings/get_connection/200.json#/response/body/0/utc-offset]

Name the recording that shows the truth, and after `#` the JSON pointer of the value. If no
recording shows it, write `evidence: 'none: <why we believe it>'` instead.";
        EvidenceDiffers = "NSV503", "correction-evidence-differs", Error, Value,
            "the evidence of a correction or relation shows something else", "\
An item under `evidence` states what its place contains, and the recording contains something else.

    - at: tests/recordings/get_connection/200.json#/response/body/0/utc-offset
      type: string                          (an integer was recorded)

Either the recording is new and the claim is no longer true, or the item expects the wrong thing. A
relation with `origin: captured` must name a captured recording. Read the recording, then correct
whichever is wrong.

`absent: true` needs a complete body: if `meta.excerpt` of the recording names the request or the
response, the field may have been left out of the recording.";
        Id = "NSV504", "correction-id", Error, Value,
            "the id of a correction is malformed or a duplicate", "\
Vendor facts and people refer to a correction by its `id`: unique, lower-case words joined by `-`.

    id: connection-id-template

Rename the entry, and update the vendor facts that refer to it.";
        Incomplete = "NSV505", "correction-incomplete", Error, Value,
            "a correction or relation is incomplete", "\
A correction states what the vendor says (`vendor`, per version), what is true (`truth`), how we
know (`evidence`) and what goes wrong with a client that follows the vendor (`effect`). One of them
is missing or empty. A relation needs `evidence` too, and an `origin`: captured, reported,
documented or inferred.

Add it. A correction without an `effect` is probably not needed.";
        NeverApplied = "NSV506", "correction-never-applied", Error, Value,
            "nothing shows that the vendor still has this bug", "\
A correction is only needed while the vendor's document is wrong. Either no vendor fact names this
correction, or such a fact is true of our spec too, so that nothing was corrected.

    - correction: connection-id-template
      in: [v231, v45]
      at: /paths/~1connections/get
      lacks: [operationId]
      ours: /paths/~1connections/get

Add the fact that shows the vendor's bug. If our spec and the vendor's agree now, delete the
correction.";
        FactUntrue = "NSV507", "vendor-fact-untrue", Error, Value,
            "a vendor fact is not true of the vendor's document", "\
With the vendor's own documents (`--vendor DIR`) every row of the vendor facts is checked against
them. This row does not match.

If the vendor has fixed the bug, delete the correction. If the row is wrong, correct it.";
        FactOrphan = "NSV508", "vendor-fact-orphan", Error, Value,
            "a vendor fact belongs to no correction", "\
A row of the vendor facts names a correction that does not exist, or an `ours` pointer that does
not resolve in our spec.

Correct the name or the pointer, or delete the row together with its correction.";
    }
}
