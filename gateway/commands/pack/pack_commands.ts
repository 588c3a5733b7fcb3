/** Commands for packs of rules that prescriptions are reviewed by. */
import { join } from "node:path";
import type { Command } from "commander";
import { readConfig } from "../../config_file.ts";
import { print } from "../../print.ts";
import { command, CONFIG_OPTION, number, type WithConfig } from "../command.ts";
import type { DiffOptions } from "./diff.ts";

export function addPackCommands(program: Command): void {
  const pack = command(
    program,
    "pack",
    "packs of rules that prescriptions are reviewed by",
    "tributary pack check county-rules",
  );

  command(pack, "list", "packs that the program brings along", "tributary pack list")
    .action(async () => {
      const { packList } = await import("./shipped.ts");
      print(packList());
    });

  command(
    pack,
    "copy <name>",
    "the folder of a pack that the program brings along, to make the county's own of",
    "tributary pack copy demonstration --out county-rules",
  )
    .requiredOption("--out <folder>", "where to: a folder that is not there")
    .action(async (name: string, { out }: { out: string }) => {
      const { copyPack } = await import("./shipped.ts");
      print(copyPack(name, out));
    });

  command(
    pack,
    "check <folder>",
    "whether its rules are sound and its cases hold, and what in it is to be confirmed",
    "tributary pack check county-rules",
  ).action(async (folder: string) => {
    const { packReport } = await import("./pack.ts");
    print(packReport(folder));
  });

  command(
    pack,
    "test <pack>",
    "run the cases that it brings along",
    "tributary pack test county-rules.json",
  ).action(async (path: string) => {
    const { tryPack } = await import("./pack.ts");
    print(`${tryPack(path)} cases hold`);
  });

  command(
    pack,
    "build <folder>",
    "one document of it, of which the hash is its identity; refused when a case fails",
    "tributary pack build county-rules --out county-rules.json",
  )
    .requiredOption("--out <file>", "where to")
    .action(async (folder: string, { out }: { out: string }) => {
      const { buildPackFile } = await import("./pack.ts");
      print(`${out}: ${buildPackFile(folder, out)}`);
    });

  command(
    pack,
    "sign <built>",
    "sign a built pack, with this node's key or another",
    "tributary pack sign county-rules.json --out county-rules.signed.json",
  )
    .addOption(CONFIG_OPTION)
    .option("--key <file>", "Ed25519 key in PEM; none: that of the node")
    .requiredOption("--out <file>", "where to")
    .action(async (path: string, options: WithConfig & { key?: string; out: string }) => {
      const { signPackFile } = await import("./pack.ts");
      const key = options.key ?? join(readConfig(options.config).dataDir, "keys", "node.pem");
      const { identity, signer } = signPackFile(path, key, options.out);
      print(`${options.out}: ${identity}\nsigned by ${signer}`);
    });

  command(
    pack,
    "diff <before> <after>",
    "which prescriptions the second pack would decide otherwise than the first",
    "tributary pack diff county-rules-7.json county-rules --facts november.ndjson --days 30",
  )
    .requiredOption("--facts <file>", "prescriptions as rules see them, one a line")
    .option("--days <days>", "only of the last so many days in the file", number)
    .option("--json", "as JSON, for programs")
    .action(async (before: string, after: string, options: DiffOptions & { json?: boolean }) => {
      const { diffPacks, diffText } = await import("./diff.ts");
      const diff = await diffPacks(before, after, options);
      print(options.json ? JSON.stringify(diff, null, 2) : diffText(diff));
    });
}
