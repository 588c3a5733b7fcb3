/** What a page or a record draws of a cycle: its samples, or the rows that were printed. */
import type { Text } from "../../../drivers/profile_parts.ts";
import { DeviceLibrary, LibraryError } from "../device_library.ts";
import { atmosphereKPa } from "../pressure.ts";
import { printoutsIn } from "../printout.ts";
import { steriliserBody } from "../record/steriliser_body.ts";
import type { Sample } from "../sample.ts";
import type { CycleView } from "./views.ts";

/** `steriliser`: the body of the entry that tells of it; `null`: none has come yet. */
export function shownSamples(
  { line, record }: CycleView,
  steriliser: string | null,
): { readonly samples: readonly Sample[]; readonly title: Text } {
  const body = steriliser === null ? null : steriliserBody.parse(JSON.parse(steriliser));
  const title = body?.title ?? { zh: line.steriliser, en: line.steriliser };
  if (record === null) return { samples: [], title };
  if (record.seen.kind === "samples") return { samples: record.seen.samples, title };
  const grammar = record.grammar === null ? null : known(record.grammar);
  if (grammar === null) return { samples: [], title };
  const around = atmosphereKPa(body?.settings.altitudeMetres ?? 0);
  const [printout] = printoutsIn(grammar, record.seen.lines, around);
  if (printout === undefined) return { samples: [], title };
  // Rows have the device's own moments; the day is that of the box.
  const first = printout.samples[0]?.bootMs ?? 0;
  const samples = printout.samples.map((sample) => ({
    ...sample,
    wallMs: line.startedMs + sample.bootMs - first,
  }));
  return { samples, title };
}

/** A grammar of a site's own is not at the county: the lines are shown all the same. */
function known(name: string) {
  try {
    return new DeviceLibrary().grammar(name);
  } catch (error) {
    if (error instanceof LibraryError) return null;
    throw error;
  }
}
