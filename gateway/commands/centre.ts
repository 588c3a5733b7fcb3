/** `tributary centre lost|returned`: a county's word on one of its centres. */
import * as z from "zod";
import type { Config } from "../config.ts";
import { askNode, CommandError } from "./local_api.ts";

const declared = z.object({ sites: z.number() });

/** Says it to the running county; returns what to print. */
export async function declareCentreBy(
  config: Config,
  centre: string,
  lost: boolean,
  reason: string,
): Promise<string> {
  if (config.role !== "county") {
    throw new CommandError(`"${config.node}" is a site: a centre is declared lost at a county`);
  }
  const { sites } = declared.parse(await askNode(config, "/api/centres", { centre, lost, reason }));
  const meaning = lost
    ? "they wait for no receipt of it until it is declared returned"
    : "they keep what it lacks";
  return `${centre} is declared ${lost ? "lost" : "returned"}; ${sites} sites are told: ${meaning}`;
}
