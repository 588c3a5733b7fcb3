/**
 * Two centres that review prescriptions by the legal and the demonstration pack, as processes on
 * loopback, for load tests; and sites that are linked to them.
 */
import * as z from "zod";
import { TemporaryFolder, until } from "../../sync/fixtures.ts";
import { enrol, NodeProcess, startCentres } from "../fixtures.ts";
import { readToken } from "../keystore.ts";
import { demonstrationSection } from "../prescription/demonstration_section.ts";
import { type SimulatedSite, simulatedSites } from "./simulated_site.ts";
import { LINE } from "./bench_nodes.ts";
import { ToxicLine, ToxicLines } from "../whole_way/toxic_lines.ts";

/** A measurement is one sender, and no limit on senders is what it measures. */
const LIMITS = { perSecond: 100_000, burst: 100_000 };

/** Where a program reaches a node, and with which token. */
export interface Reach {
  readonly url: string;
  readonly token: string;
}

export class CountyPair implements AsyncDisposable {
  readonly folder: string;
  readonly a: NodeProcess;
  readonly b: NodeProcess;
  /** The `prescription` section of all nodes. */
  readonly #section: object;
  readonly #opened: AsyncDisposableStack;

  private constructor(
    folder: string,
    [a, b]: readonly [NodeProcess, NodeProcess],
    section: object,
    opened: AsyncDisposableStack,
  ) {
    [this.folder, this.a, this.b] = [folder, a, b];
    this.#section = section;
    this.#opened = opened;
  }

  /** Starts both; prescriptions are taken for these sites, whose codes are the demonstration's. */
  static async start(sites: readonly string[]): Promise<CountyPair> {
    await using stack = new AsyncDisposableStack();
    const { path } = stack.use(new TemporaryFolder());
    const section = { ...demonstrationSection(path, sites), ...LIMITS };
    const centres = await startCentres(path, { line: LINE, prescription: section });
    for (const centre of centres) stack.use(centre);
    return new CountyPair(path, centres, section, stack.move());
  }

  get centres(): readonly [NodeProcess, NodeProcess] {
    return [this.a, this.b];
  }

  /** Sites that have no process of their own; they end with the pair. */
  simulatedSites(names: readonly string[]): Promise<SimulatedSite[]> {
    return simulatedSites(this.folder, names, this.centres, this.#opened);
  }

  /** Starts a site of this name, linked to both centres, each line as `delayMs` says. */
  async startSite(name: string, delayMs: number): Promise<{ site: NodeProcess; lines: Lines }> {
    const toxic = this.#opened.use(await ToxicLines.start());
    const lines = await Promise.all(
      this.centres.map(async ({ name, port }) => ({
        node: name,
        line: await toxic.to(name, port),
      })),
    );
    if (delayMs > 0) {
      for (const { line } of lines) {
        // Half of it each way.
        const attributes = { latency: delayMs / 2, jitter: 0 };
        await line.poison("latency", attributes, "upstream", "downstream");
      }
    }
    const counties = lines.map(({ node, line }) => ({ node, url: line.url }));
    const more = { counties, line: LINE, prescription: this.#section };
    const site = this.#opened.use(
      new NodeProcess(this.folder, { name, role: "site", more }),
    );
    await enrol(this.a, site);
    await site.start();
    await this.linksOf(site, "up");
    return { site, lines: lines.map(({ line }) => line) };
  }

  /** Waits until the links of a site to both centres are all up, or all not. */
  async linksOf(site: NodeProcess, wanted: "up" | "down"): Promise<void> {
    await until(`the links of ${site.name} are ${wanted}`, async () => {
      const { links } = linkStates.parse(await site.ask("/api/status"));
      return links.every(({ state }) => (state === "up") === (wanted === "up"));
    });
  }

  /** Readings of nodes whose name begins so, at each centre. */
  readingsOf(begin: string): Promise<number[]> {
    return Promise.all(this.centres.map(async (centre) => {
      const positions = await centre.positions();
      return positions.filter(({ origin, stream }) =>
        stream === "reading" && origin.startsWith(begin)
      ).reduce((sum, { seq }) => sum + seq, 0);
    }));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#opened.disposeAsync();
  }
}

const linkStates = z.object({ links: z.array(z.object({ state: z.string() })) });

export type Lines = readonly Pick<ToxicLine, "cut" | "join">[];

export function reachOf(node: NodeProcess): Reach {
  return { url: node.url, token: readToken(node.dataDir) };
}
