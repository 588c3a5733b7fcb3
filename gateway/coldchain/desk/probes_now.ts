/** What the probes of a unit say now, whatever alarms say by now: those wait for their time. */
import { ageOf, type Present, type PrintedMoment, type WrittenMoment } from "../../age.ts";
import type { Rows } from "../../sql/sql.ts";
import type { UnitBody } from "../life/unit_body.ts";
import { lastSample } from "../record/cold_reads.ts";
import { isOut } from "../rules/alarm_rule.ts";
import { INTERVALS_MAX } from "../series/fold.ts";
import type { Sample } from "../series/sample.ts";

/** `none`: no sample of it came yet. */
export type ProbeState = "good" | "out" | "fault" | "stale" | "none";

export interface ProbeNow {
  readonly id: string;
  readonly device: string;
  readonly point: string;
  readonly last: Sample | null;
  readonly state: ProbeState;
}

/** A value older than two intervals is stale, and never of now (G7), whatever wall clocks say. */
export async function probesNow(
  rows: Rows,
  { site, probes, rules, intervalSeconds }: UnitBody,
  present: Present,
): Promise<ProbeNow[]> {
  const told: ProbeNow[] = [];
  for (const { id, device, point } of probes) {
    const last = await lastSample(rows, { site, device, point });
    told.push({ id, device, point, last, state: stateOf(last) });
  }
  return told;

  function stateOf(last: Sample | null): ProbeState {
    if (last === null) return "none";
    const { ms } = ageOf(momentOf(last, site), present);
    if (ms > INTERVALS_MAX * intervalSeconds * 1000) return "stale";
    const { celsius } = last;
    if (celsius === null) return "fault";
    return rules.some((rule) => isOut(rule, celsius)) ? "out" : "good";
  }
}

/** As its node wrote it down. */
function momentOf({ wallMs, boot, trusted }: Sample, node: string): WrittenMoment | PrintedMoment {
  const clock = trusted ? "trusted" : "untrusted";
  if (boot === null) return { wallMs, clock };
  return { wallMs, bootId: boot.id, bootMs: boot.ms, clock, node };
}
