/** One masked field in full, behind its entry in the audit (X5). */
import type { ApiParts } from "../../api_route.ts";
import { ofKind } from "../life/told.ts";
import type { QueueKey } from "../queue/queue_item.ts";
import { eventsOf, nameOf } from "../record/stored_events.ts";

const FIELDS = ["patient.name", "patient.id", "prescriber.name"] as const;

const REASON_MAX = 500;

/** `null`: there is none, or no reason was given; what was asked with one is in the audit. */
export async function unmaskedField(
  parts: ApiParts,
  { site, prescription }: QueueKey,
  asked: { readonly who: string; readonly field: string; readonly reason: string },
): Promise<string | null> {
  const field = FIELDS.find((one) => one === asked.field);
  const { who, reason } = asked;
  if (field === undefined || reason === "" || reason.length > REASON_MAX) return null;
  const id = `${site}:${prescription}`;
  await parts.people.desk.tell("unmasked", { who, subject: "prescription", id, field, reason });
  const number = { site, number: prescription };
  const events = (await eventsOf(parts.node.tables, [number])).get(nameOf(number)) ?? [];
  const latest = ofKind(events, "prescription").map(({ body }) => body.prescription)
    .sort((one, other) => other.version - one.version).at(0);
  if (latest === undefined) return null;
  switch (field) {
    case "patient.name":
      return latest.patient.name;
    case "patient.id":
      return latest.patient.id?.value ?? null;
    case "prescriber.name":
      return latest.prescriber.name ?? null;
  }
}
