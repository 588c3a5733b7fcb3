"""A Modbus TCP server of somebody else, for tests: pymodbus, values packed by Python's struct.

Reads JSON from standard input: {"port": …, "values": [{"table", "address", "type", "order",
"value" or "hex"}], "bits": {"coil": […], "discrete": […]}, "identity": {"0": "vendor", …}};
units 1 and 2 answer alike.
"""

import json
import struct
import sys

from pymodbus.datastore import (
    ModbusSequentialDataBlock,
    ModbusServerContext,
    ModbusSlaveContext,
)
from pymodbus.device import ModbusDeviceIdentification
from pymodbus.server import StartTcpServer

FORMATS = {
    "int16": ">h",
    "uint16": ">H",
    "int32": ">i",
    "uint32": ">I",
    "float32": ">f",
    "int64": ">q",
    "float64": ">d",
}


def packed(item):
    if "hex" in item:
        return bytes.fromhex(item["hex"])
    if item["type"] == "string":
        return item["value"].encode(item.get("encoding", "utf-8"))
    value = item["value"]
    # A count beyond 2^53 comes as text: JSON's numbers would round it on the way here.
    return struct.pack(FORMATS[item["type"]], int(value) if isinstance(value, str) else value)


def registers(item):
    data = packed(item)
    words = [data[at : at + 2] for at in range(0, len(data), 2)]
    order = item.get("order", "ABCD")
    if order in ("CDAB", "DCBA"):
        words.reverse()
    if order in ("BADC", "DCBA"):
        words = [word[::-1] for word in words]
    return [struct.unpack(">H", word)[0] for word in words]


request = json.load(sys.stdin)
tables = {"holding": [0] * 1000, "input": [0] * 1000}
for item in request["values"]:
    for offset, word in enumerate(registers(item)):
        tables[item["table"]][item["address"] + offset] = word
bits = request.get("bits", {})
unit = ModbusSlaveContext(
    di=ModbusSequentialDataBlock(0, bits.get("discrete", [False] * 100)),
    co=ModbusSequentialDataBlock(0, bits.get("coil", [False] * 100)),
    hr=ModbusSequentialDataBlock(0, tables["holding"]),
    ir=ModbusSequentialDataBlock(0, tables["input"]),
    zero_mode=True,
)
context = ModbusServerContext(slaves={1: unit, 2: unit}, single=False)
identity = {int(key): text for key, text in request.get("identity", {}).items()}
StartTcpServer(
    context=context,
    identity=ModbusDeviceIdentification(info=identity),
    address=("127.0.0.1", request["port"]),
)
