/** `tributary demo`: two centres, two sites and simulated devices that speak real protocols. */
import { join } from "node:path";
import * as z from "zod";
import { exampleModel, type Model } from "../../drivers/simulation.ts";
import { ModbusSimulator } from "../../drivers/modbus/simulator.ts";
import { pointsOf } from "../../drivers/mqtt/profile.ts";
import { MqttSimulator } from "../../drivers/mqtt/simulator.ts";
import { loadModel, ScaleSimulator } from "../../drivers/scale/simulator.ts";
import type { Profile } from "../../drivers/profile.ts";
import { builtInProfiles, ProfileLibrary } from "../../drivers/profile_library.ts";
import { pause } from "../../sync/timer.ts";
import { askNode } from "../commands/local_api.ts";
import { enrollNode } from "../commands/enroll.ts";
import { invitationSchema, ownerLinkSchema } from "../commands/status.ts";
import { table } from "../commands/table.ts";
import { readConfig } from "../config_file.ts";
import { writeDurably } from "../durable_file.ts";
import { readToken } from "../keystore.ts";
import { ChildNode } from "./children.ts";
import { demonstratedCycles } from "./steriliser_model.ts";
import { fridgeModel, roomModel, scaleModel } from "./models.ts";
import { type Credentials, credentials, hirePharmacist } from "./pharmacist.ts";
import { type DemoPlan, makePlan, type NodePlan } from "./plan.ts";
import { prescribeAt } from "./prescribers.ts";

export interface DemoOptions {
  /** Stops by itself after so many seconds; `null`: never. */
  readonly forSeconds: number | null;
  /** Kept in this folder; `null`: in a temporary one that goes afterwards. */
  readonly dir: string | null;
}

export interface DemoParts {
  readonly print: (text: string) => void;
  readonly signal: AbortSignal;
}

export async function runDemo(options: DemoOptions, parts: DemoParts): Promise<void> {
  const started = { performanceMs: performance.now(), wallMs: Date.now() };
  const { print } = parts;
  const dir = options.dir ?? Deno.makeTempDirSync({ prefix: "tributary-demo-" });
  Deno.mkdirSync(dir, { recursive: true });
  await using stack = new AsyncDisposableStack();
  if (options.dir === null) stack.defer(() => Deno.removeSync(dir, { recursive: true }));
  const timeout = options.forSeconds === null
    ? []
    : [AbortSignal.timeout(options.forSeconds * 1000)];
  const signal = AbortSignal.any([parts.signal, ...timeout]);

  const plan = await makePlan(dir);
  print(`Starting two county centres and two sites in ${dir} …`);
  for (const site of plan.sites) await startDevices(site, stack);
  const children = [...plan.counties, ...plan.sites].map((node) =>
    stack.use(new ChildNode(node, { print, signal, logFile: join(dir, `${node.name}.log`) }))
  );
  await Promise.all(children.map((child) => child.ready()));
  if (signal.aborted) return;
  await enrolAll(plan);
  const links = await Promise.all([...plan.counties, ...plan.sites].map(ownerLink));
  const file = join(dir, "demo.json");
  const pharmacist = await hirePharmacist(plan.counties[0], hiredBefore(file));
  const described = { ...describe(plan, children, links), pharmacist };
  writeDurably(file, JSON.stringify(described, null, 2));
  print(`\n${addresses(plan, links)}\n`);
  print(`${reviewLine(plan.counties[0], pharmacist)}\n`);
  print(`Everything for programs stands in ${file}. Ctrl-C stops all of it.`);
  const run = started.wallMs.toString(36);
  const prescribing = plan.sites.map((site) => prescribeAt(site, run, signal));
  await Promise.all([
    ...prescribing,
    firstReadings(plan, started, print, signal),
    firstWaiting(plan, started, print, signal),
  ]);
  print("Stopping …");
}

