/**
 * A county tells a site that packs which it received of another site were called back there (S5):
 * a recall of its own, in its stream. The home centre of a site tells it; the other one where that
 * is away. Ids are made of what is told, so that both tell one thing.
 */
import type { NewEntry } from "../../../sync/append.ts";
import { streamTo } from "../../../sync/stream.ts";
import { entryId, newEntry, once } from "../../collected_entry.ts";
import { isHomeFor, type OtherCentre } from "../../home_centre.ts";
import { onceCaughtUp } from "../../when_changed.ts";
import { SELECTS } from "../record/sterile_reads.ts";
import { reasonOf, untoldRecalls } from "../record/supplied_packs.ts";
import type { BodyOf } from "../supply/event.ts";
import type { RecallBody } from "../supply/supply_body.ts";
import type { SterileNode } from "./desk_node.ts";

const KIND = "sterile-recall";
/** Packs of one look: half a body of 64 KiB. */
const PACKS_MAX = 500;
/** What another home should have told is looked at again so often, and what found no room. */
const AGAIN_MS = 10_000;

interface Telling {
  readonly site: string;
  readonly supplier: string;
  readonly recall: BodyOf<typeof KIND>;
  readonly packs: string[];
}

export class RecallTelling {
  readonly #node: SterileNode;
  readonly #centres: OtherCentre;

  constructor(node: SterileNode, centres: OtherCentre) {
    this.#node = node;
    this.#centres = centres;
  }

  run(signal: AbortSignal): Promise<void> {
    return onceCaughtUp(this.#node, signal, () => this.look());
  }

  /** Writes what is to be told now; says whether there is more, or when to look again. */
  async look(): Promise<boolean | number> {
    const { name, tables, journal, clock, disk } = this.#node;
    const rows = await tables.rows(SELECTS.untold, [PACKS_MAX]);
    if (rows.length === 0) return false;
    if (disk.noRoomFor("record") !== null) return AGAIN_MS;
    const tellings = new Map<string, Telling>();
    for (const row of rows) {
      const [site, pack, supplier] = [row.text("site"), row.text("pack"), row.text("supplier")];
      if (!isHomeFor(site, name, this.#centres)) continue;
      for (const recall of await untoldRecalls(tables, { site, pack, supplier })) {
        const key = JSON.stringify([site, supplier, reasonOf(recall)]);
        const telling = tellings.get(key) ?? { site, supplier, recall, packs: [] };
        telling.packs.push(pack);
        tellings.set(key, telling);
      }
    }
    const time = clock.now();
    const entries = [...tellings.values()].map((telling): NewEntry => {
      const body = bodyOf(telling);
      return once(newEntry(streamTo(body.site), KIND, time, body), KIND, body.id);
    });
    if (entries.length > 0) await disk.append(entries, time);
    await tables.caughtUp(journal);
    return entries.length > 0 && rows.length === PACKS_MAX ? true : AGAIN_MS;
  }
}

function bodyOf({ site, supplier, recall, packs }: Telling): RecallBody {
  const { steriliser, cause, because } = recall;
  const id = entryId(KIND, "told to", site, supplier, cause, ...because, ...packs);
  return { id, site, supplier, steriliser, cause, because, packs };
}
