/** Nodes for tests: a journal, a key, and for counties a real HTTP listener on loopback. */
import { freePort, stampAt, TemporaryFolder } from "./fixtures.ts";
import { keysOf } from "./desk.ts";
import { GAP_AFTER_MS, otherCentres } from "./gaps.ts";
import { NodeKey } from "./identity.ts";
import { type Journal, type JournalOptions, openJournal } from "./journal.ts";
import { Link, type LinkEvent, type LinkOptions, type LinkShared } from "./link.ts";
import { Nonces } from "./nonces.ts";
import { nodeOf } from "./origin.ts";
import { OwnLives, type OwnLivesEvent } from "./own_lives.ts";
import { Pacer } from "./pacing.ts";
import { Peer } from "./peer.ts";
import { Pull, type PullEvent, type PullOptions } from "./pull.ts";
import { type Member, type ReceivingEnd, type SyncEvent, syncRoutes } from "./routes.ts";
import { streamTo } from "./stream.ts";
import { systemTimer } from "./timer.ts";
import { Wants } from "./wants.ts";

export type Members = Map<string, Member>;

export interface NodeImage extends Disposable {
  readonly folder: TemporaryFolder;
  readonly key: NodeKey;
}

export class FixtureNode implements AsyncDisposable {
  readonly name: string;
  readonly key: NodeKey;
  readonly events: SyncEvent[] = [];
  readonly linkEvents: LinkEvent[] = [];
  readonly pullEvents: PullEvent[] = [];
  readonly lifeEvents: OwnLivesEvent[] = [];
  readonly members: Members;
  journal: Journal;
  readonly #folder: TemporaryFolder;
  #stop = new AbortController();
  #running: Promise<void>[] = [];
  readonly #links = new Map<string, Link>();
  #shared: LinkShared | null = null;
  #server: Deno.HttpServer<Deno.NetAddr> | null = null;
  readonly #port = freePort();
  #listening = new AbortController();

  private constructor(
    name: string,
    members: Members,
    folder: TemporaryFolder,
    journal: Journal,
    key: NodeKey,
  ) {
    this.name = name;
    this.key = key;
    this.members = members;
    this.#folder = folder;
    this.journal = journal;
    members.set(name, {
      publicKey: this.key.publicKey,
      role: name.startsWith("county") ? "county" : "site",
    });
  }

  /** A new node, or one more that begins with another's image and key. */
  static async start(
    name: string,
    members: Members,
    image?: NodeImage,
    options: Partial<JournalOptions> = {},
  ): Promise<FixtureNode> {
    const folder = new TemporaryFolder();
    if (image !== undefined) copyFiles(image.folder.path, folder.path);
    const journal = await open(folder, name, options);
    return new FixtureNode(name, members, folder, journal, image?.key ?? NodeKey.create());
  }

  /** A new node whose journal is kept elsewhere; it closes it. */
  static over(
    name: string,
    members: Members,
    journal: Journal,
    key = NodeKey.create(),
  ): FixtureNode {
    return new FixtureNode(name, members, new TemporaryFolder(), journal, key);
  }

