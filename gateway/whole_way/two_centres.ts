/** Two centres that review prescriptions, and the lines between them, which can be cut. */
import { freePort } from "../../drivers/fixtures.ts";
import { TemporaryFolder, until } from "../../sync/fixtures.ts";
import { enrol, NodeProcess } from "../fixtures.ts";
import { reviewConfig } from "../prescription/fixture_sources.ts";
import { type ToxicLine, ToxicLines } from "./toxic_lines.ts";

export class TwoCentres implements AsyncDisposable {
  readonly #opened: AsyncDisposableStack;
  readonly centres: readonly [NodeProcess, NodeProcess];
  readonly #lines: readonly ToxicLine[];

  private constructor(
    opened: AsyncDisposableStack,
    centres: readonly [NodeProcess, NodeProcess],
    lines: readonly ToxicLine[],
  ) {
    this.#opened = opened;
    this.centres = centres;
    this.#lines = lines;
  }

  /** Of whom `site` is a site; `pharmacists` are accounts that the registry knows. */
  static async start(site: string, pharmacists: readonly string[]): Promise<TwoCentres> {
    await using opened = new AsyncDisposableStack();
    const folder = opened.use(new TemporaryFolder()).path;
    const prescription = { ...reviewConfig(folder, site, { pharmacists }), perSecond: 100_000 };
    const toxic = opened.use(await ToxicLines.start());
    const ports = [freePort(), freePort()];
    const lines = [await toxic.to("to-b", ports[1]), await toxic.to("to-a", ports[0])];
    const [a, b] = ["county-a", "county-b"].map((name, n) => {
      const peer = { node: ["county-b", "county-a"][n], url: lines[n].url };
      const more = { peer, prescription };
      return opened.use(new NodeProcess(folder, { name, role: "county", port: ports[n], more }));
    });
    await Promise.all([a.start(), b.start()]);
    await enrol(a, b);
    return new TwoCentres(opened.move(), [a, b], lines);
  }

  async cut(): Promise<void> {
    for (const line of this.#lines) await line.cut();
  }

  /** Nothing that the first centre begins reaches the second, which still asks the first. */
  async cutToSecond(): Promise<void> {
    await this.#lines[0].cut();
  }

  /** Cuts, and waits until both have noticed. */
  async part(): Promise<void> {
    const downs = ({ log }: NodeProcess) => log.split('"kind":"link-down"').length;
    const before = this.centres.map(downs);
    await this.cut();
    await until("both have noticed", () => this.centres.every((one, n) => downs(one) > before[n]));
  }

  async join(): Promise<void> {
    for (const line of this.#lines) await line.join();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened.disposeAsync();
  }
}
