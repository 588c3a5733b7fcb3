/** Nodes that are measured as processes: their files, their start, how far they have come. */
import { join } from "node:path";
import { stringify } from "yaml";
import * as z from "zod";
import { enrollNode } from "../commands/enroll.ts";
import { askNode } from "../commands/local_api.ts";
import { invitationSchema } from "../commands/status.ts";
import { readConfig } from "../config_file.ts";
import { ourProgram } from "../program.ts";
import { Measured } from "./processes.ts";

export interface NodeFiles {
  readonly name: string;
  readonly role: "site" | "county";
  readonly file: string;
  readonly port: number;
}

/** Loopback is no line that anybody shares. */
export const LINE = { mbit: 10_000, sharePercent: 100 };

/** Writes the configuration of a node; `more` is what else stands in it. */
export function writeNode(
  dir: string,
  name: string,
  port: number,
  role: "site" | "county",
  more: object,
): NodeFiles {
  const title = { zh: name, en: name };
  const file = join(dir, `${name}.yaml`);
  const common = { role, node: name, title, dataDir: join(dir, name), http: { port }, line: LINE };
  Deno.writeTextFileSync(file, stringify({ ...common, ...more }));
  return { name, role, file, port };
}

export function startNode({ file }: NodeFiles): Measured {
  return new Measured(...ourProgram("run", "-c", file));
}

/** Enrols a node at a county that runs. */
export async function enrolAt(county: NodeFiles, { name, role, file }: NodeFiles): Promise<void> {
  const wanted = { node: name, role };
  const asked = await askNode(readConfig(county.file), "/api/invitations", wanted);
  await enrollNode(readConfig(file), invitationSchema.parse(asked).code);
}

const positionsSchema = z.array(
  z.object({ origin: z.string(), stream: z.string(), seq: z.number() }),
);

/** Readings of sites that a county holds. */
export async function readingsAt(county: NodeFiles): Promise<number> {
  const positions = positionsSchema.parse(await askNode(readConfig(county.file), "/api/positions"));
  return positions
    .filter(({ origin, stream }) => origin.startsWith("site") && stream === "reading")
    .reduce((sum, { seq }) => sum + seq, 0);
}

/** Asks until the number is reached; returns what it is then. */
export async function reached(ask: () => Promise<number>, wanted: number): Promise<number> {
  for (;;) {
    const found = await ask();
    if (found >= wanted) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Waits until a county knows a node. */
export async function memberAt(county: NodeFiles, node: string): Promise<void> {
  const members = z.array(z.object({ node: z.string() }));
  const known = async () => {
    const found = members.parse(await askNode(readConfig(county.file), "/api/members"));
    return found.some((member) => member.node === node) ? 1 : 0;
  };
  await reached(known, 1);
}
