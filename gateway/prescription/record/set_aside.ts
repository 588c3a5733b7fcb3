/**
 * What could not be decided: it is tried again later, and holds up no other (T6). What fails for
 * minutes is an alarm and a concern, with its site and number (T10).
 */
import type { Text } from "../../../drivers/profile_parts.ts";
import { entryId, newEntry } from "../../collected_entry.ts";
import type { Concern } from "../../concern.ts";
import { isDiskFailure } from "../../disk_failure.ts";
import type { Node } from "../../node.ts";
import type { Rows } from "../../sql/sql.ts";
import type { OwedPage } from "./owed_pages.ts";
import { nameOf, type RecordKey } from "./stored_events.ts";
import {
  PRESCRIPTION_STUCK,
  REASON_LENGTH_MAX,
  STUCK_NAMED_MAX,
  type StuckAt,
  type StuckBody,
} from "./stuck_body.ts";
import { stuckOf } from "./stuck_rows.ts";

const AGAIN_MS = 60_000;
/** What fails for so long is not mended by itself: a restart, or another node, takes less. */
const STUCK_MS = 5 * 60_000;
/** A fault of a rule may stop thousands: they are told together, and not each as it comes. */
const TELL_MS = 60_000;
/** Where all that is left is set aside, it is asked for so often. */
const LOOK_MS = 1000;

interface Failing {
  readonly key: RecordKey;
  /** By the steady clock. */
  readonly sinceMs: number;
  readonly untilMs: number;
  /** Since when, by the wall clock, milliseconds since 1970 UTC. */
  readonly wallMs: number;
  readonly reason: string;
}

export interface SetAsideNode extends Pick<Node, "log"> {
  readonly clock: Pick<Node["clock"], "now">;
  readonly config: Pick<Node["config"], "node">;
  readonly disk: Pick<Node["disk"], "append">;
  readonly tables: Rows;
}

export class SetAside {
  readonly #node: SetAsideNode;
  readonly #at: StuckAt;
  readonly #steadyMs: () => number;
  readonly #failing = new Map<string, Failing>();
  /** Names of those that an alarm has told of. */
  readonly #told = new Set<string>();
  #toldMs = -Infinity;

  /** `steadyMs`: a clock that nobody sets. */
  constructor(
    node: SetAsideNode,
    at: StuckAt,
    steadyMs: () => number = () => performance.now(),
  ) {
    this.#node = node;
    this.#at = at;
    this.#steadyMs = steadyMs;
  }

