"""Stands in for the reader process and misbehaves as its first argument's source says."""

import json
import sys
import time


def main() -> None:
    """Say something no reader says, or nothing."""
    source = json.loads(sys.argv[1])["source"]
    out = sys.stdout.buffer
    match source:
        case "junk":
            out.write(b"\x00\xff not a line of ours\n")
        case "unwanted":
            out.write(b'{"say":"code","text":"HP1:short","at":1}\n')
        case "endless":
            out.write(b"x" * 100_000)
        case "too much":
            line = b'{"say":"health","state":"working","milli":1,"at":1}\n'
            out.write(line * 10_000)
        case "stubborn":
            while True:
                at = time.monotonic_ns() // 1000
                code = {"say": "code", "text": "HP1:" + 144 * "A", "at": at}
                health = {"say": "health", "state": "working", "milli": 10_000, "at": at}
                for said in (code, health):
                    out.write(json.dumps(said).encode() + b"\n")
                out.flush()
                time.sleep(0.05)
        case "nothing":
            pass
        case "last words":
            sys.stderr.write("assertion failed in a decoder\n")
            sys.exit(3)
    out.flush()
    time.sleep(600)


if __name__ == "__main__":
    main()