/** Who was hired at an earlier start in the same folder. */
function hiredBefore(file: string): Credentials | null {
  try {
    const before = z.object({ pharmacist: credentials });
    return before.safeParse(JSON.parse(Deno.readTextFileSync(file))).data?.pharmacist ?? null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

function reviewLine({ port }: NodePlan, { account, password }: Credentials): string {
  return `Prescriptions 审方: http://127.0.0.1:${port}/review as "${account}", ` +
    `password "${password}"`;
}

/** Pairs the centres and enrols the sites, with one-time codes as a technician would. */
async function enrolAll({ counties: [a, b], sites }: DemoPlan): Promise<void> {
  const members = z.array(z.object({ node: z.string() })).parse(
    await askNode(readConfig(a.config), "/api/members"),
  );
  const enrolOne = async ({ name, role, config }: NodePlan) => {
    if (members.some((member) => member.node === name)) return;
    const answer = await askNode(readConfig(a.config), "/api/invitations", { node: name, role });
    await enrollNode(readConfig(config), invitationSchema.parse(answer).code);
  };
  // First the centres, so that both soon know the sites.
  await enrolOne(b);
  await Promise.all(sites.map(enrolOne));
}

async function startDevices(site: NodePlan, stack: AsyncDisposableStack): Promise<void> {
  const profiles = new ProfileLibrary(builtInProfiles());
  for (const { profile: name, port, offset } of site.modbus) {
    const profile = profiles.get(name);
    if (profile?.protocol !== "modbus") throw new Error(`"${name}" is no Modbus profile`);
    const model = name === "enbio-steriliser" ? demonstratedCycles() : fridgeModel(offset);
    const simulation = { profile, model, host: "127.0.0.1", port };
    stack.use(await ModbusSimulator.start(simulation));
  }
  for (const { profile: name, port } of site.scales) {
    const profile = profiles.get(name);
    if (profile?.protocol !== "scale") throw new Error(`"${name}" is no scale's profile`);
    const simulation = { profile, model: loadModel(), host: "127.0.0.1", port };
    stack.use(await ScaleSimulator.listen(simulation));
  }
  for (const [index, part] of site.mqtt.entries()) {
    const profile = profiles.get(part.profile);
    if (profile?.protocol !== "mqtt") throw new Error(`"${part.profile}" is no MQTT profile`);
    if (part.model === null) continue;
    stack.use(
      new MqttSimulator({
        url: `mqtt://127.0.0.1:${site.mqttPort}`,
        username: part.id,
        password: part.password,
        device: { id: part.id, profile },
        model: modelOf(part.model, profile, index),
        intervalMs: part.intervalMs,
      }),
    );
  }
}

function modelOf(
  kind: "room" | "scale" | "example",
  profile: Extract<Profile, { protocol: "mqtt" }>,
  offset: number,
): Model {
  if (kind === "room") return roomModel(offset);
  if (kind === "scale") return scaleModel(Math.random);
  return exampleModel(pointsOf(profile));
}

async function ownerLink(node: NodePlan): Promise<string> {
  const answer = await askNode(readConfig(node.config), "/api/owner-links", {});
  return ownerLinkSchema.parse(answer).url;
}

/** What other programs need to find everything: `DIR/demo.json`. */
function describe(plan: DemoPlan, children: readonly ChildNode[], links: readonly string[]) {
  const node = ({ name, port, config, dataDir }: NodePlan, index: number) => ({
    name,
    url: `http://127.0.0.1:${port}`,
    token: readToken(dataDir),
    ownerUrl: links[index],
    config,
    dataDir,
    pid: children[index].pid,
  });
  return {
    counties: plan.counties.map((county, index) => node(county, index)),
    sites: plan.sites.map((site, index) => {
      const guest = site.mqtt.find(({ model }) => model === null);
      return {
        ...node(site, plan.counties.length + index),
        mqtt: {
          host: "127.0.0.1",
          port: site.mqttPort,
          device: guest?.id,
          username: guest?.id,
          password: guest?.password,
          topic: guest?.topic,
          payload: JSON.stringify({ temperature: 21.4, humidity: 48.5, battery: 87 }),
        },
        modbus: site.modbus.map(({ id, port }) => ({
          device: id,
          host: "127.0.0.1",
          port,
          unit: 1,
        })),
        scales: site.scales.map(({ id, port }) => ({ device: id, host: "127.0.0.1", port })),
      };
    }),
  };
}

function addresses(plan: DemoPlan, links: readonly string[]): string {
  const rows = [...plan.counties, ...plan.sites].map((node, index) => [
    node.name,
    node.title.zh,
    links[index],
    node.role === "site" ? `MQTT 127.0.0.1:${node.mqttPort}` : "",
  ]);
  return table(["NODE", "名称", "CONSOLE (one-time owner's link)", "DEVICES"], rows);
}

/** Says when the first live value of each site has arrived at each centre. */
async function firstReadings(
  plan: DemoPlan,
  started: { readonly performanceMs: number; readonly wallMs: number },
  print: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const pending = new Set(
    plan.counties.flatMap((county) => plan.sites.map((site) => `${county.name} ${site.name}`)),
  );
  const latest = z.array(z.object({ site: z.string(), time: z.string() }));
  while (pending.size > 0 && !signal.aborted) {
    for (const county of plan.counties) {
      const values = latest.parse(await askNode(readConfig(county.config), "/api/latest"));
      for (const site of plan.sites) {
        const live = values.some(({ site: name, time }) =>
          name === site.name && Date.parse(time) >= started.wallMs
        );
        if (!live) continue;
        if (!pending.delete(`${county.name} ${site.name}`)) continue;
        const seconds = ((performance.now() - started.performanceMs) / 1000).toFixed(1);
        print(`✓ ${county.name} shows live values of ${site.name} (${seconds} s after the start)`);
      }
    }
    await pause(100, signal);
  }
}

/** Says when rules have left something to a pharmacist. */
async function firstWaiting(
  { counties: [county] }: DemoPlan,
  started: { readonly performanceMs: number },
  print: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const queue = z.object({ workload: z.object({ waiting: z.int() }) });
  while (!signal.aborted) {
    // The queue opens a moment after the node.
    const asked = await askNode(readConfig(county.config), "/api/reviews").catch(() => null);
    const waiting = queue.safeParse(asked).data?.workload.waiting ?? 0;
    if (waiting > 0) {
      const seconds = ((performance.now() - started.performanceMs) / 1000).toFixed(1);
      return print(`✓ Prescriptions wait for the pharmacist (${seconds} s after the start)`);
    }
    await pause(200, signal);
  }
}
