/** A review for tests, of the prescription that they all send. */
import { findingOf } from "../cds/fixtures.ts";
import { accepted, NOW, plainPrescription, received } from "../fixture_intake.ts";
import type { Reviewed } from "../reviewed.ts";

export function reviewed(parts: Partial<Reviewed> = {}): Reviewed {
  const { prescription, hash, marks } = accepted(received(plainPrescription()));
  return {
    site: "site-017",
    prescription,
    hash,
    marks,
    outcome: "pharmacist",
    findings: [findingOf("red", [1, 3]), findingOf("could-not-check", [])],
    pack: "demo-1",
    degraded: false,
    historyReach: "county",
    recordedMs: NOW.wallMs,
    decidedMs: NOW.wallMs + 12,
    token: null,
    ...parts,
  };
}
