/** A form of a page becomes an act of persons, or all that speaks against it. */
import type { Text } from "../../../drivers/profile_parts.ts";
import { BlobRefused } from "../../../sync/blobs/blob.ts";
import { fieldOf } from "../../form.ts";
import type { ApiParts, Input } from "../../api_route.ts";
import { storeFile } from "../../blobs/store_file.ts";
import { secondPerson } from "../../people/second_person.ts";
import type { Done } from "../desk/done.ts";
import { personsOf } from "../desk/persons.ts";
import type { Act, WasteDesk } from "../desk/waste_desk.ts";
import type { Confirmation } from "../entry/confirmation.ts";
import { faultsIn, FormFault, gramsIn, secondIn } from "./form_fields.ts";
import { faultTexts } from "./parts.ts";
import { wasteTexts } from "./text.ts";
import type { WasteTextKey } from "./text.ts";

/** What a telephone's camera makes, and room for it. */
const PHOTO_BYTES_MAX = 10 << 20;
/** A form with such a photo, and what is written beside it. */
export const PHOTO_FORM_BYTES_MAX = PHOTO_BYTES_MAX + (64 << 10);

export interface Sent {
  readonly desk: WasteDesk;
  readonly form: FormData;
  readonly parts: ApiParts;
  readonly actor: Input["actor"];
}

export type Performed =
  | { readonly kind: "done"; readonly entry: string; readonly subject: string; readonly by: number }
  | { readonly kind: "refused"; readonly faults: readonly Text[] };

/** `plan` is asked once all persons have proved who they are. */
export async function perform(
  { desk, ...sent }: Sent,
  plan: (by: readonly Confirmation[]) => Promise<Act> | Act,
): Promise<Performed> {
  return await performBy(sent, async (by) => await desk.write(await plan(by)));
}

/** The same for what is no act of a site's desk. */
export async function performBy(
  { form, parts, actor }: Omit<Sent, "desk">,
  write: (by: readonly Confirmation[]) => Promise<Done>,
): Promise<Performed> {
  try {
    const given = secondIn(form);
    const second = given === undefined ? undefined : secondPerson.parse(given);
    const persons = await personsOf(actor, second, parts.people);
    if (persons.kind === "refused") return { kind: "refused", faults: faultTexts(persons) };
    const done = await write(persons.by);
    if (done.kind === "refused") return { kind: "refused", faults: faultTexts(done) };
    return { kind: "done", entry: done.entry, subject: done.subject, by: persons.by.length };
  } catch (error) {
    return { kind: "refused", faults: faultsIn(error) };
  }
}

/** How an address says what became of a form. */
export function saidBy({ by }: Extract<Performed, { kind: "done" }>, needsTwo: boolean): string {
  return needsTwo && by < 2 ? "waits" : "done";
}

/** What a scale said, or what was keyed, with its photo stored (W2); throws {@link FormFault}. */
export async function weightIn({ form, parts }: Sent): Promise<object> {
  const reading = fieldOf(form, "reading");
  if (reading !== "") return { from: "scale", reading };
  const grams = gramsIn(fieldOf(form, "kilograms"));
  if (grams === null) throw new FormFault([both("weightNeeded")]);
  const photo = await photoIn(form, parts);
  return { from: "keyed", grams, reason: fieldOf(form, "reason"), photo };
}

async function photoIn(form: FormData, { node }: ApiParts): Promise<string> {
  const photo = form.get("photo");
  if (!(photo instanceof File) || photo.size === 0 || photo.size > PHOTO_BYTES_MAX) {
    throw new FormFault([both("photoNeeded")]);
  }
  const mediaType = photo.type.startsWith("image/") ? photo.type : "application/octet-stream";
  const content = new Uint8Array(await photo.arrayBuffer());
  const description = { mediaType, bytes: content.length };
  try {
    return (await storeFile(node, content, description, AbortSignal.timeout(60_000))).hash;
  } catch (error) {
    if (!(error instanceof BlobRefused)) throw error;
    throw new FormFault([both("photoRefused", error.message)]);
  }
}

function both(key: WasteTextKey, ...values: readonly string[]): Text {
  return { zh: wasteTexts("zh")(key, ...values), en: wasteTexts("en")(key, ...values) };
}
