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
    return struct.pack(">H", len(text.encode())) + text.encode()


def need(holds, reason):
    if not holds:
        raise ValueError(reason)


def verify(file, pinned, at):
    """Walks a file; returns its header and how many entries it has. `at` tells the place."""
    first = file.readline()
    header, count, proven, last, ended = json.loads(first), 0, 0, bytes(32), False
    whole, keys, exporter = hashlib.new(header["hash"], first), header["keys"], header["exporter"]
    need(header["format"] == "tributary-export-1", "the format is not known here")
    need(pinned in [None, *keys[exporter]], "the exporter's key is not the one given")
    at.update(origin="none", stream="none", seq=0)

    def check(node, message, line, what):
        known = [base64.urlsafe_b64decode(key + "=") for key in keys.get(node, [])]
        signature = base64.b64decode(line["signature"], validate=True)
        need(any(signed(key, message, signature) for key in known), f"{what} of {node} is wrong")

    for raw in file:
        need(not ended and raw.endswith(b"}\n"), "a line is cut, or behind the end")
        body = raw.find(b',"body":')
        line = json.loads(raw if body < 0 else raw[:body] + b"}")
        names, node = text16(at["origin"]) + text16(at["stream"]), at["origin"].split(".")[0]
        head = text16("tributary-head-1") + names + struct.pack(">q", at["seq"]) + last
        if "head" not in line and "receipt" not in line and body < 0:
            need(at["seq"] == proven, "no signature of its origin vouches for it")
        if body >= 0:
            at["seq"], count = at["seq"] + 1, count + 1
            need(line["seq"] == at["seq"], f"{line['seq']} stands in its place")
            data = struct.pack(">B", VERSIONS[header["hash"]]) + names
            data += struct.pack(">qq", at["seq"], line["wallMs"]) + bytes.fromhex(line["bootId"])
            data += struct.pack(">qB", line["bootMs"], CLOCKS.index(line["clock"]))
            data += text16(line["kind"]) + struct.pack(">I", len(raw) - body - 10)
            data += raw[body + 8:-2]
            last = hashlib.new(header["hash"], last + data).digest()
            need(last.hex() == line["hash"], "its bytes, or those before, are not what was hashed")
        elif "head" in line:
            need(line["head"]["seq"] == at["seq"], "its head is that of another")
            check(node, head, line["head"], "the head")
            proven = at["seq"]
        elif "receipt" in line:
            need(line["receipt"]["seq"] == at["seq"], "its receipt is that of another")
            centre = line["receipt"]["centre"]
            message = text16("tributary-receipt-1") + text16(centre) + head
            check(centre, message, line["receipt"], "the receipt")
        elif "gap" in line:
            gap, last = line["gap"], bytes.fromhex(line["gap"]["hash"])
            need(gap["first"] == at["seq"] + 1, "the gap behind it begins elsewhere")
            at["seq"] = proven = gap["last"]
            head = text16("tributary-head-1") + names + struct.pack(">q", proven) + last
            head = text16("tributary-gap-1") + struct.pack(">q", gap["first"]) + head
            check(node, head, gap, "the signature of a gap")
            print(f"gap: {at['origin']} {at['stream']} {gap['first']} to {gap['last']}")
        elif "missing" in line:
            print("missing: {origin} {stream} {first} to {last}".format(**line["missing"]))
        elif "after" in line:
            at.update(origin=line["origin"], stream=line["stream"], seq=line["after"])
            proven, last = at["seq"], bytes.fromhex(line["previous"])
            need(proven > 0 or last == bytes(32), "something comes before the first entry")
        else:
            need(line["entries"] == count, f"the file has {count} entries")
            message = text16("tributary-export-1") + text16(exporter) + whole.digest()
            check(exporter, message, line, "the signature over the file")
            ended = True
        whole.update(raw)
    need(ended, "the file is cut: its last line is missing")
    return header, count


def main(path, pinned=None):
    at = {}
    try:
        with open(path, "rb") as file:
            header, count = verify(file, pinned, at)
    except (ValueError, KeyError, TypeError, AttributeError, struct.error) as error:
        print("BAD at {}: {}".format(" ".join(map(str, at.values())) or "the header", error))
        return 1
    print(f"good: {count} entries, as {header['exporter']} exported them")
    print("the exporter's keys, to compare: " + " ".join(header["keys"][header["exporter"]]))
    return 0


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        print(__doc__)
        sys.exit(2)
    sys.exit(main(*sys.argv[1:]))
