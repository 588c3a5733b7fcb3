/** The command line: arguments → role. */
import { Command, CommanderError, Option } from "commander";
import {
  command,
  CONFIG_OPTION,
  interruption,
  number,
  type WithConfig,
} from "./commands/command.ts";
import { addPackCommands } from "./commands/pack/pack_commands.ts";
import type { SalvageOptions } from "./commands/salvage.ts";
import type { Config } from "./config.ts";
import { ConfigError, readConfig } from "./config_file.ts";
import type { Domain } from "./domain.ts";
import { DOMAINS } from "./domains.ts";
import type { AgainstOptions } from "./commands/verify_against.ts";
import type { ExportOptions } from "./commands/export.ts";
import { CommandError, UsageError } from "./commands/local_api.ts";
import { complain, print, printProgress } from "./print.ts";
import { VERSION } from "./version.ts";

/** Done; it failed; the command or the configuration is wrong. */
const EXIT = { done: 0, failed: 1, wrong: 2 } as const;

/** An option that may be given more than once. */
function listed(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}

type VerifyOptions = Partial<AgainstOptions> & { json?: boolean };

export async function buildProgram(domains: readonly Domain[] = DOMAINS): Promise<Command> {
  const program = new Command("tributary")
    .description(
      "Edge gateway for county medical consortia: collects at the site, on disk, " +
        "and replicates to the county's two centres",
    )
    .version(VERSION)
    .exitOverride()
    .configureOutput({ writeErr: (text) => complain(text.trimEnd()) });
  const add = (usage: string, help: string, example: string) =>
    command(program, usage, help, example);

  add("run", "run a node until a signal stops it", "tributary run -c /etc/tributary/tributary.yaml")
    .addOption(CONFIG_OPTION)
    .action(async ({ config }: WithConfig) => {
      const { runNode } = await import("./commands/run.ts");
      const { stderrLog } = await import("./log.ts");
      await runNode(readConfig(config), stderrLog(), interruption());
    });

  add(
    "demo",
    "two centres and two sites with simulated devices, on this machine",
    "tributary demo --for 60",
  )
    .option("--for <seconds>", "stop by itself after so long", number)
    .option("--dir <folder>", "where to keep it; none: a temporary folder that goes afterwards")
    .action(async (options: { for?: number; dir?: string }) => {
      const { runDemo } = await import("./demo/demo.ts");
      await runDemo({ forSeconds: options.for ?? null, dir: options.dir ?? null }, {
        print,
        signal: interruption(),
      });
    });

  add("check", "try what can be tried before a start", "tributary check -c tributary.yaml")
    .addOption(CONFIG_OPTION)
    .action(async ({ config }: WithConfig) => {
      const { checkNode, findingsText } = await import("./commands/check.ts");
      const findings = await checkNode(readConfig(config));
      print(findingsText(findings));
      if (findings.some(({ level }) => level === "fault")) {
        throw new CommandError("Not all is well");
      }
    });

  add("status", "how the running node is doing", "tributary status --json")
    .addOption(CONFIG_OPTION)
    .option("--json", "as JSON, for programs")
    .option("--owner-link", "print a one-time link to the console instead")
    .action(async (options: WithConfig & { json?: boolean; ownerLink?: boolean }) => {
      const { askNode } = await import("./commands/local_api.ts");
      const { nodeStatusSchema, statusText } = await import("./commands/status.ts");
      const config = readConfig(options.config);
      if (options.ownerLink) {
        const { ownerLinkSchema } = await import("./commands/status.ts");
        return print(ownerLinkSchema.parse(await askNode(config, "/api/owner-links", {})).url);
      }
      const status = await askNode(config, "/api/status");
      print(
        options.json ? JSON.stringify(status, null, 2) : statusText(nodeStatusSchema.parse(status)),
      );
    });

  add("verify", "walk every chain on this disk, name the first bad entry", "tributary verify")
    .addOption(CONFIG_OPTION)
    .option("--json", "as JSON, for programs")
    .option("--against <url>", "compare with a centre instead, stream by stream and day by day")
    .option("--node <node>", "with --against: entries of this node only")
    .option("--wait <seconds>", "with --against: for what is on its way", number)
    .option("--repair", "with --against: where it differs, ask again")
    .action(async ({ config, json, ...rest }: WithConfig & VerifyOptions) => {
      const { against, ...how } = rest;
      if (against !== undefined) {
        const { againstText, progressText, verifyAgainst } = await import(
          "./commands/verify_against.ts"
        );
        const found = await verifyAgainst(readConfig(config), { against, ...how }, {
          onProgress: (soFar) => printProgress(progressText(soFar)),
          signal: interruption(),
        });
        printProgress("");
        print(json ? JSON.stringify(found, null, 2) : againstText(found));
        if (found.stopped !== null) throw new CommandError("Not all was compared");
        if (found.different > 0) throw new CommandError("The two do not hold the same");
        return;
      }
      if (Object.keys(how).length > 0) throw new UsageError("This needs --against URL");
      const { isSound, verificationText, verifyJournal } = await import("./commands/verify.ts");
      const verification = await verifyJournal(readConfig(config));
      print(json ? JSON.stringify(verification, null, 2) : verificationText(verification));
      if (!isSound(verification)) throw new CommandError("The journal is not sound");
    });

  add(
    "export",
    "entries in a signed file that whoever has it can verify",
    "tributary export --node site-017 --stream reading --from 2026-11-01 --out november.ndjson",
  )
    .addOption(CONFIG_OPTION)
    .requiredOption("--out <file>", "where to; it must not be there yet")
    .option("--node <node>", "entries of this node, of all its lives")
    .option("--origin <origin>", "entries of one life, as `status` names it")
    .option("--stream <stream>", "one stream; none: all")
    .option("--from <edge>", "a day such as 2026-11-24; with origin and stream also a number")
    .option("--to <edge>", "the last day, or the last number")
    .action(async ({ config, ...options }: WithConfig & ExportOptions) => {
      const { exportEntries } = await import("./commands/export.ts");
      const entries = await exportEntries(readConfig(config), options);
      print(`${entries} entries in ${options.out}, signed`);
      print(`whoever gets it verifies it with: python3 verify_export.py ${options.out}`);
    });

  add(
    "salvage <path>",
    "take each entry that holds out of a damaged store, which is only read",
    "tributary salvage /var/lib/tributary/journal/set-aside --key-file storage.key --out rescued",
  )
    .option("--key-file <file>", "at-rest keys, 64 hexadecimal digits on a line", listed)
    .option("--out <folder>", "write entries.ndjson and report.json there; none: print entries")
    .action(async (path: string, options: SalvageOptions) => {
      const { salvage } = await import("./commands/salvage.ts");
      if (!salvage(path, options, { print, tell: complain })) {
        throw new CommandError("Something is missing");
      }
    });

  add("schema", "the configuration's JSON Schema", "tributary schema --example site")
    .addOption(new Option("--example <role>", "a commented example").choices(["site", "county"]))
    .action(async ({ example }: { example?: "site" | "county" }) => {
      const { configJsonSchema, exampleYaml } = await import("./config_schema.ts");
      const schema = () => JSON.stringify(configJsonSchema(), null, 2);
      print(example === undefined ? schema() : exampleYaml(example).trimEnd());
    });

  addKeyCommands(program);
  addPackCommands(program);
  for (const { commands } of domains) (await commands?.())?.(program);
  return program;
}

