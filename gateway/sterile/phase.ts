/** What a steriliser is doing: the words of devices and print-outs become these. */

export const PHASES = [
  /** Nothing runs. */
  "idle",
  /** Air leaves: pulses of vacuum and steam, or steam that pushes it out. */
  "air-removal",
  /** Up to the temperature of the program. */
  "heating",
  /** The time that sterilises. */
  "hold",
  /** Steam leaves. */
  "exhaust",
  "drying",
  /** The program has ended: the door may be opened. */
  "complete",
] as const;
export type Phase = typeof PHASES[number];

/** Whether a program runs. */
export function isRunning(phase: Phase): boolean {
  return phase !== "idle" && phase !== "complete";
}
