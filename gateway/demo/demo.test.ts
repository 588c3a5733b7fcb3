import { expect, test } from "vitest";
import { join } from "node:path";
import * as z from "zod";
import { mosquittoPub } from "../../drivers/fixtures.ts";
import { TemporaryFolder, until } from "../../sync/fixtures.ts";
import { TestBrowser } from "../console/fixtures.ts";
import { openBench, picture } from "../prescription/workbench/fixture_bench.ts";
import { ourProgram } from "../program.ts";

const node = z.object({ name: z.string(), url: z.url(), token: z.string(), pid: z.int() });
const demoSchema = z.object({
  counties: z.array(node),
  sites: z.array(node.extend({
    mqtt: z.object({
      host: z.literal("127.0.0.1"),
      port: z.int(),
      device: z.string(),
      username: z.string(),
      password: z.string(),
      topic: z.string(),
      payload: z.string(),
    }),
    modbus: z.array(z.object({ device: z.string(), host: z.string(), port: z.int() })),
    scales: z.array(z.object({ device: z.string(), host: z.string(), port: z.int() })),
  })),
  pharmacist: z.object({ account: z.string(), password: z.string() }),
});
type Demo = z.infer<typeof demoSchema>;

const latestSchema = z.array(z.object({
  site: z.string(),
  device: z.string(),
  point: z.string(),
  value: z.union([z.number(), z.string(), z.boolean(), z.null()]),
  unit: z.string(),
  quality: z.string(),
}));
const devicesSchema = z.array(
  z.object({ site: z.string(), device: z.string(), state: z.string().nullable() }),
);

/** Asks a node as the README tells other programs to. */
async function ask<T>(
  { url, token }: { readonly url: string; readonly token: string },
  path: string,
  schema: z.ZodType<T>,
): Promise<T> {
  const headers = { authorization: `Bearer ${token}` };
  return schema.parse(await (await fetch(new URL(path, url), { headers })).json());
}

function readDemo(dir: string): Demo | null {
  try {
    return demoSchema.parse(JSON.parse(Deno.readTextFileSync(join(dir, "demo.json"))));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

function runs(pid: number): boolean {
  try {
    // A process that has ended and that nobody has waited for is a zombie.
    return !/^State:\s+Z/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch {
    return false;
  }
}

/** `demo` as a newcomer runs it, until Ctrl-C or until it ends by itself. */
class RunningDemo implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #reading: Promise<unknown>;
  printed = "";
  complained = "";
  ended = false;

  constructor(dir: string, ...more: readonly string[]) {
    // Of the checkout, as `deno task demo` runs it, whatever the other tests start.
    const [program, args] = ourProgram("demo", "--dir", dir, ...more);
    const options = { stdout: "piped", stderr: "piped" } as const;
    const child = new Deno.Command(program, { args: [...args], ...options }).spawn();
    this.#child = child;
    const read = async (from: Deno.ChildProcess["stdout"], take: (text: string) => void) => {
      for await (const text of from.pipeThrough(new TextDecoderStream())) take(text);
    };
    this.#reading = Promise.all([
      read(child.stdout, (text) => this.printed += text),
      read(child.stderr, (text) => this.complained += text),
    ]);
    child.status.then(() => this.ended = true);
  }

  get pid(): number {
    return this.#child.pid;
  }

  interrupt(): void {
    if (!this.ended) this.#child.kill("SIGINT");
  }

  /** Its exit code, once it has ended. */
  async code(): Promise<number> {
    const { code } = await this.#child.status;
    await this.#reading;
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.interrupt();
    await this.code();
  }
}

