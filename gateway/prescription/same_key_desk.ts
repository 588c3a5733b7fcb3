/**
 * Once nodes hear each other again, each centre finds other prescriptions that came under one
 * `Idempotency-Key` meanwhile (T2, P11): an alarm, and a concern until a person has looked into it
 * or one of both is taken back. Both stand; the later one is marked wherever it is shown.
 */
import type { Concern } from "../concern.ts";
import { newEntry, once } from "../collected_entry.ts";
import type { Node } from "../node.ts";
import { streamTo } from "../../sync/stream.ts";
import type { SameKey } from "./life/same_key.ts";
import type { SameKeyBody } from "./life/same_key_body.ts";
import { openSameKeys } from "./record/same_keys.ts";
import { onceCaughtUp } from "../when_changed.ts";

/** Told in one go; those that no alarm has told of come first. */
const AT_ONCE = 100;
/** So many a concern names; of the others it tells how many. */
const NAMED_MAX = 10;

const KIND = "prescription-same-key";

export interface SameKeyNode extends Pick<Node, "journal" | "tables"> {
  readonly clock: Pick<Node["clock"], "now">;
  readonly disk: Pick<Node["disk"], "append">;
}

export class SameKeyDesk {
  readonly #node: SameKeyNode;
  #open: readonly SameKey[] = [];

  constructor(node: SameKeyNode) {
    this.#node = node;
  }

  /** What somebody has to look into. */
  get concerns(): readonly Concern[] {
    return this.#open.length === 0 ? [] : [concernOf(this.#open)];
  }

  run(signal: AbortSignal): Promise<void> {
    return onceCaughtUp(this.#node, signal, () => this.#look());
  }

  /** What it tells comes to the tables, and it looks again. */
  async #look(): Promise<false> {
    const { clock, disk, tables } = this.#node;
    this.#open = await openSameKeys(tables, AT_ONCE);
    const fresh = this.#open.filter(({ isTold }) => !isTold).map(({ body }) => body);
    const time = clock.now();
    const entries = fresh.flatMap((body) => [
      once(newEntry("alarm", KIND, time, body), KIND, body.id),
      // Its sender listens at the site, maybe.
      once(newEntry(streamTo(body.site), KIND, time, body), `${KIND}/${body.site}`, body.id),
    ]);
    if (entries.length > 0) await disk.append(entries, time);
    return false;
  }
}

function concernOf(open: readonly SameKey[]): Concern {
  const named = open.slice(0, NAMED_MAX).map(({ body }) => pairText(body));
  const more = open.length - named.length;
  const count = open.length < AT_ONCE ? String(open.length) : `${AT_ONCE}+`;
  return {
    title: {
      zh: `${count} 张处方与另一张处方使用了同一个 Idempotency-Key，请在“药师办公 · 联系患者”核实`,
      en: `${count} prescriptions came under an Idempotency-Key that another has: look into them`,
    },
    reason: [...named, ...(more > 0 ? [`and ${more} more`] : [])].join("; "),
  };
}

function pairText({ site, prescription, version, first, key }: SameKeyBody): string {
  return `${site}: ${prescription} (version ${version}) came after ${first.prescription} ` +
    `(version ${first.version}), key of SHA-256 ${key.slice(0, 16)}`;
}