function addKeyCommands(program: Command): void {
  const key = command(program, "key", "keys of this node", "tributary key rotate");
  command(
    key,
    "rotate",
    "a new at-rest key, beside the running node; or, with a code, a new key that names it",
    "tributary key rotate --identity K7QX-2M4P-9TRA-HW3C",
  )
    .addOption(CONFIG_OPTION)
    .option("--identity <code>", "the key that names this node: enrols a new one with this code")
    .action(async ({ config, identity }: WithConfig & { identity?: string }) => {
      const { rotateIdentity, rotateStorageKey } = await import("./commands/key.ts");
      const read = readConfig(config);
      if (identity === undefined) return print(await rotateStorageKey(read, print));
      const centre = await rotateIdentity(read, identity);
      print(`${read.node} has a new key, which ${centre} knows; restart it now`);
    });
}

/** Runs one command; returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    await (await buildProgram()).parseAsync([...args], { from: "user" });
    return EXIT.done;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.wrong;
    if (error instanceof ConfigError || error instanceof UsageError) {
      complain(error.message);
      return EXIT.wrong;
    }
    const text = error instanceof CommandError || !(error instanceof Error)
      ? String(error instanceof Error ? error.message : error)
      : error.stack ?? error.message;
    complain(text);
    return EXIT.failed;
  }
}

export type { Config };

if (import.meta.main) Deno.exit(await main(Deno.args));