test("the demo shows at both counties what is published, and leaves nothing behind", async () => {
  using folder = new TemporaryFolder();
  const dir = join(folder.path, "demo");
  await using running = new RunningDemo(dir);
  let demo: Demo | null = null;
  await until("demo.json is there", () => {
    demo = readDemo(dir);
    return demo !== null || running.ended;
  }, 120_000);
  const { counties, sites } = demoSchema.parse(demo);
  expect(counties.map(({ name }) => name)).toEqual(["county-a", "county-b"]);
  expect(sites.map(({ name }) => name)).toEqual(["site-1", "site-2"]);

  for (const { name, mqtt } of sites) {
    const { port, username, password, topic, payload } = mqtt;
    const published = await mosquittoPub({ port, username, password, topic, payload });
    expect(published).toEqual({ code: 0, error: "" });
    const wanted = Object.entries(z.record(z.string(), z.number()).parse(JSON.parse(payload)));
    expect(wanted.length).toBeGreaterThan(1);
    for (const county of counties) {
      await until(`${county.name} shows what was published at ${name}`, async () => {
        const values = (await ask(county, `/api/latest?site=${name}`, latestSchema))
          .filter(({ device, quality }) => device === mqtt.device && quality === "good");
        return wanted.every(([point, value]) =>
          values.some((one) => one.point === point && one.value === value)
        );
      });
    }
  }
  for (const county of counties) {
    await until(
      `${county.name} knows the simulated devices of both sites to be there`,
      async () => {
        const devices = await ask(county, "/api/devices", devicesSchema);
        const guests = sites.map(({ mqtt }) => mqtt.device);
        const simulated = devices.filter(({ device }) => !guests.includes(device));
        return simulated.every(({ state }) => state === "online") &&
          simulated.filter(({ site }) => site === "site-1").length === 5 &&
          simulated.filter(({ site }) => site === "site-2").length === 4;
      },
    );
    const devices = await ask(county, "/api/devices", devicesSchema);
    for (const { name, mqtt, modbus, scales } of sites) {
      const own = devices.filter(({ site }) => site === name).map(({ device }) => device);
      expect(own).toEqual(
        expect.arrayContaining([mqtt.device, ...[...modbus, ...scales].map((one) => one.device)]),
      );
    }
  }

  for (const { name } of [...counties, ...sites]) {
    const log = Deno.readTextFileSync(join(dir, `${name}.log`));
    expect(log, `what ${name} logs is there while it runs`).toContain('"kind":"ready"');
  }
  const pids = [...counties, ...sites].map(({ pid }) => pid);
  expect(pids.filter(runs)).toEqual(pids);
  const said = counties.flatMap((county) =>
    sites.map((site) => `✓ ${county.name} shows live values of ${site.name}`)
  );
  await until("it says what is live", () => said.every((line) => running.printed.includes(line)));
  // A Ctrl-C reaches each process of the group, in any order.
  for (const pid of pids) Deno.kill(pid, "SIGINT");
  running.interrupt();
  expect(await running.code()).toBe(0);
  expect(running.complained).toBe("");
  expect(running.printed).not.toContain("started anew");
  expect([running.pid, ...pids].filter(runs)).toEqual([]);
}, 300_000);

test(
  "the demo's pharmacist decides what its prescribers send, and sees it in the day's report",
  async () => {
    using folder = new TemporaryFolder();
    const dir = join(folder.path, "demo");
    await using running = new RunningDemo(dir);
    await until("something waits", () => {
      return /✓ Prescriptions wait for the pharmacist/.test(running.printed) || running.ended;
    }, 120_000);
    const { counties: [{ url }], pharmacist: { account, password } } = demoSchema.parse(
      readDemo(dir),
    );
    expect(running.printed).toContain(`${url}/review as "${account}", password "${password}"`);
    await using browser = await TestBrowser.start();
    const page = await openBench(browser, url, account, { password });
    // Of each round of both sites' mix two wait.
    await page.waitForSelector('[data-part="list"] li:has-text("site-1")');
    await page.waitForSelector('[data-part="list"] li:has-text("site-2")');
    await page.keyboard.press("n");
    await page.waitForSelector(".bench-work >> text=硫酸氢氯吡格雷片");
    await page.keyboard.press("r");
    await page.keyboard.type("pantoprazole instead");
    await picture(page, "demo-bench");
    await page.keyboard.press("Enter");
    await page.waitForSelector("text=Refused by a pharmacist");
    await page.goto(`${url}/office`);
    const report = await page.locator("main").innerText();
    await picture(page, "demo-report");
    expect(report).toContain("site-1");
    expect(report).toContain("site-2");
    expect(browser.complaints).toEqual([]);
  },
  300_000,
);

test("with --for the demo ends by itself", async () => {
  using folder = new TemporaryFolder();
  await using running = new RunningDemo(join(folder.path, "demo"), "--for", "1");
  expect(await running.code()).toBe(0);
  expect(running.complained).toBe("");
});
