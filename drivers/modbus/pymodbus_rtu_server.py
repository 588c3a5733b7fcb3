"""pymodbus on a serial port: register n of unit 1 and 2 holds 1000 + n; argv: DEVICE BAUD."""

import sys

from pymodbus.datastore import (
    ModbusSequentialDataBlock,
    ModbusServerContext,
    ModbusSlaveContext,
)
from pymodbus.device import ModbusDeviceIdentification
from pymodbus.server import StartSerialServer
from pymodbus.transaction import ModbusRtuFramer

registers = [1000 + at for at in range(200)]
bits = [at % 3 == 0 for at in range(200)]
unit = ModbusSlaveContext(
    di=ModbusSequentialDataBlock(0, bits),
    co=ModbusSequentialDataBlock(0, bits),
    hr=ModbusSequentialDataBlock(0, registers),
    ir=ModbusSequentialDataBlock(0, registers),
    zero_mode=True,
)
context = ModbusServerContext(slaves={1: unit, 2: unit}, single=False)
device, baud = sys.argv[1:]
StartSerialServer(
    context=context,
    identity=ModbusDeviceIdentification(info={0: "Others", 1: "OT-2", 2: "3.0", 5: "On a line"}),
    framer=ModbusRtuFramer,
    port=device,
    baudrate=int(baud),
    timeout=0.005,
)
