/** What waits in the queue, and what whoever took it holds. */
import * as z from "zod";
import type { Row } from "../../sql/sql.ts";
import type { Due } from "../life/due.ts";
import type { QueueOrder } from "../life/queue_order.ts";

export interface QueueKey {
  /** The site's node, without its life. */
  readonly site: string;
  /** The HIS's own number. */
  readonly prescription: string;
}

type Review = Extract<Due, { readonly do: "review" }>;

/** What a pharmacist has to do, about which version: another one makes a claim stale. */
export interface Task extends QueueKey, Pick<Review, "purpose" | "not" | "over"> {
  readonly version: number;
}

export interface QueueItem extends Task {
  readonly order: QueueOrder;
  /** Only senior pharmacists get it. */
  readonly senior: boolean;
  /**
   * Highest fence of this queue's store among the decisions that the standing was made of; 0 where
   * there is none. It tells an offer that knows the last decision from one that is behind it.
   */
  readonly decidedFence: number;
}

/** What a decision has to show: it is valid as long as the store has the same. */
export interface Claim extends QueueKey {
  readonly holder: string;
  readonly fence: number;
  /** The random name of the store that gave the fence. */
  readonly store: string;
}

export interface Taken extends Task {
  readonly order: QueueOrder;
  readonly senior: boolean;
  readonly claim: Claim;
}

/**
 * `settling`: whoever was deciding is gone, and the journal is asked whether the decision is in it.
 * `decided`: nobody gets it; it stays until an offer or a withdrawal that knows the decision.
 */
export const STATE = { free: 0, held: 1, deciding: 2, settling: 3, decided: 4 } as const;
export type State = keyof typeof STATE;

export interface Listed extends Task {
  readonly order: QueueOrder;
  readonly senior: boolean;
  readonly state: State;
  readonly holder: string | null;
}

const persons = z.array(z.string());
const purpose = z.enum(["decide", "second-signature", "afterwards"]);
const emergency = z.literal([0, 1, 2]);

/** One text for one list, whatever its order. */
export function listText(ids: readonly string[]): string {
  return JSON.stringify(ids.toSorted());
}

/** What stands in {@link listText} for one of its members, and for nobody else. */
export function memberText(id: string): string {
  return JSON.stringify(id);
}

export function taskOf(row: Row): Task & Pick<QueueItem, "order" | "senior"> {
  return {
    site: row.text("site"),
    prescription: row.text("prescription"),
    version: row.number("version"),
    purpose: purpose.parse(row.text("purpose")),
    not: persons.parse(JSON.parse(row.text("barred"))),
    over: persons.parse(JSON.parse(row.text("about"))),
    order: {
      emergency: emergency.parse(row.number("emergency")),
      severity: row.number("severity"),
      sinceMs: row.number("since"),
    },
    senior: row.number("senior") === 1,
  };
}

export function claimOf(row: Row, store: string): Claim {
  return {
    site: row.text("site"),
    prescription: row.text("prescription"),
    holder: row.text("holder"),
    fence: row.number("fence"),
    store,
  };
}

export function stateOf(row: Row): State {
  const number = row.number("state");
  switch (number) {
    case STATE.free:
      return "free";
    case STATE.held:
      return "held";
    case STATE.deciding:
      return "deciding";
    case STATE.settling:
      return "settling";
    case STATE.decided:
      return "decided";
    default:
      throw new Error(`Cannot read the state of a queued prescription: found ${number}`);
  }
}
