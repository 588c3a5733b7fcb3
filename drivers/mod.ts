/** All drivers, listed by hand. */
export { modbus } from "./modbus/modbus.ts";
export { mqttBroker } from "./mqtt/broker.ts";
export { mqttClient } from "./mqtt/client.ts";
export { scale } from "./scale/scale.ts";
