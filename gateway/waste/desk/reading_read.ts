/** The entry of a scale's reading, by which a weight is proved (W2). */
import { type Content, readContents } from "../../../sync/entry.ts";
import type { Journal } from "../../../sync/journal.ts";
import { type Evidence, evidenceFor, readingBody, type Weight } from "../entry/weight.ts";

const ONE_ENTRY = { entriesMax: 1, bytesMax: 1 << 20 };

/** `place`: `origin/reading/seq`; `null`: there is no reading here. */
export async function readingAt(
  journal: Pick<Journal, "read">,
  place: string,
): Promise<Content | null> {
  const [origin, stream, seq] = place.split("/");
  if (stream !== "reading") return null;
  const result = await journal.read(origin, stream, Number(seq) - 1, ONE_ENTRY);
  if (result.kind !== "run") return null;
  const [content] = readContents(result.run.contents);
  return content?.kind === "reading" ? content : null;
}

/** What the reading says that a weight names. */
export async function evidenceOf(
  journal: Pick<Journal, "read">,
  weight: Weight,
): Promise<Evidence> {
  const entry = weight.from === "scale" ? await readingAt(journal, weight.reading) : null;
  const body = entry === null
    ? null
    : readingBody.safeParse(JSON.parse(new TextDecoder().decode(entry.body)));
  return evidenceFor(weight, body?.success === true ? body.data : null);
}
