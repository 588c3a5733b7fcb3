/** How a serial port or a socket is reached and set. */
import * as z from "zod";

/** 8N1 at 9600 is what most RS-485 devices leave their factory with. */
export const serialParts = {
  port: z.string().max(255).regex(/^\/\S+$/, "want a device such as /dev/ttyUSB0")
    .describe("The port; under /dev/serial/by-id it is found wherever it is plugged in")
    .meta({ examples: ["/dev/serial/by-id/usb-1a86_USB_Serial-if00-port0"] }),
  baud: z.number().int().min(300).max(921_600).default(9600).describe("Bits a second"),
  dataBits: z.union([z.literal(7), z.literal(8)]).default(8).describe("Bits of one character"),
  parity: z.enum(["none", "even", "odd"]).default("none").describe("Its parity bit"),
  stopBits: z.union([z.literal(1), z.literal(2)]).default(1).describe("Its stop bits"),
};

export const socketParts = {
  host: z.string().min(1).max(253).describe("Address of the converter"),
  port: z.number().int().min(1).max(65_535).describe("Its port"),
};

export const serialSettings = z.strictObject({ type: z.literal("serial"), ...serialParts });
export type SerialSettings = z.infer<typeof serialSettings>;

/** How a port is set when its device leaves the factory, as a profile says it. */
export const serialProfile = z.strictObject({
  baud: serialParts.baud,
  dataBits: serialParts.dataBits,
  parity: serialParts.parity,
  stopBits: serialParts.stopBits,
}).prefault({}).describe("How its port is set when it leaves the factory");
export type SerialProfile = z.infer<typeof serialProfile>;

/** A port that may be set otherwise than its device's profile says. */
export const ownSerialSettings = z.strictObject({
  type: z.literal("serial"),
  port: serialParts.port,
  baud: serialParts.baud.unwrap().optional().describe("Bits a second; none: as its profile says"),
  dataBits: serialParts.dataBits.unwrap().optional()
    .describe("Bits of one character; none: as its profile says"),
  parity: serialParts.parity.unwrap().optional()
    .describe("Its parity bit; none: as its profile says"),
  stopBits: serialParts.stopBits.unwrap().optional()
    .describe("Its stop bits; none: as its profile says"),
});

export const socketSettings = z.strictObject({ type: z.literal("socket"), ...socketParts });
export type SocketSettings = z.infer<typeof socketSettings>;

/** The line with what the settings leave to the profile. */
export function lineOf(
  connection: z.infer<typeof ownSerialSettings> | SocketSettings,
  profile: SerialProfile,
): SerialSettings | SocketSettings {
  if (connection.type === "socket") return connection;
  const { type, port, baud, dataBits, parity, stopBits } = connection;
  return {
    type,
    port,
    baud: baud ?? profile.baud,
    dataBits: dataBits ?? profile.dataBits,
    parity: parity ?? profile.parity,
    stopBits: stopBits ?? profile.stopBits,
  };
}

/** Milliseconds that one character takes: start bit, data, parity and stop bits. */
export function characterMs(
  { baud, dataBits, parity, stopBits }: Omit<SerialSettings, "type" | "port">,
): number {
  return (1 + dataBits + (parity === "none" ? 0 : 1) + stopBits) * 1000 / baud;
}
