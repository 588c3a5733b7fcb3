/** The codes of a prescription that nobody had mapped, as rows of the tables. */
import type { Parameter } from "../../sql/sql.ts";
import type { LifeEvent } from "../life/event.ts";
import { ofKind } from "../life/told.ts";
import { seenIn } from "../unmapped.ts";

/** In the order of the table's columns: of each version and place one, whoever reviewed it. */
export function unmappedRows(events: readonly LifeEvent[]): Parameter[][] {
  const rows = new Map<string, Parameter[]>();
  const received = ofKind(events, "prescription");
  // Where a version has two contents, those of the last hash count, whatever came first.
  const verdicts = ofKind(events, "verdict")
    .toSorted((one, other) => one.body.hash < other.body.hash ? -1 : 1);
  for (const { body: { site, version, hash, facts } } of verdicts) {
    if (facts === undefined || facts.unknowns.length === 0) continue;
    const own = received.filter(({ body }) =>
      body.hash === hash && body.prescription.version === version
    );
    const prescription = own.at(0)?.body.prescription;
    if (prescription === undefined) continue;
    const receivedMs = Math.min(...own.map(({ timeMs }) => timeMs));
    for (const seen of seenIn({ site, prescription, unknowns: facts.unknowns })) {
      const { at, section, code, text, number, ms } = seen;
      const row = [site, number, version, at, section, code, text, ms, receivedMs];
      rows.set(`${version} ${at}`, row);
    }
  }
  return [...rows.values()];
}
