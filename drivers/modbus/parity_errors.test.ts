import fc from "fast-check";
import { expect, test } from "vitest";
import { RtuFraming, sealed } from "./rtu_framing.ts";

test("an answer with bytes of wrong parity, which read as NUL, is not taken, and is counted", () => {
  const registers = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 1, maxLength: 20 });
  fc.assert(fc.property(registers, (values) => {
    const bytes = values.flatMap((value) => [value >> 8, value & 0xff]);
    const frame = sealed(17, Uint8Array.of(3, bytes.length, ...bytes));
    for (let at = 0; at < frame.length; at++) {
      // One byte, or two in a row: what spoils a bit often spoils its neighbour.
      for (const end of [at + 1, at + 2]) {
        const spoilt = frame.slice().fill(0, at, end);
        if (spoilt.every((byte, index) => byte === frame[index])) continue;
        const framing = new RtuFraming();
        framing.ask(17, { kind: "read", table: "holding", start: 0, count: values.length });
        expect(framing.take(spoilt).answer).toBeNull();
        framing.forget();
        expect(framing.strayBytes).toBe(frame.length);
      }
    }
  }));
});
