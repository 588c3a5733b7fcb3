/**
 * Sites and two counties under every fault that a seed brings: loss, delay, repeats, cuts, kills,
 * power cuts between any two steps, disk errors, clocks that jump. What the promises say is
 * checked all along.
 */
import type { NewEntry } from "./append.ts";
import { firstHash } from "./chain.ts";
import { nodeOf } from "./origin.ts";
import type { Member } from "./routes.ts";
import { entriesOf } from "./run.ts";
import { streamKey } from "./segments.ts";
import { CALM, type NetworkFaults, SimulatedNetwork } from "./simulated_network.ts";
import { SimulatedNode, type World } from "./simulated_node.ts";
import type { DiskStep } from "./simulated_segments.ts";
import { seeded, SimulatedTime } from "./simulated_time.ts";
import { STREAMS } from "./stream.ts";

export interface SimulationOptions {
  readonly seed: number;
  readonly sites: number;
  /** Simulated seconds of trouble before everything is mended. */
  readonly seconds: number;
}

export interface SimulationResult {
  readonly acknowledged: number;
  readonly kills: number;
  readonly powerCuts: number;
  readonly diskErrors: number;
  readonly pruned: number;
  /** Simulated seconds from the mending until all were equal. */
  readonly healedSeconds: number;
}

/** A promise was broken; the message says which, where, and the seed that shows it. */
export class BrokenPromise extends Error {
  override name = "BrokenPromise";
}

const COUNTIES = ["county-a", "county-b"];
const STORM: NetworkFaults = { lose: 0.05, repeat: 0.05, truncate: 0.03, delayMaxMs: 800 };
/** A clock that was never set, a day behind, a year ahead, right (T12); milliseconds. */
const WALL_ERRORS_MS = [-1_795_000_000_000, -86_400_000, 365 * 86_400_000, 0];
/** All nodes are equal so soon after the mending, seconds: ten times the longest backoff. */
const HEAL_SECONDS_MAX = 600;

/** An item whose sender was told that it is stored. */
interface Acknowledged {
  readonly node: string;
  readonly stream: string;
  readonly id: number;
  readonly keyed: boolean;
}

export class Simulation {
  readonly #options: SimulationOptions;
  readonly #random: () => number;
  readonly #time = new SimulatedTime();
  readonly #network: SimulatedNetwork;
  readonly #nodes: readonly SimulatedNode[];
  readonly #acknowledged: Acknowledged[] = [];
  /** Of each (origin, stream) the highest number acknowledged, and its hash. */
  readonly #told = new Map<string, { seq: number; hash: string; node: string }>();
  readonly #counts = { kills: 0, powerCuts: 0, diskErrors: 0, pruned: 0 };
  #troubled = true;
  #lastId = 0;
  /** The first promise that was found broken, in whatever callback that was. */
  #failure: BrokenPromise | null = null;

