/** A centre at which nodes of a test enrol. */
import { join } from "node:path";
import { stringify } from "yaml";
import { TemporaryFolder } from "../../sync/fixtures.ts";
import { NodeKey } from "../../sync/identity.ts";
import type { Member } from "../../sync/routes.ts";
import type { Clock } from "../clock.ts";
import { parseConfig } from "../config_file.ts";
import type { LogLine } from "../log.ts";
import { testedTablesThread } from "../fixture_program.ts";
import { type Node, openNode } from "../node.ts";
import { enrol, type Enrolled, enrolmentRoute } from "./enrolment.ts";
import { invite } from "./invite.ts";

const title = { zh: "测试", en: "Test" };

/** A centre's desk, answering over HTTP on loopback. */
export class Centre implements AsyncDisposable {
  readonly lines: LogLine[] = [];
  readonly node: Node;
  readonly #folder: TemporaryFolder;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  /** How far its clock runs ahead of the machine's, milliseconds. */
  aheadMs = 0;

  private constructor(folder: TemporaryFolder, node: Node) {
    this.#folder = folder;
    this.node = node;
    const { config, keystore, journal, tables, registry, losses } = node;
    const answer = enrolmentRoute({
      node: config.node,
      key: keystore.key,
      journal,
      tables,
      registry,
      losses,
      clock: this.clock,
      log: (line) => this.lines.push(line),
    });
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, answer);
  }

  static async open(): Promise<Centre> {
    const folder = new TemporaryFolder();
    const dataDir = join(folder.path, "county-a");
    const config = parseConfig(stringify({ role: "county", node: "county-a", title, dataDir }));
    return new Centre(
      folder,
      await openNode(config, () => {}, { tablesThread: testedTablesThread() }),
    );
  }

  get clock(): Clock {
    const { clock } = this.node;
    const now = () => ({ ...clock.now(), wallMs: clock.now().wallMs + this.aheadMs });
    return { now, ruler: () => clock.ruler() };
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  /** A code for this node. */
  async invite(node: string, hours = 24, role: Member["role"] = "site"): Promise<string> {
    return (await invite(this.node, { node, role, hours })).code;
  }

  enrol(node: string, code: string, key = NodeKey.create()): Promise<Enrolled> {
    return enrol({ url: this.url, ca: undefined }, { node, role: "site", key }, code);
  }

  /** What a stranger may send. */
  async post(body: string): Promise<{ status: number; code: string }> {
    const answer = await fetch(`${this.url}/sync/enrolment`, { method: "POST", body });
    const { type } = await answer.json();
    return { status: answer.status, code: String(type).replace(/.*:/, "") };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
    await this.node[Symbol.asyncDispose]();
    this.#folder[Symbol.dispose]();
  }
}
