/**
 * Sites and two counties under every fault that a seed brings: loss, delay, repeats, cuts, kills
 * and power cuts between any two steps, disk errors, damaged and restored disks, clocks that jump.
 * What the promises say is checked all along.
 */
import type { NewEntry } from "./append.ts";
import { nodeOf } from "./origin.ts";
import type { Member } from "./routes.ts";
import type { StreamState } from "./segments.ts";
import { Ledger } from "./simulation_ledger.ts";
import { CALM, type NetworkFaults, SimulatedNetwork } from "./simulated_network.ts";
import { type DiskFault, SimulatedNode, type World } from "./simulated_node.ts";
import type { DiskStep } from "./simulated_disk.ts";
import { seeded, SimulatedTime } from "./simulated_time.ts";
import { STREAMS, streamTo } from "./stream.ts";

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
  /** Disks of which a file went bad, and disks that were put back to an earlier copy. */
  readonly damaged: number;
  readonly restored: number;
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
/** All nodes are equal so soon after the mending, seconds; a gap is told after ten minutes. */
const HEAL_SECONDS_MAX = 1500;

export class Simulation {
  readonly #options: SimulationOptions;
  readonly #random: () => number;
  readonly #time = new SimulatedTime();
  readonly #network: SimulatedNetwork;
  readonly #nodes: readonly SimulatedNode[];
  readonly #centres: readonly SimulatedNode[];
  readonly #sites: readonly SimulatedNode[];
  readonly #ledger: Ledger;
  readonly #counts = { kills: 0, powerCuts: 0, diskErrors: 0, pruned: 0, damaged: 0, restored: 0 };
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
      diskFault: (name, step) => this.#diskFault(name, step),
    };
    this.#centres = COUNTIES.map((name) =>
      new SimulatedNode(name, COUNTIES.filter((one) => one !== name), world)
    );
    this.#sites = Array.from(
      { length: options.sites },
      (_, index) => new SimulatedNode(`site-${index + 1}`, COUNTIES, world),
    );
    this.#nodes = [...this.#centres, ...this.#sites];
    this.#ledger = new Ledger(this.#nodes, this.#centres);
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
    const fault = await this.#ledger.faultInContents();
    if (fault !== null) this.#broken(fault);
    for (const node of this.#nodes) node.kill(false);
    return { acknowledged: this.#ledger.count, ...this.#counts, healedSeconds };
  }

  async #until(done: () => boolean, deadlineMs = Infinity): Promise<void> {
    while (!done()) {
      if (this.#time.nowMs() > deadlineMs) this.#broken(`G6: not equal: ${this.#positions()}`);
      if (!await this.#time.step()) this.#broken("nothing happens any more");
      const fault = this.#ledger.fault();
      if (fault !== null) this.#broken(fault);
      const ended = this.#nodes.find(({ failure }) => failure !== null);
      if (ended !== undefined) this.#broken(`the process of ${ended.name} ended by itself`);
      const broken = this.#nodes.find(({ isInBrokenLife }) => isInBrokenLife);
      if (broken !== undefined) this.#broken(`G1: ${broken.name} writes on in a damaged life`);
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
        else if (dice < 0.8) this.#damage(node);
      } else if (dice < 0.02) {
        this.#counts.kills++;
        node.kill(false);
      } else if (dice < 0.03) {
        this.#counts.powerCuts++;
        node.kill(true);
      } else if (dice < 0.05) node.stop();
      else if (dice < 0.06) node.setWallError(this.#any(WALL_ERRORS_MS));
      else if (dice < 0.07) this.#damage(node);
      else if (dice < 0.085) node.backUp();
      else if (dice < 0.095) this.#restore(node);
      else if (dice < 0.15) this.#prune(node);
      else if (this.#sites.includes(node)) this.#append(node);
      else if (dice < 0.4) this.#order(node);
    };
    this.#time.after(this.#random() * 1000, next);
  }

  /** A file of a site's disk goes bad while all that it holds is at both centres. */
  #damage(node: SimulatedNode): void {
    if (!this.#sites.includes(node) || !this.#ledger.isSafe(node.name)) return;
    this.#counts.damaged++;
    this.#ledger.lost(node.name, this.#idOf(this.#lastId, node));
    node.damageDisk();
  }

  /** A node is put back to an earlier copy of its disk; one centre only: the other has all. */
  #restore(node: SimulatedNode): void {
    const mayGo = this.#sites.includes(node) || node === this.#centres[0];
    if (!mayGo || !node.hasBackup || !this.#ledger.centresUp(node.name)) return;
    this.#counts.restored++;
    this.#ledger.lost(node.name, this.#idOf(this.#lastId, node));
    node.restore();
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

  #diskFault(name: string, step: DiskStep): DiskFault {
    if (!this.#troubled) return "none";
    const dice = this.#random();
    const isOpening = this.#nodes.some((node) => node.name === name && node.journal === null);
    if (dice > (isOpening ? 0.9 : 0.999)) {
      this.#counts.kills++;
      return "kill";
    }
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
      return { id: this.#idOf(id, node), keyed: id % 2 === 0 };
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
        const place = outcome.kind === "stored" ? { origin, seq: outcome.seq } : null;
        this.#ledger.acknowledge({ node: node.name, stream: at, id, keyed, place });
        if (place !== null) await this.#tell(node, origin, at, place.seq);
      }
    }, () => {});
  }

  /** Another id for each node; later ones are higher. */
  #idOf(number: number, node: SimulatedNode): number {
    return number * this.#nodes.length + this.#nodes.indexOf(node);
  }

  /** A county's word to one of its sites, which both centres keep and the site pulls. */
  #order(node: SimulatedNode): void {
    const { journal } = node;
    if (journal === null) return;
    const stream = streamTo(this.#any(this.#sites).name);
    const id = this.#idOf(++this.#lastId, node);
    const item: NewEntry = {
      kind: "entry",
      stream,
      entryKind: "test",
      time: node.stamp(),
      body: JSON.stringify({ id }),
    };
    const { origin } = journal;
    journal.append([item], node.stamp()).then(async ([outcome]) => {
      if (outcome.kind !== "stored") return;
      const place = { origin, seq: outcome.seq };
      this.#ledger.acknowledge({ node: node.name, stream, id, keyed: false, place });
      await this.#tell(node, origin, stream, outcome.seq);
    }, () => {});
  }

  async #tell(node: SimulatedNode, origin: string, stream: string, seq: number): Promise<void> {
    const hash = await node.journal?.hashAt(origin, stream, seq);
    if (hash === undefined || hash === null) return;
    this.#ledger.tell(node.name, origin, stream, seq, hash);
  }

  #prune(node: SimulatedNode): void {
    if (!this.#sites.includes(node)) return;
    node.journal?.prune({
      centres: COUNTIES,
      keepOwnMs: 0,
      keepOthersMs: 0,
      nowMs: node.stamp().wallMs + 1,
    }).then((segments) => this.#counts.pruned += segments, () => {});
  }

  /** Both centres hold the same, all that sites wrote, and sites all that is for them. */
  #equal(): boolean {
    if (this.#nodes.some(({ journal }) => journal === null)) return false;
    const [first, ...others] = this.#centres.map((centre) => positionsOf(centre, () => true));
    const at = new Set(first);
    return others.every((one) => one.join() === first.join()) &&
      this.#sites.every((site) => {
        const own = positionsOf(site, ({ origin }) => nodeOf(origin) === site.name);
        // A site may hold more than a centre that was put back to a backup.
        const orders = this.#centres[0].journal?.positions()
          .filter(({ stream }) => stream === streamTo(site.name)) ?? [];
        return own.every((one) => at.has(one)) &&
          orders.every(({ origin, stream, seq }) =>
            (site.journal?.position(origin, stream)?.seq ?? 0) >= seq
          );
      });
  }

  #positions(): string {
    const everywhere = this.#nodes.map((node) => new Set(positionsOf(node, () => true)));
    return this.#nodes.map(({ name }, index) => {
      const others = everywhere.filter((_, other) => other !== index);
      const apart = [...everywhere[index]].filter((one) => others.some((at) => !at.has(one)));
      return `\n${name}, not everywhere: ${apart.join(", ")}`;
    }).join("");
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

function positionsOf(
  node: SimulatedNode,
  isWanted: (state: StreamState) => boolean,
): string[] {
  return (node.journal?.positions() ?? [])
    .filter((state) => isWanted(state))
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
