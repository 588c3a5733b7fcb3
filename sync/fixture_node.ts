/** Nodes for tests: a journal, a key, and for counties a real HTTP listener on loopback. */
import { stampAt, TemporaryFolder } from "./fixtures.ts";
import { NodeKey } from "./identity.ts";
import { type Journal, openJournal } from "./journal.ts";
import { Link, type LinkEvent, type LinkOptions } from "./link.ts";
import { Nonces } from "./nonces.ts";
import { nodeOf } from "./origin.ts";
import { Peer } from "./peer.ts";
import { type Member, type SyncEvent, syncRoutes } from "./routes.ts";
import { systemTimer } from "./timer.ts";

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
  readonly members: Members;
  journal: Journal;
  readonly #folder: TemporaryFolder;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>[] = [];
  #server: Deno.HttpServer<Deno.NetAddr> | null = null;
  #port = 0;
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
  static async start(name: string, members: Members, image?: NodeImage): Promise<FixtureNode> {
    const folder = new TemporaryFolder();
    if (image !== undefined) copyFiles(image.folder.path, folder.path);
    const journal = await open(folder, name);
    return new FixtureNode(name, members, folder, journal, image?.key ?? NodeKey.create());
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

  /** Answers on loopback, on the same port as before. */
  listen(): this {
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
    });
    const options = { hostname: "127.0.0.1", port: this.#port, onListen: () => {} };
    this.#server = Deno.serve(
      options,
      (request, { remoteAddr }) => answer(request, remoteAddr.hostname),
    );
    this.#port = this.#server.addr.port;
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
    const link = new Link({
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
    this.#running.push(link.run(this.#stop.signal));
    return link;
  }

  /** Position of the readings of a node here, over all its lives: `origin seq hash`. */
  positionsOf(node: string): string[] {
    return this.journal.positions()
      .filter(({ origin }) => nodeOf(origin) === node)
      .map(({ origin, stream, seq, hash }) => `${origin} ${stream} ${seq} ${hash.toHex()}`)
      .sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running);
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

function open(folder: TemporaryFolder, node: string): Promise<Journal> {
  return openJournal({
    directory: folder.path,
    node,
    hashName: "sha256",
    segmentBytesMax: 16 << 20,
    stamp: stampAt(0),
  });
}