  /** The disk as it is after a clean stop; the node goes on afterwards. */
  async image(): Promise<NodeImage> {
    await this.journal.close();
    const folder = new TemporaryFolder();
    copyFiles(this.folder, folder.path);
    this.journal = await open(this.#folder, this.name);
    return { folder, key: this.key, [Symbol.dispose]: () => folder[Symbol.dispose]() };
  }

  get folder(): string {
    return this.#folder.path;
  }

  get url(): URL {
    return new URL(`http://127.0.0.1:${this.#port}`);
  }

  /** Answers on loopback, always on the same port; also what further routes take. */
  listen(more: Partial<ReceivingEnd> = {}): this {
    this.#listening = new AbortController();
    const answer = syncRoutes({
      journal: this.journal,
      node: this.name,
      key: this.key,
      nonces: new Nonces(crypto.getRandomValues(new Uint8Array(32)), () => performance.now()),
      member: (node) => this.members.get(node),
      stamp: () => stampAt(0),
      signal: this.#listening.signal,
      onEvent: (event) => this.events.push(event),
      ...more,
    });
    const options = { hostname: "127.0.0.1", port: this.#port, onListen: () => {} };
    this.#server = Deno.serve(
      options,
      (request, { remoteAddr }) => answer(request, remoteAddr.hostname),
    );
    return this;
  }

  async hangUp(): Promise<void> {
    this.#listening.abort();
    await this.#server?.shutdown();
    this.#server = null;
  }

  peer(county: FixtureNode, options: Partial<ConstructorParameters<typeof Peer>[0]> = {}): Peer {
    return new Peer({
      url: county.url,
      node: county.name,
      publicKey: county.key.publicKey,
      self: this.name,
      key: this.key,
      ...options,
    });
  }

  /** Starts to ship to a county; retries are quick here. */
  linkTo(county: FixtureNode, options: Partial<LinkOptions> = {}): Link {
    this.#shared ??= this.#share();
    const link = new Link({
      ...this.#shared,
      others: () => otherCentres(this.#links, county.name),
      gapAfterMs: GAP_AFTER_MS,
      journal: this.journal,
      peer: this.peer(county),
      peerPublicKey: county.key.publicKey,
      key: this.key,
      carries: (origin) => nodeOf(origin) !== county.name,
      relayAfterMs: 0,
      refreshMs: 200,
      timer: systemTimer,
      random: () => 0,
      onEvent: (event) => this.linkEvents.push(event),
      ...options,
    });
    this.#links.set(county.name, link);
    this.#running.push(link.run(this.#stop.signal));
    return link;
  }

  /** Starts to pull from a county what it has for this node, and what this node has lost. */
  pullFrom(county: FixtureNode, options: Partial<PullOptions> = {}): void {
    this.#shared ??= this.#share();
    const pull = new Pull({
      journal: this.journal,
      peer: this.peer(county),
      follow: streamTo(this.name),
      wants: this.#shared.wants,
      member: (node) => {
        const member = this.members.get(node);
        return member && { role: member.role, publicKeys: keysOf(member) };
      },
      stamp: () => stampAt(0),
      timer: systemTimer,
      random: () => 0,
      onEvent: (event) => this.pullEvents.push(event),
      ...options,
    });
    this.#running.push(pull.run(this.#stop.signal));
  }

  /** Ends its links and pulls. */
  async unlink(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running);
    this.#running = [];
    this.#stop = new AbortController();
    this.#links.clear();
    this.#shared = null;
  }

  #share(): LinkShared {
    const { journal } = this;
    const nowMs = () => performance.now();
    return {
      lives: new OwnLives({
        journal,
        stamp: () => stampAt(0),
        timer: systemTimer,
        onEvent: (event) => this.lifeEvents.push(event),
      }),
      wants: new Wants(nowMs),
      // Loopback is no line that anybody shares.
      pacer: new Pacer({ mbit: 10_000, sharePercent: 100 }, nowMs),
    };
  }

  /** Position of the readings of a node here, over all its lives: `origin seq hash`. */
  positionsOf(node: string): string[] {
    return this.journal.positions()
      .filter(({ origin }) => nodeOf(origin) === node)
      .map(({ origin, stream, seq, hash }) => `${origin} ${stream} ${seq} ${hash.toHex()}`)
      .sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.unlink();
    await this.hangUp();
    await this.journal.close();
    this.#folder[Symbol.dispose]();
  }
}

function copyFiles(from: string, to: string): void {
  for (const { name } of Deno.readDirSync(from)) {
    Deno.copyFileSync(`${from}/${name}`, `${to}/${name}`);
  }
}

function open(
  folder: TemporaryFolder,
  node: string,
  options: Partial<JournalOptions> = {},
): Promise<Journal> {
  return openJournal({
    directory: folder.path,
    node,
    hashName: "sha256",
    segmentBytesMax: 16 << 20,
    stamp: stampAt(0),
    ...options,
  });
}
