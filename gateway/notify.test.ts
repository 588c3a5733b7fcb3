import { expect, test } from "vitest";
import { range, TemporaryFolder, until } from "../sync/fixtures.ts";
import type { CentreStatus } from "./centre_link.ts";
import { centresFor, enrol, NodeProcess } from "./fixtures.ts";
import { ServiceManager } from "./fixture_service_manager.ts";
import { Notifier, statusLine, tellStatus } from "./notify.ts";

test("a node says that it is ready, how it is, and that it stops", async () => {
  using folder = new TemporaryFolder();
  await using manager = new ServiceManager(folder.path);
  const env = { NOTIFY_SOCKET: manager.path };
  await using node = new NodeProcess(folder.path, { name: "site-1", role: "site", env });
  await node.start();
  await until("it is ready", () => manager.heard.includes("READY=1"));
  expect(manager.status).toContain(`site site-1 at ${node.url}`);
  expect(manager.heard).not.toContain("STOPPING=1");
  await node.kill("SIGTERM");
  await until("it stops", () => manager.heard.includes("STOPPING=1"));
  // No watchdog was asked for.
  expect(manager.meals).toBe(0);
});

test(
  "the status follows a centre that is enrolled at, reached and lost",
  { timeout: 300_000 },
  async () => {
    using folder = new TemporaryFolder();
    await using manager = new ServiceManager(folder.path);
    await using county = new NodeProcess(folder.path, { name: "county-a", role: "county" });
    const env = { NOTIFY_SOCKET: manager.path };
    const more = { counties: centresFor([county]) };
    await using site = new NodeProcess(folder.path, { name: "site-1", role: "site", env, more });
    await Promise.all([county.start(), site.start()]);
    await until("it is a stranger", () => manager.status.includes("county-a not enrolled"));
    await enrol(county, site);
    await until("all is shipped", () => manager.status.includes("county-a up, 0 waiting"));
    await county.kill();
    await until("the loss is told", () => manager.status.includes("county-a down ("), 120_000);
  },
);

test("without a socket in the environment nothing is sent", async () => {
  using notifier = new Notifier("");
  expect(notifier.wanted).toBe(false);
  expect(await notifier.send("READY=1")).toBe(false);
});

test("a socket in the abstract name space is reached", async () => {
  await using manager = new ServiceManager("", `@tributary-test-${crypto.randomUUID()}`);
  using notifier = new Notifier(manager.path);
  expect(await notifier.send("READY=1", "STATUS=here")).toBe(true);
  await until("both are heard", () => manager.heard.length === 2);
  expect(manager.heard).toEqual(["READY=1", "STATUS=here"]);
});

test("what is said at the same moment is heard, all of it and in order", async () => {
  using folder = new TemporaryFolder();
  await using manager = new ServiceManager(folder.path);
  using notifier = new Notifier(manager.path);
  const lines = range(1, 20).map((number) => `STATUS=${number}`);
  expect(await Promise.all(lines.map((line) => notifier.send(line)))).toEqual(
    lines.map(() => true),
  );
  await until("all are heard", () => manager.heard.length === lines.length);
  expect(manager.heard).toEqual(lines);
});

test("a service manager that went away stops nothing", async () => {
  using folder = new TemporaryFolder();
  const manager = new ServiceManager(folder.path);
  using notifier = new Notifier(manager.path);
  await manager[Symbol.asyncDispose]();
  expect(await notifier.send("WATCHDOG=1")).toBe(false);
});

test("the status names every centre, whether it is up and how much waits for it", () => {
  const link = { sinceMs: 0, hint: null, attempts: 0, nextTryMs: null, oldestWaitingMs: null };
  const counts = { sentBytes: 0, receivedBytes: 0, blocked: [] };
  const links: CentreStatus[] = [
    { ...link, ...counts, destination: "a", state: "up", reason: null, waitingEntries: 0 },
    { ...link, ...counts, destination: "b", state: "down", reason: "no\nroute", waitingEntries: 7 },
    { destination: "c", state: "not-enrolled", hint: "ask" },
  ];
  expect(statusLine("site s", links)).toBe(
    "site s; a up, 0 waiting; b down (no route), 7 waiting; c not enrolled",
  );
});

test("the status stays one short line whatever went wrong", () => {
  const line = statusLine("x".repeat(1000), []);
  expect(line.length).toBe(300);
  expect(line.endsWith("…")).toBe(true);
});

test("the status is told when it has changed, not each time it is looked at", async () => {
  using folder = new TemporaryFolder();
  await using manager = new ServiceManager(folder.path);
  using notifier = new Notifier(manager.path);
  const stop = new AbortController();
  let looks = 0;
  // Three looks find one status, the next ones another.
  const status = () => ++looks <= 3 ? "first" : "second";
  const telling = tellStatus(notifier, status, stop.signal, 1);
  await until("the second is looked at often", () => looks > 10 && manager.heard.length >= 2);
  stop.abort();
  await telling;
  expect(manager.heard).toEqual(["STATUS=first", "STATUS=second"]);
});
