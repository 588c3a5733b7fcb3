import { join } from "node:path";
import { expect, test } from "vitest";
import { freePort, mosquittoPub } from "../drivers/fixtures.ts";
import { hashPassword } from "../drivers/mqtt/password.ts";
import { Database } from "../sync/database.ts";
import { TemporaryFolder, until } from "../sync/fixtures.ts";
import { NodeProcess } from "./fixtures.ts";
import { SmallDisk } from "./fixture_small_disk.ts";
import { ServiceManager } from "./fixture_service_manager.ts";
import { Notifier } from "./notify.ts";
import { watchdog } from "./watchdog.ts";

const INTERVAL_MS = 300;

/** Opens the file that a node commits to, as a second writer. */
function openSegment(dataDir: string): Database {
  const encryptionKey = Deno.readTextFileSync(join(dataDir, "keys", "storage.key")).trim();
  const path = join(dataDir, "journal", "00000001.journal");
  return new Database({ path, encryptionKey, synchronous: "FULL", checkpointPages: 1024 });
}

/** Meals so far, also those that were given while this process did something else. */
async function mealsSoFar(manager: ServiceManager): Promise<number> {
  using notifier = new Notifier(manager.path);
  const mark = `MARK=${crypto.randomUUID()}`;
  expect(await notifier.send(mark)).toBe(true);
  await until("all before it are heard", () => manager.heard.includes(mark));
  return manager.meals;
}

/** Lets a few intervals pass in which the node goes on answering; returns the meals in them. */
async function mealsMeanwhile(manager: ServiceManager, node: NodeProcess): Promise<number> {
  const before = await mealsSoFar(manager);
  const end = performance.now() + 4 * INTERVAL_MS;
  await until("four intervals have passed", async () => {
    expect((await node.fetch("/healthz")).ok).toBe(true);
    return performance.now() > end;
  });
  return await mealsSoFar(manager) - before;
}

async function fed(manager: ServiceManager, times = 3): Promise<void> {
  const before = manager.meals;
  await until(`it is fed ${times} times`, () => manager.meals >= before + times);
}

test("a node with nothing to store is fed, and by commits", async () => {
  using folder = new TemporaryFolder();
  await using manager = new ServiceManager(folder.path);
  const env = manager.environment(INTERVAL_MS);
  await using node = new NodeProcess(folder.path, { name: "site-1", role: "site", env });
  await node.start();
  await fed(manager);
  using segment = openSegment(node.dataDir);
  const commits = () =>
    segment.row("SELECT value FROM meta WHERE name = 'probe'")?.text("value") ?? "";
  const before = commits();
  expect(Number(before)).toBeGreaterThan(0);
  await fed(manager);
  expect(Number(commits())).toBeGreaterThan(Number(before));
});

test("while the journal cannot commit nothing is fed, though the node answers", async () => {
  using folder = new TemporaryFolder();
  await using manager = new ServiceManager(folder.path);
  const env = manager.environment(INTERVAL_MS);
  await using node = new NodeProcess(folder.path, { name: "site-1", role: "site", env });
  await node.start();
  await fed(manager);
  using segment = openSegment(node.dataDir);
  segment.exec("BEGIN IMMEDIATE");
  // One meal may have been on its way.
  expect(await mealsMeanwhile(manager, node)).toBeLessThanOrEqual(1);
  segment.exec("ROLLBACK");
  await fed(manager);
});

test("while a device's message waits for its commit nobody is answered or fed", async () => {
  using folder = new TemporaryFolder();
  await using manager = new ServiceManager(folder.path);
  const port = freePort();
  const clients = [{
    username: "room",
    passwordHash: await hashPassword("secret"),
    devices: [{ id: "room", profile: "temperature-humidity" }],
  }];
  const sources = [{ name: "line", driver: "mqtt-broker", settings: { port, clients } }];
  const env = manager.environment(INTERVAL_MS);
  const more = { sources };
  await using node = new NodeProcess(folder.path, { name: "site-1", role: "site", env, more });
  await node.start();
  const payload = JSON.stringify({ temperature: 21.5, humidity: 48 });
  const publish = (): Promise<unknown> =>
    mosquittoPub({
      port,
      username: "room",
      password: "secret",
      topic: "sensors/room/state",
      payload,
    });
  expect(await publish()).toEqual({ code: 0, error: "" });
  await fed(manager);
  using segment = openSegment(node.dataDir);
  segment.exec("BEGIN IMMEDIATE");
  let acknowledged = false;
  const published = publish().then(() => acknowledged = true);
  expect(await mealsMeanwhile(manager, node)).toBeLessThanOrEqual(1);
  expect(acknowledged).toBe(false);
  segment.exec("ROLLBACK");
  await published;
  await fed(manager);
});

test("a node on a full disk is fed and says so: to start it anew would mend nothing", async () => {
  using folder = new TemporaryFolder();
  using disk = new SmallDisk(join(folder.path, "site-1"), 8 << 20);
  await using manager = new ServiceManager(folder.path);
  const env = manager.environment(INTERVAL_MS);
  // Without space of its own, so that nothing can be written at all.
  const more = { disk: { reserveMiB: 0, checkSeconds: 0.2 } };
  await using node = new NodeProcess(folder.path, { name: "site-1", role: "site", env, more });
  await node.start();
  await fed(manager);
  disk.fillTo(100);
  await until("it cannot write", async () => await node.metric("tributary_journal_writable") === 0);
  await fed(manager, 10);
  await until(
    "systemd is told",
    () => manager.heard.some((line) => line.includes("the journal cannot write")),
  );
  expect((await node.fetch("/readyz")).ok).toBe(true);
  disk.clear();
  await until(
    "it can write again",
    async () => await node.metric("tributary_journal_writable") === 1,
  );
  expect(node.ended).toBe(false);
  await fed(manager);
});

test("while a batch of a driver has waited for a whole interval nothing is fed", async () => {
  using folder = new TemporaryFolder();
  await using manager = new ServiceManager(folder.path);
  using notifier = new Notifier(manager.path);
  const stop = new AbortController();
  const collector = { stuckMs: 0 };
  let probes = 0;
  const journal = { probe: () => Promise.resolve(void probes++) };
  const parts = { notifier, journal, collector, signal: stop.signal, intervalMs: 30 };
  const running = watchdog(parts);
  await fed(manager);
  collector.stuckMs = 30;
  const before = await mealsSoFar(manager);
  const asked = probes;
  await until("it was looked at five times more", () => probes >= asked + 5);
  expect(await mealsSoFar(manager) - before).toBeLessThanOrEqual(1);
  collector.stuckMs = 0;
  await fed(manager);
  stop.abort();
  await running;
});

test("another process's watchdog is not ours to feed", async () => {
  using folder = new TemporaryFolder();
  await using manager = new ServiceManager(folder.path);
  const env = { ...manager.environment(INTERVAL_MS), WATCHDOG_PID: "1" };
  await using node = new NodeProcess(folder.path, { name: "site-1", role: "site", env });
  await node.start();
  await until("it is ready", () => manager.heard.includes("READY=1"));
  expect(await mealsMeanwhile(manager, node)).toBe(0);
});
