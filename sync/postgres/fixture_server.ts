/** A real PostgreSQL for tests: Debian's, in a folder of its own, started and stopped by them. */
import { join } from "node:path";
import { freePort, until } from "../fixtures.ts";
import type { Server } from "./server.ts";

const VERSIONS = "/usr/lib/postgresql";
/** PostgreSQL refuses to run as root; Debian's package brings this user for it. */
const USER = "postgres";

/** Folder of the newest PostgreSQL's programs. */
function programs(): string {
  let versions: string[] = [];
  try {
    versions = Array.from(Deno.readDirSync(VERSIONS), ({ name }) => name)
      .filter((name) => /^\d+$/.test(name));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  if (versions.length === 0) {
    const line = "apt-get install -y --no-install-recommends postgresql";
    throw new Error(`There is no PostgreSQL in "${VERSIONS}". Run: sudo ${line}`);
  }
  return join(VERSIONS, String(Math.max(...versions.map(Number))), "bin");
}

async function run(program: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await command(program, args).output();
  const said = new TextDecoder().decode(stdout);
  if (code === 0) return said;
  const told = new TextDecoder().decode(stderr) || said;
  throw new Error(`Cannot run ${program}: ${told}`);
}

/** As the user that PostgreSQL wants, where this process is root. */
function command(program: string, args: readonly string[]): Deno.Command {
  const asUser = ["--reuid", USER, "--regid", USER, "--clear-groups", program, ...args];
  const [name, rest] = Deno.uid() === 0 ? ["setpriv", asUser] : [program, args];
  // A group of its own, so that a Ctrl-C of the test reaches it through the test only.
  return new Deno.Command(name, {
    args: [...rest],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

export class PostgresServer implements AsyncDisposable {
  readonly folder: string;
  readonly port = freePort();
  readonly #settings: Readonly<Record<string, string>>;
  #process: Deno.ChildProcess | null = null;

  private constructor(folder: string, settings: Readonly<Record<string, string>>) {
    this.folder = folder;
    this.#settings = settings;
  }

  /**
   * A new cluster with the database `postgres`; `settings` go into its configuration, `files`
   * (by name) into its folder, where settings find them.
   */
  static async start(
    settings: Readonly<Record<string, string>> = {},
    files: Readonly<Record<string, string>> = {},
  ): Promise<PostgresServer> {
    const folder = Deno.makeTempDirSync({ prefix: "tributary-postgres-" });
    if (Deno.uid() === 0) await new Deno.Command("chown", { args: [USER, folder] }).output();
    const server = new PostgresServer(folder, settings);
    const data = join(folder, "data");
    await run(join(programs(), "initdb"), [
      ...["-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
    ]);
    for (const [name, text] of Object.entries(files)) {
      Deno.writeTextFileSync(join(data, name), text, { mode: 0o600 });
      if (Deno.uid() === 0) {
        await new Deno.Command("chown", { args: [USER, join(data, name)] }).output();
      }
    }
    await server.up();
    return server;
  }

  /** Starts it again, after `stop` or `kill`; returns once it takes connections. */
  async up(): Promise<void> {
    const settings = { unix_socket_directories: this.folder, ...this.#settings };
    const options = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    const data = join(this.folder, "data");
    const child = command(join(programs(), "postgres"), [
      ...["-D", data, "-h", "127.0.0.1", "-p", String(this.port), ...options],
    ]).spawn();
    this.#process = child;
    let said = "";
    const decoder = new TextDecoder();
    const reading = (async () => {
      for await (const bytes of child.stderr) said += decoder.decode(bytes, { stream: true });
    })();
    reading.catch(() => {});
    child.stdout.cancel().catch(() => {});
    let ended = false;
    child.status.then(() => ended = true, () => ended = true);
    await until("PostgreSQL takes connections", () => {
      if (ended) throw new Error(`PostgreSQL ended: ${said}`);
      return said.includes("database system is ready to accept connections");
    }, 60_000);
  }

  /** How a journal reaches it. */
  get server(): Server {
    return {
      hosts: [`127.0.0.1:${this.port}`],
      database: "postgres",
      user: USER,
      schema: "tributary",
    };
  }

  /** Runs a statement with PostgreSQL's own client; returns what that prints. */
  async sql(statement: string): Promise<string> {
    const place = ["-h", this.folder, "-p", String(this.port), "-U", USER];
    return await run(join(programs(), "psql"), [
      ...place,
      "-v",
      "ON_ERROR_STOP=1",
      "-c",
      statement,
    ]);
  }

  /** From now on whoever comes over TCP needs a password. */
  async demandPasswords(): Promise<void> {
    const rules = "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n";
    Deno.writeTextFileSync(join(this.folder, "data", "pg_hba.conf"), rules);
    await this.sql("SELECT pg_reload_conf()");
  }

  /** Processor time of the server and of what it has running. */
  cpuSeconds(): number {
    if (this.#process === null) return 0;
    const { pid } = this.#process;
    return [pid, ...childrenOf(pid)].reduce((sum, each) => sum + cpuSeconds(each), 0);
  }

  /** Bytes of all tables and indexes of the database. */
  async bytes(): Promise<number> {
    const statement = "SELECT 'bytes=' || pg_database_size(current_database())";
    return Number(/bytes=(\d+)/.exec(await this.sql(statement))?.[1]);
  }

  /** Ends it with everything flushed. */
  async stop(): Promise<void> {
    this.#process?.kill("SIGINT");
    await this.#process?.status;
    this.#process = null;
  }

  /** Connected but silent from now on, until `resume`. */
  pause(): void {
    this.#signal("SIGSTOP");
  }

  resume(): void {
    this.#signal("SIGCONT");
  }

  #signal(signal: "SIGSTOP" | "SIGCONT"): void {
    if (this.#process === null) return;
    const { pid } = this.#process;
    for (const each of [pid, ...childrenOf(pid)]) Deno.kill(each, signal);
  }

  /** `kill -9` of the server and all that it has started, at the same moment. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (child === null) return;
    this.#process = null;
    child.kill("SIGSTOP");
    const pids = [child.pid, ...childrenOf(child.pid)];
    for (const pid of pids) {
      try {
        Deno.kill(pid, "SIGKILL");
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
    await child.status;
    // Its lock file names a process that is gone; PostgreSQL sees that by itself.
    await until("all of PostgreSQL is gone", () => pids.every((pid) => !isAlive(pid)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    Deno.removeSync(this.folder, { recursive: true });
  }
}

function childrenOf(pid: number): number[] {
  const text = Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`);
  return text.trim().split(" ").filter((each) => each !== "").map(Number);
}

/** User and system time, in ticks of 10 ms, stand behind the name (proc(5)). */
function cpuSeconds(pid: number): number {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return 0;
  }
}

/** A process that has ended and was not yet waited for counts as gone. */
function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(Deno.readTextFileSync(`/proc/${pid}/stat`));
  } catch {
    return false;
  }
}
