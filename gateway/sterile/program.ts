/** Sterilisers and their programs, as data; and what a cycle of one has to reach (S1). */
import * as z from "zod";
import { type Load, LOADS, METHODS, type RulesInForce } from "./rules.ts";

const CODE_LENGTH_MAX = 64;
const TEXT_LENGTH_MAX = 300;
const PROGRAMS_MAX = 50;
const POINTS_MAX = 10;

const code = z.string().min(1).max(CODE_LENGTH_MAX);
const words = z.string().min(1).max(TEXT_LENGTH_MAX);

export const programSchema = z.strictObject({
  id: code,
  /** As its register, its print-out or its display calls it. */
  names: z.array(words).min(1).max(PROGRAMS_MAX),
  method: z.enum(METHODS),
  setpointCel: z.number().min(50).max(150),
  holdSeconds: z.int().min(1).max(86_400),
  /** What may lie in the chamber. */
  loads: z.array(z.enum(LOADS)).min(1),
  /**
   * It was validated for this device: its own hold counts, also where it is shorter or its
   * temperature another than WS 310.2 has.
   */
  validated: z.strictObject({ by: words, report: words, day: z.iso.date() }).optional(),
});
export type Program = z.infer<typeof programSchema>;

export const steriliserSchema = z.strictObject({
  id: code,
  /** As it prints it; one that prints another is another one. */
  serial: code.optional(),
  /** Temperatures that all have to hold; the first also makes F0 and is held against pressure. */
  temperatures: z.array(code).min(1).max(POINTS_MAX),
  /** Metres above the sea; a barometer's reading, where there is one, comes before it. */
  altitudeMetres: z.number().min(-500).max(6000),
  programs: z.array(programSchema).max(PROGRAMS_MAX),
}).superRefine(({ programs }, context) => {
  const seen = new Map<string, string>();
  for (const [index, { id, names }] of programs.entries()) {
    for (const name of [id, ...names.filter((name) => name !== id)]) {
      const other = seen.get(name);
      if (other !== undefined) {
        const message = `"${name}" is program ${other} already; give each name to one program`;
        context.addIssue({ code: "custom", path: ["programs", index, "names"], message });
      }
      seen.set(name, id);
    }
  }
});
export type Steriliser = z.infer<typeof steriliserSchema>;

/** The program that a device calls so; `null` where none or an unknown one was told. */
export function programNamed(steriliser: Steriliser, name: string | null): Program | null {
  const told = name?.trim();
  return steriliser.programs.find(({ id, names }) =>
    told !== undefined && (id === told || names.includes(told))
  ) ?? null;
}

/** What a cycle has to reach, and the rules that say so. */
export interface Demand {
  readonly setpointCel: number;
  readonly bandKelvin: number;
  readonly holdSeconds: number;
  /** Ids of the rules that say so; no rule of a hold where the program was validated. */
  readonly holdRule: string | null;
  readonly bandRule: string;
}

export type Demanded =
  | { readonly kind: "demand"; readonly demand: Demand }
  | { readonly kind: "open"; readonly why: OpenReason };

/** Why nobody can say what was to be reached. */
export const OPEN_REASONS = [
  "load-unknown",
  "program-unknown",
  "load-not-in-program",
  "no-rule",
] as const;
export type OpenReason = typeof OPEN_REASONS[number];

const open = (why: OpenReason): Demanded => ({ kind: "open", why });

export function demandOf(
  program: Program | null,
  load: Load | null,
  rules: RulesInForce,
): Demanded {
  if (load === null) return open("load-unknown");
  if (program === null) return open("program-unknown");
  if (!program.loads.includes(load)) return open("load-not-in-program");
  const band = rules.one("band");
  if (band === null) return open("no-rule");
  const { setpointCel } = program;
  const reach = { setpointCel, bandKelvin: band.kelvin, bandRule: band.id };
  if (program.validated !== undefined) {
    const { holdSeconds } = program;
    return { kind: "demand", demand: { ...reach, holdSeconds, holdRule: null } };
  }
  const holds = rules.holds.filter((rule) =>
    rule.method === program.method && rule.loads.includes(load) &&
    rule.setpointMinCel <= setpointCel && setpointCel <= rule.setpointMaxCel
  );
  if (holds.length === 0) return open("no-rule");
  const strictest = holds.reduce((one, other) => other.seconds > one.seconds ? other : one);
  // A program that holds longer was made for a load that needs it.
  const holdSeconds = Math.max(strictest.seconds, program.holdSeconds);
  return { kind: "demand", demand: { ...reach, holdSeconds, holdRule: strictest.id } };
}
