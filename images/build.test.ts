import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { build, type Built } from "./build.ts";

const root = resolve(import.meta.dirname ?? "", "..");
/** The build bundles, copies the runtime, runs a whole demo and packs: on a busy machine slowly. */
const BUILD_TIMEOUT_MS = 240_000;

describe("the runtime bundle", { timeout: 300_000 }, () => {
  let built: Built;
  let folder: string;
  const said: string[] = [];

  beforeAll(async () => {
    folder = Deno.makeTempDirSync({ prefix: "tributary-build-test-" });
    built = await build({ root, out: folder, form: "bundle", say: (text) => said.push(text) });
  }, BUILD_TIMEOUT_MS);

  afterAll(() => Deno.removeSync(folder, { recursive: true }));

  /** Runs a program with nothing in its environment. */
  async function run(program: string, ...args: string[]): Promise<string> {
    const surroundings = { clearEnv: true, env: {}, cwd: "/" };
    const output = await new Deno.Command(program, { args, ...surroundings }).output();
    const text = new TextDecoder().decode(output.stdout);
    expect(output.code, text + new TextDecoder().decode(output.stderr)).toBe(0);
    return text;
  }

  test("is what the build says it made, smoke test and all", () => {
    expect(built.form).toBe("bundle");
    expect(said.join("\n")).toContain("runtime bundle");
    expect(said.join("\n")).toContain("Smoke test passed");
    expect(Deno.readLinkSync(built.command)).toMatch(/^tributary-.*\/tributary$/);
  });

  test("is packed with all of it, to be unpacked by anybody", async () => {
    const lines = (await run("/usr/bin/tar", "-tvzf", built.archive)).trim().split("\n");
    const files = Array.from(walk(built.folder)).length;
    expect(lines.filter((line) => line.startsWith("-"))).toHaveLength(files);
    expect(lines.filter((line) => !/^[-d]r[-w][-x]r-[-x]r-[-x] 0\/0 /.test(line))).toEqual([]);
  });

  test("installs itself into a root folder and runs from there", async () => {
    const image = join(folder, "image");
    const said = await run(join(built.folder, "install"), "--root", image, "--role", "county");
    expect(said).toContain("is in place");
    const command = join(image, "opt/tributary/current/tributary");
    expect(await run(command, "--version")).toBe(await run(built.command, "--version"));
    const example = Deno.readTextFileSync(join(image, "etc/tributary/tributary.example.yaml"));
    expect(example).toContain('role: "county"');
  });

  test("runs whatever its PATH holds, and keeps its cache where its caller's is", async () => {
    const home = join(folder, "home");
    const env = { PATH: "/nowhere", HOME: home };
    for (const program of [built.command, join(built.folder, "install")]) {
      const options = { args: ["--help"], clearEnv: true, env };
      expect((await new Deno.Command(program, options).output()).code).toBe(0);
    }
    expect(Array.from(Deno.readDirSync(join(home, ".cache/tributary")))).not.toEqual([]);
  });

  test.skipIf(Deno.uid() !== 0)(
    "runs for a user who cannot reach the folder it is called from",
    async () => {
      const inner = join(folder, "closed", "inner");
      Deno.mkdirSync(inner, { recursive: true });
      Deno.chmodSync(join(folder, "closed"), 0o700);
      Deno.chmodSync(folder, 0o755);
      const nobody = ["--reuid=65534", "--regid=65534", "--clear-groups", built.command];
      const args = [...nobody, "--version"];
      const { code } = await new Deno.Command("/usr/bin/setpriv", { args, cwd: inner }).output();
      expect(code).toBe(0);
    },
  );

  test("as a service is one process, and says when it is ready", async () => {
    const [socket, state, cache] = ["notify", "state", "cache"].map((name) => join(folder, name));
    Deno.mkdirSync(cache);
    const config = join(folder, "tributary.yaml");
    const http = { port: freePort() };
    const title = { zh: "站", en: "Site" };
    const document = { role: "site", node: "site-1", title, dataDir: state, http };
    Deno.writeTextFileSync(config, JSON.stringify(document));
    const manager = Deno.listenDatagram({ transport: "unixpacket", path: socket });
    const service = new Deno.Command(built.command, {
      args: ["run", "-c", config],
      cwd: "/",
      clearEnv: true,
      env: { NOTIFY_SOCKET: socket, CACHE_DIRECTORY: cache },
      stdout: "null",
      stderr: "null",
    }).spawn();
    const ended = service.status.then(() => "it ended");
    try {
      let heard = "";
      while (!heard.includes("READY=1") && heard !== "it ended") {
        const message = manager.receive().then(([bytes]) => new TextDecoder().decode(bytes));
        heard = await Promise.race([message, ended]);
      }
      expect(heard).toContain("STATUS=site site-1");
      // The launcher has become the runtime: what systemd started is what notifies it.
      expect(Deno.readLinkSync(`/proc/${service.pid}/exe`)).toBe(join(built.folder, "deno"));
      expect(Array.from(Deno.readDirSync(cache)).length).toBeGreaterThan(0);
    } finally {
      service.kill("SIGTERM");
      expect((await service.status).code).toBe(0);
      manager.close();
    }
  });
});

test("an executable that does not work is not made", { timeout: BUILD_TIMEOUT_MS }, async () => {
  const folder = Deno.makeTempDirSync({ prefix: "tributary-build-test-" });
  // The whole runtime is no base binary: what comes out is the runtime once more.
  Deno.env.set("DENORT_BIN", Deno.execPath());
  try {
    const making = build({ root, out: folder, form: "executable", say: () => {} });
    await expect(making).rejects.toThrow(/"--version" ended with 0, and printed:\ndeno /);
  } finally {
    Deno.env.delete("DENORT_BIN");
    Deno.removeSync(folder, { recursive: true });
  }
});

function* walk(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const path = join(folder, name);
    if (isDirectory) yield* walk(path);
    else yield path;
  }
}

/** Below those that the kernel gives to connections, and above those that other tests take. */
function freePort(): number {
  for (let port = 32_000;; port++) {
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}
