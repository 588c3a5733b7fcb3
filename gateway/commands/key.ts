/** `tributary key`: rotates the at-rest key of a running node, and the key that names a node. */
import { join } from "node:path";
import * as z from "zod";
import { NodeKey } from "../../sync/identity.ts";
import { pause } from "../../sync/timer.ts";
import type { Config } from "../config.ts";
import { renameDurably, writeDurably } from "../durable_file.ts";
import { enrollWith } from "./enroll.ts";
import { askNode, CommandError } from "./local_api.ts";

/** How often the running node is asked whether it is done. */
const LOOK_MS = 500;

const rotationSchema = z.object({
  state: z.enum(["idle", "running", "waiting"]),
  keys: z.number(),
  given: z.string().nullable(),
  reason: z.string().nullable(),
});

const PATH = "/api/key-rotation";

/** Begins, and returns what there is to tell once nothing is under an older key any more. */
export async function rotateStorageKey(
  config: Config,
  print: (text: string) => void,
): Promise<string> {
  await askNode(config, PATH, {});
  print("new entries are under the new key; what was written before is being written anew …");
  let told: string | null = null;
  for (;;) {
    const { state, keys, given, reason } = rotationSchema.parse(await askNode(config, PATH));
    if (state === "waiting" && reason !== told) {
      print(`it has to wait: ${reason}`);
      told = reason;
    }
    if (state === "idle" && keys === 1) {
      return given === null
        ? "done: the old key is forgotten"
        : `done: nothing is under the old key; remove it from ${given}`;
    }
    await pause(LOOK_MS, new AbortController().signal);
  }
}

/**
 * Makes a new key for this node and enrols it with a one-time code. What was signed before still
 * holds: the county keeps all keys that a node has had. Asked again after a failure it goes on
 * with the same new key, so that a lost answer costs nothing.
 */
export async function rotateIdentity(config: Config, code: string): Promise<string> {
  const folder = join(config.dataDir, "keys");
  const [current, next] = [join(folder, "node.pem"), join(folder, "node.pem.next")];
  const key = readKey(next) ?? NodeKey.create();
  writeDurably(next, key.toPem());
  if (readKey(current) === null) {
    throw new CommandError(`There is no key in "${folder}": use \`tributary enroll\` instead`);
  }
  const centre = await enrollWith(config, code, key);
  renameDurably(next, current);
  return centre;
}

function readKey(path: string): NodeKey | null {
  try {
    return NodeKey.parse(Deno.readTextFileSync(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
