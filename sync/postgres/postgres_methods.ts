/** What a journal can be asked, answered by a PostgreSQL that other processes may share. */
import type { AppendBatch, AppendResult } from "../append.ts";
import type { Stamp } from "../entry.ts";
import type { Retention, SignedRunWithKey } from "../journal_core.ts";
import { JournalUnwritable } from "../journal_health.ts";
import type { LifeReason } from "../journal_lives.ts";
import type { Opened, Opening, Status } from "../journal_methods.ts";
import type { ReadResult } from "../journal_reading.ts";
import type { JournalListeners } from "../journal_shell.ts";
import { parseOrigin } from "../origin.ts";
import type { Reception } from "../reception.ts";
import { type ReadLimits, type Receipt, receiptKey } from "../segments.ts";
import { answerCalls } from "../worker_calls.ts";
import { Claims } from "./claims.ts";
import type { Ask } from "./connection.ts";
import { Connections } from "./connections.ts";
import { DatabaseError } from "./database_error.ts";
import { dayAfter, Days, partitionOf, TODAY } from "./days.ts";
import { Following } from "./following.ts";
import { OwnLife } from "./own_life.ts";
import { KnownPositions } from "./positions.ts";
import { prune } from "./pruning.ts";
import { Reading } from "./reading.ts";
import { allReceipts, keepReceipt } from "./receipts.ts";
import { Receiving } from "./receiving.ts";
import { migrate } from "./schema.ts";
import type { Server } from "./server.ts";

function randomName(): string {
  return crypto.getRandomValues(new Uint8Array(8)).toHex();
}

export class PostgresMethods {
  readonly #server: Server;
  readonly #node: string;
  readonly #connections: Connections;
  readonly #known: KnownPositions;
  readonly #days: Days;
  readonly #claims = new Claims();
  readonly #own: OwnLife;
  readonly #receiving: readonly Receiving[];
  readonly #reading: Reading;
  readonly #following: Following;
  readonly #closing = new AbortController();
  /** Receipts that are not in the database yet. */
  readonly #unsaved = new Map<string, Receipt>();
  readonly #onNotice: JournalListeners["onNotice"];
  #toldOrigin = "";
  #unwritable: string | null = null;
  #running: Promise<void> = Promise.resolve();
  #seen: Status = { bytes: 0, segments: 0 };
  /** The last moment that anybody told, and when that was on `performance.now()`. */
  #stamp: Stamp | null = null;
  #stampedMs = 0;

