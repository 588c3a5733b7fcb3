"""A modem for tests, on a pseudo terminal. What real models say comes from others: the modem
descriptions in the tests of python-gsmmodem-new, and its decoder of SMS-SUBMIT. Only the dialogue
of AT+CMGS is played here, as 3GPP TS 27.005 has it.

Argument: folder of that package, then JSON: {"model", "pin", "states": [of CREG in turn], "cms":
[error of each part in turn, null for none], "domain", "faults": ["no-prompt", "chatter", "mute",
"no-answer", "entering"]}. Prints its port first, then each part that it takes, as JSON.
"""

import json
import os
import pty
import sys
import tty

folder = sys.argv[1]
sys.path[:0] = [folder, os.path.join(folder, "test")]
sys.dont_write_bytecode = True
import warnings

warnings.simplefilter("ignore")
import fakemodems
from gsmmodem.pdu import decodeSmsPdu

plan = {"pin": None, "states": [1], "cms": [], "domain": "CREG", "faults": [], **json.loads(sys.argv[2])}
model = getattr(fakemodems, plan["model"])()
faults = set(plan["faults"])
if plan["pin"] is not None:
    model.pinLock = True

master, slave = pty.openpty()
tty.setraw(slave)
print(json.dumps({"port": os.ttyname(slave)}), flush=True)

echo, text_mode, ucs2, states, errors = True, False, False, list(plan["states"]), list(plan["cms"])
references = 40


def say(text):
    os.write(master, text.encode("latin-1"))


def chatter():
    if "chatter" in faults:
        say("\r\n^RSSI:14\r\n\r\n+CREG: 1\r\n")


def read_until(ends):
    """Bytes up to one of these, without it; and which it was."""
    data = b""
    while True:
        one = os.read(master, 1)
        if echo and one != b"\x1a":
            os.write(master, one)
        if one in ends:
            return data.decode("latin-1"), one
        data += one


def take(command):
    """One AT+CMGS."""
    global references
    if "no-prompt" in faults:
        return
    say("\r\n> ")
    chatter()
    data, end = read_until([b"\x1a", b"\x1b"])
    if end == b"\x1b":
        return say("\r\nOK\r\n")
    if "no-answer" in faults:
        return
    chatter()
    error = errors.pop(0) if errors else None
    if error is not None:
        return say(f"\r\n+CMS ERROR: {error}\r\n")
    if text_mode:
        number = command.split('"')[1]
        decoded = {"number": words(number), "text": words(data)}
    else:
        decoded = decodeSmsPdu(data)
        if decoded["tpdu_length"] != int(command.split("=")[1]):
            return say("\r\n+CMS ERROR: 304\r\n")
        decoded["udh"] = [
            {"reference": part.reference, "parts": part.parts, "number": part.number}
            for part in decoded.get("udh", [])
        ]
        decoded["validity"] = decoded["validity"].total_seconds()
    print(json.dumps(decoded), flush=True)
    references += 1
    say(f"\r\n+CMGS: {references}\r\n\r\nOK\r\n")


def words(text):
    return bytes.fromhex(text).decode("utf-16-be") if ucs2 else text


if "entering" in faults:
    # A process before died between the prompt and the end of its data.
    read_until([b"\x1a", b"\x1b"])
while True:
    command, _ = read_until([b"\r"])
    command = command.replace("\x1b", "").strip()
    if "mute" in faults or command == "":
        continue
    answer = model.getResponse(command + "\r")
    refused = any("ERROR" in line for line in answer if isinstance(line, str))
    if not refused and command.startswith("AT+CPIN=") and plan["pin"] not in command:
        model.pinLock = True
        answer = ["+CME ERROR: 16\r\n"]
    elif not refused and command == "ATE0":
        echo = False
    elif not refused and command.startswith("AT+CMGF="):
        text_mode = command.endswith("1")
    elif not refused and command.startswith("AT+CSCS="):
        ucs2 = "UCS2" in command
    elif not refused and command.startswith(("AT+CREG?", "AT+CGREG?", "AT+CEREG?")):
        domain = command[3:-1]
        state = states[0]
        if domain == plan["domain"] and len(states) > 1:
            states.pop(0)
        answer = [f"+{domain}: 0,{state if domain == plan['domain'] else 0}\r\n", "OK\r\n"]
    elif not refused and command == "AT+CSQ":
        answer = ["+CSQ: 17,99\r\n", "OK\r\n"]
    elif not refused and command.startswith("AT+CMGS="):
        take(command)
        continue
    chatter()
    for line in answer:
        if isinstance(line, str):
            say("\r\n" + line)
