/** The devices of bench:modbus: a hundred tags each, as many as one answer holds. */
import { join } from "node:path";
import { stringify } from "yaml";

export const TAGS = 100;
/** Of them one register each, tenths; the others are float32. */
const TENTHS = 75;
/** Registers of all tags, without a hole: what one request may read at most (V1.1b3, 6.3). */
export const REGISTERS = 125;
/** No plan can do with fewer: every register has to be read once. */
export const REQUESTS_MIN = Math.ceil(REGISTERS / 125);
/** Tags of a device on the serial line, one register each: as small as most transmitters are. */
export const LINE_TAGS = 10;

const tenths = (at: number, address = at) => ({
  ...tag("t", at),
  unit: "Cel",
  example: 21.5,
  register: { address, type: "int16", scale: 0.1, faults: [32_767] },
});
const float = (at: number) => ({
  ...tag("f", at),
  unit: "kPa",
  example: 101.3,
  register: { address: TENTHS + 2 * at, type: "float32" },
});

function tag(letter: string, at: number): { point: string; title: { zh: string; en: string } } {
  const number = String(at).padStart(2, "0");
  return { point: `${letter}${number}`, title: { zh: `测点 ${number}`, en: `Tag ${number}` } };
}

const indexes = (count: number) => Array.from({ length: count }, (_, at) => at);

const PROFILES = {
  "bench-tags": {
    lengthMax: REGISTERS,
    points: [
      ...indexes(TENTHS).map((at) => tenths(at)),
      ...indexes(TAGS - TENTHS).map(float),
    ],
  },
  "bench-line": { points: indexes(LINE_TAGS).map((at) => tenths(at)) },
} as const;

/** Writes the profiles into a folder, for `profilesDir`; returns that. */
export function writeProfiles(dir: string, intervalSeconds: number): string {
  const folder = join(dir, "profiles");
  Deno.mkdirSync(folder);
  for (const [profile, own] of Object.entries(PROFILES)) {
    const head = { profile, title: { zh: "测试", en: "Bench" }, source: "made for a bench" };
    const text = stringify({ ...head, protocol: "modbus", intervalSeconds, ...own });
    Deno.writeTextFileSync(join(folder, `${profile}.yaml`), text);
  }
  return folder;
}

/** Registers of one device, whose values wander a little with each answer. */
export class WanderingRegisters {
  /** As they go over the wire. */
  readonly bytes = new Uint8Array(2 * REGISTERS);
  readonly #view = new DataView(this.bytes.buffer);
  #answers = 0;

  constructor() {
    for (let at = 0; at < TENTHS; at++) this.#view.setInt16(2 * at, 215 + at);
    for (let at = 0; at < TAGS - TENTHS; at++) this.#setFloat(at, 101.3 + at);
  }

  /** Moves a tenth of the tags by one step. */
  wander(): void {
    this.#answers++;
    for (let at = this.#answers % 10; at < TENTHS; at += 10) {
      this.#view.setInt16(2 * at, 215 + at + this.#answers % 7);
    }
    for (let at = this.#answers % 10; at < TAGS - TENTHS; at += 10) {
      this.#setFloat(at, 101.3 + at + (this.#answers % 9) / 10);
    }
  }

  #setFloat(at: number, value: number): void {
    this.#view.setFloat32(2 * (TENTHS + 2 * at), value);
  }
}
