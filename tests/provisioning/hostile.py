"""Files that somebody damaged, mixed up or made on purpose."""

NOT_A_DOCUMENT = {
    "nothing": b"",
    "binary": bytes(range(256)),
    "another": b"{}",
    "a list": b"[]",
    "deep": b"[" * 100_000,
    "twice": b'{"v":1,"v":1}',
    "a float": b'{"threshold":1.0,"keys":[]}',
    "half a character": b'{"keys":["\\ud800"],"threshold":1}',
    "utf-16": '{"keys":[],"threshold":1}'.encode("utf-16"),
    "large": b" " * 2_000_000,
}
NOT_PEM = {
    "nothing": b"",
    "binary": bytes(range(256)),
    "no end": b"-----BEGIN CERTIFICATE-----\nMIIB",
    "no base64": b"-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n",
    "empty inside": b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
    "another thing": b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
    "large": b"A" * 2_000_000,
}
