import { afterAll, describe, expect, test } from "vitest";
import { seeded } from "../simulated_faults.ts";
import { FORMATS } from "./fixtures.ts";
import { type FormatConfig, formatOf } from "./formats.ts";
import { FrameStream, type Shown } from "./frame.ts";
import { scaleProfile } from "./profile.ts";
import { Weighing } from "./weighing.ts";

/** Of each format so many bytes go through, over all kinds of damage. */
const BYTES = 1_000_000;
/** A byte at 9600 baud. */
const BYTE_MS = 10 / 9.6;
/** Pieces in which the bytes are read. */
const PIECE_MAX = 64;

const seed = Number(Deno.env.get("TRIBUTARY_SEED") ?? Date.now() % 1_000_000);

type Random = () => number;
const below = (random: Random, limit: number) => Math.floor(random() * limit);

/** What a scale sends, and every weight that ever rested on it. */
interface Sent {
  readonly bytes: number[];
  readonly weights: ReadonlySet<number>;
}

/** Loads that are put on, swing, rest and are taken off: a scale as it is. */
function stream(format: FormatConfig, random: Random, length: number): Sent {
  const { write } = formatOf(format);
  const bytes: number[] = [];
  const weights = new Set<number>();
  const say = (value: number, motion: boolean) => {
    const shown: Shown = {
      value,
      decimals: 2,
      unit: "kg",
      net: false,
      tare: 0,
      motion,
      trouble: null,
    };
    bytes.push(...write(shown) ?? []);
  };
  while (bytes.length < length) {
    const load = below(random, 25_000) / 100;
    for (let count = below(random, 10); count > 0; count--) {
      say(Math.round(load * 100 * (0.9 + random() / 5)) / 100, true);
    }
    weights.add(load);
    for (let count = 5 + below(random, 80); count > 0; count--) say(load, false);
  }
  return { bytes: bytes.slice(0, length), weights };
}

/** Damage: what comes of a stream, and the weights that may be found in it. */
type Damage = (format: FormatConfig, random: Random, length: number) => Sent;

const flipped = (rate: number): Damage => (format, random, length) => {
  const sent = stream(format, random, length);
  const bits = [1, 2, 4, 8, 16, 32, 64, 128];
  const flip = () => bits.reduce((all, bit) => all | (random() < rate ? bit : 0), 0);
  return { ...sent, bytes: sent.bytes.map((byte) => byte ^ flip()) };
};

/** Bytes that formats are made of: so that much of it looks like a frame. */
const ALPHABET = [..."\x02\x03\r\n=+-. 0123456789WGNkglbOLABD"].map((one) => one.charCodeAt(0));

const DAMAGES: Readonly<Record<string, Damage>> = {
  "random bytes": (_format, random, length) => ({
    bytes: Array.from({ length }, () => below(random, 256)),
    weights: new Set(),
  }),
  "random bytes that frames are made of": (_format, random, length) => ({
    bytes: Array.from({ length }, () => ALPHABET[below(random, ALPHABET.length)]),
    weights: new Set(),
  }),
  "1 bit of 10,000 flipped": flipped(1 / 10_000),
  "1 bit of 1,000 flipped": flipped(1 / 1000),
  "1 bit of 100 flipped": flipped(1 / 100),
  "1 bit of 20 flipped": flipped(1 / 20),
  "bytes lost and made up": (format, random, length) => {
    const sent = stream(format, random, length);
    const bytes = sent.bytes.flatMap((byte) => {
      const dice = random();
      if (dice < 0.01) return [];
      return dice < 0.02 ? [byte, ALPHABET[below(random, ALPHABET.length)]] : [byte];
    });
    return { ...sent, bytes };
  },
  "frames cut off": (format, random, length) => {
    const sent = stream(format, random, length);
    const bytes: number[] = [];
    for (let at = 0; at < sent.bytes.length;) {
      const end = at + 20 + below(random, 400);
      bytes.push(...sent.bytes.slice(at, end));
      at = end + below(random, 20);
    }
    return { ...sent, bytes };
  },
  "two scales on one line": (format, random, length) => {
    const [one, two] = [1, 2].map(() => stream(format, random, length >> 1));
    const bytes: number[] = [];
    for (let at = 0, other = 0; at < one.bytes.length;) {
      const [take, give] = [1 + below(random, 60), 1 + below(random, 60)];
      bytes.push(...one.bytes.slice(at, at + take), ...two.bytes.slice(other, other + give));
      [at, other] = [at + take, other + give];
    }
    return { bytes, weights: new Set([...one.weights, ...two.weights]) };
  },
};

interface Found {
  readonly stable: number;
  readonly wrong: readonly number[];
  readonly frames: number;
  readonly discarded: number;
}

/** What the driver's own core makes of it: every weight that it would tell as good. */
function weigh(format: FormatConfig, { bytes, weights }: Sent, random: Random): Found {
  const profile = scaleProfile.parse({
    protocol: "scale",
    profile: "fuzzed",
    title: { zh: "秤", en: "Scale" },
    source: "a test",
    intervalSeconds: 1,
    format,
    ...(format.name === "yaohua-reply" ? { request: { hex: "02" } } : {}),
    minimum: 0.1,
    maximum: 300,
    points: [{
      point: "weight",
      title: { zh: "重量", en: "Weight" },
      unit: "kg",
      field: "weight",
      example: 1,
    }],
  });
  const frames = new FrameStream(formatOf(format));
  const weighing = new Weighing(profile);
  const wrong: number[] = [];
  let [stable, count] = [0, 0];
  for (let at = 0; at < bytes.length;) {
    const end = at + 1 + below(random, PIECE_MAX);
    for (const frame of frames.feed(Uint8Array.from(bytes.slice(at, end)))) {
      count++;
      weighing.take(frame, end * BYTE_MS);
      const [{ value, quality }] = weighing.readings(0);
      if (quality !== "good") continue;
      stable++;
      if (typeof value !== "number" || !weights.has(value)) wrong.push(Number(value));
    }
    at = end;
  }
  return { stable, wrong, frames: count, discarded: frames.discarded.frames };
}

describe(`seed ${seed}`, () => {
  const lines: string[] = [];
  afterAll(() => {
    Deno.stdout.writeSync(new TextEncoder().encode(lines.join("")));
  });

  describe.each(FORMATS.map((format) => ({ format, name: JSON.stringify(format) })))(
    "W3: $name",
    ({ format, name }) => {
      test(`in ${BYTES} bytes of damage never a stable weight that did not rest on it`, () => {
        const random = seeded(seed);
        const damages = Object.entries(DAMAGES);
        const length = Math.ceil(1.05 * BYTES / damages.length);
        const total = { bytes: 0, frames: 0, discarded: 0, stable: 0 };
        for (const [what, damage] of damages) {
          const sent = damage(format, random, length);
          const found = weigh(format, sent, random);
          expect(found.wrong, what).toEqual([]);
          // What is hardly damaged is read: the test would else show nothing.
          if (what === "1 bit of 10,000 flipped") expect(found.stable).toBeGreaterThan(1000);
          total.bytes += sent.bytes.length;
          total.frames += found.frames;
          total.discarded += found.discarded;
          total.stable += found.stable;
        }
        const { bytes, frames, discarded, stable } = total;
        expect(bytes).toBeGreaterThanOrEqual(BYTES);
        lines.push(
          `seed ${seed} ${name}: ${bytes} bytes, ${frames} frames, ${discarded} discarded, ` +
            `${stable} stable, 0 wrong\n`,
        );
      });
    },
  );
});
