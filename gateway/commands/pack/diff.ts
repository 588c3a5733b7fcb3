/** `tributary pack diff`: which prescriptions another pack would have decided otherwise. */
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { type Changed, differenceOf } from "../../prescription/pack/difference.ts";
import { factsSchema } from "../../prescription/pack/facts_form.ts";
import { OUTCOMES } from "../../prescription/verdict.ts";
import { CommandError, UsageError } from "../local_api.ts";
import { table } from "../table.ts";
import { openPack } from "./pack.ts";

/** A prescription of sixty lines with five hundred medicines of earlier is below it. */
const LINE_LENGTH_MAX = 1024 * 1024;
/** Told one by one; of all of them the table has the numbers. */
const SHOWN_MAX = 50;

export interface DiffOptions {
  /** NDJSON, one prescription's facts a line. */
  readonly facts: string;
  /** Only of the last so many days before the latest in the file. */
  readonly days?: number;
}

export interface Diff {
  readonly prescriptions: number;
  readonly changed: readonly Changed[];
}

const DAY_MS = 86_400_000;

/** Reviews each prescription by both packs. */
export async function diffPacks(
  before: string,
  after: string,
  { facts: path, days }: DiffOptions,
): Promise<Diff> {
  const [old, now] = [openPack(before), openPack(after)];
  const told: { issuedMs: number; changed: Changed | null }[] = [];
  for await (const facts of factsIn(path)) {
    told.push({ issuedMs: facts.issuedMs, changed: differenceOf(facts, old, now) });
  }
  const latestMs = told.reduce((latest, { issuedMs }) => Math.max(latest, issuedMs), 0);
  const fromMs = days === undefined ? -Infinity : latestMs - days * DAY_MS;
  const taken = told.filter(({ issuedMs }) => issuedMs >= fromMs);
  return {
    prescriptions: taken.length,
    changed: taken.flatMap(({ changed }) => changed === null ? [] : [changed]),
  };
}

async function* factsIn(path: string) {
  let number = 0;
  const input = createReadStream(path, { encoding: "utf8" });
  try {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      number++;
      if (line.trim() === "") continue;
      yield parseFacts(line, `${path}:${number}`);
    }
  } catch (cause) {
    if (cause instanceof CommandError || cause instanceof UsageError) throw cause;
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`Cannot read "${path}": ${found}`, { cause });
  } finally {
    input.destroy();
  }
}

function parseFacts(line: string, place: string) {
  if (line.length > LINE_LENGTH_MAX) {
    throw new CommandError(`Cannot use ${place}: the line has over ${LINE_LENGTH_MAX} characters`);
  }
  let plain: unknown;
  try {
    plain = JSON.parse(line);
  } catch (cause) {
    throw new CommandError(`Cannot use ${place}: it is no JSON; want one prescription a line`, {
      cause,
    });
  }
  const parsed = factsSchema.safeParse(plain);
  if (parsed.success) return parsed.data;
  const [{ path, message }] = parsed.error.issues;
  throw new CommandError(`Cannot use ${place}: ${path.join(".")}: ${message}`);
}

/** A table of outcomes, from → to, and the prescriptions one by one. */
export function diffText({ prescriptions, changed }: Diff): string {
  const moved = OUTCOMES.flatMap((from) =>
    OUTCOMES.flatMap((to) => {
      const count = changed.filter((one) => one.from === from && one.to === to).length;
      return count === 0 ? [] : [[from, to, String(count)]];
    })
  );
  const other = changed.filter(({ from, to }) => from !== to).length;
  const lines = changed.slice(0, SHOWN_MAX).flatMap(({ site, id, from, to, gone, come }) => [
    `${site} ${id}: ${from === to ? `${from}, by other findings` : `${from} → ${to}`}`,
    ...gone.map((rule) => `  - ${rule}`),
    ...come.map((rule) => `  + ${rule}`),
  ]);
  const more = changed.length - SHOWN_MAX;
  return [
    `${prescriptions} prescriptions: ${other} would be decided otherwise, ` +
    `${changed.length - other} alike by other findings`,
    ...(moved.length === 0 ? [] : [table(["before", "after", "prescriptions"], moved)]),
    ...lines,
    ...(more > 0 ? [`and ${more} more: --json has all`] : []),
  ].join("\n");
}
