/** Watches an MQTT byte stream for packets over a limit, before anyone gathers their bytes. */
export class PacketGuard {
  readonly #bytesMax: number;
  /** Bytes of the packet at hand that are still to come. */
  #rest = 0;
  /** Fixed header of the next packet (MQTT 3.1.1, 2.2): bytes of it seen, and what they say. */
  #headerBytes = 0;
  #length = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Takes the next bytes; returns the announced length of a packet that is too large, or 0. */
  oversized(chunk: Uint8Array): number {
    for (let at = 0; at < chunk.length;) {
      if (this.#rest > 0) {
        const passed = Math.min(this.#rest, chunk.length - at);
        this.#rest -= passed;
        at += passed;
        continue;
      }
      const byte = chunk[at++];
      if (this.#headerBytes++ === 0) continue;
      this.#length += (byte & 127) * 128 ** (this.#headerBytes - 2);
      if (this.#length > this.#bytesMax) return this.#length;
      // A fifth length byte is malformed; the parser says so.
      if (byte < 128 || this.#headerBytes > 5) {
        this.#rest = this.#length;
        this.#length = 0;
        this.#headerBytes = 0;
      }
    }
    return 0;
  }
}
