/** Sites without a process: their journals are written in memory, signed, and shipped for real. */
import { freePort } from "../../drivers/fixtures.ts";
import { Chain, firstHash } from "../../sync/chain.ts";
import { writeContent } from "../../sync/entry.ts";
import { headStatement, type NodeKey } from "../../sync/identity.ts";
import { OctetWriter } from "../../sync/octets.ts";
import { Peer, PeerError } from "../../sync/peer.ts";
import { HASH_TAG_BYTES, type SignedRun } from "../../sync/run.ts";
import { pause } from "../../sync/timer.ts";
import { SystemClock } from "../clock.ts";
import { enrol, NodeProcess } from "../fixtures.ts";
import { openKeystore, PeersFile } from "../keystore.ts";
import { LINE } from "./bench_nodes.ts";

/** What a stream is given to write. */
export interface Written {
  readonly kind: string;
  readonly wallMs: number;
  readonly body: string;
}

/** One stream of a life, entry after entry. */
export class StreamWriter {
  readonly #origin: string;
  readonly #stream: string;
  readonly #key: NodeKey;
  readonly #chain: Chain;
  readonly #stamp = new SystemClock().now();

  constructor(origin: string, stream: string, key: NodeKey) {
    [this.#origin, this.#stream, this.#key] = [origin, stream, key];
    this.#chain = new Chain(origin, stream, 0, firstHash());
  }

  /** The next entries, signed, as a link would read them from a journal. */
  run(entries: Iterable<Written>): SignedRun {
    const [origin, stream] = [this.#origin, this.#stream];
    const [first, previous] = [this.#chain.seq + 1, this.#chain.hash.slice()];
    const contents = new OctetWriter(1 << 16);
    for (const { kind, wallMs, body } of entries) {
      const from = contents.length;
      writeContent(contents, { ...this.#stamp, wallMs }, kind, body);
      this.#chain.next(contents.bytes().subarray(from));
    }
    const { seq: last } = this.#chain;
    const hash = this.#chain.hash.slice();
    return {
      origin,
      stream,
      first,
      last,
      contents: contents.bytes().slice(),
      previousTag: previous.slice(0, HASH_TAG_BYTES),
      hashTag: hash.slice(0, HASH_TAG_BYTES),
      signature: this.#key.sign(headStatement({ origin, stream, seq: last, hash })),
    };
  }
}

/** Ships it, again where the other end says so; resolves when it is stored there. */
export async function shipRun(peer: Peer, run: SignedRun, signal: AbortSignal): Promise<void> {
  for (;;) {
    try {
      const [answer] = await peer.ship([run], signal);
      if (answer.kind !== "receipt") throw new Error(`${run.origin}: ${answer.kind}`);
      return;
    } catch (error) {
      if (!(error instanceof PeerError) || error.retryAfterMs === undefined) throw error;
      await pause(error.retryAfterMs, signal);
    }
  }
}

/** A site that both centres know, and that ships to both, as sites do. */
export class SimulatedSite implements Disposable {
  readonly name: string;
  readonly #peers: readonly Peer[];
  readonly #writers = new Map<string, StreamWriter>();
  readonly #key: NodeKey;

  private constructor(name: string, key: NodeKey, peers: readonly Peer[]) {
    [this.name, this.#key, this.#peers] = [name, key, peers];
  }

  /** Enrols it at the first of the centres, as a technician would. */
  static async enrol(
    folder: string,
    name: string,
    centres: readonly NodeProcess[],
  ): Promise<SimulatedSite> {
    const counties = centres.map(({ name: node, url }) => ({ node, url }));
    const files = new NodeProcess(folder, {
      name,
      role: "site",
      port: freePort(),
      more: { counties, line: LINE },
    });
    await enrol(centres[0], files);
    const { key } = openKeystore(files.dataDir, undefined);
    const known = new PeersFile(files.dataDir).read();
    const peers = centres.map(({ name: node, url }) =>
      new Peer({
        url: new URL(url),
        node,
        publicKey: known.get(node)?.publicKey ?? "",
        self: name,
        key,
      })
    );
    return new SimulatedSite(name, key, peers);
  }

  /** Resolves when both centres have stored them. */
  async ship(stream: string, entries: Iterable<Written>, signal: AbortSignal): Promise<void> {
    let writer = this.#writers.get(stream);
    if (writer === undefined) {
      writer = new StreamWriter(`${this.name}.1-00112233445566ff`, stream, this.#key);
      this.#writers.set(stream, writer);
    }
    const run = writer.run(entries);
    await Promise.all(this.#peers.map((peer) => shipRun(peer, run, signal)));
  }

  [Symbol.dispose](): void {
    for (const peer of this.#peers) peer[Symbol.dispose]();
  }
}

/** Enrolments that are under way at one time. */
const AT_ONCE = 4;

/** Enrols them all; they end with the stack. */
export async function simulatedSites(
  folder: string,
  names: readonly string[],
  centres: readonly NodeProcess[],
  stack: { use<T extends Disposable>(value: T): T },
): Promise<SimulatedSite[]> {
  const sites: SimulatedSite[] = [];
  for (let from = 0; from < names.length; from += AT_ONCE) {
    const enrolled = names.slice(from, from + AT_ONCE)
      .map((name) => SimulatedSite.enrol(folder, name, centres));
    for (const site of await Promise.all(enrolled)) sites.push(stack.use(site));
  }
  return sites;
}
