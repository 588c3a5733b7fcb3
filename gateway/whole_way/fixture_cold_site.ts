/** A site with a fridge whose thermometer speaks MQTT, and a keeper who may acknowledge. */
import * as z from "zod";
import { freePort } from "../../drivers/fixtures.ts";
import { NodeProcess } from "../fixtures.ts";
import { addNurse, sessionOf } from "../waste/fixture_nurses.ts";
import { brokerLine, countingProfile, publishedBy, writeProfiles } from "./fixtures.ts";

const DEVICE = "thermometer";
const PROFILE = "fridge-thermometer";
const KEEPER = "li";
export const FRIDGE = "fridge-1";

/** The first value that is too warm is an alarm. */
const RULE = {
  ...{ id: "warm", side: "above", limitCelsius: 8, comparison: "exclusive", counting: "single" },
  ...{ holdMinutes: 0, overMidnight: true, level: 1, source: "a test", effective: "2026-01-01" },
};

const unitSchema = z.object({
  unit: z.string(),
  watch: z.string(),
  probes: z.array(z.object({ celsius: z.number().nullable() })),
  alarms: z.array(z.object({ episode: z.string(), state: z.string(), level: z.number() })),
});
export type ShownUnit = z.infer<typeof unitSchema>;

export class ColdSite {
  readonly node: NodeProcess;
  readonly #port = freePort();
  #sent = 0;

  /** `more`: settings beside those that it needs. */
  constructor(folder: string, more: object = {}) {
    const points = [{
      ...{ point: "temperature", title: { zh: "温度", en: "Temperature" }, unit: "Cel" },
      ...{ path: "c", example: 5 },
    }];
    const profile = countingProfile(PROFILE);
    const messages = [{ topic: "cold/{device}", id: "id", points }];
    const profilesDir = writeProfiles(folder, { ...profile, messages });
    const unit = {
      ...{ id: FRIDGE, name: "一号冰箱", form: "refrigerator", rules: [RULE], manual: false },
      ...{ intervalSeconds: 3600, probes: [{ id: "probe-1", device: DEVICE }] },
    };
    const sources = [brokerLine(this.#port, { [DEVICE]: PROFILE })];
    const settings = { profilesDir, sources, coldchain: { units: [unit] }, ...more };
    this.node = new NodeProcess(folder, { name: "site-1", role: "site", more: settings });
  }

  async addKeeper(): Promise<void> {
    await addNurse(this.node, KEEPER, ["vaccine-keeper"]);
  }

  /** `true` once the site has it on its disk. */
  async reads(celsius: number): Promise<boolean> {
    const said = JSON.stringify({ id: `value-${++this.#sent}`, c: celsius });
    return await publishedBy(DEVICE, this.#port, `cold/${DEVICE}`, said);
  }

  /** What the keeper does; `null`: no answer came. */
  async acts(path: string, body: object): Promise<number | null> {
    try {
      const headers = {
        cookie: await sessionOf(this.node, KEEPER),
        "content-type": "application/json",
      };
      const init = { method: "POST", token: false, headers, body: JSON.stringify(body) };
      const answer = await this.node.fetch(`/api/coldchain/${path}`, init);
      await answer.body?.cancel();
      return answer.status;
    } catch {
      return null;
    }
  }

  async unit(): Promise<ShownUnit | null> {
    return z.array(unitSchema).parse(await this.node.ask("/api/coldchain/units")).at(0) ?? null;
  }

  /** Bodies of the entries of a kind, of all lives. */
  async bodies(stream: "alarm" | "record", kind: string) {
    const entries = await this.node.entriesOf("site-1", stream);
    return entries.filter((entry) => entry.kind === kind).map(({ body }) => body);
  }
}
