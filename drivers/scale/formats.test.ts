import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { builtInProfiles, readProfiles } from "../profile_library.ts";
import { FORMATS, profileOf } from "./fixtures.ts";
import { type FormatConfig, formatOf } from "./formats.ts";
import { type Frame, FrameStream, type Shown } from "./frame.ts";

const folder = new URL("./examples/", import.meta.url);
const exampleSchema = z.strictObject({
  profile: z.string(),
  frames: z.array(z.strictObject({ hex: z.string(), source: z.string(), says: z.unknown() })),
});
const examples = Array.from(Deno.readDirSync(folder), ({ name }) => name)
  .map((name) => exampleSchema.parse(JSON.parse(Deno.readTextFileSync(new URL(name, folder)))));
const profiles = readProfiles(builtInProfiles());

function read(format: FormatConfig, bytes: Uint8Array): Frame[] {
  return new FrameStream(formatOf(format)).feed(bytes);
}

const shown: fc.Arbitrary<Shown> = fc.record({
  digits: fc.integer({ min: -9999, max: 99_999 }),
  decimals: fc.integer({ min: 1, max: 3 }),
  net: fc.boolean(),
  tare: fc.integer({ min: 0, max: 9999 }),
  motion: fc.boolean(),
}).map(({ digits, decimals, tare, ...more }) => ({
  ...more,
  decimals,
  value: Number(`${digits}e-${decimals}`) || 0,
  tare: Number(`${tare}e-${decimals}`),
  unit: "kg",
  trouble: null,
}));

describe("W3: frames of documented examples decode exactly", () => {
  for (const { profile, frames } of examples) {
    test.each(frames)(`${profile}: $hex, $source`, ({ hex, says }) => {
      expect(read(profileOf(profile).format, Uint8Array.fromHex(hex))).toEqual([says]);
    });
  }

  test("every profile of a scale has some", () => {
    const scales = [...profiles.values()].filter(({ protocol }) => protocol === "scale");
    expect(examples.map(({ profile }) => profile).sort()).toEqual(
      scales.map(({ profile }) => profile).sort(),
    );
    expect(scales.length).toBeGreaterThanOrEqual(4);
  });
});

describe.each(FORMATS.map((format) => ({ format, name: JSON.stringify(format) })))(
  "$name",
  ({ format }) => {
    const write = (one: Shown): Uint8Array => formatOf(format).write(one) ?? new Uint8Array(0);
    // A frame may count only once the next one begins.
    const end = format.name === "equals" ? [0x0d] : [];

    test("what a scale shows is read as it was written", () => {
      fc.assert(fc.property(shown, (one) => {
        const bytes = write(one);
        fc.pre(bytes.length > 0);
        const [frame] = read(format, Uint8Array.of(...bytes, ...end));
        expect(frame).toMatchObject({ kind: "weight", value: one.value });
      }));
    });

    test("it does not matter in what pieces a stream comes", () => {
      const pieces = fc.array(fc.oneof(shown.map(write), fc.uint8Array({ maxLength: 20 })));
      fc.assert(fc.property(pieces, fc.array(fc.nat(30)), (parts, cuts) => {
        const bytes = Uint8Array.from(parts.flatMap((part) => [...part]));
        const whole = new FrameStream(formatOf(format));
        const frames = whole.feed(bytes);
        const pieced = new FrameStream(formatOf(format));
        const found: Frame[] = [];
        let at = 0;
        for (const cut of [...cuts, bytes.length]) {
          found.push(...pieced.feed(bytes.subarray(at, at + cut)));
          at += cut;
        }
        expect(found).toEqual(frames);
        expect(pieced.discarded).toEqual(whole.discarded);
      }));
    });

    test("after anything that is no frame the next but one is read at the latest", () => {
      fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), shown, (noise, one) => {
        const bytes = write(one);
        fc.pre(bytes.length > 0);
        const frames = read(format, Uint8Array.of(...noise, ...bytes, ...bytes, ...end));
        expect(frames.at(-1)).toMatchObject({ value: one.value });
      }));
    });

    test("W3: a byte of wrong parity, which reads as NUL, leaves no frame, and is counted", () => {
      fc.assert(fc.property(shown, (one) => {
        const bytes = write(one);
        for (let at = 0; at < bytes.length; at++) {
          // A checksum may be NUL anyway.
          if (bytes[at] === 0) continue;
          const stream = new FrameStream(formatOf(format));
          expect(stream.feed(Uint8Array.of(...bytes.with(at, 0), ...end))).toEqual([]);
          expect(stream.discarded.frames + stream.discarded.bytes).toBeGreaterThan(0);
        }
      }));
    });

    test("W3: a wrong bit is no frame, or shows as what only a checksum could tell", () => {
      const one: Shown = {
        value: 41.39,
        decimals: 2,
        unit: "kg",
        net: false,
        tare: 0,
        motion: false,
        trouble: null,
      };
      const bytes = write(one);
      const checked = format.name !== "equals" &&
        !(format.name === "toledo" && format.checksum === "none");
      for (let bit = 0; bit < 8 * bytes.length; bit++) {
        const wrong = bytes.slice();
        wrong[bit >> 3] ^= 1 << (bit & 7);
        const stream = new FrameStream(formatOf(format));
        const frames = stream.feed(Uint8Array.of(...wrong, ...end));
        if (checked) expect(frames).toEqual([]);
        if (frames.length === 0 && wrong[0] === bytes[0]) expect(stream.discarded.frames).toBe(1);
      }
    });
  },
);
