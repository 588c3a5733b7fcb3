/** `tributary notify`: how people are told, a test message, and the county's contacts. */
import type { Command } from "commander";
import { command, CONFIG_OPTION, type WithConfig } from "../commands/command.ts";
import { readConfig } from "../config_file.ts";
import { print } from "../print.ts";
import type { TestOptions } from "./notify_commands.ts";

export function addNotifyCommands(program: Command): void {
  const notify = command(
    program,
    "notify",
    "how people are told of alarms: channels, contacts, what waits",
    "tributary notify status",
  );
  command(
    notify,
    "status",
    "channels, what waits and why, and who could not be told",
    "tributary notify status",
  )
    .addOption(CONFIG_OPTION)
    .action(async ({ config }: WithConfig) => {
      const { notifyStatus } = await import("./notify_commands.ts");
      print(await notifyStatus(readConfig(config)));
    });

  command(
    notify,
    "signal <channel>",
    "how a modem is reached by its network, without sending",
    "tributary notify signal sms",
  )
    .addOption(CONFIG_OPTION)
    .action(async (channel: string, { config }: WithConfig) => {
      const { notifySignal } = await import("./notify_commands.ts");
      print(await notifySignal(readConfig(config), channel));
    });

  command(
    notify,
    "test <channel>",
    "send one test message by a channel of the running node; it stands in the audit",
    "tributary notify test sms --to +8613800000000",
  )
    .addOption(CONFIG_OPTION)
    .option("--to <address>", "telephone number or mail address; none for a webhook or a siren")
    .option("--language <language>", "zh or en", "zh")
    .action(async (channel: string, { config, ...options }: WithConfig & TestOptions) => {
      const { notifyTest } = await import("./notify_commands.ts");
      print(await notifyTest(readConfig(config), channel, options));
    });

  command(
    notify,
    "contacts <file>",
    "at a county: name all contacts, in place of those before; YAML, a list under `contacts`",
    "tributary notify contacts contacts.yaml",
  )
    .addOption(CONFIG_OPTION)
    .action(async (file: string, { config }: WithConfig) => {
      const { notifyContacts } = await import("./notify_commands.ts");
      print(await notifyContacts(readConfig(config), file));
    });
}
