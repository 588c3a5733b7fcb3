/** A node of a simulation: real journal and links over a disk and a network that fail. */
import type { Stamp } from "./entry.ts";
import { NodeKey } from "./identity.ts";
import { journalEnd } from "./journal_methods.ts";
import { type JournalCalls, type JournalListeners, JournalShell } from "./journal_shell.ts";
import { GAP_AFTER_MS, otherCentres } from "./gaps.ts";
import { Link } from "./link.ts";
import { Nonces } from "./nonces.ts";
import { nodeOf } from "./origin.ts";
import { OwnLives } from "./own_lives.ts";
import { Pacer } from "./pacing.ts";
import { Pull } from "./pull.ts";
import type { Member } from "./routes.ts";
import { type DiskCopy, DiskError, type DiskStep, SimulatedDisk } from "./simulated_disk.ts";
import { SimulatedSegments } from "./simulated_segments.ts";
import type { SimulatedNetwork } from "./simulated_network.ts";
import type { SimulatedTime } from "./simulated_time.ts";
import { streamTo } from "./stream.ts";
import { Wants } from "./wants.ts";
import type { Methods } from "./worker_calls.ts";

export interface World {
  readonly time: SimulatedTime;
  readonly network: SimulatedNetwork;
  readonly random: () => number;
  readonly members: Map<string, Member>;
  /** What happens to a node at a step of its disk; `kill` ends its process before that step. */
  readonly diskFault: (node: string, step: DiskStep) => DiskFault;
}

export type DiskFault = "none" | "error" | "kill" | "power";

/** The process ended in the middle of something, perhaps since the power failed. */
class CutOff extends Error {
  override name = "CutOff";
  readonly fault: "kill" | "power";

  constructor(fault: "kill" | "power", step: DiskStep) {
    super(step);
    this.fault = fault;
  }
}

/** A segment holds some dozens of entries: a minute of simulation fills and prunes several. */
const SEGMENT_BYTES_MAX = 4000;
/** Wall clock of all nodes when a simulation begins, milliseconds since 1970 UTC. */
const BEGIN_WALL_MS = 1_795_000_000_000;

export class SimulatedNode {
  readonly name: string;
  readonly key = NodeKey.create();
  readonly #world: World;
  readonly #peers: readonly string[];
  readonly #disk: SimulatedDisk;
  #running: { journal: JournalShell; stop: AbortController } | null = null;
  /** Threads of lives that are over answer nobody. */
  #life = 0;
  #died = Promise.withResolvers<void>();
  /** What ended the last life, for whoever looks at a failed run. */
  #failure: Error | null = null;
  /** Machines boot anew when their power comes back. */
  #boots = 1;
  #bootedMs = 0;
  /** How far its wall clock is off, milliseconds. */
  #wallErrorMs = 0;
  #backup: DiskCopy | null = null;
  /** The life that it wrote last. */
  #lastLife = "";
  /** That life, where its disk was damaged since. */
  #brokenLife: string | null = null;

  /** `peers`: the centres it ships to. */
  constructor(name: string, peers: readonly string[], world: World) {
    this.name = name;
    this.#world = world;
    this.#peers = peers;
    this.#disk = new SimulatedDisk(world.random, (step) => this.#step(step));
    const role = name.startsWith("county") ? "county" : "site";
    world.members.set(name, { publicKey: this.key.publicKey, role });
  }

  /** `null` while it is down. */
  get journal(): JournalShell | null {
    return this.#running?.journal ?? null;
  }

  get failure(): Error | null {
    return this.#failure;
  }

  /** Whether its disk was damaged, and it writes the life that it wrote before (G1). */
  get isInBrokenLife(): boolean {
    return this.journal !== null && this.journal.origin === this.#brokenLife;
  }

