/** One scale, from its frames to the readings of its points: pure, with time as a parameter. */
import type { Reading } from "../driver.ts";
import { type Frame, TROUBLES, type Weight } from "./frame.ts";
import type { ScalePoint, ScaleProfile } from "./profile.ts";
import { Stability } from "./stability.ts";
import { inUnit } from "./weight_units.ts";

/** How far a weight may be from a multiple of the division: the noise of binary fractions. */
const DIVISION_TOLERANCE = 1e-6;

/** What became of a frame. `weighed`: a weight has just become stable that counts. */
export type Taken = "implausible" | "displayed" | "weighed";

/** The last frame, in the profile's unit, and whether its weight is stable. */
interface Displayed {
  readonly frame: Frame;
  readonly stable: boolean;
}

export class Weighing {
  readonly #profile: ScaleProfile;
  readonly #stability: Stability;
  #displayed: Displayed | null = null;
  #displayedMs = -Infinity;

  constructor(profile: ScaleProfile) {
    this.#profile = profile;
    this.#stability = new Stability(profile.stable);
  }

  /** When the frame came that is displayed. */
  get displayedMs(): number {
    return this.#displayedMs;
  }

  take(told: Frame, nowMs: number): Taken {
    const frame = this.#converted(told);
    if (frame === null) return "implausible";
    const before = this.#displayed;
    const stable = this.#stability.see(frame, nowMs);
    this.#displayed = { frame, stable };
    this.#displayedMs = nowMs;
    const counts = stable && frame.kind === "weight" && this.#doubt(frame, true) === null;
    return counts && before?.stable !== true ? "weighed" : "displayed";
  }

  /** What the points show now, `discarded` frames so far; none before the first frame. */
  readings(discarded: number): Reading[] {
    const displayed = this.#displayed;
    if (displayed === null) return [];
    return this.#profile.points.flatMap((point) => {
      const reading = this.#reading(point, displayed, discarded);
      return reading === null ? [] : [reading];
    });
  }

  #reading(point: ScalePoint, { frame, stable }: Displayed, discarded: number): Reading | null {
    if (point.field === "discarded") return good(point, discarded);
    if (frame.kind === "trouble") {
      const weighs = point.field === "weight" || point.field === "live";
      return weighs ? fault(point, TROUBLES[frame.trouble]) : null;
    }
    switch (point.field) {
      case "tare":
        return frame.tare === null ? null : good(point, frame.tare);
      case "net":
        return frame.net === null ? null : good(point, frame.net);
      case "live":
        if (frame.value > this.#profile.maximum) return fault(point, this.#tooMuch(frame));
        return stable
          ? good(point, frame.value)
          : { ...good(point, frame.value), quality: "uncertain", reason: "it is not stable" };
      case "weight": {
        if (frame.value > this.#profile.maximum) return fault(point, this.#tooMuch(frame));
        const reason = this.#doubt(frame, stable);
        // Not a value of poor quality: what moves or is next to nothing is no weight at all.
        return reason === null
          ? good(point, frame.value)
          : { ...good(point, null), quality: "uncertain", reason };
      }
    }
  }

  /** Why this is no weight that counts, or `null`. */
  #doubt(frame: Weight, stable: boolean): string | null {
    const { minimum, maximum, unit } = this.#profile;
    if (!stable) return "it is not stable";
    if (frame.value < minimum) return `${frame.value} is below the minimum of ${minimum} ${unit}`;
    return frame.value > maximum ? this.#tooMuch(frame) : null;
  }

  #tooMuch({ value }: Weight): string {
    return `${value} is above the maximum of ${this.#profile.maximum} ${this.#profile.unit}`;
  }

  /** In the profile's unit; `null` where this scale cannot show it. */
  #converted(frame: Frame): Frame | null {
    if (frame.kind === "trouble") return frame;
    const { unit, frameUnit, division } = this.#profile;
    const from = frame.unit ?? frameUnit ?? unit;
    const value = inUnit(frame.value, from, unit);
    if (from === unit && division !== undefined) {
      const steps = value / division;
      if (Math.abs(steps - Math.round(steps)) > DIVISION_TOLERANCE) return null;
    }
    const tare = frame.tare === null ? null : inUnit(frame.tare, from, unit);
    return { ...frame, value, tare, unit };
  }
}

function good({ point, unit }: ScalePoint, value: Reading["value"]): Reading {
  return { point, value, unit, quality: "good" };
}

function fault({ point, unit }: ScalePoint, reason: string): Reading {
  return { point, value: null, unit, quality: "fault", reason };
}
