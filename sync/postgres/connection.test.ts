/** Lines to PostgreSQL: secret, known by name, and to the member that takes writes. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { TemporaryFolder, until } from "../fixtures.ts";
import { Connection } from "./connection.ts";
import { PostgresServer } from "./fixture_server.ts";
import { placeOf, type Server } from "./server.ts";

const NEVER = new AbortController().signal;
/** Short for a test, and more than a statement takes on a machine that is busy. */
const SILENCE_MS = 3000;

async function ask(server: Server, sql: string): Promise<unknown> {
  const connection = new Connection(server, {
    onConnect: () => Promise.resolve(),
    onLost: () => {},
  });
  try {
    await connection.open();
    return (await connection.ask(`SELECT (${sql})::text AS found`)).rows[0].text("found");
  } finally {
    await connection.close();
  }
}

async function openssl(folder: string, ...args: string[]): Promise<void> {
  const { code, stderr } = await new Deno.Command("openssl", { args, cwd: folder }).output();
  if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
}

/** Key and certificate for 127.0.0.1, of an authority of its own. */
async function certificate(): Promise<{ key: string; certificate: string }> {
  using folder = new TemporaryFolder();
  const key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key -out crt";
  const names = "-days 2 -subj /CN=test -addext subjectAltName=IP:127.0.0.1";
  await openssl(folder.path, "req", "-x509", ...`${key} ${names}`.split(" "));
  const read = (name: string) => Deno.readTextFileSync(join(folder.path, name));
  return { key: read("key"), certificate: read("crt") };
}

test("over TLS the server is believed by its authority, or not at all", async () => {
  const own = await certificate();
  await using postgres = await PostgresServer.start(
    { ssl: "on", ssl_cert_file: "server.crt", ssl_key_file: "server.key" },
    { "server.crt": own.certificate, "server.key": own.key },
  );
  const { server } = postgres;
  const ssl = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
  expect(await ask({ ...server, ca: () => own.certificate }, ssl)).toBe("true");
  expect(await ask(server, ssl)).toBe("false");
  await expect(ask({ ...server, tls: true }, ssl)).rejects.toThrow(/Cannot use/);
  const otherName = { ...server, hosts: [`localhost:${postgres.port}`], ca: () => own.certificate };
  await expect(ask(otherName, ssl)).rejects.toThrow(/Cannot use/);
  const stranger = await certificate();
  await expect(ask({ ...server, ca: () => stranger.certificate }, ssl)).rejects.toThrow(
    /Cannot use/,
  );
});

test("a server that offers no TLS is not spoken to in clear text where TLS is wanted", async () => {
  await using postgres = await PostgresServer.start();
  await expect(ask({ ...postgres.server, tls: true }, "SELECT 1")).rejects.toThrow(/Cannot use/);
});

test("a password is read anew at each connect, and a wrong one is told", async () => {
  await using postgres = await PostgresServer.start();
  await postgres.sql("CREATE ROLE tributary LOGIN PASSWORD 'right'");
  await postgres.demandPasswords();
  let password = "wrong";
  const server = { ...postgres.server, user: "tributary", password: () => password };
  await expect(ask(server, "SELECT 1")).rejects.toThrow(/password authentication failed/);
  password = "right";
  expect(await ask(server, "SELECT current_user")).toBe("tributary");
});

test("a standby is passed over for the primary, and not used when it is alone", async () => {
  await using primary = await PostgresServer.start();
  await using standby = await PostgresServer.start({ default_transaction_read_only: "on" });
  const hosts = [...standby.server.hosts, ...primary.server.hosts];
  expect(await ask({ ...primary.server, hosts }, "SELECT inet_server_port()"))
    .toBe(String(primary.port));
  await expect(ask(standby.server, "SELECT 1")).rejects.toThrow(/takes no writes/);
});

test("a connection comes back by itself, and says meanwhile why there is none", async () => {
  await using postgres = await PostgresServer.start();
  const seen: string[] = [];
  const connection = new Connection(postgres.server, {
    onConnect: () => Promise.resolve(void seen.push("up")),
    onLost: () => void seen.push("lost"),
  });
  await connection.open();
  await postgres.kill();
  await until("it is missed", () => connection.trouble !== null);
  await until(
    "it says that nobody answers",
    () => /refused/i.test(connection.trouble?.reason ?? ""),
  );
  await expect(connection.ask("SELECT 1")).rejects.toThrow(/Cannot use the database/);
  await postgres.up();
  await connection.untilUp(NEVER);
  expect((await connection.ask("SELECT 1 AS one")).rows[0].number("one")).toBe(1);
  expect(seen).toEqual(["up", "lost", "up"]);
  await connection.close();
});

test("a server that has fallen silent counts as gone, and what it does later is not believed", async () => {
  await using postgres = await PostgresServer.start();
  await postgres.sql("CREATE SCHEMA tributary; CREATE TABLE tributary.t (n BIGINT)");
  const listeners = { onConnect: () => Promise.resolve(), onLost: () => {} };
  const connection = new Connection(postgres.server, listeners, SILENCE_MS);
  await connection.open();
  postgres.pause();
  await expect(connection.ask("INSERT INTO t VALUES (1)")).rejects.toMatchObject({ kind: "lost" });
  expect(connection.trouble?.reason).toBe(`no answer within ${SILENCE_MS} ms`);
  postgres.resume();
  await connection.untilUp(NEVER);
  const { rows } = await connection.ask("SELECT count(*) AS n FROM t");
  expect([0, 1]).toContain(rows[0].number("n"));
  await connection.close();
});

test("a transaction of which one statement fails changes nothing, and the next goes through", async () => {
  await using postgres = await PostgresServer.start();
  const connection = new Connection(postgres.server, {
    onConnect: () => Promise.resolve(),
    onLost: () => {},
  });
  await postgres.sql("CREATE SCHEMA tributary");
  await connection.open();
  await connection.ask("CREATE TABLE t (n BIGINT PRIMARY KEY)");
  await expect(connection.transaction(async (ask) => {
    await ask("INSERT INTO t VALUES (1)");
    await ask("INSERT INTO t VALUES (1)");
  })).rejects.toMatchObject({ kind: "raced" });
  await connection.transaction((ask) => ask("INSERT INTO t VALUES (2)"));
  const { rows } = await connection.ask("SELECT n FROM t");
  expect(rows.map((row) => row.number("n"))).toEqual([2]);
  await connection.close();
});

test.each([
  ["db", { host: "db", port: 5432 }],
  ["db.example:6432", { host: "db.example", port: 6432 }],
  ["10.1.2.3:1", { host: "10.1.2.3", port: 1 }],
  ["[fd00::1]:5433", { host: "fd00::1", port: 5433 }],
  ["[fd00::1]", { host: "fd00::1", port: 5432 }],
  ["/run/postgresql", { host: "/run/postgresql", port: 5432 }],
])("the host %s is %o", (host, place) => {
  expect(placeOf(host)).toEqual(place);
});
