/** `tributary rules`: releasing what prescriptions are reviewed by, and asking after it. */
import type { Command } from "commander";
import { command, CONFIG_OPTION, type WithConfig } from "../../commands/command.ts";
import { readConfig } from "../../config_file.ts";
import { print } from "../../print.ts";
import type { BeginOptions } from "./first_rules.ts";
import type { ReleaseOptions } from "./release_files.ts";
import type { UnmappedOptions } from "./unmapped_text.ts";

function listed(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}

export function addRuleCommands(program: Command): void {
  const rules = command(
    program,
    "rules",
    "what prescriptions are reviewed by: packs, drug list, mappings, registry",
    "tributary rules status",
  );
  command(
    rules,
    "begin",
    "at a county that has no rules: files of packs that the program brings, and what to configure",
    "tributary rules begin --packs legal --packs demonstration --site site-017 --out rules",
  )
    .addOption(CONFIG_OPTION)
    .requiredOption("--packs <name>", "a pack of `pack list`; once for each", listed)
    .requiredOption("--site <site>", "whose mapping is begun; once for each", listed)
    .requiredOption("--out <folder>", "where to: a folder that is not there")
    .action(async ({ config, ...options }: WithConfig & BeginOptions) => {
      const { beginRules } = await import("./first_rules.ts");
      print(beginRules(readConfig(config), options));
    });

  command(
    rules,
    "release",
    "at a county: put these in force at both centres and all sites; what is not named stays",
    "tributary rules release --packs legal.signed.json --packs county.signed.json " +
      "--drugs drugs.yaml --mapping site-017.yaml --note 'rules of December'",
  )
    .addOption(CONFIG_OPTION)
    .option("--packs <file>", "a signed pack; once for each that is to be in force", listed)
    .option("--drugs <file>", "the county's drug list")
    .option("--mapping <file>", "a site's mapping; once for each site", listed)
    .option("--registry <file>", "prescribers, pharmacists and clinics")
    .option("--from <moment>", "in force from then on, such as 2026-12-01T00:00:00+08:00")
    .option("--note <text>", "what for, for the auditor")
    .action(async ({ config, ...options }: WithConfig & ReleaseOptions) => {
      const { releaseFiles } = await import("./release_files.ts");
      print(await releaseFiles(readConfig(config), options));
    });

  command(rules, "status", "what is in force at this node", "tributary rules status")
    .addOption(CONFIG_OPTION)
    .action(async ({ config }: WithConfig) => {
      const { rulesText } = await import("./release_files.ts");
      print(await rulesText(readConfig(config)));
    });

  command(
    rules,
    "unmapped",
    "codes of a HIS that no mapping has, so that prescriptions with them could not be checked",
    "tributary rules unmapped --site site-017 --yaml",
  )
    .addOption(CONFIG_OPTION)
    .option("--site <site>", "at a county: of this one alone")
    .option("--days <number>", "of prescriptions of so many days (30)")
    .option("--yaml", "as lines for a mapping, in which what they mean is left open")
    .action(async ({ config, ...options }: WithConfig & UnmappedOptions) => {
      const { unmappedText } = await import("./unmapped_text.ts");
      print(await unmappedText(readConfig(config), options));
    });

  command(
    rules,
    "replay <prescription>",
    "make the rules' verdicts on a prescription again, and compare them with what is stored",
    "tributary rules replay 2026-000123 --site site-017",
  )
    .addOption(CONFIG_OPTION)
    .option("--site <site>", "at a county: whose it is")
    .action(async (id: string, { config, site }: WithConfig & { site?: string }) => {
      const { replayText } = await import("./release_files.ts");
      print(await replayText(readConfig(config), id, site));
    });
}
