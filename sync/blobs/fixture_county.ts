/** Nodes with files for tests: real stores, real HTTP, lines that can be cut. */
import { FixtureNode, type Members } from "../fixture_node.ts";
import { Peer } from "../peer.ts";
import { systemTimer } from "../timer.ts";
import { Arrivals } from "./arrivals.ts";
import { BlobLink, type BlobLinkEvent, type BlobLinkOptions } from "./blob_link.ts";
import { type BlobRoute, blobRoutes } from "./blob_routes.ts";
import { FixtureStore } from "./fixture_blobs.ts";
import type { BlobStoreOptions } from "./opening.ts";

/** A site or a centre with a store of files. */
export class FixtureBlobNode implements AsyncDisposable {
  readonly node: FixtureNode;
  readonly files: FixtureStore;
  readonly events: BlobLinkEvent[] = [];
  /** Requests answered, by path. */
  readonly asked: string[] = [];
  /** What a piece is changed to on its way into the store; as it is by default. */
  meddle: (body: Uint8Array) => Uint8Array = (body) => body;
  #arrivals: Arrivals | null = null;
  #stop = new AbortController();
  #running: Promise<void>[] = [];

  private constructor(node: FixtureNode, files: FixtureStore) {
    this.node = node;
    this.files = files;
  }

  static async start(
    name: string,
    members: Members,
    options: Partial<BlobStoreOptions> = {},
  ): Promise<FixtureBlobNode> {
    const node = await FixtureNode.start(name, members);
    const files = await FixtureStore.open({ node: name, ...options });
    const made = new FixtureBlobNode(node, files);
    if (name.startsWith("county")) await made.listen();
    return made;
  }

  async listen(): Promise<void> {
    const { node, files } = this;
    this.#arrivals = await Arrivals.open({ store: files.store, nowMs: () => performance.now() });
    const roleOf = (name: string) => node.members.get(name)?.role;
    const end = { store: files.store, arrivals: this.#arrivals, key: node.key, roleOf };
    const routes = new Map<string, BlobRoute>();
    for (const [path, route] of blobRoutes(end)) {
      routes.set(path, (sender, body) => {
        this.asked.push(path);
        return route(sender, path.endsWith("pieces") ? this.meddle(body) : body);
      });
    }
    node.listen({ more: routes });
  }

  /** As after a restart of the whole node: what was on its way is read from the disk again. */
  async restart(options: Partial<BlobStoreOptions> = {}): Promise<void> {
    await this.node.hangUp();
    await this.#arrivals?.[Symbol.asyncDispose]();
    await this.hangUp();
    await this.files.reopen(options);
    if (this.#arrivals !== null) await this.listen();
  }

  /** Starts to ship; retries are quick here. */
  linkTo(county: FixtureBlobNode, options: Partial<BlobLinkOptions> = {}, url?: URL): BlobLink {
    const peer = new Peer({
      url: url ?? county.node.url,
      node: county.node.name,
      publicKey: county.node.key.publicKey,
      self: this.node.name,
      key: this.node.key,
    });
    const link = new BlobLink({
      store: this.files.store,
      peer,
      peerPublicKey: county.node.key.publicKey,
      relayAfterMs: 0,
      refreshMs: 100,
      pace: () => Promise.resolve(),
      busy: () => false,
      timer: systemTimer,
      random: () => 0,
      onEvent: (event) => this.events.push(event),
      ...options,
    });
    this.#running.push(link.run(this.#stop.signal).finally(() => peer[Symbol.dispose]()));
    return link;
  }

  /** Ends its links. */
  async hangUp(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running);
    this.#stop = new AbortController();
    this.#running = [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.hangUp();
    await this.node[Symbol.asyncDispose]();
    await this.#arrivals?.[Symbol.asyncDispose]();
    this.files[Symbol.dispose]();
  }
}

/** A line to a port of this machine that can be cut, and counts what went through. */
export class CuttableLine implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #open = new Set<Deno.Conn>();
  readonly #done: Promise<void>;
  /** Bytes from the client, over all connections. */
  bytes = 0;
  /** A connection is cut, amid what it carries, when so many bytes have come over it. */
  cutAfterBytes = Infinity;
  cuts = 0;

  constructor(port: number) {
    this.#done = this.#serve(port);
  }

  get url(): URL {
    return new URL(`http://127.0.0.1:${this.#listener.addr.port}`);
  }

  async #serve(port: number): Promise<void> {
    for await (const client of this.#listener) {
      this.#carry(client, port).catch(() => {});
    }
  }

  async #carry(client: Deno.Conn, port: number): Promise<void> {
    this.#open.add(client);
    const server = await Deno.connect({ hostname: "127.0.0.1", port });
    this.#open.add(server);
    const back = server.readable.pipeTo(client.writable).catch(() => {});
    const writer = server.writable.getWriter();
    let carried = 0;
    try {
      for await (const bytes of client.readable) {
        carried += bytes.length;
        this.bytes += bytes.length;
        if (carried > this.cutAfterBytes) {
          await writer.write(bytes.subarray(0, bytes.length / 2));
          this.cuts++;
          break;
        }
        await writer.write(bytes);
      }
    } finally {
      for (const end of [client, server]) {
        this.#open.delete(end);
        try {
          end.close();
        } catch {
          // It is closed already.
        }
      }
      await back;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const end of this.#open) {
      try {
        end.close();
      } catch {
        // It is closed already.
      }
    }
    await this.#done.catch(() => {});
  }
}
