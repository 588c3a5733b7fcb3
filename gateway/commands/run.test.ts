import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { freePort, tool } from "../../drivers/fixtures.ts";
import { TemporaryFolder, until } from "../../sync/fixtures.ts";
import { NodeProcess } from "../fixtures.ts";
import { openableHost } from "./run.ts";

/** What a failed start says, apart from the log, which is one JSON document a line. */
function said(printed: string): string[] {
  return printed.trimEnd().split("\n").filter((line) => !line.startsWith("{"));
}

const OWNER_LINK = /"kind":"owner-link".*"url":"([^"]+\/owner\/[^"]+)"/;

/** Files with a new key and a certificate for it. */
async function certificateIn(folder: string): Promise<{ certificate: string; key: string }> {
  const tls = { certificate: join(folder, "c.pem"), key: join(folder, "k.pem") };
  const make = new Deno.Command(tool("openssl", "openssl"), {
    args: `req -x509 -newkey ed25519 -nodes -subj /CN=a -keyout ${tls.key} -out ${tls.certificate}`
      .split(" "),
    stderr: "null",
  });
  expect((await make.output()).success).toBe(true);
  return tls;
}

describe("exit code 1, in one line that says what to do:", () => {
  test("the port is in use", async () => {
    using folder = new TemporaryFolder();
    using other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = other.addr;
    const node = new NodeProcess(folder.path, { name: "county-a", role: "county", port });
    const { code, printed } = await node.run("run");
    expect(code).toBe(1);
    expect(said(printed)).toEqual([
      `Cannot listen on 127.0.0.1:${port}: another program has this port; ` +
      "set http.port to a free one, or stop the other",
    ]);
  });

  test("the address is not of this machine", async () => {
    using folder = new TemporaryFolder();
    const tls = await certificateIn(folder.path);
    // Set apart for documentation (RFC 5737): nobody has it.
    const more = { http: { host: "192.0.2.1", port: 8443, tls } };
    const node = new NodeProcess(folder.path, { name: "county-a", role: "county", more });
    const { code, printed } = await node.run("run");
    expect(code).toBe(1);
    expect(said(printed)).toEqual([
      "Cannot listen on 192.0.2.1:8443: this machine has no such address; " +
      "set http.host to one that it has",
    ]);
  });

  test("a certificate that is not there", async () => {
    using folder = new TemporaryFolder();
    const tls = { certificate: join(folder.path, "c.pem"), key: join(folder.path, "k.pem") };
    const more = { http: { host: "127.0.0.1", port: freePort(), tls } };
    const node = new NodeProcess(folder.path, { name: "county-a", role: "county", more });
    const { code, printed } = await node.run("run");
    expect(code).toBe(1);
    expect(said(printed)).toHaveLength(1);
    expect(said(printed)[0]).toMatch(/^Cannot use http\.tls\.certificate ".*c\.pem": No such file/);
  });

  test("another node runs in the folder: two writers of one journal would fork it", async () => {
    using folder = new TemporaryFolder();
    await using first = await new NodeProcess(folder.path, { name: "a", role: "county" }).start();
    Deno.mkdirSync(join(folder.path, "other"));
    const second = new NodeProcess(join(folder.path, "other"), {
      name: "a",
      role: "county",
      more: { dataDir: first.dataDir },
    });
    const before = await first.positions();
    const { code, printed } = await second.run("run");
    expect(code).toBe(1);
    expect(said(printed)).toEqual([
      `Cannot start "a": Cannot open "${first.dataDir}": another Tributary is running in it`,
    ]);
    expect(await first.positions()).toEqual(before);
  });

  test("the folder cannot be made", async () => {
    using folder = new TemporaryFolder();
    const file = join(folder.path, "file");
    Deno.writeTextFileSync(file, "");
    const more = { dataDir: join(file, "data") };
    const node = new NodeProcess(folder.path, { name: "county-a", role: "county", more });
    const { code, printed } = await node.run("run");
    expect(code).toBe(1);
    expect(said(printed)).toHaveLength(1);
    expect(said(printed)[0]).toMatch(/^Cannot start "county-a": Not a directory.*data/);
  });

  test("the at-rest key is none, or that of another journal", async () => {
    using folder = new TemporaryFolder();
    const keyFile = join(folder.path, "storage.key");
    const options = { name: "county-a", role: "county", more: { keyFile } } as const;
    Deno.writeTextFileSync(keyFile, "a".repeat(64));
    await using node = await new NodeProcess(folder.path, options).start();
    await node.kill("SIGTERM");
    for (
      const [key, reason] of [["aaaa", "want 64 hexadecimal digits"], [
        "b".repeat(64),
        "not a database",
      ]]
    ) {
      Deno.writeTextFileSync(keyFile, key);
      const { code, printed } = await node.run("run");
      expect(code).toBe(1);
      expect(said(printed)).toHaveLength(1);
      expect(said(printed)[0]).toContain(reason);
    }
  });
});

describe("a node that runs", () => {
  test("ends at once and cleanly when it is told to, and goes on with its life afterwards", async () => {
    using folder = new TemporaryFolder();
    await using node = await new NodeProcess(folder.path, { name: "site-1", role: "site" }).start();
    const [before] = await node.positions();
    await node.kill("SIGTERM");
    expect(node.log).toContain('"kind":"stopped"');
    await node.start();
    const [after] = await node.positions();
    expect(after.origin).toBe(before.origin);
  });

  test("that was killed begins a new life, which names where the one before had come to", async () => {
    using folder = new TemporaryFolder();
    await using node = await new NodeProcess(folder.path, { name: "site-1", role: "site" }).start();
    const killed = await node.origin();
    await node.kill("SIGKILL");
    await node.start();
    const entries = await node.entriesOf("site-1", "audit");
    const life = entries.findLast(({ kind }) => kind === "life");
    expect(life?.origin).not.toBe(killed);
    const before = (await node.positions()).filter(({ origin }) => origin === killed);
    expect(before).not.toEqual([]);
    expect(life?.body).toMatchObject({
      reason: "unclean",
      previous: {
        origin: killed,
        streams: before.map(({ stream, seq, hash }) => ({ stream, seq, hash })),
      },
    });
  });

  test("prints an owner's link while nobody has a session, and only then", async () => {
    using folder = new TemporaryFolder();
    await using node = await new NodeProcess(folder.path, { name: "site-1", role: "site" }).start();
    await until("the link is told", () => OWNER_LINK.test(node.log));
    const link = OWNER_LINK.exec(node.log)?.[1] ?? "";
    const opened = await fetch(link, { method: "POST", redirect: "manual" });
    await opened.body?.cancel();
    expect(opened.status).toBe(303);
    await node.kill("SIGTERM");
    await node.start();
    await node.kill("SIGTERM");
    expect(node.log).toContain('"kind":"ready"');
    expect(node.log).not.toContain("owner-link");
  });

  test("on all addresses prints links that a browser can open", async () => {
    using folder = new TemporaryFolder();
    const tls = await certificateIn(folder.path);
    const more = { http: { host: "0.0.0.0", port: freePort(), tls } };
    await using node = new NodeProcess(folder.path, { name: "site-1", role: "site", more });
    node.spawn();
    await until("the link is told", () => OWNER_LINK.test(node.log));
    const hosts = [...node.log.matchAll(/"url":"([^"]+)"/g)].map(([, url]) =>
      new URL(url).hostname
    );
    const own = openableHost("0.0.0.0", Deno.networkInterfaces());
    expect(hosts).toEqual([own, own]);
    expect(own).not.toBe("0.0.0.0");
  });
});

test.each([
  { host: "10.0.0.7", others: ["192.168.1.5"], shown: "10.0.0.7" },
  { host: "::1", others: ["192.168.1.5"], shown: "::1" },
  { host: "0.0.0.0", others: ["127.0.0.1", "192.168.1.5", "10.0.0.7"], shown: "192.168.1.5" },
  { host: "::", others: ["127.0.0.1", "192.168.1.5"], shown: "192.168.1.5" },
  { host: "0.0.0.0", others: ["127.0.0.1"], shown: "127.0.0.1" },
])("links to a node on $host of a machine with $others name $shown", ({ host, others, shown }) => {
  const interfaces = others.map((address) => ({ family: "IPv4", address }) as const);
  expect(openableHost(host, [{ family: "IPv6", address: "fe80::1" }, ...interfaces])).toBe(shown);
});
