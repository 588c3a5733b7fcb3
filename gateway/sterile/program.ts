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
  id: code.describe("Its id").meta({ examples: ["p134"] }),
  /** As its register, its print-out or its display calls it. */
  names: z.array(words).min(1).max(PROGRAMS_MAX)
    .describe("As its register, print-out or display calls it")
    .meta({ examples: [["WRAPPED 134"]] }),
  method: z.enum(METHODS).describe("How air leaves"),
  setpointCel: z.number().min(50).max(150).describe("Its temperature, °C")
    .meta({ examples: [134] }),
  holdSeconds: z.int().min(1).max(86_400).describe("So long it holds").meta({ examples: [240] }),
  /** What may lie in the chamber. */
  loads: z.array(z.enum(LOADS)).min(1).describe("What may lie in the chamber")
    .meta({ examples: [["instruments"]] }),
  /**
   * It was validated for this device: its own hold counts, also where it is shorter or its
   * temperature another than WS 310.2 has.
   */
  validated: z.strictObject({
    by: words.describe("Who validated it"),
    report: words.describe("In which report"),
    day: z.iso.date().describe("When").meta({ examples: ["2026-01-15"] }),
  }).optional().describe("It was validated for this device: its own hold counts"),
});
export type Program = z.infer<typeof programSchema>;

export const steriliserShape = {
  id: code.describe("Its id").meta({ examples: ["autoclave-1"] }),
  /** As it prints it; one that prints another is another one. */
  serial: code.optional().describe("Its serial number, where it prints it"),
  /** Temperatures that all have to hold; the first also makes F0 and is held against pressure. */
  temperatures: z.array(code).min(1).max(POINTS_MAX)
    .describe("Temperatures that all have to hold; the first makes F0")
    .meta({ examples: [["chamber"]] }),
  /** Metres above the sea; a barometer's reading, where there is one, comes before it. */
  altitudeMetres: z.number().min(-500).max(6000)
    .describe("Metres above the sea, for gauge pressures").meta({ examples: [20] }),
  programs: z.array(programSchema).max(PROGRAMS_MAX).describe("Programs that it may run"),
} as const;

/** No name may be two programs'. */
export function refuseSharedNames(
  { programs }: { readonly programs: readonly z.infer<typeof programSchema>[] },
  context: z.RefinementCtx,
): void {
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
}

export const steriliserSchema = z.strictObject(steriliserShape).superRefine(refuseSharedNames);
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
