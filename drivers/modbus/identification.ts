/** Asks a device who made it, and what it is. */
import { unpackText } from "../packed_value.ts";
import type { AskOptions, Respondent } from "./bus.ts";
import type { Category, IdentifiedObject } from "./identification_frame.ts";

/** Names of the objects (MODBUS Application Protocol V1.1b3, 6.21), by their ids. */
const NAMES = [
  "VendorName",
  "ProductCode",
  "MajorMinorRevision",
  "VendorUrl",
  "ProductName",
  "ModelName",
  "UserApplicationName",
] as const;
type ObjectName = typeof NAMES[number];

/** What a device says of itself, in the order of the standard; nothing that it leaves empty. */
export type DeviceIdentity = readonly { readonly name: ObjectName; readonly text: string }[];

/** Seven objects, of which two long ones fill an answer: a device that needs more goes astray. */
const REQUESTS_MAX = 8;
/** The first object of each category. */
const FIRST: Record<Category, number> = { basic: 0, regular: 3 };

/**
 * Asks for the basic objects, and for the regular ones where the device says that it has them.
 * Empty where it knows nothing of this, which costs one question; rejects when the line is gone.
 */
export async function identify(
  line: Respondent,
  unit: number,
  options: AskOptions,
): Promise<DeviceIdentity> {
  const objects = new Map<number, string>();
  let requests = 0;
  for (const category of ["basic", "regular"] as const) {
    let hasRegular = false;
    for (let next: number | null = FIRST[category]; next !== null && requests < REQUESTS_MAX;) {
      const object: number = next;
      const request = { kind: "identify", category, object } as const;
      const { answer } = await line.ask(unit, request, options);
      requests++;
      if (answer.kind !== "identification") return identityOf(objects);
      for (const one of answer.objects) if (!objects.has(one.id)) objects.set(one.id, textOf(one));
      hasRegular = answer.hasRegular;
      // One that asks to be asked for the same again would never end.
      next = answer.next !== null && answer.next > object ? answer.next : null;
    }
    if (!hasRegular) break;
  }
  return identityOf(objects);
}

function identityOf(objects: ReadonlyMap<number, string>): DeviceIdentity {
  return NAMES.map((name, id) => ({ name, text: objects.get(id) ?? "" }))
    .filter(({ text }) => text !== "");
}

/** Without what would do something at a terminal. */
function textOf({ bytes }: IdentifiedObject): string {
  return unpackText(bytes).replace(/\p{C}/gu, "");
}
