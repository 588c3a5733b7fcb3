/** The command that makes the tables of a running node anew. */
import type { Command } from "commander";
import { command, CONFIG_OPTION, interruption, type WithConfig } from "../commands/command.ts";
import type { RebuildOptions } from "../commands/rebuild.ts";
import { readConfig } from "../config_file.ts";
import { print, printProgress } from "../print.ts";

export function addRebuildCommand(program: Command): void {
  command(
    program,
    "rebuild",
    "make the query tables of the running node anew from its journal, beside those in use",
    "tributary rebuild --projection latest",
  )
    .addOption(CONFIG_OPTION)
    .option("--projection <name>", "the tables of this one only; a wrong name lists them")
    .option("--even-so", "though the journal does not hold all that the tables may know of")
    .action(async ({ config, ...options }: WithConfig & RebuildOptions) => {
      const { rebuild } = await import("../commands/rebuild.ts");
      const places = { onProgress: printProgress, signal: interruption() };
      print(await rebuild(readConfig(config), options, places));
    });
}