  constructor(
    server: Server,
    { node, hashName, machine = "" }: Pick<Opening, "node" | "hashName" | "machine">,
    { onNotice, onEnd }: JournalListeners,
  ) {
    this.#server = server;
    this.#node = node;
    this.#onNotice = onNotice;
    const known = new KnownPositions((moved) => onNotice({ moved }));
    this.#known = known;
    this.#connections = new Connections(
      server,
      randomName(),
      (ask) => this.#following.reload(ask),
      (reason) => this.#tellHealth(reason),
    );
    const { keeper, own, receivers, readers, writers } = this.#connections;
    const days = new Days(keeper);
    this.#days = days;
    const today = () => days.today;
    const claims = this.#claims;
    this.#own = new OwnLife({ writer: own, known, claims, node, hashName, machine, today });
    this.#receiving = receivers.map((writer) => new Receiving({ writer, known, hashName, today }));
    this.#reading = new Reading(readers, known, this.#closing.signal);
    const onFailure = (error: unknown) => onEnd(new Error("Cannot follow", { cause: error }));
    this.#following = new Following({
      connection: keeper,
      known,
      days,
      claims,
      writers,
      onFailure,
    });
  }

  async open({ stamp, after }: Opening): Promise<Opened> {
    this.#noteTime(stamp);
    const { schema } = this.#server;
    const { keeper } = this.#connections;
    try {
      await this.#connections.open(async () => {
        await migrate(keeper, schema);
        const { rows } = await keeper.ask(`SELECT ${TODAY} AS today`);
        await this.#days.turnTo(rows[0].text("today"));
      });
      await keeper.turn((ask) => this.#claims.see(ask, stamp.bootMs));
      const origin = await this.#own.begin("shared", stamp, randomName(), after);
      const receipts = await keeper.turn(allReceipts);
      this.#running = this.#following.run(this.#closing.signal);
      return { origin, positions: this.#known.all(), receipts };
    } catch (error) {
      await this.#connections.close();
      throw error;
    }
  }

  #noteTime(stamp: Stamp): void {
    this.#stamp = stamp;
    this.#stampedMs = performance.now();
  }

  /** This moment: the last that was told, and what passed since on a clock that never jumps. */
  #now(): Stamp {
    if (this.#stamp === null) throw new Error("The journal is not open");
    const passedMs = Math.round(performance.now() - this.#stampedMs);
    const { wallMs, bootMs } = this.#stamp;
    return { ...this.#stamp, wallMs: wallMs + passedMs, bootMs: bootMs + passedMs };
  }

  append(batch: AppendBatch): Promise<AppendResult> {
    this.#noteTime(batch.stamp);
    return this.#written(this.#own.append(batch, randomName)).finally(() => this.#tellOrigin());
  }

  /** After the database went back in time, what is appended belongs to another life. */
  #tellOrigin(): void {
    const { origin } = this.#own;
    if (origin !== this.#toldOrigin) this.#onNotice({ origin });
    this.#toldOrigin = origin;
  }

  renewLife(reason: LifeReason, after?: string): Promise<string> {
    return this.#written(this.#own.begin(reason, this.#now(), randomName(), after));
  }

  /** What the database cannot do now is for the caller to try again; nothing needs a restart. */
  async #written<T>(writing: Promise<T>): Promise<T> {
    try {
      const result = await writing;
      this.#tellHealth(null);
      return result;
    } catch (error) {
      if (!(error instanceof DatabaseError) || error.kind === "wrong") throw error;
      this.#tellHealth(error.reason);
      throw new JournalUnwritable(error.reason, { cause: error });
    }
  }

  /** `reason`: why nothing can be stored; who hears it probes until it is over. */
  #tellHealth(reason: string | null): void {
    if ((reason === null) === (this.#unwritable === null)) return;
    this.#unwritable = reason;
    this.#onNotice({
      health: reason === null ? { state: "writable" } : { state: "unwritable", reason },
    });
  }

  /** What one node ships goes over one connection: its requests do not race each other. */
  receive(runs: readonly SignedRunWithKey[]): Promise<Reception[]> {
    const node = parseOrigin(runs.at(0)?.run.origin ?? "")?.node ?? "";
    let sum = 0;
    for (let index = 0; index < node.length; index++) sum = sum * 31 + node.charCodeAt(index) | 0;
    return this.#written(this.#receiving[Math.abs(sum) % this.#receiving.length].receive(runs));
  }

  read(origin: string, stream: string, after: number, limits: ReadLimits): Promise<ReadResult> {
    return this.#reading.read(origin, stream, after, limits);
  }

  hashAt(origin: string, stream: string, seq: number): Promise<Uint8Array | null> {
    return this.#reading.hashAt(origin, stream, seq);
  }

  addReceipts(receipts: readonly Receipt[]): Promise<void> {
    for (const receipt of receipts) {
      const key = receiptKey(receipt);
      if (receipt.seq > (this.#unsaved.get(key)?.seq ?? 0)) this.#unsaved.set(key, receipt);
    }
    return Promise.resolve();
  }

  /** Losing receipts costs a question to the centre: while the database is away they wait. */
  async flush(): Promise<void> {
    const receipts = [...this.#unsaved.values()];
    if (receipts.length === 0) return;
    try {
      await this.#connections.keeper.transaction(async (ask) => {
        for (const receipt of receipts) await keepReceipt(ask, receipt);
      });
    } catch (error) {
      if (error instanceof DatabaseError && error.kind !== "wrong") return;
      throw error;
    }
    for (const receipt of receipts) {
      const key = receiptKey(receipt);
      if (this.#unsaved.get(key) === receipt) this.#unsaved.delete(key);
    }
  }

  async probe(): Promise<void> {
    await this.#written(this.#connections.own.commit(() => []));
  }

  async prune(retention: Retention): Promise<number> {
    await this.flush();
    // On the day before, a process whose last look was before midnight may still store.
    const before = dayAfter(this.#days.today, -1);
    const pruned = await prune(this.#connections.own, this.#node, before, retention);
    if (pruned > 0) await this.#following.look();
    return pruned;
  }

  /** The database looks after its own pages, and encrypts them, or not, by its own means. */
  scrub(): Promise<void> {
    return Promise.resolve();
  }

  useKeys(): Promise<void> {
    return Promise.resolve();
  }

  rekey(): Promise<number> {
    return Promise.resolve(0);
  }

  /** While the database is away, as it was last seen. */
  async status(): Promise<Status> {
    try {
      this.#seen = await this.#connections.keeper.turn(sizeOf);
    } catch (error) {
      if (!(error instanceof DatabaseError) || error.kind === "wrong") throw error;
    }
    return this.#seen;
  }

  serveReader(port: MessagePort): Promise<void> {
    answerCalls(port, {
      read: (origin: string, stream: string, after: number, limits: ReadLimits) =>
        this.read(origin, stream, after, limits),
    });
    return Promise.resolve();
  }

  async close(): Promise<void> {
    await this.flush();
    this.#closing.abort();
    await this.#running;
    await this.#connections.close();
  }
}

/** Of the partitions, which are nearly all of it. */
async function sizeOf(ask: Ask): Promise<Status> {
  const { rows } = await ask("SELECT day FROM days");
  const sizes = await Promise.all(rows.map(async (row) => {
    const name = partitionOf(row.text("day"));
    const found = await ask("SELECT pg_total_relation_size($1) AS bytes", [name]);
    return found.rows[0].number("bytes");
  }));
  return { bytes: sizes.reduce((sum, size) => sum + size, 0), segments: rows.length };
}
