/** A node as it runs on another machine: `CONFIG MACHINE`, with a copy of somebody's disk. */
import { runNode } from "./commands/run.ts";
import { readConfig } from "./config_file.ts";
import { stderrLog } from "./log.ts";

const [config, machine] = Deno.args;
const stop = new AbortController();
Deno.addSignalListener("SIGTERM", () => stop.abort());
await runNode(readConfig(config), stderrLog(), stop.signal, { machine });
