#!/usr/bin/env python3
"""Verifies a file that `tributary export` wrote, with nothing but Python's standard library.

    python3 verify_export.py FILE [KEY]

KEY is the exporter's public key as you got it from elsewhere: the file alone shows that it is as
its exporter made it, and who claims to be that. Exit: 0 it holds, 1 it does not, 2 wrong usage.
The format is described in sync/README.md of Tributary.
"""

import base64
import hashlib
import json
import struct
import sys

# --- Ed25519, verification only (RFC 8032, section 6) -------------------------------------------

P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def add(a, b):
    m, n = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    o, r = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = n - m, r - o, r + o, n + m
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def multiply(scalar, point):
    result = (0, 1, 1, 0)
    while scalar > 0:
        if scalar & 1:
            result = add(result, point)
        point, scalar = add(point, point), scalar >> 1
    return result


def decode(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P != 0:
        x = x * ROOT % P
    if y >= P or (x * x - square) % P != 0 or (x == 0 and sign):
        raise ValueError("no point of the curve")
    x = P - x if x & 1 != sign else x
    return (x, y, 1, x * y % P)


BASE = decode((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def signed(key, message, signature):
    try:
        a, r = decode(key), decode(signature[:32])
    except ValueError:
        return False
    s = int.from_bytes(signature[32:], "little")
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % Q
    left, right = multiply(s, BASE), add(r, multiply(h, a))
    same = all((left[i] * right[2] - right[i] * left[2]) % P == 0 for i in (0, 1))
    return len(key) == 32 and len(signature) == 64 and s < Q and same


# --- the export ---------------------------------------------------------------------------------

CLOCKS, VERSIONS = ["untrusted", "holdover", "trusted"], {"sha256": 1, "sm3": 2}


def text16(text):
    data = text.encode()
    return struct.pack(">H", len(data)) + data


class Export:
    def __init__(self, header, pinned):
        self.hash, self.exporter, self.keys = header["hash"], header["exporter"], header["keys"]
        self.whole, self.entries, self.ended = hashlib.new(self.hash), 0, False
        self.origin = self.stream = "none"
        self.seq, self.proven, self.last = 0, 0, bytes(32)
        need(header["format"] == "tributary-export-1", "the format is not known here")
        need(pinned in [None, *self.keys[self.exporter]], "the exporter's key is not the one given")

    def check(self, node, message, line, what):
        signature = base64.b64decode(line["signature"], validate=True)
        keys = [base64.urlsafe_b64decode(key + "=") for key in self.keys.get(node, [])]
        need(any(signed(key, message, signature) for key in keys), f"{what} of {node} does not hold")

    def head(self):
        place = text16(self.origin) + text16(self.stream) + struct.pack(">q", self.seq) + self.last
        return text16("tributary-head-1") + place

    def proved(self):
        need(self.seq == self.proven, "no signature of its origin vouches for it")

    def range(self, line):
        self.proved()
        self.origin, self.stream = line["origin"], line["stream"]
        self.seq = self.proven = line["after"]
        self.last = bytes.fromhex(line["previous"])
        need(self.seq > 0 or self.last == bytes(32), "something comes before the first entry")

    def entry(self, line, body):
        self.seq, self.entries = self.seq + 1, self.entries + 1
        need(line["seq"] == self.seq, f"{line['seq']} stands in its place")
        data = struct.pack(">B", VERSIONS[self.hash]) + text16(self.origin) + text16(self.stream)
        data += struct.pack(">qq", self.seq, line["wallMs"]) + bytes.fromhex(line["bootId"])
        data += struct.pack(">qB", line["bootMs"], CLOCKS.index(line["clock"]))
        data += text16(line["kind"]) + struct.pack(">I", len(body)) + body
        self.last = hashlib.new(self.hash, self.last + data).digest()
        need(self.last.hex() == line["hash"], "its bytes, or those before, are not what was hashed")

    def gap(self, line):
        self.proved()
        need(line["first"] == self.seq + 1, "the gap behind it begins elsewhere")
        self.seq = self.proven = line["last"]
        self.last = bytes.fromhex(line["hash"])
        message = text16("tributary-gap-1") + struct.pack(">q", line["first"]) + self.head()
        self.check(self.origin.split(".")[0], message, line, "the signature of a gap")
        print(f"gap: {self.origin} {self.stream} {line['first']} to {line['last']}")

    def take(self, raw):
        at = raw.find(b',"body":')
        line = json.loads(raw if at < 0 else raw[:at] + b"}")
        if at >= 0:
            self.entry(line, raw[at + 8 : -2])
        elif "after" in line:
            self.range(line)
        elif "gap" in line:
            self.gap(line["gap"])
        elif "missing" in line:
            print("missing: {origin} {stream} {first} to {last}".format(**line["missing"]))
        elif "head" in line:
            need(line["head"]["seq"] == self.seq, "its head is that of another")
            self.check(self.origin.split(".")[0], self.head(), line["head"], "the head")
            self.proven = self.seq
        elif "receipt" in line:
            centre = line["receipt"]["centre"]
            need(line["receipt"]["seq"] == self.seq, "its receipt is that of another")
            message = text16("tributary-receipt-1") + text16(centre) + self.head()
            self.check(centre, message, line["receipt"], "the receipt")
        else:
            self.proved()
            need(line["entries"] == self.entries, f"the file has {self.entries} entries")
            message = text16("tributary-export-1") + text16(self.exporter) + self.whole.digest()
            self.check(self.exporter, message, line, "the signature over the file")
            self.ended = True
        self.whole.update(raw)


def need(holds, reason):
    if not holds:
        raise ValueError(reason)


def main(path, pinned=None):
    export = None
    try:
        with open(path, "rb") as file:
            first = file.readline()
            export = Export(json.loads(first), pinned)
            export.whole.update(first)
            for raw in file:
                need(not export.ended and raw.endswith(b"}\n"), "a line is cut, or behind the end")
                export.take(raw)
        need(export.ended, "the file is cut: its last line is missing")
    except (ValueError, KeyError, TypeError, AttributeError, struct.error) as error:
        place = "the header" if export is None else f"{export.origin} {export.stream} {export.seq}"
        print(f"BAD at {place}: {error}")
        return 1
    print(f"good: {export.entries} entries, as {export.exporter} exported them")
    print("the exporter's keys, to compare: " + " ".join(export.keys[export.exporter]))
    return 0


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        print(__doc__)
        sys.exit(2)
    sys.exit(main(*sys.argv[1:]))
