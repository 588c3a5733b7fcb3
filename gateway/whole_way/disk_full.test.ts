import { join } from "node:path";
import { expect, test } from "vitest";
import { freePort } from "../../drivers/fixtures.ts";
import { TemporaryFolder, until } from "../../sync/fixtures.ts";
import { SmallDisk } from "../fixture_small_disk.ts";
import { centresFor, enrol, type HeldEntry, NodeProcess, startCentres } from "../fixtures.ts";
import { bothEqual, brokerLine, countingProfile, publishedBy, writeProfiles } from "./fixtures.ts";
import { MqttDevice } from "./mqtt_device.ts";

const MIB = 1 << 20;

/** A device that counts on, eight messages at a time, until it is told. */
class Counting {
  readonly device: MqttDevice;
  readonly done: Promise<void>;
  published = 0;
  #stopped = false;

  constructor(device: MqttDevice) {
    this.device = device;
    this.done = device.publishAll(
      8,
      () =>
        this.#stopped ? null : JSON.stringify({ id: `m-${++this.published}`, n: this.published }),
    );
  }

  /** Publishes nothing new; resolves when all is acknowledged. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.done;
  }

  /** Waits until so many more are acknowledged. */
  async goOn(count = 50): Promise<void> {
    const before = this.device.acknowledged;
    await until("messages are acknowledged", () => this.device.acknowledged > before + count);
  }

  /** Whether the node acknowledged nothing while `work` was done. */
  async restsDuring(node: NodeProcess, work: () => Promise<void>): Promise<boolean> {
    // Acknowledgements that had left before are here once it has answered again.
    await node.page("/", "zh");
    const before = this.device.acknowledged;
    await work();
    return before === this.device.acknowledged;
  }
}

function numbersIn(entries: readonly HeldEntry[]): unknown[] {
  return entries.filter(({ kind }) => kind === "reading")
    .map(({ body }) => JSON.parse(JSON.stringify(body.readings))[0].value);
}

test(
  "T4 G2: a disk that is filled and emptied again: nothing acknowledged is lost, nobody restarts",
  async () => {
    using folder = new TemporaryFolder();
    const [a, b] = await startCentres(folder.path);
    await using _a = a;
    await using _b = b;
    const port = freePort();
    using disk = new SmallDisk(join(folder.path, "site-1"), 32 * MIB);
    await using site = new NodeProcess(folder.path, {
      name: "site-1",
      role: "site",
      more: {
        counties: centresFor([a, b]),
        profilesDir: writeProfiles(folder.path, countingProfile("counter", { id: "id" })),
        sources: [brokerLine(port, { counter: "counter" })],
        journal: { segmentMiB: 1 },
        // It counts so fast that it would pass two shares between two looks.
        disk: { checkSeconds: 0.2, refuseRecordsPercent: 99.5, forecastAfterSeconds: 1 },
      },
    });
    await enrol(a, site);
    await site.start();
    const { pid } = site;
    await using device = new MqttDevice("counter", port, "count/counter");
    const counting = new Counting(device);
    await counting.goOn();
    const alarms = async () => (await site.entriesOf("site-1", "alarm")).map(({ kind }) => kind);
    const diskAlarm = (kind: string) =>
      until(`there is an alarm ${kind}`, async () => (await alarms()).includes(kind));

    /** A stranger is evidence, and evidence is audit: it is stored as ever. */
    const evidenceOf = async (stranger: string) => {
      const before = (await site.entriesOf("site-1", "audit")).length;
      await publishedBy(stranger, port, "count/counter", "{}");
      await until(
        "it is kept",
        async () => (await site.entriesOf("site-1", "audit")).length > before,
      );
    };

    await until(
      "the growth is known",
      async () => await site.metric("tributary_journal_bytes_a_day") > 0,
    );
    disk.fillTo(85);
    await diskAlarm("disk-filling");
    const [filling] = await site.entriesOf("site-1", "alarm");
    expect(filling.body).toMatchObject({ from: "ok", refuses: [] });
    // It counts as fast as it can: hours are left, not days.
    expect(filling.body.daysLeft).toEqual(expect.any(Number));
    expect(filling.body.bytesADay).toBeGreaterThan(0);
    await counting.goOn();
    expect(await site.page("/", "zh")).toContain("磁盘将满");
    expect(await site.page("/", "en")).toContain("The disk is filling up");

    disk.fillTo(96);
    await diskAlarm("disk-refusing-readings");
    expect(await counting.restsDuring(site, () => evidenceOf("stranger"))).toBe(true);
    expect(await site.page("/", "zh")).toContain("磁盘已满，不再接收：测量值");
    expect(await site.page("/", "en")).toContain("not taken any more: Readings");
    expect((await site.run("status")).printed).toContain("NOT TAKEN ANY MORE: reading");
    const refused = { stream: "reading", reason: "disk-full" };
    expect(await site.metric("tributary_refused_entries_total", refused)).toBeGreaterThan(0);
    expect(await site.metric("tributary_disk_refusing", { stream: "reading" })).toBe(1);
    expect(await site.metric("tributary_disk_refusing", { stream: "alarm" })).toBe(0);

    disk.fillTo(100);
    await diskAlarm("disk-refusing-records");
    expect(await counting.restsDuring(site, () => evidenceOf("stranger-2"))).toBe(true);
    expect(await site.metric("tributary_disk_reserve_bytes")).toBeGreaterThan(0);

    disk.clear();
    await diskAlarm("disk-ok");
    await counting.goOn();
    await counting.stop();
    expect(site.pid).toBe(pid);
    expect(site.ended).toBe(false);
    await bothEqual({ a, b, site });
    const numbers = Array.from({ length: counting.published }, (_, index) => index + 1);
    expect(device.acknowledged).toBe(counting.published);
    for (const node of [site, a, b]) {
      const held = numbersIn(await node.entriesOf("site-1", "reading"));
      expect(held.toSorted((x, y) => Number(x) - Number(y))).toEqual(numbers);
    }
    expect((await site.run("verify")).code).toBe(0);
  },
  300_000,
);

