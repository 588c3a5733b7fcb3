/** Asks the running node how people are told, or has it send or name. */
import { parse } from "yaml";
import * as z from "zod";
import { askNode, CommandError, UsageError } from "../commands/local_api.ts";
import type { Config } from "../config.ts";
import { issueLines } from "../schema_faults.ts";
import { contactsSchema } from "./contact.ts";
import { channelAnswer, testAnswer } from "./notification_routes.ts";
import { notificationsView } from "./notification_view.ts";

/** A modem that looks for its network, and a message in parts, take minutes. */
const TEST_TIMEOUT_MS = 300_000;

export interface TestOptions {
  readonly to?: string;
  readonly language?: string;
}

/** Throws `CommandError` where it was not delivered. */
export async function notifyTest(
  config: Config,
  channel: string,
  { to = "", language = "zh" }: TestOptions,
): Promise<string> {
  if (language !== "zh" && language !== "en") {
    throw new UsageError(`Cannot write in "${language}": want zh or en`);
  }
  const body = { channel, to, language };
  const answer = await askNode(config, "/api/notifications/test", body, TEST_TIMEOUT_MS);
  const { outcome, detail } = testAnswer.parse(answer);
  const text = `${channel}: ${outcome}${detail === "" ? "" : `, ${detail}`}`;
  if (outcome !== "delivered") throw new CommandError(text);
  return text;
}

/** Opens the modem, and waits for its network as a message would. */
export async function notifySignal(config: Config, channel: string): Promise<string> {
  const path = `/api/notifications/channels/${encodeURIComponent(channel)}`;
  const { state } = channelAnswer.parse(await askNode(config, path, undefined, TEST_TIMEOUT_MS));
  return `${channel}: ${state ?? "nothing is known before a test message"}`;
}

export async function notifyStatus(config: Config): Promise<string> {
  const view = notificationsView.parse(await askNode(config, "/api/notifications"));
  const { channels, waiting, undelivered } = view;
  return [
    ...(channels.length === 0
      ? ["this node has no channel"]
      : channels.map((one) =>
        `channel ${one.channel}: ${one.reason === null ? "works" : `FAILS, ${one.reason}`}`
      )),
    `${waiting.length} waiting`,
    ...waiting.map(({ contact, channel, ageSeconds, attempts, nextSeconds, reason }) =>
      `  ${contact} by ${channel}: ${ageSeconds} s, ${attempts} failures, next in ` +
      `${nextSeconds} s${reason === null ? "" : `, ${reason}`}`
    ),
    ...undelivered.map(({ contact, channel, reason, node, time }) =>
      `NOT TOLD ${time} ${contact ?? "nobody"}${channel === null ? "" : ` by ${channel}`} ` +
      `at ${node}: ${reason}`
    ),
  ].join("\n");
}

const contactsFile = z.strictObject({ contacts: contactsSchema });

export async function notifyContacts(config: Config, file: string): Promise<string> {
  if (config.role !== "county") {
    throw new CommandError(
      `"${config.node}" is a site: contacts are named at a county; its own, such as sirens, ` +
        "stand in notifications.contacts",
    );
  }
  const read = contactsFile.safeParse(documentOf(file));
  if (!read.success) {
    const faults = issueLines(read.error.issues).map((line) => `  ${line}`);
    throw new UsageError(`Cannot use "${file}":\n${faults.join("\n")}`);
  }
  const answer = z.object({ number: z.int(), contacts: z.int() })
    .parse(await askNode(config, "/api/contacts", read.data));
  return `${answer.contacts} contacts are in force, as number ${answer.number}`;
}

function documentOf(file: string): unknown {
  try {
    return parse(Deno.readTextFileSync(file));
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`Cannot read "${file}": ${found}`, { cause });
  }
}
