import { join } from "node:path";
import { expect, test } from "vitest";
import * as z from "zod";
import { Program, tool } from "../../drivers/fixtures.ts";
import { profileOf } from "../../drivers/modbus/fixtures.ts";
import { Indicator } from "../../drivers/scale/fixtures.ts";
import { type PtyPair, ptyPair } from "../../drivers/serial/fixtures.ts";
import { TemporaryFolder, until } from "../../sync/fixtures.ts";
import { deviceView } from "../devices/device_list.ts";
import { NodeProcess } from "../fixtures.ts";
import { writeProfiles } from "./fixtures.ts";

const BAUD = 19_200;
const PYMODBUS = new URL("../../drivers/modbus/pymodbus_rtu_server.py", import.meta.url).pathname;
/** Such a register holds 1007 there. */
const PROFILE = profileOf(
  { value: { address: 7, type: "uint16" } },
  { profile: "one-register", intervalSeconds: 0.5, timeoutMs: 1000 },
);
const DEVICES = ["sensor", "scale"] as const;
const POINTS = { sensor: "value", scale: "weight" } as const;

/** The names that stay the same, as under /dev/serial/by-id. */
type Names = Readonly<Record<typeof DEVICES[number], string>>;

/** Two adapters, with a device behind each; not plugged in yet. */
class Adapters implements AsyncDisposable {
  readonly #names: Names;
  readonly #pairs: readonly [PtyPair, PtyPair];
  readonly #devices: AsyncDisposableStack;

  private constructor(
    names: Names,
    pairs: readonly [PtyPair, PtyPair],
    devices: AsyncDisposableStack,
  ) {
    this.#names = names;
    this.#pairs = pairs;
    this.#devices = devices;
  }

  /** Adapters that are there at one time have other numbers. */
  static async make(names: Names, weight: number): Promise<Adapters> {
    await using stack = new AsyncDisposableStack();
    const [bus, waste] = [stack.use(await ptyPair()), stack.use(await ptyPair())];
    stack.use(new Program(tool("python3", "python3"), [PYMODBUS, bus.ports[1], String(BAUD)]));
    const indicator = stack.use(await Indicator.start("a12e", { tty: waste.ports[1] }));
    indicator.show({ weight });
    return new Adapters(names, [bus, waste], stack.move());
  }

  plug(): void {
    for (const [index, device] of DEVICES.entries()) {
      const number = Deno.realPathSync(this.#pairs[index].ports[0]);
      Deno.symlinkSync(number, this.#names[device]);
    }
  }

  /** Ports and names are gone, whoever has them open. */
  async unplug(): Promise<void> {
    await Promise.all(this.#pairs.map((pair) => pair.unplug()));
    for (const device of DEVICES) Deno.removeSync(this.#names[device]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#devices.disposeAsync();
  }
}

function siteOn(folder: string, names: Names): NodeProcess {
  const line = (device: typeof DEVICES[number], driver: string, about: object) => {
    const connection = { type: "serial", port: names[device], baud: BAUD };
    return { name: device, driver, settings: { connection, devices: [{ id: device, ...about }] } };
  };
  const more = {
    counties: [],
    profilesDir: writeProfiles(folder, PROFILE),
    sources: [
      line("sensor", "modbus", { profile: "one-register" }),
      line("scale", "scale", { profile: "yaohua-a12e", intervalSeconds: 0.5 }),
    ],
  };
  return new NodeProcess(folder, { name: "site-1", role: "site", more });
}

/** What the site shows of a device, in a few words. */
async function shown(site: NodeProcess, device: typeof DEVICES[number]): Promise<string> {
  if (site.ended) throw new Error(`The site ended:\n${site.log}`);
  const all = z.array(deviceView).parse(await site.ask("/api/devices"));
  const found = all.find((one) => one.device === device);
  const point = found?.points.find(({ point }) => point === POINTS[device]);
  return `${found?.state} ${point?.value} ${point?.stale ? "stale" : "fresh"}`;
}

async function untilShown(site: NodeProcess, sensor: string, scale: string): Promise<void> {
  for (const [device, want] of [["sensor", sensor], ["scale", scale]] as const) {
    let last = "";
    const isShown = async () => (last = await shown(site, device)) === want;
    await until(`${device} is "${want}"`, isShown).catch((cause) => {
      throw new Error(`${device} is shown as "${last}"`, { cause });
    });
  }
}

/** The lines are tried once more, in vain. */
async function untilTried(site: NodeProcess): Promise<void> {
  const failures = () => site.metric("tributary_source_failures_total");
  const before = await failures();
  await until("they are tried again", async () => await failures() >= before + DEVICES.length);
}

async function readings(site: NodeProcess): Promise<number> {
  return (await site.entriesOf("site-1", "reading")).filter(({ kind }) => kind === "reading")
    .length;
}

test(
  "C7: serial ports that are unplugged and come back by another number go on by themselves",
  async () => {
    using folder = new TemporaryFolder();
    const names = { sensor: join(folder.path, "usb-1a86"), scale: join(folder.path, "usb-0403") };
    await using adapters = await Adapters.make(names, 414);
    adapters.plug();
    await using site = siteOn(folder.path, names);
    // A service leads its session: what it has open could take it along.
    await site.start([tool("setsid", "util-linux")]);
    await untilShown(site, "online 1007 fresh", "online 4.14 fresh");

    await using others = await Adapters.make(names, 986);
    await adapters.unplug();
    await untilShown(site, "offline 1007 stale", "offline 4.14 stale");
    const before = await readings(site);
    await untilTried(site);
    expect(await readings(site)).toBe(before);
    others.plug();
    await untilShown(site, "online 1007 fresh", "online 9.86 fresh");

    const states = (await site.entriesOf("site-1", "reading")).filter(({ kind }) =>
      kind === "state"
    );
    for (const device of DEVICES) {
      const told = states.filter(({ body }) => body.device === device)
        .map(({ body }) => `${body.state}: ${body.reason}`);
      const gone = new RegExp(`^offline: .*${names[device]}: the port is gone`);
      const ends = [told.at(0), told.find((one) => one.startsWith("offline")), told.at(-1)];
      const online = expect.stringMatching(/^online/);
      expect(ends).toEqual([online, expect.stringMatching(gone), online]);
    }
  },
  240_000,
);
