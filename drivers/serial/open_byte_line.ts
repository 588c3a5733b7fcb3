/** Opens a line of bytes by its settings; what carries it is loaded when it is needed. */
import type { ByteLine } from "./byte_line.ts";
import type { SerialSettings, SocketSettings } from "./settings.ts";

/** Opens what the settings name; throws {@link DeviceError} where that is not to be had. */
export async function openByteLine(settings: SerialSettings | SocketSettings): Promise<ByteLine> {
  if (settings.type === "serial") {
    const { openSerialPort } = await import("./serial_port.ts");
    return await openSerialPort(settings);
  }
  const { openSocket } = await import("./socket.ts");
  return await openSocket(settings);
}
