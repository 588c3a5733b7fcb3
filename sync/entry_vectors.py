"""Computes the test vectors of the entry encoding with nothing but Python's standard library.

Run by chain.test.ts: what this program says, the journal must say too. It doubles as the format's
description in another language.
"""

import hashlib
import json
import struct
import sys

VERSIONS = {"sha256": 1, "sm3": 2}
CLOCKS = ["untrusted", "holdover", "trusted"]


def text16(text):
    data = text.encode("utf-8")
    return struct.pack(">H", len(data)) + data


def content(entry):
    body = entry["body"].encode("utf-8")
    return (
        struct.pack(">q", entry["wallMs"])
        + bytes.fromhex(entry["bootId"])
        + struct.pack(">q", entry["bootMs"])
        + struct.pack(">B", CLOCKS.index(entry["clock"]))
        + text16(entry["kind"])
        + struct.pack(">I", len(body))
        + body
    )


def hashes(case):
    previous = bytes(32)
    for seq, entry in enumerate(case["entries"], start=1):
        data = (
            previous
            + struct.pack(">B", VERSIONS[case["hashName"]])
            + text16(case["origin"])
            + text16(case["stream"])
            + struct.pack(">q", seq)
            + content(entry)
        )
        previous = hashlib.new(case["hashName"], data).digest()
        yield {"content": content(entry).hex(), "hash": previous.hex()}


print(json.dumps([list(hashes(case)) for case in json.load(sys.stdin)]))