test(
  "G2 G8: a site that is killed on a full disk starts on it again, and goes on with space",
  async () => {
    using folder = new TemporaryFolder();
    using disk = new SmallDisk(join(folder.path, "site-1"), 32 * MIB);
    const port = freePort();
    await using site = new NodeProcess(folder.path, {
      name: "site-1",
      role: "site",
      more: {
        profilesDir: writeProfiles(folder.path, countingProfile("counter", { id: "id" })),
        sources: [brokerLine(port, { counter: "counter" })],
        journal: { segmentMiB: 1 },
        disk: { checkSeconds: 0.5 },
      },
    });
    await site.start();
    await using device = new MqttDevice("counter", port, "count/counter");
    const counting = new Counting(device);
    await counting.goOn();
    await until(
      "space is set aside",
      async () => await site.metric("tributary_disk_reserve_bytes") > 2 * MIB,
    );
    disk.fillTo(100);
    await until(
      "readings are refused",
      async () => await site.metric("tributary_disk_refusing", { stream: "reading" }) === 1,
    );
    await site.kill("SIGKILL");
    disk.fillTo(100);
    await site.start();
    await until("the page says that nothing more is taken", async () => {
      // What it puts in its place at the start and after it makes room.
      disk.fillTo(100);
      // Readings alone, or records, too: that is how full it was when the site looked. Where it
      // was filled before an alarm was written, and again with all that was set aside: nothing.
      const page = await site.page("/", "zh");
      return /磁盘已满，不再接收：.*测量值|日志无法写入磁盘/.test(page);
    });
    expect(
      (await site.entriesOf("site-1", "audit")).filter(({ kind }) => kind === "life").length,
    )
      .toBe(2);
    disk.clear();
    await counting.goOn();
    await counting.stop();
    const held = numbersIn(await site.entriesOf("site-1", "reading"));
    const numbers = Array.from({ length: counting.published }, (_, index) => index + 1);
    expect(held.toSorted((x, y) => Number(x) - Number(y))).toEqual(numbers);
    await until(
      "the space is set aside again",
      async () => await site.metric("tributary_disk_reserve_bytes") > 2 * MIB,
    );
  },
  300_000,
);

test(
  "G2 G6: a centre whose disk is full takes nothing, loses nothing, and is equal again with space",
  async () => {
    using folder = new TemporaryFolder();
    using disk = new SmallDisk(join(folder.path, "county-a"), 16 * MIB);
    const [a, b] = await startCentres(folder.path, { disk: { checkSeconds: 0.5, reserveMiB: 0 } });
    await using _a = a;
    await using _b = b;
    const port = freePort();
    await using site = new NodeProcess(folder.path, {
      name: "site-1",
      role: "site",
      more: {
        counties: centresFor([a, b]),
        profilesDir: writeProfiles(folder.path, countingProfile("counter", { id: "id" })),
        sources: [brokerLine(port, { counter: "counter" })],
      },
    });
    await enrol(a, site);
    await site.start();
    await using device = new MqttDevice("counter", port, "count/counter");
    const counting = new Counting(device);
    await counting.goOn();
    disk.fillTo(100);
    await until("the site sees that it takes nothing", async () => {
      const text = JSON.stringify(await site.ask("/api/status"));
      return /disk takes nothing|disk is full/.test(text);
    }, 60_000);
    await counting.goOn();
    await counting.stop();
    await until(
      "the other centre has it all",
      async () =>
        (await b.positionsOf("site-1")).join() === (await site.positionsOf("site-1")).join(),
    );
    expect(await a.page("/", "zh")).toMatch(/日志无法写入磁盘|磁盘已满/);
    expect(a.ended).toBe(false);
    disk.clear();
    await bothEqual({ a, b, site }, 120_000);
    expect(numbersIn(await a.entriesOf("site-1", "reading"))).toHaveLength(counting.published);
  },
  240_000,
);
