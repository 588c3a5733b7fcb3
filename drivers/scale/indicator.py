"""A weighing indicator: sends frames at the pace of its baud rate, as the makers' manuals say.

Reads {format, listen | tty, baud, request} as JSON from standard input, and before each frame what
it shows from the file {state}: weight, tare, net, motion, trouble (all in hundredths), noise (share
of bytes that are wrong), silent.
"""

import json
import os
import random
import select
import socket
import sys
import time

setup = json.load(sys.stdin)
pace = 10 / setup["baud"]


def xor(text):
    total = 0
    for byte in text:
        total ^= byte
    return b"%02X" % total


def decimal(value, places):
    """Hundredths as text, filled with zeros, the sign in front."""
    sign = "-" if value < 0 else ""
    text = "%d.%02d" % (abs(value) // 100, abs(value) % 100)
    return (sign + text.rjust(places - len(sign), "0")).encode()


def yaohua(state):
    body = b"%s%06d2" % (b"-" if state["weight"] < 0 else b"+", abs(state["weight"]))
    return b"\x02" + body + xor(body) + b"\x03"


def reply(state):
    command = b"D" if state["net"] else b"B"
    sign = b"-" if state["weight"] < 0 else b"+"
    body = b"A%s%s%06d2" % (command, sign, abs(state["weight"]))
    return b"\x02" + body + xor(body) + b"\x03"


def a12e(state):
    body = b"W%s%skg" % (b"N" if state["net"] else b"G", decimal(state["weight"], 7))
    if state["trouble"]:
        body = {"overload": b"OL", "underload": b"LO"}[state["trouble"]].rjust(11)
    return body + xor(body) + b"\r\n"


def toledo(state):
    b = 0x30 | state["net"] | (state["weight"] < 0) << 1 | state["motion"] << 3
    if state["trouble"]:
        b |= 4 | (state["trouble"] == "underload") << 1
    status = bytes([0x20 | 0x08 | 4, b, 0x20])
    frame = b"\x02" + status + b"%6d%06d\r" % (abs(state["weight"]), state["tare"])
    return frame + bytes([-sum(frame) & 0x7F])


FORMATS = {
    "yaohua": yaohua,
    "yaohua-reply": reply,
    "a12e": a12e,
    "equals": lambda state: b"=" + decimal(state["weight"], 8),
    "equals-reversed": lambda state: b"=" + decimal(state["weight"], 8)[::-1],
    "equals-short": lambda state: b"=" + decimal(state["weight"], 7)[::-1],
    "toledo": toledo,
}

clients = []
server = None
if "listen" in setup:
    server = socket.create_server(("127.0.0.1", setup["listen"]))
    server.setblocking(False)
else:
    clients.append(os.open(setup["tty"], os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK))


def accept():
    try:
        clients.append(server.accept()[0].detach())
    except (BlockingIOError, AttributeError):
        pass


def write(data):
    for client in list(clients):
        try:
            os.write(client, data)
        except BlockingIOError:
            pass
        except OSError:
            clients.remove(client)


def heard():
    """What was asked since the last time."""
    asked = b""
    for client in select.select(clients, [], [], 0.005)[0]:
        try:
            part = os.read(client, 100)
        except OSError:
            part = b""
        if part == b"" and server is not None:
            clients.remove(client)
        asked += part
    return asked


print("ready", flush=True)
due = time.monotonic()
while True:
    accept()
    with open(setup["state"]) as file:
        state = json.load(file)
    if "request" in setup and bytes.fromhex(setup["request"]) not in heard():
        continue
    if state["silent"]:
        time.sleep(0.02)
        due = time.monotonic()
        continue
    frame = FORMATS[setup["format"]](state)
    for byte in frame:
        if random.random() < state["noise"]:
            byte ^= 1 << random.randrange(7)
        write(bytes([byte]))
        due += pace
        time.sleep(max(0, due - time.monotonic()))
    print("frame", flush=True)
