import { join } from "node:path";
import { expect, test } from "vitest";
import * as z from "zod";
import { freePort } from "../../drivers/fixtures.ts";
import { TemporaryFolder, until } from "../../sync/fixtures.ts";
import { enrol, NodeProcess } from "../fixtures.ts";
import { Authority } from "./authority.ts";
import { brokerLine, publishedBy } from "./fixtures.ts";

const DAY_MS = 86_400_000;

/** Debian's libfaketime: a process reads from a file how far its wall clock is off. */
class WrongClock {
  readonly #file: string;

  constructor(folder: string) {
    this.#file = join(folder, "faketime");
    this.set(0);
  }

  /** So much later than it is, milliseconds. */
  set(byMs: number): void {
    Deno.writeTextFileSync(`${this.#file}.new`, `${byMs < 0 ? "" : "+"}${byMs / 1000}\n`);
    Deno.renameSync(`${this.#file}.new`, this.#file);
  }

  get env(): Record<string, string> {
    return {
      LD_PRELOAD: libfaketime(),
      FAKETIME_TIMESTAMP_FILE: this.#file,
      FAKETIME_NO_CACHE: "1",
      NO_FAKE_STAT: "1",
      // The boot-time clock is what no setting of a clock moves.
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
      DONT_FAKE_MONOTONIC: "1",
    };
  }
}

function libfaketime(): string {
  for (const { name } of Deno.readDirSync("/usr/lib")) {
    const path = `/usr/lib/${name}/faketime/libfaketimeMT.so.1`;
    try {
      if (Deno.statSync(path).isFile) return path;
    } catch {
      // Of another architecture.
    }
  }
  throw new Error('"libfaketimeMT.so.1" is missing: sudo apt-get install -y faketime');
}

const statusSchema = z.object({
  links: z.array(z.object({
    state: z.string(),
    reason: z.string().nullable(),
    hint: z.string().nullable(),
  })),
});

test(
  "T12 G8: from 1970 through a day back and a year ahead a site collects on, and finds its county again",
  async () => {
    using folder = new TemporaryFolder();
    const authority = new Authority(folder.path, "county-ca");
    const tls = authority.issue({ from: -3, to: 3 });
    await using county = await new NodeProcess(folder.path, {
      name: "county-a",
      role: "county",
      tls,
    }).start();
    const clock = new WrongClock(folder.path);
    const port = freePort();
    await using site = new NodeProcess(folder.path, {
      name: "site-1",
      role: "site",
      env: clock.env,
      more: {
        counties: [{ node: county.name, url: county.url, ca: authority.certificate }],
        sources: [brokerLine(port, { "th-1": "temperature-humidity" })],
      },
    });
    await enrol(county, site);
    let published = 0;
    const publish = async () => {
      const payload = JSON.stringify({ temperature: ++published });
      expect(await publishedBy("th-1", port, "sensors/th-1/state", payload)).toBe(true);
    };
    const link = async () => statusSchema.parse(await site.ask("/api/status")).links[0];
    const linkIsDownFor = (reason: RegExp) =>
      until(`the link is down for ${reason}`, async () => {
        const { state, reason: found } = await link();
        return state === "down" && reason.test(found ?? "");
      }, 90_000);
    const arrived = () =>
      until(
        "all have arrived",
        async () =>
          (await county.positionsOf("site-1")).join() === (await site.positionsOf("site-1")).join(),
        90_000,
      );
    const audit = async () => await site.entriesOf("site-1", "audit");
    const steps = async () =>
      (await audit()).filter(({ kind }) => kind === "clock-step")
        .map(({ body }) => Number(body.deltaMs) / DAY_MS);
    const steppedTo = async (offsetMs: number) => {
      const before = (await steps()).length;
      clock.set(offsetMs);
      await until("the step is written down", async () => (await steps()).length > before);
      await publish();
    };

    // No time at boot: the epoch, and a few hours.
    const epoch = -(Date.now() - DAY_MS / 4);
    const toNow = -epoch / DAY_MS;
    clock.set(epoch);
    await site.start();
    const { pid } = site;
    await publish();
    await linkIsDownFor(/certificate is good from \d{4}-\d\d-\d\d only/);
    expect((await link()).hint).toMatch(/this node's clock .*1970-01-01/);
    expect(await site.page("/", "zh")).toContain("本机时钟可能偏慢");
    expect(await site.page("/", "en")).toContain("clock is probably behind");
    const session = await signedIn(site);

    // Somebody sets it right: the link comes back by itself.
    await steppedTo(0);
    await arrived();

    await steppedTo(-DAY_MS);
    await arrived();

    // A year ahead the county's certificate has expired, as far as this box knows.
    await steppedTo(365 * DAY_MS);
    await county.kill("SIGTERM");
    await county.start();
    await publish();
    await linkIsDownFor(/certificate has expired on/);
    expect((await link()).hint).toContain("this node's clock");
    expect(await site.page("/", "zh")).toContain("以及本机时钟");
    // Whoever was signed in still is: no half day has passed.
    expect((await site.fetch("/", { token: false, headers: { cookie: session } })).status).toBe(
      200,
    );

    await steppedTo(0);
    await arrived();
    expect(site.pid).toBe(pid);
    expect(site.ended).toBe(false);
    // Less than half a day before midnight rounds to the other nought.
    expect((await steps()).map((days, index) => Math.round(days - [toNow, 0, 0, 0][index]) + 0))
      .toEqual([0, -1, 366, -365]);
    // Order comes from the sequence, whatever the clocks said.
    const body = z.object({ readings: z.array(z.object({ value: z.number() })) });
    const values = (await county.entriesOf("site-1", "reading"))
      .filter(({ kind }) => kind === "reading")
      .map((entry) => body.parse(entry.body).readings[0].value);
    expect(values).toEqual(Array.from({ length: published }, (_, index) => index + 1));
    expect((await site.run("verify")).code).toBe(0);
  },
  300_000,
);

/** The cookie of a session, as a browser that used an owner's link has it. */
async function signedIn(site: NodeProcess): Promise<string> {
  const made = z.object({ url: z.string() }).parse(await site.ask("/api/owner-links", {}));
  const opened = await site.fetch(new URL(made.url).pathname, {
    method: "POST",
    redirect: "manual",
    token: false,
  });
  await opened.body?.cancel();
  return (opened.headers.get("set-cookie") ?? "").split(";")[0];
}
