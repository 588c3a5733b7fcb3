/** What a trial of the queue writes beside it: decisions, who holds what, and what went wrong. */
import { putInto } from "../../sql/put.ts";
import type { Sql } from "../../sql/sql.ts";
import { createTables, type Table } from "../../sql/table.ts";
import type { Claim } from "./queue_item.ts";

/** As the journal keeps them: a key stands once. */
const DECISIONS: Table = {
  name: "trialdecisions",
  columns: { prescription: "text", store: "text", fence: "integer", holder: "text" },
  key: ["prescription", "store", "fence"],
};
/** Written behind a take, and deleted before what is held is given back. */
const HOLDINGS: Table = {
  name: "trialholdings",
  columns: { prescription: "text", holder: "text", worker: "text" },
  key: ["prescription"],
};
const FAULTS: Table = {
  name: "trialfaults",
  columns: { prescription: "text", one: "text", other: "text" },
  key: ["prescription", "one", "other"],
};
const DEAD: Table = { name: "trialdead", columns: { worker: "text" }, key: ["worker"] };

const putDecision = putInto(DECISIONS, { onConflict: "keep" });
const putHolding = putInto(HOLDINGS, { onConflict: "replace" });
const putFault = putInto(FAULTS, { onConflict: "keep" });

/** Of a trial's end. */
export interface Tally {
  readonly decided: number;
  /** Decisions beyond one of each prescription. */
  readonly doubled: number;
  /** Times that one was in two living hands. */
  readonly heldByTwo: number;
}

export class TrialLog {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  create(): Promise<void> {
    return createTables(this.#sql, [DECISIONS, HOLDINGS, FAULTS, DEAD]);
  }

  /** Once, however often. */
  async append({ prescription, store, fence, holder }: Claim): Promise<void> {
    await this.#sql.transaction((transaction) =>
      putDecision(transaction, [[prescription, store, fence, holder]])
    );
  }

  async has({ prescription, store, fence }: Claim): Promise<boolean> {
    const select = "SELECT fence FROM trialdecisions " +
      "WHERE prescription = ? AND store = ? AND fence = ?";
    return (await this.#sql.rows(select, [prescription, store, fence])).length > 0;
  }

  /** `worker` holds it for `holder`; a fault where another living one does. */
  async hold({ prescription, holder }: Claim, worker: string): Promise<void> {
    await this.#sql.transaction(async (transaction) => {
      const select = "SELECT holder FROM trialholdings WHERE prescription = ? AND holder <> ? " +
        "AND worker NOT IN (SELECT worker FROM trialdead)";
      const [other] = await transaction.rows(select, [prescription, holder]);
      if (other !== undefined) {
        await putFault(transaction, [[prescription, other.text("holder"), holder]]);
      }
      await putHolding(transaction, [[prescription, holder, worker]]);
    });
  }

  async letGo({ prescription, holder }: Claim): Promise<void> {
    const update = "DELETE FROM trialholdings WHERE prescription = ? AND holder = ?";
    await this.#sql.run(update, [prescription, holder]);
  }

  async isDead(worker: string): Promise<void> {
    await this.#sql.run("INSERT INTO trialdead VALUES (?)", [worker]);
  }

  async tally(): Promise<Tally> {
    const count = async (what: string, table: Table) => {
      const [row] = await this.#sql.rows(`SELECT COUNT(${what}) AS n FROM ${table.name}`);
      return row.number("n");
    };
    const decided = await count("DISTINCT prescription", DECISIONS);
    return {
      decided,
      doubled: await count("*", DECISIONS) - decided,
      heldByTwo: await count("*", FAULTS),
    };
  }
}
