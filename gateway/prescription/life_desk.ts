/** What is told of a prescription after its verdict: goods that leave and come back, answers. */
import type { Append, Appended } from "../../sync/append.ts";
import type { Problem } from "../../sync/problem.ts";
import { type Stream, streamTo } from "../../sync/stream.ts";
import type { Node } from "../node.ts";
import type { LifeEvent } from "./life/event.ts";
import { ofKind } from "./life/told.ts";
import type { TokenKey } from "./life/token.ts";
import { keysOf } from "../../sync/desk.ts";
import { OneByOne } from "./record/one_by_one.ts";
import { eventsOf, nameOf, type RecordKey } from "./record/stored_events.ts";
import { type StandingView, standingViewOf } from "./standing_view.ts";

export type Told<T> =
  /** `repeated`: it was told before, and nothing is stored. */
  | { readonly kind: "told"; readonly repeated: boolean; readonly answer: T }
  | { readonly kind: "refused"; readonly problem: Problem };

/** Reads what is known of a prescription, and tells what is to be stored and answered. */
export type Plan<T> = (events: readonly LifeEvent[]) => Planned<T> | Promise<Planned<T>>;

export type Planned<T> =
  | Told<T>
  /** To be appended; `answer` is given once it is on disk. */
  | { readonly kind: "append"; readonly entry: (stream: Stream) => Append; readonly answer: T };

/** Somebody else, at another process, was first; after so often it is no accident. */
const TRIES_MAX = 5;

export class LifeDesk {
  readonly #node:
    & Pick<Node, "clock" | "config" | "disk" | "journal" | "keystore" | "registry">
    & Pick<Node, "tables">;
  readonly #oneByOne = new OneByOne();

  constructor(node: Node) {
    this.#node = node;
  }

  /** A site's own where none is named; `null`: a county has to be told. */
  siteFor(named: string | undefined): string | null {
    const { role, node } = this.#node.config;
    if (role === "county") return named ?? null;
    return named === undefined || named === node ? node : null;
  }

  async view(key: RecordKey): Promise<StandingView | null> {
    const events = await this.#events(key);
    return events.length === 0 ? null : standingViewOf(events);
  }

  /** Of all versions that were received; each once. */
  async prescribers(key: RecordKey): Promise<string[]> {
    const received = ofKind(await this.#events(key), "prescription");
    return [...new Set(received.map(({ body }) => body.prescription.prescriber.id))];
  }

  get now(): number {
    return this.#node.clock.now().wallMs;
  }

  stamp() {
    return this.#node.clock.now();
  }

  /** Keys of all nodes whose tokens count here, by public key. */
  tokenKeys(): Map<string, TokenKey> {
    const { config, keystore, registry } = this.#node;
    const keys = new Map<string, TokenKey>();
    for (const { node, member } of registry.list()) {
      const { role } = member;
      for (const key of keysOf(member)) keys.set(key, { node, role, isRevoked: false });
    }
    const { node, role } = config;
    keys.set(keystore.key.publicKey, { node, role, isRevoked: false });
    return keys;
  }

  /**
   * Plans by all that the journal has, and appends; where another entry has the key, plans again
   * by what that one says. What is told of one prescription is told one after the other.
   */
  tell<T>(key: RecordKey, plan: Plan<T>): Promise<Told<T>> {
    return this.#oneByOne.run(key, async () => {
      for (let tries = 1;; tries++) {
        const planned = await plan(await this.#events(key));
        if (planned.kind !== "append") return planned;
        const { kind } = await this.#append(key.site, planned.entry);
        const { answer } = planned;
        if (kind === "stored") return { kind: "told", repeated: false, answer };
        if (kind === "duplicate") return { kind: "told", repeated: true, answer };
        if (tries === TRIES_MAX) return { kind: "refused", problem: IN_OTHER_HANDS };
      }
    });
  }

  async #append(site: string, entry: (stream: Stream) => Append): Promise<Appended> {
    const { config, disk, clock } = this.#node;
    const stream = config.role === "site" ? "record" : streamTo(site);
    const [outcome] = await disk.append([entry(stream)], clock.now());
    return outcome;
  }

  async #events(key: RecordKey): Promise<readonly LifeEvent[]> {
    const { tables, journal } = this.#node;
    await tables.caughtUp(journal);
    return (await eventsOf(tables, [key])).get(nameOf(key)) ?? [];
  }
}

const IN_OTHER_HANDS: Problem = {
  status: 409,
  code: "in-other-hands",
  title: "Somebody else tells of this prescription at the same time",
  hint: "look at where it stands, and send it again under the same key",
};
