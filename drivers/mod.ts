/** All drivers, listed by hand. */
export { file } from "./file/file.ts";
export { modbus, tracedModbus } from "./modbus/modbus.ts";
export { type Exchange, Trace } from "./modbus/trace.ts";
export { type Preparation, type WriteOutcome, WritePort } from "./modbus/write_port.ts";
export { mqttBroker } from "./mqtt/broker.ts";
export { mqttClient } from "./mqtt/client.ts";
export { printer } from "./printer/printer.ts";
export { scale } from "./scale/scale.ts";
