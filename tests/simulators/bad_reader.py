"""Stands in for the reader process and misbehaves as its first argument's source says."""

import json
import sys
import time

HEALTH = {"say": "health", "state": "working", "milli": 10_000}
CODE = {"say": "code", "text": "HP1:" + 144 * "A"}
SAYS = {
    "junk": b"\x00\xff not a line of ours\n",
    "unwanted": b'{"say":"code","text":"HP1:short","at":1}\n',
    "endless": b"x" * 100_000,
    "too much": b'{"say":"health","state":"working","milli":1,"at":1}\n' * 10_000,
    "old kernel": b'{"say":"ready","files":false,"calls":true,"limits":false}\n',
    "nothing": b"",
}


def be_stubborn() -> None:
    """Go on reading a code, whatever is ordered."""
    while True:
        for said in (CODE, HEALTH):
            line = json.dumps({**said, "at": time.monotonic_ns() // 1000}).encode() + b"\n"
            sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()
        time.sleep(0.05)


def main() -> None:
    """Say something no reader says, or nothing."""
    source = json.loads(sys.argv[1])["source"]
    if source == "last words":
        sys.exit("assertion failed in a decoder")
    if source == "stubborn":
        be_stubborn()
    sys.stdout.buffer.write(SAYS[source])
    sys.stdout.buffer.flush()
    time.sleep(600)


if __name__ == "__main__":
    main()
