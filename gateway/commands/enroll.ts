/** `tributary enroll`: makes this node known to the county, with a one-time code. */
import type { NodeKey } from "../../sync/identity.ts";
import type { Centre, Config } from "../config.ts";
import { enrol, EnrolmentError } from "../fleet/enrolment.ts";
import { openKeystore, PeersFile, writeLatestLife } from "../keystore.ts";
import { CommandError } from "./local_api.ts";

/** Makes this node known with the key that it has. */
export async function enrollNode(config: Config, code: string): Promise<string> {
  Deno.mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  return await enrollWith(config, code, openKeystore(config.dataDir, config.keyFile).key);
}

/** Asks each centre in turn; returns the name of the one that took us. */
export async function enrollWith(config: Config, code: string, key: NodeKey): Promise<string> {
  const centres = centresOf(config);
  if (centres.length === 0) {
    throw new CommandError("No centre is configured: set counties (or, at a county, peer) first");
  }
  const reasons: string[] = [];
  for (const { node, url, ca } of centres) {
    try {
      const authority = ca === undefined ? undefined : Deno.readTextFileSync(ca);
      const self = { node: config.node, role: config.role, key };
      const { centre, members, latest } = await enrol({ url, ca: authority }, self, code);
      if (latest !== null) writeLatestLife(config.dataDir, latest);
      // A centre that was put back to a backup knows a key of the other that was replaced since;
      // its own key it proves with the code, and this node's it was just given.
      const isHearsay = (name: string) =>
        name !== config.node && (name !== node || name !== centre);
      new PeersFile(config.dataDir).learn(members, isHearsay);
      return node;
    } catch (error) {
      if (!(error instanceof EnrolmentError)) throw error;
      reasons.push(error.message);
    }
  }
  throw new CommandError(`Cannot enrol:\n  ${reasons.join("\n  ")}`);
}

function centresOf(config: Config): readonly Centre[] {
  if (config.role === "site") return config.counties;
  return config.peer === undefined ? [] : [config.peer];
}
