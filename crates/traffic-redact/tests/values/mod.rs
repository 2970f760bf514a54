//! Test data: sensitive values of every kind, and how to find them in output.

/// What is planted; each has to be gone, as it is and in its parts.
pub(crate) const PLANTED: &[(&str, &str)] = &[
    ("a password", "Tr0ub4dor&3"),
    ("a password of words", "correct horse battery staple"),
    ("a password with separators", "vK-22_x.9!q"),
    ("a password of signs and letters", "$%gH!!zz"),
    ("a password beyond ASCII", "Schlüsselbund"),
    ("a password of pictures", "🦊🔑🌵"),
    ("a false placeholder with a number", "user-4242424242"),
    ("base64 of a password", "aHVudGVyMmh1bnRlcjI="),
    ("base64url of a password", "aHVudGVyMmh1bnRlcjI_LQ"),
    ("base32 of a secret", "JBSWY3DPEHPK3PXP"),
    ("hex of a secret", "68756e74657232"),
    ("an md5 digest", "5f4dcc3b5aa765d61d8327deb882cf99"),
    ("a bcrypt hash", "$2b$12$KIXQ4/QpXvkEJ2Jx9U6NLe"),
    (
        "a jwt",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJqYW5lIn0.c2lnbmF0dXJl",
    ),
    ("a cloud key", "AKIAIOSFODNN7KQZPLMX"),
    ("a cloud secret", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYKEYKEYKEY"),
    ("a payment key", "sk_live_4eC39HqLyjWDarjtT1zdp7dc"),
    (
        "a repository token",
        "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    ),
    ("a chat token", "xoxb-2345678901-abcdefghij"),
    ("a maps key", "AIzaSyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY"),
    ("a service key", concat!("nss_", "0123456789abcdefABCDEF")),
    (
        "a private key",
        "-----BEGIN PRIVATE KEY-----\nMIIBVg\n-----END PRIVATE KEY-----",
    ),
    (
        "a public ssh key",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA jane@laptop",
    ),
    ("a session id", "PHPSESSID=q9v3k2m1l8"),
    ("a uuid", "6f9619ff-8b86-d011-b42d-00c04fc964ff"),
    ("a ulid", "01ARZ3NDEKTSV4RRFFQ69G5FAV"),
    ("an object id", "507f1f77bcf86cd799439011"),
    ("a one-time code", "492039"),
    ("a pin", "4711"),
    ("a card number", "4242424242424242"),
    ("a card number in groups", "4242 4242 4242 4242"),
    ("a card number with dashes", "4242-4242-4242-4242"),
    ("an expiry", "09/2031"),
    ("an account number", "DE89370400440532013000"),
    ("an account number in groups", "DE89 3704 0044 0532 0130 00"),
    ("a routing number", "021000021"),
    ("a social security number", "078-05-1120"),
    ("a passport number", "C01X00T47"),
    ("a tax number", "12-3456789"),
    ("a licence plate", "B-MW 7788"),
    ("an american number", "12125551234"),
    ("an american number with signs", "(212) 555-1234"),
    ("a british number", "+44 20 7946 0958"),
    ("a german number", "+49 (30) 123 456"),
    ("a german number without plus", "030 / 901820"),
    ("a french number", "01 42 68 53 00"),
    ("a japanese number", "+81-3-1234-5678"),
    ("a number with dots", "212.555.1234"),
    ("an extension", "10473"),
    ("a mac address", "00:04:f2:aB:cd:17"),
    ("a mac address with dashes", "00-04-F2-AB-CD-17"),
    ("a mac address with dots", "0004.f2ab.cd17"),
    ("a bare mac address", "0004f2abcd17"),
    ("a serial number", "SN-64167F2ABCD17"),
    ("an imei", "490154203237518"),
    ("an imsi", "310150123456789"),
    ("an iccid", "8991101200003204510"),
    ("an address", "8.8.4.4"),
    ("a private address", "10.20.30.40"),
    ("an address with port", "8.8.4.4:5060"),
    ("a network", "172.16.33.0/24"),
    ("an ipv6 address", "2a00:1450:4001:81b::200e"),
    (
        "an ipv6 address in brackets",
        "[2a00:1450:4001:81b::200e]:5061",
    ),
    ("a mapped address", "::ffff:8.8.4.4"),
    ("a host", "pbx.customer.com"),
    ("a host inside", "core1-atl.customer.local"),
    ("a bare host", "corp-dc01"),
    ("a domain", "customer.com"),
    ("a domain beyond ASCII", "münchen-bäcker.de"),
    ("a punycode domain", "xn--mnchen-bcker-hcb.de"),
    ("a mail address", "jane.doe@customer.com"),
    ("a mail address with a tag", "jane+sip@customer.com"),
    (
        "a mail address with its name",
        "Jane Doe <jane@customer.com>",
    ),
    ("a sip address", "sip:jane@customer.com"),
    (
        "a sip address with parameters",
        "sip:jane@8.8.4.4:5060;transport=UDP;line=q7h2k",
    ),
    ("a tel uri", "tel:+442079460958"),
    (
        "a url",
        "https://portal.customer.com/jane/invoices?session=q9v3k2",
    ),
    (
        "a url with credentials",
        "https://jane:hunter2@customer.com/",
    ),
    (
        "a signed url",
        "https://bucket.s3.amazonaws.com/k?X-Amz-Signature=fe5f80f77d5fa3be",
    ),
    ("a path", "/home/janedoe/recordings/call17.wav"),
    ("a windows path", r"C:\Users\JaneDoe\call.wav"),
    ("a connection string", "Server=db1;Uid=sa;Pwd=hunter2"),
    ("a database url", "postgres://sa:hunter2@db1/q7ledger"),
    ("a person", "Jane Doe"),
    ("a person of one name", "Szymborska"),
    ("a person beyond ASCII", "Гагарин"),
    ("a company", "Kowalski Plumbing GmbH"),
    ("a login", "jdoe84"),
    ("a street", "1600 Pennsylvania Ave NW"),
    ("a city", "Albuquerque"),
    ("a postcode", "SW1A 2AA"),
    ("coordinates", "52.520008, 13.404954"),
    ("a user agent", "Yealink SIP-T46S 66.85.0.5"),
    ("a call id", "3c26700c1adf-6uq2xk@snom"),
    ("a branch", "z9hG4bK776asdhds"),
    ("a nonce", "dcd98b7102dd2f0e8b11d0f600bfb0c093"),
    ("an etag", "\"33a64df551425fcc55e4d42a148795d9\""),
    (
        "a text of a person",
        "moved to the Brooklyn office after the fire",
    ),
    ("a licence key", "VK7JG-NPHTM-C97JM-9MPGT-3V66T"),
    ("a wallet", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT"),
    ("a recovery phrase", "abandon ribbon velvet orbit"),
    ("a template token", "<hunter2>"),
    ("a false placeholder", "«hunter2»"),
];

/// What tells a planted value: itself, as it is and encoded for a URL, and its runs of six and more
/// letters and digits that are no words of protocols.
fn traces(planted: &str) -> Vec<String> {
    const PROTOCOL: &[&str] = &["PRIVATE", "Server", "session", "transport"];
    let runs = planted
        .split(|c: char| !c.is_alphanumeric())
        .filter(|run| run.chars().count() >= 6 && !PROTOCOL.contains(run))
        .map(str::to_owned);
    let whole = [planted.to_owned(), http_recording::encode(planted)];
    runs.chain(whole)
        .map(|trace| trace.to_lowercase())
        .collect()
}

/// What of a planted value stands in a written text, as it is or behind escapes of JSON.
pub(crate) fn survivors(planted: &str, written: &str) -> Vec<String> {
    let mut unescaped = written.to_lowercase();
    for (escape, character) in [("\\\"", "\""), ("\\\\", "\\"), ("\\r", "\r"), ("\\n", "\n")] {
        unescaped = unescaped.replace(escape, character);
    }
    let written = written.to_lowercase();
    let is_there = |trace: &String| written.contains(trace) || unescaped.contains(trace);
    traces(planted).into_iter().filter(is_there).collect()
}
