/** Channels of a node, as it is configured; a file that is missing is told at the start. */
import { webhookSecret } from "../../signed_webhook.ts";
import type { ChannelConfig } from "../notification_config.ts";
import type { Channel } from "./channel.ts";
import { mailChannel } from "./mail_channel.ts";
import { modemChannel } from "./modem/modem_channel.ts";
import { mqttSiren, type Siren, sirenChannel } from "./siren_channel.ts";
import { smsGatewayChannel } from "./sms_gateway_channel.ts";
import { webhookChannel } from "./webhook_channel.ts";

export interface ChannelParts {
  /** Whether a siren of this name has something to be heard. */
  readonly sounding: (channel: string) => Promise<boolean>;
  /** A siren at a point of a device. */
  readonly coil: (place: Coil) => Siren;
}

export type Coil = Pick<Extract<ChannelConfig, { kind: "siren-coil" }>, "device" | "point" | "on">;

/** Throws an Error that names the setting and the file. */
export function openChannel(config: ChannelConfig, parts: ChannelParts): Channel {
  const { name } = config;
  switch (config.kind) {
    case "webhook": {
      const secret = webhookSecret(settingOf(name, "secretFile"), config.secretFile);
      return webhookChannel(name, { url: config.url, secret, timeoutMs: timeoutOf(config) });
    }
    case "mail": {
      const { host, port, security, ca, user, passwordFile, from } = config;
      const password = firstLine(name, "passwordFile", passwordFile) ?? "";
      return mailChannel(name, {
        host,
        port,
        security,
        ca: whole(name, "ca", ca),
        login: user === undefined ? null : { user, password },
        from,
        timeoutMs: timeoutOf(config),
      });
    }
    case "modem": {
      const pin = firstLine(name, "pinFile", config.pinFile);
      return modemChannel(name, { ...config, pin });
    }
    case "sms-gateway":
      return smsGateway(config);
    case "siren-coil":
      return sirenChannel(name, parts.coil(config), () => parts.sounding(name));
    case "siren-mqtt": {
      const { url, username, passwordFile, ca, topic, on, off } = config;
      const password = firstLine(name, "passwordFile", passwordFile) ?? "";
      const siren = mqttSiren({
        url,
        login: username === undefined ? null : { username, password },
        ca: whole(name, "ca", ca),
        topic,
        on,
        off,
        timeoutMs: timeoutOf(config),
      });
      return sirenChannel(name, siren, () => parts.sounding(name));
    }
  }
}

function smsGateway(config: Extract<ChannelConfig, { kind: "sms-gateway" }>): Channel {
  const { name, url, format, fields, headers, signOver, signHash, signEncoding } = config;
  const secret = firstLine(name, "secretFile", config.secretFile);
  const named = (list: typeof fields) =>
    Object.fromEntries(list.map(({ name, value }) => [name, value]));
  return smsGatewayChannel(name, {
    url,
    format,
    fields: named(fields),
    headers: named(headers),
    secret: secret ?? "",
    sign: signOver === undefined
      ? null
      : { hash: signHash, over: signOver, encoding: signEncoding },
    ok: config.ok === undefined ? null : new RegExp(config.ok),
    never: config.never === undefined ? null : new RegExp(config.never),
    lengthMax: config.lengthMax,
    timeoutMs: timeoutOf(config),
  });
}

function timeoutOf({ timeoutSeconds }: { readonly timeoutSeconds: number }): number {
  return timeoutSeconds * 1000;
}

function settingOf(channel: string, setting: string): string {
  return `notifications.channels "${channel}" ${setting}`;
}

function whole(channel: string, setting: string, file: string | undefined): string | null {
  if (file === undefined) return null;
  try {
    return Deno.readTextFileSync(file);
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Cannot read ${settingOf(channel, setting)} "${file}": ${found}`, { cause });
  }
}

function firstLine(channel: string, setting: string, file: string | undefined): string | null {
  const text = whole(channel, setting, file)?.split("\n")[0].trim() ?? null;
  if (text !== "") return text;
  throw new Error(`Cannot use ${settingOf(channel, setting)} "${file}": its first line is empty`);
}
