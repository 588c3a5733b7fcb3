/**
 * A centre that was away comes back while its site goes on: real journals and links over a line
 * of a given speed, in simulated time. Says how fast it catches up, and how late alarms and
 * readings are meanwhile.
 */
import type { NewEntry } from "./append.ts";
import type { Stamp } from "./entry.ts";
import { memoryJournal } from "./fixture_segments.ts";
import { BOOT_ID } from "./fixtures.ts";
import { GAP_AFTER_MS, otherCentres } from "./gaps.ts";
import { NodeKey } from "./identity.ts";
import type { JournalShell } from "./journal_shell.ts";
import { Link } from "./link.ts";
import { Nonces } from "./nonces.ts";
import { nodeOf } from "./origin.ts";
import { OwnLives } from "./own_lives.ts";
import { Pacer } from "./pacing.ts";
import type { Member } from "./routes.ts";
import { SimulatedNetwork } from "./simulated_network.ts";
import { seeded, SimulatedTime } from "./simulated_time.ts";
import { Wants } from "./wants.ts";

/** A township as in `bench:ship`: so many devices, each polled so often, two values each. */
const DEVICES = 20;
const POLL_MS = 3000;
const ALARM_MS = 500;
const WALL_MS = 1_795_000_000_000;

export interface CatchUpOptions {
  readonly hoursAway: number;
  readonly mbit: number;
  readonly sharePercent: number;
}

export interface CatchUp {
  readonly readings: number;
  /** From B's return until the link tried it again (T9: at most 60). */
  readonly tryAgainSeconds: number;
  /** Simulated seconds from then until all from before it was there. */
  readonly seconds: number;
  /** Hours away by the time it took. */
  readonly timesRealTime: number;
  readonly alarmsMs: Latencies;
  readonly readingsMs: Latencies;
  /** Share of the line that was taken meanwhile, of 1. */
  readonly lineShare: number;
  readonly bytesPerReading: number;
  /** Whether both centres hold the same of every stream in the end. */
  readonly equal: boolean;
  readonly lives: number;
}

export interface Latencies {
  readonly count: number;
  readonly p95: number;
  readonly max: number;
}

export async function catchUp(options: CatchUpOptions): Promise<CatchUp> {
  const world = new World(options);
  try {
    return await world.run();
  } finally {
    world.stop();
  }
}

class World {
  readonly #options: CatchUpOptions;
  readonly #time = new SimulatedTime();
  readonly #random = seeded(4);
  readonly #network = new SimulatedNetwork(this.#time, this.#random);
  readonly #stop = new AbortController();
  readonly #siteKey = NodeKey.create();
  readonly #members = new Map<string, Member>([
    ["site-1", { publicKey: this.#siteKey.publicKey, role: "site" }],
  ]);
  readonly #links = new Map<string, Link>();
  readonly #state = Array.from({ length: DEVICES }, () => ({ temperature: 4.5, humidity: 47 }));
  /** Until it is known at B: when each was appended, by `origin stream seq`. */
  readonly #under = new Map<string, { atMs: number; list: number[] }>();
  readonly #alarms: number[] = [];
  readonly #readings: number[] = [];
  #live = true;
  #failure: unknown = null;

  constructor(options: CatchUpOptions) {
    this.#options = options;
  }

  stop(): void {
    this.#stop.abort();
  }