  /**
   * Behind a restart, once the tables have all: what this node has told of, and is due still, is a
   * concern at once, is not told again, and has its turn now. Those that an alarm has only counted
   * are named by the next one.
   */
  async recall(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { config: { node }, tables } = this.#node;
    const nowMs = this.#steadyMs();
    for (const stuck of await stuckOf(tables, node, this.#at)) {
      const name = nameOf(stuck.key);
      this.#told.add(name);
      this.#failing.set(name, { ...stuck, sinceMs: nowMs - STUCK_MS, untilMs: nowMs });
    }
  }

  /** All that failed, and were not decided since. */
  get size(): number {
    return this.#failing.size;
  }

  /** Whether it failed, and its turn has not come again. */
  has(key: RecordKey): boolean {
    return this.#steadyMs() < (this.#failing.get(nameOf(key))?.untilMs ?? -Infinity);
  }

  /** Only these are still owed: what others have decided meanwhile is not asked for any more. */
  keep(owed: readonly RecordKey[]): void {
    if (this.#failing.size === 0) return;
    const names = new Set(owed.map(nameOf));
    for (const name of [...this.#failing.keys()].filter((name) => !names.has(name))) {
      this.#forget(name);
    }
  }

  #forget(name: string): void {
    this.#failing.delete(name);
    this.#told.delete(name);
  }

  /** When to look for more behind a page of what is owed; `false`: there is nothing left. */
  after({ ready, round, isMore }: OwedPage): boolean | number {
    if (round !== null) this.keep(round);
    const isAllAside = round !== null && ready.length === 0 && round.every((key) => this.has(key));
    if (isAllAside && round.length > 0) return LOOK_MS;
    return isMore || this.#failing.size > 0;
  }

  /** What somebody has to look into; none while it may mend itself. */
  get concerns(): readonly Concern[] {
    const stuck = this.#stuck();
    if (stuck.length === 0) return [];
    const named = stuck.slice(0, STUCK_NAMED_MAX)
      .map(({ key: { site, number }, reason }) => `${site}/${number}: ${reason}`);
    const more = stuck.length - named.length;
    const reason = [...named, ...(more > 0 ? [`and ${more} more`] : [])].join("; ");
    return [{ title: TITLES[this.#at](stuck.length), reason }];
  }

  /** Runs `work`; what the disk is to blame for it throws on, all else is set aside and logged. */
  async guard(
    work: () => Promise<unknown> | null,
    { site, prescription: { id: number } }: {
      readonly site: string;
      readonly prescription: { readonly id: string };
    },
  ): Promise<void> {
    const key = { site, number };
    const name = nameOf(key);
    const before = this.#failing.get(name);
    try {
      await work();
      // Unless another version of it has failed meanwhile.
      if (this.#failing.get(name) === before) this.#forget(name);
    } catch (error) {
      if (isDiskFailure(error)) throw error;
      const [nowMs, { wallMs }] = [this.#steadyMs(), this.#node.clock.now()];
      const reason = String(error);
      const since = before ?? { sinceMs: nowMs, wallMs };
      this.#failing.set(name, { ...since, key, untilMs: nowMs + AGAIN_MS, reason: short(reason) });
      this.#node.log({ kind: "prescription-stuck", site, reason });
      await this.#tell(nowMs);
    }
  }

  #stuck(): Failing[] {
    const nowMs = this.#steadyMs();
    return [...this.#failing.values()].filter(({ sinceMs }) => nowMs - sinceMs >= STUCK_MS);
  }

  /** Those that nobody was told of yet. */
  async #tell(nowMs: number): Promise<void> {
    if (nowMs - this.#toldMs < TELL_MS) return;
    const stuck = this.#stuck();
    const fresh = stuck.filter(({ key }) => !this.#told.has(nameOf(key)));
    if (fresh.length === 0) return;
    // Of those that fail at one moment the first tells.
    this.#toldMs = nowMs;
    for (const { key } of fresh) this.#told.add(nameOf(key));
    const prescriptions = fresh.slice(0, STUCK_NAMED_MAX).map(({ key, wallMs, reason }) => ({
      site: key.site,
      prescription: key.number,
      since: wallMs,
      reason,
    }));
    const { clock, config, disk } = this.#node;
    const time = clock.now();
    const [{ site, prescription, since }] = prescriptions;
    const body: StuckBody = {
      id: entryId(PRESCRIPTION_STUCK, config.node, this.#at, site, prescription, since),
      at: this.#at,
      count: stuck.length,
      prescriptions,
      rule: "T10",
    };
    await disk.append([newEntry("alarm", PRESCRIPTION_STUCK, time, body)], time);
  }
}

function short(reason: string): string {
  return reason.slice(0, REASON_LENGTH_MAX);
}

const TITLES: Readonly<Record<StuckAt, (count: number) => Text>> = {
  "review": (count) => ({
    zh: `${count} 张处方规则无法审核，仍在等待`,
    en: `Rules cannot decide ${count} prescriptions: they wait`,
  }),
  "after-split": (count) => ({
    zh: `${count} 张处方在两中心恢复后无法复审`,
    en: `${count} prescriptions cannot be examined again after the centres were apart`,
  }),
  "todo": (count) => ({
    zh: `${count} 张处方的放行令牌、患者联系或重复发药报警无法生成`,
    en: `Tokens, contact cases or alarms of ${count} prescriptions cannot be made`,
  }),
};