  stamp(): Stamp {
    const nowMs = Math.floor(this.#world.time.nowMs());
    return {
      wallMs: BEGIN_WALL_MS + nowMs + this.#wallErrorMs,
      bootId: this.#boots.toString(16).padStart(32, "0"),
      bootMs: nowMs - this.#bootedMs,
      clock: this.#wallErrorMs === 0 ? "trusted" : "untrusted",
    };
  }

  /** Sets its wall clock wrong by so much; 0 sets it right. */
  setWallError(ms: number): void {
    this.#wallErrorMs = ms;
  }

  get hasBackup(): boolean {
    return this.#backup !== null;
  }

  /** Takes a copy of its disk, as it is while it runs. */
  backUp(): void {
    this.#backup = this.#disk.copy();
  }

  /** Cuts its power and puts the copy of its disk in the place of what it has now. */
  restore(): void {
    this.kill(true);
    if (this.#backup !== null) this.#disk.become(this.#backup);
    this.#brokenLife = null;
  }

  /**
   * Cuts its power, or leaves what was stopped as it is; when it starts, a file of its disk cannot
   * be read to its end.
   */
  damageDisk(): void {
    if (this.#running !== null) this.kill(true);
    this.#disk.damageAny();
    this.#brokenLife = this.#lastLife;
  }

  /** Starts its process; a failure on the way leaves it down. */
  async start(): Promise<void> {
    if (this.#running !== null) return;
    const life = ++this.#life;
    const { time, network, members } = this.#world;
    const journal = new JournalShell("sha256", (listeners) => this.#thread(life, listeners), time);
    try {
      const opening = journal.open({
        directory: "",
        node: this.name,
        hashName: "sha256",
        segmentBytesMax: SEGMENT_BYTES_MAX,
        stamp: this.stamp(),
      });
      await Promise.race([opening, this.#died.promise]);
    } catch (error) {
      if (this.#life !== life || isDiskTrouble(error)) return;
      throw error;
    }
    if (this.#life !== life) return;
    const stop = new AbortController();
    this.#running = { journal, stop };
    this.#lastLife = journal.origin;
    journal.failed.then((error) => this.#end(life, error));
    network.listen({
      journal,
      node: this.name,
      key: this.key,
      nonces: new Nonces(new Uint8Array(32), () => time.nowMs()),
      member: (node) => members.get(node),
      stamp: () => this.stamp(),
      timer: time,
      signal: stop.signal,
      onEvent: () => {},
    });
    this.#connect(journal, stop.signal);
  }

  /** Ends its process at once; with `power`, so does what its disk had not synced. */
  kill(power: boolean): void {
    this.#life++;
    this.#lastLife = this.journal?.origin ?? this.#lastLife;
    this.#died.resolve();
    this.#died = Promise.withResolvers();
    this.#running?.stop.abort();
    this.#running = null;
    this.#world.network.hangUp(this.name);
    if (power) {
      this.#disk.powerCut();
      this.#boots++;
      this.#bootedMs = Math.floor(this.#world.time.nowMs());
    }
  }

  /** Stops its process as a service manager does. */
  async stop(): Promise<void> {
    const running = this.#running;
    if (running === null) return;
    this.#running = null;
    this.#lastLife = running.journal.origin;
    this.#world.network.hangUp(this.name);
    running.stop.abort();
    const life = this.#life;
    try {
      await Promise.race([running.journal.close(), this.#died.promise]);
    } catch (error) {
      if (!isDiskTrouble(error)) throw error;
    }
    if (this.#life === life) this.#life++;
  }

  #end(life: number, error: Error): void {
    if (this.#life !== life) return;
    this.#failure = error;
    this.kill(false);
  }

  /** Links and pulls to its peers. */
  #connect(journal: JournalShell, signal: AbortSignal): void {
    const { time, network, members, random } = this.#world;
    const isCounty = this.name.startsWith("county");
    const stamp = () => this.stamp();
    const nowMs = () => time.nowMs();
    const lives = new OwnLives({ journal, stamp, timer: time, onEvent: () => {} });
    const wants = new Wants(nowMs);
    const pacer = new Pacer({ mbit: 20, sharePercent: 50 }, nowMs);
    const links = new Map<string, Link>();
    const life = this.#life;
    const end = (error: Error) => this.#end(life, error);
    for (const to of this.#peers) {
      const peer = network.peer(this.name, to, signal);
      const link = new Link({
        journal,
        lives,
        wants,
        pacer,
        peer,
        peerPublicKey: members.get(to)?.publicKey ?? "",
        key: this.key,
        carries: (origin) => isCounty || nodeOf(origin) === this.name,
        others: () => otherCentres(links, to),
        relayAfterMs: isCounty ? 5000 : 0,
        refreshMs: 20_000,
        gapAfterMs: GAP_AFTER_MS,
        timer: time,
        random,
        onEvent: () => {},
      });
      links.set(to, link);
      link.run(signal).catch(end);
      const pull = new Pull({
        journal,
        peer: network.peer(this.name, to, signal),
        follow: isCounty ? null : streamTo(this.name),
        wants,
        reachable: (signal) => link.reachable(signal),
        member: (node) => {
          const member = members.get(node);
          return member && { role: member.role, publicKeys: [member.publicKey] };
        },
        stamp,
        timer: time,
        random,
        onEvent: () => {},
      });
      pull.run(signal).catch(end);
    }
  }

  /** The journal's thread, which answers in its own time and stops with its life. */
  #thread(life: number, { onNotice }: JournalListeners) {
    const { time, random } = this.#world;
    const { methods, notice } = journalEnd({
      storage: () => new SimulatedSegments(this.#disk),
      nowMs: () => time.nowMs(),
      nonce: () =>
        Array.from({ length: 16 }, () => Math.floor(random() * 16).toString(16)).join(""),
    });
    const tell = () => {
      const told = notice();
      if (told !== undefined) onNotice(told);
    };
    let last: Promise<unknown> = Promise.resolve();
    const silence = new Promise<never>(() => {});
    const table: Methods = methods;
    const call: JournalCalls["call"] = (method, parameters) => {
      const values: readonly unknown[] = parameters;
      const answer = last.then(() => {
        if (this.#life !== life) return silence;
        try {
          const value = Reflect.apply(table[method], undefined, values);
          tell();
          return value;
        } catch (error) {
          if (!(error instanceof CutOff)) {
            tell();
            throw error;
          }
          this.kill(error.fault === "power");
          return silence;
        }
      });
      last = answer.catch(() => {});
      return answer;
    };
    return { call, terminate: () => {} };
  }

  #step(step: DiskStep): void {
    const fault = this.#world.diskFault(this.name, step);
    if (fault === "error") throw new DiskError(`no ${step}`);
    if (fault === "kill" || fault === "power") throw new CutOff(fault, step);
  }
}

function isDiskTrouble(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) if (at instanceof DiskError) return true;
  return false;
}
