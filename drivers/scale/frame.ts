/** What a scale's frame says, and the search for frames in a stream that may hold anything. */

/** UCUM codes of the units that frames name; pounds are the international avoirdupois ones. */
export const WEIGHT_UNITS = ["kg", "g", "[lb_av]", "t"] as const;
export type WeightUnit = typeof WEIGHT_UNITS[number];

/** Why a frame that came over sound bears no weight. */
export const TROUBLES = {
  overload: "overload: more than the scale can weigh",
  underload: "underload: less than nothing is on the scale",
  "not-zeroed": "it was not zeroed since it was switched on",
  expanded: "its display is expanded, for calibration",
  "unknown-unit": "it shows a unit that is no unit of weight here",
} as const;
export type Trouble = keyof typeof TROUBLES;

export interface Weight {
  readonly kind: "weight";
  /** As displayed, gross or net. */
  readonly value: number;
  /** `null` where the format has no place for it; so are the others. */
  readonly unit: WeightUnit | null;
  readonly net: boolean | null;
  readonly tare: number | null;
  /** The scale itself says that the load moves. */
  readonly motion: boolean | null;
}

export type Frame = Weight | { readonly kind: "trouble"; readonly trouble: Trouble };

/** What a scale would say: for simulators and tests. */
export interface Shown {
  readonly value: number;
  readonly decimals: number;
  readonly unit: WeightUnit;
  readonly net: boolean;
  readonly tare: number;
  readonly motion: boolean;
  readonly trouble: "overload" | "underload" | null;
}

/** How frames of one kind look. All have a fixed length; no state is kept between two of them. */
export interface FrameFormat {
  /** Bytes that {@link read} needs to see. */
  readonly window: number;
  /** Bytes that belong to the frame: what is behind them begins the next one. */
  readonly length: number;
  /** Whether a frame can begin with this byte. */
  readonly begins: (byte: number) => boolean;
  /** A frame, or `null` for what is none: a wrong checksum, another shape. */
  read(bytes: Uint8Array): Frame | null;
  /** Its bytes; `null` where the format has no way to say it. */
  write(shown: Shown): Uint8Array | null;
}

/** What could not be used, since the stream began. */
export interface Discarded {
  /** Began like a frame and was none. */
  readonly frames: number;
  /** Lay between frames. */
  readonly bytes: number;
}

const CR = 0x0d;
const LF = 0x0a;

/** Finds the frames of a stream: after anything that is none it goes on with the next byte. */
export class FrameStream {
  readonly #format: FrameFormat;
  /** The bytes not yet decided: fewer than a window between two calls. */
  #waiting: Uint8Array = new Uint8Array(0);
  #frames = 0;
  #bytes = 0;

  constructor(format: FrameFormat) {
    this.#format = format;
  }

  get discarded(): Discarded {
    return { frames: this.#frames, bytes: this.#bytes };
  }

  /** The frames that these bytes complete, in order. */
  feed(chunk: Uint8Array): Frame[] {
    const { window, length, begins } = this.#format;
    const bytes = new Uint8Array(this.#waiting.length + chunk.length);
    bytes.set(this.#waiting);
    bytes.set(chunk, this.#waiting.length);
    const found: Frame[] = [];
    let at = 0;
    while (bytes.length - at >= window) {
      if (!begins(bytes[at])) {
        if (bytes[at] !== CR && bytes[at] !== LF) this.#bytes++;
        at++;
        continue;
      }
      const frame = this.#format.read(bytes.subarray(at, at + window));
      if (frame === null) {
        this.#frames++;
        at++;
      } else {
        found.push(frame);
        at += length;
      }
    }
    this.#waiting = bytes.slice(at);
    return found;
  }
}

/** A number as it stands in a frame, or `null`; nothing is rounded on the way. */
export function parseWeight(text: string): number | null {
  if (!/^-?\d+(\.\d+)?$/.test(text)) return null;
  const value = Number(text);
  // A negative zero is what a scale shows that drifts around zero.
  return value === 0 ? 0 : value;
}

export function ascii(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
