/** The configuration of a site that is measured: its devices are `dev-0`, `dev-1` … */
import { join } from "node:path";
import { stringify } from "yaml";
import { freePort } from "../../drivers/fixtures.ts";
import { hashPassword } from "../../drivers/mqtt/password.ts";

/** Of all devices; their topics are `sensors/dev-0/state` … */
export const PASSWORD = "bench";

export interface SiteFiles {
  readonly file: string;
  readonly dataDir: string;
  /** Where the site answers over HTTP. */
  readonly url: string;
  /** Port of its broker. */
  readonly mqttPort: number;
}

/** Writes it into the folder. `more`: what else stands in it. */
export async function writeSite(
  dir: string,
  devices: number,
  more: object = {},
): Promise<SiteFiles> {
  const [mqttPort, port] = [freePort(), freePort()];
  const passwordHash = await hashPassword(PASSWORD);
  const clients = Array.from({ length: devices }, (_, number) => ({
    username: `dev-${number}`,
    passwordHash,
    devices: [{ id: `dev-${number}`, profile: "temperature-humidity" }],
  }));
  const settings = { host: "127.0.0.1", port: mqttPort, clients };
  const dataDir = join(dir, "site");
  const config = {
    role: "site",
    node: "bench",
    title: { zh: "测试", en: "Bench" },
    dataDir,
    http: { port },
    sources: [{ name: "sensors", driver: "mqtt-broker", settings }],
    ...more,
  };
  const file = join(dir, "bench.yaml");
  Deno.writeTextFileSync(file, stringify(config));
  return { file, dataDir, url: `http://127.0.0.1:${port}`, mqttPort };
}
