import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { freePort, tool } from "../../drivers/fixtures.ts";
import { TemporaryFolder, until } from "../../sync/fixtures.ts";
import { Ext4Disk } from "../fixture_small_disk.ts";
import { type HeldEntry, NodeProcess } from "../fixtures.ts";
import { brokerLine, countingProfile, writeProfiles } from "./fixtures.ts";
import { MqttDevice } from "./mqtt_device.ts";

/** Debian's libfiu: makes calls of a running process fail with an error number. */
class FailingCalls {
  readonly #fifo: string;

  constructor(folder: string) {
    this.#fifo = join(folder, "fiu");
    tool("fiu-ctrl", "fiu-utils");
  }

  /** What `fiu-run -x` sets. */
  get env(): Record<string, string> {
    return {
      LD_PRELOAD: "/usr/lib/fiu/fiu_run_preload.so /usr/lib/fiu/fiu_posix_preload.so",
      FIU_CTRL_FIFO: this.#fifo,
    };
  }

  fail(pid: number, calls: readonly string[], errno: number): void {
    for (const call of calls) this.#say(pid, `enable name=posix/io/${call},failinfo=${errno}`);
  }

  mend(pid: number, calls: readonly string[]): void {
    for (const call of calls) this.#say(pid, `disable name=posix/io/${call}`);
  }

  #say(pid: number, command: string): void {
    const { success, stderr } = new Deno.Command(tool("fiu-ctrl", "fiu-utils"), {
      args: ["-f", this.#fifo, "-c", command, String(pid)],
    }).outputSync();
    if (!success) throw new Error(`fiu-ctrl ${command}: ${new TextDecoder().decode(stderr)}`);
  }
}

/** A site of its own with a device that counts, eight messages at a time. */
class CountingSite implements AsyncDisposable {
  readonly node: NodeProcess;
  readonly device: MqttDevice;
  /** Numbers whose PUBACK has come. */
  readonly acknowledged = new Set<number>();
  #published = 0;
  #stopped = false;
  #resting: PromiseWithResolvers<void> | null = null;
  readonly #done: Promise<unknown>;

  private constructor(node: NodeProcess, device: MqttDevice) {
    this.node = node;
    this.device = device;
    this.#done = Promise.all(Array.from({ length: 8 }, () => this.#lane()));
  }

  static async start(folder: string, env: Record<string, string> = {}): Promise<CountingSite> {
    const port = freePort();
    const node = new NodeProcess(folder, {
      name: "site-1",
      role: "site",
      env,
      more: {
        profilesDir: writeProfiles(folder, countingProfile("counter", { id: "id" })),
        sources: [brokerLine(port, { counter: "counter" })],
        journal: { segmentMiB: 1 },
        disk: { checkSeconds: 0.5, reserveMiB: 1 },
      },
    });
    await node.start();
    return new CountingSite(node, new MqttDevice("counter", port, "count/counter"));
  }

  async #lane(): Promise<void> {
    while (!this.#stopped) {
      await this.#resting?.promise;
      const n = ++this.#published;
      await this.device.publish(JSON.stringify({ id: `m-${n}`, n }));
      this.acknowledged.add(n);
    }
  }

  /** Does something while no message is on its way. */
  async atRest(work: () => void): Promise<void> {
    this.#resting = Promise.withResolvers();
    await until("all are acknowledged", () => this.acknowledged.size === this.#published);
    work();
    this.#resting.resolve();
    this.#resting = null;
  }

  /** Waits until so many more are acknowledged. */
  async goesOn(count = 100): Promise<void> {
    const before = this.acknowledged.size;
    await until("messages are acknowledged", () => this.acknowledged.size > before + count, 60_000);
  }

  /** Waits until the node says that it cannot write, and none is acknowledged any more. */
  async cannotWrite(): Promise<void> {
    await until(
      "it says that it cannot write",
      async () =>
        await this.node.metric("tributary_journal_writable") === 0 &&
        await this.node.metric("tributary_refused_entries_total") > 0,
      60_000,
    );
    // Acknowledgements that had left by then are here once it has answered again.
    await this.node.page("/", "zh");
    const before = this.acknowledged.size;
    for (let look = 0; look < 20; look++) {
      expect((await this.node.fetch("/healthz")).ok).toBe(true);
      expect(await this.node.page("/", "zh")).toContain("日志无法写入磁盘");
    }
    expect(this.acknowledged.size).toBe(before);
    expect(this.node.ended).toBe(false);
  }

  /** Checks that all that was acknowledged is there, each once. */
  async expectAll(): Promise<void> {
    const held = numbersIn(await this.node.entriesOf("site-1", "reading"));
    const missing = [...this.acknowledged].filter((n) => !held.includes(n));
    expect(missing).toEqual([]);
    expect(new Set(held).size).toBe(held.length);
    const { code, printed } = await this.node.run("verify");
    expect(`${printed}exit ${code}`).toContain("exit 0");
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    await this.device[Symbol.asyncDispose]();
    await this.node.kill();
  }
}

function numbersIn(entries: readonly HeldEntry[]): number[] {
  return entries.filter(({ kind }) => kind === "reading")
    .map(({ body }) => Number(JSON.parse(JSON.stringify(body.readings))[0].value));
}

const [EIO, ENOSPC, EROFS] = [5, 28, 30];
const SYNC = ["sync/fsync", "sync/fdatasync"];
const WRITE = ["rw/pwrite"];

describe("G1 G2: nothing acknowledged is lost, and the node stays up, when the disk", () => {
  test.each([
    ["has no room: ENOSPC at each write", WRITE, ENOSPC],
    ["fails: EIO at each write", WRITE, EIO],
    ["may only be read: EROFS at each write", WRITE, EROFS],
    ["does not keep what it took: EIO at each fsync", SYNC, EIO],
  ])("%s", async (_, calls, errno) => {
    using folder = new TemporaryFolder();
    const failing = new FailingCalls(folder.path);
    await using site = await CountingSite.start(folder.path, failing.env);
    const { pid } = site.node;
    await site.goesOn();
    failing.fail(pid, calls, errno);
    await site.cannotWrite();
    failing.mend(pid, calls);
    await site.goesOn();
    expect(site.node.pid).toBe(pid);
    expect(site.node.ended).toBe(false);
    await until(
      "an alarm says so",
      async () =>
        (await site.node.entriesOf("site-1", "alarm"))
          .some(({ kind }) => kind === "journal-unwritable"),
    );

    // What the page cache holds is not asked: the process is killed while the disk fails again.
    failing.fail(pid, calls, errno);
    await site.cannotWrite();
    await site.node.kill("SIGKILL");
    await site.node.start();
    await site.goesOn();
    await site.stop();
    await site.expectAll();
  }, 300_000);

  test("becomes read-only under it, as ext4 does after an error", async () => {
    using folder = new TemporaryFolder();
    using disk = new Ext4Disk(join(folder.path, "site-1"), 64 << 20);
    await using site = await CountingSite.start(folder.path);
    await site.goesOn();
    // An fdatasync under way says on Linux 6.18 that it succeeded, and has written nothing: see
    // what the journal does not handle.
    await site.atRest(() => disk.abort());
    await site.cannotWrite();
    await site.node.kill("SIGKILL");
    disk.repair();
    await site.node.start();
    await site.goesOn();
    await site.stop();
    await site.expectAll();
  }, 300_000);
});