  constructor(options: SimulationOptions) {
    this.#options = options;
    this.#random = seeded(options.seed);
    this.#network = new SimulatedNetwork(this.#time, this.#random);
    this.#network.faults = STORM;
    const world: World = {
      time: this.#time,
      network: this.#network,
      random: this.#random,
      members: new Map<string, Member>(),
      diskFault: (_, step) => this.#diskFault(step),
    };
    const sites = Array.from({ length: options.sites }, (_, index) => `site-${index + 1}`);
    this.#nodes = [
      ...COUNTIES.map((name) =>
        new SimulatedNode(name, COUNTIES.filter((one) => one !== name), world)
      ),
      ...sites.map((name) => new SimulatedNode(name, COUNTIES, world)),
    ];
  }

  /** Throws {@link BrokenPromise} where one was not kept. */
  async run(): Promise<SimulationResult> {
    for (const node of this.#nodes) await node.start();
    for (const node of this.#nodes) this.#live(node);
    this.#weather();
    const endMs = this.#options.seconds * 1000;
    await this.#until(() => this.#time.nowMs() >= endMs);
    this.#troubled = false;
    this.#network.faults = CALM;
    this.#network.mend();
    this.#keepUp();
    const mendedMs = this.#time.nowMs();
    await this.#until(() => this.#equal(), mendedMs + HEAL_SECONDS_MAX * 1000);
    const healedSeconds = (this.#time.nowMs() - mendedMs) / 1000;
    await this.#checkContents();
    for (const node of this.#nodes) node.kill(false);
    return { acknowledged: this.#acknowledged.length, ...this.#counts, healedSeconds };
  }

  async #until(done: () => boolean, deadlineMs = Infinity): Promise<void> {
    while (!done()) {
      if (this.#time.nowMs() > deadlineMs) this.#broken(`G6: not equal: ${this.#positions()}`);
      if (!await this.#time.step()) this.#broken("nothing happens any more");
      this.#check();
      if (this.#failure !== null) throw this.#failure;
    }
  }

  /** What goes on at a node while there is trouble: messages, kills, stops, starts, pruning. */
  #live(node: SimulatedNode): void {
    const next = () => {
      if (!this.#troubled) return;
      this.#time.after(this.#random() * 2000, next);
      const dice = this.#random();
      if (node.journal === null) {
        if (dice < 0.5) node.start().catch((error) => this.#report(String(error)));
      } else if (dice < 0.02) {
        this.#counts.kills++;
        node.kill(false);
      } else if (dice < 0.04) {
        this.#counts.powerCuts++;
        node.kill(true);
      } else if (dice < 0.05) node.stop();
      else if (dice < 0.06) node.setWallError(this.#any(WALL_ERRORS_MS));
      else if (dice < 0.15) this.#prune(node);
      else if (!COUNTIES.includes(node.name)) this.#append(node);
    };
    this.#time.after(this.#random() * 1000, next);
  }

  /** What a service manager does: a process that ended is started again. */
  #keepUp(): void {
    this.#time.after(1000, () => this.#keepUp());
    for (const node of this.#nodes) node.start().catch((error) => this.#report(String(error)));
  }

  /** Partitions of every shape come and go. */
  #weather(): void {
    const next = () => {
      if (!this.#troubled) return;
      this.#time.after(this.#random() * 20_000, next);
      if (this.#random() < 0.5) return this.#network.mend();
      const [from, to] = [this.#any(this.#nodes).name, this.#any(COUNTIES)];
      this.#network.cut(from, to);
      if (this.#random() < 0.5) this.#network.cut(to, from);
    };
    this.#time.after(this.#random() * 10_000, next);
  }

  #diskFault(step: DiskStep): "none" | "error" | "power" {
    if (!this.#troubled) return "none";
    const dice = this.#random();
    if (dice < 0.003) {
      this.#counts.powerCuts++;
      return "power";
    }
    if (dice < 0.005 && step !== "synced") {
      this.#counts.diskErrors++;
      return "error";
    }
    return "none";
  }

  /** A device's message, or one that it sends again since it was not told that it is stored. */
  #append(node: SimulatedNode): void {
    const { journal } = node;
    if (journal === null) return;
    const stream = this.#any(STREAMS);
    const count = 1 + Math.floor(this.#random() * 4);
    const messages = Array.from({ length: count }, () => {
      const repeats = this.#random() < 0.2 && this.#lastId > 0;
      const id = repeats ? 1 + Math.floor(this.#random() * this.#lastId) : ++this.#lastId;
      return { id: id * this.#options.sites + this.#nodes.indexOf(node), keyed: id % 2 === 0 };
    });
    const items = messages.map(({ id, keyed }): NewEntry => ({
      kind: "entry",
      stream: keyed ? "record" : stream,
      entryKind: "test",
      time: node.stamp(),
      body: JSON.stringify({ id, filler: "x".repeat(60) }),
      ...(keyed
        ? { key: { channel: "device", id: String(id), digest: digestOf(id), windowMs: null } }
        : {}),
    }));
    const { origin } = journal;
    journal.append(items, node.stamp()).then(async (outcomes) => {
      for (const [index, outcome] of outcomes.entries()) {
        const { id, keyed } = messages[index];
        const at = items[index].stream;
        if (outcome.kind === "conflict" || outcome.kind === "released") {
          this.#report(`T2: item ${id} of ${node.name} came back as ${outcome.kind}`);
        }
        this.#acknowledged.push({ node: node.name, stream: at, id, keyed });
        if (outcome.kind === "stored") await this.#tell(node, origin, at, outcome.seq);
      }
    }, () => {});
  }

  async #tell(node: SimulatedNode, origin: string, stream: string, seq: number): Promise<void> {
    const hash = await node.journal?.hashAt(origin, stream, seq);
    if (hash === undefined || hash === null) return;
    const key = streamKey(origin, stream);
    const told = this.#told.get(key);
    if (told === undefined || seq > told.seq) {
      this.#told.set(key, { seq, hash: hash.toHex(), node: node.name });
    }
  }

  #prune(node: SimulatedNode): void {
    const isCounty = COUNTIES.includes(node.name);
    if (isCounty) return;
    node.journal?.prune({
      centres: COUNTIES,
      keepOwnMs: 0,
      keepOthersMs: null,
      nowMs: node.stamp().wallMs + 1,
    }).then((segments) => this.#counts.pruned += segments, () => {});
  }

  /** After every step: nothing acknowledged is missing, nothing held is another thing. */
  #check(): void {
    for (const [key, { seq, hash, node: writer }] of this.#told) {
      const [origin, stream] = key.split(" ");
      for (const { name, journal } of this.#nodes) {
        const state = journal?.position(origin, stream);
        if (journal === null) continue;
        if (name === writer && (state === undefined || state.seq < seq)) {
          this.#broken(`G1: ${name} has lost ${origin} ${stream} ${(state?.seq ?? 0) + 1}–${seq}`);
        }
        if (state?.seq === seq && state.hash.toHex() !== hash) {
          this.#broken(`G5: ${name} holds another ${origin} ${stream} ${seq}`);
        }
        if (name === writer && state !== undefined) this.#checkFloor(origin, stream, state.floor);
      }
    }
  }

  /** G2: what a site has pruned, both centres have; one that is down says so once it is up. */
  #checkFloor(origin: string, stream: string, floor: number): void {
    for (const { name, journal } of this.#nodes) {
      if (journal === null || !COUNTIES.includes(name)) continue;
      const held = journal.position(origin, stream)?.seq ?? 0;
      if (held < floor - 1) {
        this.#broken(`G2: ${origin} ${stream} is pruned below ${floor}, ${name} holds ${held}`);
      }
    }
  }

  #equal(): boolean {
    const [first, ...others] = this.#nodes.filter(({ name }) => COUNTIES.includes(name))
      .map((node) => positionsOf(node, null));
    const sites = this.#nodes.filter(({ name }) => !COUNTIES.includes(name));
    return first.length > 0 && others.every((one) => one.join() === first.join()) &&
      sites.every((site) => {
        const at = new Set(first);
        return site.journal !== null && positionsOf(site, site.name).every((one) => at.has(one));
      });
  }

  #positions(): string {
    return this.#nodes.map((node) => `\n${node.name}: ${positionsOf(node, null).join(", ")}`).join(
      "",
    );
  }

  /** G1, G3, G5 at the end: each acknowledged item is at both centres, and once if it has an id. */
  async #checkContents(): Promise<void> {
    for (const node of this.#nodes.filter(({ name }) => COUNTIES.includes(name))) {
      const found = new Map<string, number>();
      for (const state of node.journal?.positions() ?? []) {
        for (const id of await this.#idsIn(node, state.origin, state.stream)) {
          const key = `${nodeOf(state.origin)} ${state.stream} ${id}`;
          found.set(key, (found.get(key) ?? 0) + 1);
        }
      }
      for (const { node: writer, stream, id, keyed } of this.#acknowledged) {
        const times = found.get(`${writer} ${stream} ${id}`) ?? 0;
        if (times === 0) this.#broken(`G1: item ${id} of ${writer} is not at ${node.name}`);
        if (keyed && times !== 1) this.#broken(`G3: item ${id} is ${times} times at ${node.name}`);
      }
    }
  }

  async #idsIn(node: SimulatedNode, origin: string, stream: string): Promise<number[]> {
    const ids: number[] = [];
    for (let after = 0, previous: Uint8Array = firstHash();;) {
      const limits = { entriesMax: 1000, bytesMax: 1 << 20 };
      const result = await node.journal?.read(origin, stream, after, limits);
      if (result?.kind !== "run") return ids;
      for (const entry of entriesOf(result.run, previous)) {
        if (entry.kind === "test") ids.push(JSON.parse(new TextDecoder().decode(entry.body)).id);
        previous = entry.hash;
      }
      if (previous.toHex() !== result.run.hash.toHex()) {
        this.#broken(`G5: the chain of ${origin} ${stream} is broken at ${node.name}`);
      }
      after = result.run.last;
    }
  }

  #any<T>(of: readonly T[]): T {
    return of[Math.floor(this.#random() * of.length)];
  }

  #broken(what: string): never {
    throw this.#report(what);
  }

  #report(what: string): BrokenPromise {
    const failures = this.#nodes.flatMap(({ name, failure }) =>
      failure === null ? [] : [`\n${name} had failed: ${failure} (${failure.cause})`]
    );
    this.#failure ??= new BrokenPromise(
      `seed ${this.#options.seed}, second ${(this.#time.nowMs() / 1000).toFixed(3)}: ${what}${
        failures.join("")
      }`,
    );
    return this.#failure;
  }
}

function positionsOf(node: SimulatedNode, of: string | null): string[] {
  return (node.journal?.positions() ?? [])
    .filter(({ origin }) => of === null || nodeOf(origin) === of)
    .map(({ origin, stream, seq, hash }) =>
      `${origin} ${stream} ${seq} ${hash.toHex().slice(0, 8)}`
    )
    .sort();
}

function digestOf(id: number): Uint8Array {
  const digest = new Uint8Array(32);
  new DataView(digest.buffer).setFloat64(0, id);
  return digest;
}
