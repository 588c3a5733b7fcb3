import { afterEach, beforeEach, describe, expect, test } from "vitest";
import * as z from "zod";
import { freePort, listening, Program, tool } from "../../../drivers/fixtures.ts";
import { Certificates } from "../../../drivers/mqtt/fixture_certificates.ts";
import { until } from "../../../sync/fixtures.ts";
import { letter } from "../fixture_letter.ts";
import { mailChannel, type MailServer } from "./mail_channel.ts";

const TIMEOUT_MS = 20_000;
const { signal } = new AbortController();

const taken = z.object({
  to: z.array(z.string()),
  from: z.string(),
  headers: z.record(z.string(), z.string()),
  text: z.string(),
  encrypted: z.boolean(),
  login: z.string().nullable(),
});

/** aiosmtpd, and what it has taken. */
class Server implements AsyncDisposable {
  readonly port = freePort();
  readonly #program: Program;
  readonly #security: MailServer["security"];

  constructor(security: MailServer["security"], files: readonly string[] = []) {
    const script = new URL("./mail_server.py", import.meta.url).pathname;
    const args = [script, String(this.port), security, ...files];
    this.#program = new Program(tool("python3", "python3-aiosmtpd"), args);
    this.#security = security;
  }

  get taken() {
    return this.#program.output.split("\n").filter((line) => line.startsWith("{"))
      .map((line) => taken.parse(JSON.parse(line)));
  }

  channel(changed: Partial<MailServer> = {}) {
    return mailChannel("mail", {
      host: "127.0.0.1",
      port: this.port,
      security: this.#security,
      ca: null,
      login: null,
      from: "tributary@county.example",
      timeoutMs: TIMEOUT_MS,
      ...changed,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program.kill();
  }
}

const to = (name: string) => letter({ to: `${name}@county.example` });

describe("a letter", () => {
  let server: Server;
  beforeEach(async () => {
    server = new Server("none");
    await listening(server.port);
  });
  afterEach(() => server[Symbol.asyncDispose]());

  test("arrives in Chinese, with an id that is the same each time, and asks for no answer", async () => {
    const sent = to("li");
    const attempt = await server.channel().send(sent, signal);
    expect(attempt).toEqual({ kind: "delivered", detail: "250 2.0.0 taken" });
    await server.channel().send(sent, signal);
    await until("both were taken", () => server.taken.length === 2);
    const [{ to: recipients, from, headers, text }, again] = server.taken;
    expect([recipients, from]).toEqual([["li@county.example"], "tributary@county.example"]);
    const words = "[严重·1级] 甲卫生院 疫苗冰箱1：温度高于上限 9.2 °C，自11-29 08:03";
    expect([headers["Subject"], text.trim()]).toEqual([words, words]);
    expect(headers["Message-ID"]).toBe(`<${sent.id.slice(0, 32)}@county.example>`);
    expect(again.headers["Message-ID"]).toBe(headers["Message-ID"]);
    expect(headers["Auto-Submitted"]).toBe("auto-generated");
  });

  test.each([
    ["nobody", "refused", "550"],
    ["spam", "refused", "554"],
  ])("to %s@ is %s for good", async (name, kind, said) => {
    expect(await server.channel().send(to(name), signal))
      .toMatchObject({ kind, detail: expect.stringContaining(said) });
  });

  test.each([["busy", "451"], ["full", "452"]])(
    "to %s@ is tried again, and holds up nobody else",
    async (name, said) => {
      expect(await server.channel().send(to(name), signal))
        .toMatchObject({ kind: "failed", of: "contact", detail: expect.stringContaining(said) });
    },
  );

  test("whose subject has a line's end brings no header of its own", async () => {
    const subject = "报警\r\nBcc: wang@county.example";
    await server.channel().send({ ...to("li"), subject }, signal);
    await until("it was taken", () => server.taken.length === 1);
    const [{ to: recipients, headers }] = server.taken;
    expect(recipients).toEqual(["li@county.example"]);
    expect(Object.keys(headers)).not.toContain("Bcc");
  });

  test("is not sent in clear where the server has no STARTTLS", async () => {
    const attempt = await server.channel({ security: "starttls" }).send(to("li"), signal);
    expect(attempt).toMatchObject({ kind: "failed", of: "channel" });
    expect(server.taken).toEqual([]);
  });
});

test("a server that nobody runs is tried again", async () => {
  const nobody = mailChannel("mail", {
    host: "127.0.0.1",
    port: freePort(),
    security: "none",
    ca: null,
    login: null,
    from: "tributary@county.example",
    timeoutMs: 1000,
  });
  expect(await nobody.send(to("li"), signal)).toMatchObject({ kind: "failed", of: "channel" });
});

describe.each(["tls", "starttls"] as const)("a server with %s", (security) => {
  let opened: AsyncDisposableStack;
  let certificates: Certificates;
  let server: Server;
  beforeEach(async () => {
    opened = new AsyncDisposableStack();
    certificates = opened.use(new Certificates("county", "other"));
    const { certificate, key } = certificates.issue("mail", "county");
    server = opened.use(new Server(security, [certificate, key]));
    await listening(server.port);
  });
  afterEach(() => opened.disposeAsync());

  const login = { user: "tributary", password: "secret" };
  const ca = (name: string) => Deno.readTextFileSync(certificates.path(name));

  test("that has the right certificate takes letters and the login", async () => {
    const attempt = await server.channel({ ca: ca("county"), login }).send(to("li"), signal);
    expect(attempt).toMatchObject({ kind: "delivered" });
    await until("it was taken", () => server.taken.length === 1);
    expect(server.taken[0]).toMatchObject({ encrypted: true, login: "tributary" });
  });

  test.each(["other", null])("is not trusted by the authority %s", async (name) => {
    const trusting = server.channel({ ca: name === null ? null : ca(name), login });
    expect(await trusting.send(to("li"), signal)).toMatchObject({ kind: "failed", of: "channel" });
    expect(server.taken).toEqual([]);
  });

  test("a wrong password is mended in the configuration, and tried again till then", async () => {
    const wrong = server.channel({ ca: ca("county"), login: { ...login, password: "wrong" } });
    expect(await wrong.send(to("li"), signal))
      .toMatchObject({ kind: "failed", of: "channel", detail: expect.stringContaining("535") });
  });
});
