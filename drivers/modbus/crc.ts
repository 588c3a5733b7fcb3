/** CRC-16 of a serial frame (MODBUS over Serial Line V1.02, 6.2.2): polynomial A001, from FFFF. */
const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >> 1 ^ 0xa001 : crc >> 1;
  return crc;
});

/** Low byte first on the wire. Over a frame with its own CRC behind it the result is 0. */
export function crc16(bytes: Uint8Array, start = 0, end = bytes.length): number {
  let crc = 0xffff;
  for (let at = start; at < end; at++) crc = crc >> 8 ^ TABLE[(crc ^ bytes[at]) & 0xff];
  return crc;
}