  async run(): Promise<CatchUp> {
    const { hoursAway, mbit } = this.#options;
    const [a, b] = [await this.#centre("county-a"), await this.#centre("county-b")];
    const site = await memoryJournal("site-1", this.#time, this.#stamp(0));
    this.#connect(site, ["county-a", "county-b"]);
    this.#network.hangUp("county-b");
    const readings = await this.#fill(site, hoursAway * 3_600_000);
    const before = site.positions();
    await this.#until(() =>
      before.every(({ origin, stream, seq }) => a.position(origin, stream)?.seq === seq)
    );
    this.#network.bytesPerMs = mbit * 125;
    this.#listen("county-b", b);
    const answersMs = this.#time.nowMs();
    await this.#until(() => this.#links.get("county-b")?.status().state === "up");
    const backMs = this.#time.nowMs();
    const sentBefore = this.#network.sent.get("site-1") ?? 0;
    this.#goOn(site, b);
    const has = (journal: JournalShell) =>
      before.every(({ origin, stream, seq }) =>
        (journal.position(origin, stream)?.seq ?? 0) >= seq
      );
    await this.#until(() => has(b));
    const seconds = (this.#time.nowMs() - backMs) / 1000;
    const sent = (this.#network.sent.get("site-1") ?? 0) - sentBefore;
    // A little longer, so that there are enough alarms to speak of.
    await this.#until(() => this.#alarms.length >= 100);
    this.#live = false;
    await this.#until(() => this.#under.size === 0);
    const told = (journal: JournalShell) =>
      journal.positions().filter(({ origin }) => nodeOf(origin) === "site-1")
        .map(({ origin, stream, seq, hash }) => `${origin} ${stream} ${seq} ${hash.toHex()}`).sort()
        .join("\n");
    await this.#until(() => told(a) === told(site) && told(b) === told(site));
    return {
      readings,
      tryAgainSeconds: (backMs - answersMs) / 1000,
      seconds,
      timesRealTime: hoursAway * 3600 / seconds,
      alarmsMs: latencies(this.#alarms),
      readingsMs: latencies(this.#readings),
      lineShare: sent / (seconds * mbit * 125_000),
      bytesPerReading: sent / readings,
      equal: told(a) === told(b),
      lives: new Set(site.positions().map(({ origin }) => origin)).size,
    };
  }

  async #until(done: () => boolean): Promise<void> {
    while (!done()) {
      if (!await this.#time.step()) throw new Error("nothing happens any more");
      if (this.#failure !== null) throw this.#failure;
    }
  }

  /** What the devices told while B was away. */
  async #fill(site: JournalShell, awayMs: number): Promise<number> {
    const polls = Math.floor(awayMs / POLL_MS);
    let items: NewEntry[] = [];
    let count = 0;
    for (let poll = 0; poll < polls; poll++) {
      items.push(...this.#poll(poll * POLL_MS - awayMs));
      if (items.length < 500 && poll < polls - 1) continue;
      count += items.length;
      const appended = site.append(items, this.#stamp(0));
      let landed = false;
      appended.then(() => landed = true, (error) => this.#failure = error);
      await this.#until(() => landed);
      items = [];
    }
    return count;
  }

  /** Devices and alarms go on while B catches up. */
  #goOn(site: JournalShell, b: JournalShell): void {
    const append = (items: readonly NewEntry[], list: number[]) => {
      const atMs = this.#time.nowMs();
      const { origin } = site;
      site.append(items, this.#stamp(0)).then((outcomes) => {
        const last = outcomes[outcomes.length - 1];
        if (last.kind === "stored") {
          this.#under.set(`${origin} ${items[0].stream} ${last.seq}`, { atMs, list });
        }
      }, (error) => this.#failure = error);
    };
    const polls = () => {
      if (!this.#live) return;
      append(this.#poll(0), this.#readings);
      this.#time.after(POLL_MS, polls);
    };
    const alarms = () => {
      if (!this.#live) return;
      const body = JSON.stringify({ device: "sensor-03", rule: "C2", value: 9.1 });
      const time = this.#stamp(0);
      append([{ kind: "entry", stream: "alarm", entryKind: "alarm", time, body }], this.#alarms);
      this.#time.after(ALARM_MS, alarms);
    };
    const look = () => {
      if (this.#stop.signal.aborted) return;
      const nowMs = this.#time.nowMs();
      for (const [key, { atMs, list }] of this.#under) {
        const [origin, stream, seq] = key.split(" ");
        if ((b.position(origin, stream)?.seq ?? 0) < Number(seq)) continue;
        list.push(nowMs - atMs);
        this.#under.delete(key);
      }
      this.#time.after(10, look);
    };
    polls();
    alarms();
    look();
  }

  #poll(ms: number): NewEntry[] {
    return this.#state.map((device, number): NewEntry => {
      device.temperature += (this.#random() - 0.5) * 0.2;
      device.humidity += (this.#random() - 0.5) * 0.4;
      const reading = (point: string, value: number, unit: string) => ({
        point,
        value,
        unit,
        quality: "good",
      });
      const body = JSON.stringify({
        device: `sensor-${String(number).padStart(2, "0")}`,
        readings: [
          reading("temperature", Math.round(device.temperature * 10) / 10, "Cel"),
          reading("humidity", Math.round(device.humidity), "%"),
        ],
      });
      const late = Math.round((number * POLL_MS) / DEVICES + this.#random() * 20);
      const time = this.#stamp(ms + late);
      return { kind: "entry", stream: "reading", entryKind: "reading", time, body };
    });
  }

  #stamp(ms: number): Stamp {
    const bootMs = Math.floor(this.#time.nowMs() + ms + 90 * 3_600_000);
    return { wallMs: WALL_MS + bootMs, bootId: BOOT_ID, bootMs, clock: "trusted" };
  }

  async #centre(name: string): Promise<JournalShell> {
    const key = NodeKey.create();
    this.#keys.set(name, key);
    this.#members.set(name, { publicKey: key.publicKey, role: "county" });
    const journal = await memoryJournal(name, this.#time, this.#stamp(0));
    this.#listen(name, journal);
    return journal;
  }

  readonly #keys = new Map<string, NodeKey>();

  #listen(name: string, journal: JournalShell): void {
    const key = this.#keys.get(name);
    if (key === undefined) throw new Error(`${name} has no key`);
    this.#network.listen({
      journal,
      node: name,
      key,
      nonces: new Nonces(new Uint8Array(32), () => this.#time.nowMs()),
      member: (node) => this.#members.get(node),
      stamp: () => this.#stamp(0),
      timer: this.#time,
      signal: this.#stop.signal,
      onEvent: () => {},
    });
  }

  #connect(site: JournalShell, centres: readonly string[]): void {
    const nowMs = () => this.#time.nowMs();
    const stamp = () => this.#stamp(0);
    const lives = new OwnLives({ journal: site, stamp, timer: this.#time, onEvent: () => {} });
    const wants = new Wants(nowMs);
    const pacer = new Pacer(this.#options, nowMs);
    const links = this.#links;
    for (const to of centres) {
      const link = new Link({
        journal: site,
        lives,
        wants,
        pacer,
        peer: this.#network.peer("site-1", to, this.#stop.signal),
        peerPublicKey: this.#members.get(to)?.publicKey ?? "",
        key: this.#siteKey,
        carries: (origin) => nodeOf(origin) === "site-1",
        others: () => otherCentres(links, to),
        relayAfterMs: 0,
        refreshMs: 75_000,
        gapAfterMs: GAP_AFTER_MS,
        timer: this.#time,
        random: this.#random,
        onEvent: () => {},
      });
      links.set(to, link);
      link.run(this.#stop.signal).catch((error) => this.#failure = error);
    }
  }
}

function latencies(list: readonly number[]): Latencies {
  const sorted = list.toSorted((a, b) => a - b);
  const p95 = sorted[Math.ceil(sorted.length * 0.95) - 1] ?? 0;
  return { count: sorted.length, p95, max: sorted.at(-1) ?? 0 };
}
