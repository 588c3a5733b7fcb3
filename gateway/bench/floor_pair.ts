/** Two centres that know each other and run the floor, as processes on loopback. */
import { fileURLToPath } from "node:url";
import { freePort, listening } from "../../drivers/fixtures.ts";
import { TemporaryFolder } from "../../sync/fixtures.ts";
import { enrol, NodeProcess } from "../fixtures.ts";
import { LINE } from "./bench_nodes.ts";
import { deno, Measured } from "./processes.ts";
import type { Centre } from "./review_load.ts";

export class FloorPair implements AsyncDisposable {
  readonly centres: readonly Centre[];
  readonly #opened: AsyncDisposableStack;

  private constructor(centres: readonly Centre[], opened: AsyncDisposableStack) {
    this.centres = centres;
    this.#opened = opened;
  }

  static async start(): Promise<FloorPair> {
    await using stack = new AsyncDisposableStack();
    const { path } = stack.use(new TemporaryFolder());
    const ports = { "county-a": freePort(), "county-b": freePort() };
    const nodes = [["county-a", "county-b"], ["county-b", "county-a"]] as const;
    const centres: Centre[] = [];
    for (const [name, other] of nodes) {
      const peer = { node: other, url: `http://127.0.0.1:${ports[other]}` };
      const more = { peer, line: LINE };
      const node = new NodeProcess(path, { name, role: "county", port: ports[name], more });
      const script = fileURLToPath(new URL("./review_floor.ts", import.meta.url));
      const process = stack.use(new Measured(...deno(script, node.file)));
      centres.push({ node, cpuSeconds: () => process.usage().cpuSeconds });
    }
    await Promise.all(centres.map(({ node }) => listening(node.port)));
    await enrol(centres[0].node, centres[1].node);
    return new FloorPair(centres, stack.move());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#opened.disposeAsync();
  }
}
