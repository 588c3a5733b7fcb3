/** `tributary device trace`: the last exchanges with a device, as bytes and in words. */
import * as z from "zod";
import type { Config } from "../../config.ts";
import { exchangeView } from "../../devices/trace_api.ts";
import { askNode, CommandError } from "../local_api.ts";

/** Of the running node; as text, or as JSON for programs. */
export async function traceOf(config: Config, device: string, json: boolean): Promise<string> {
  if (config.role !== "site") {
    throw new CommandError(`"${config.node}" is a county: devices are traced at their site`);
  }
  const path = `/api/devices/${encodeURIComponent(device)}/trace`;
  const exchanges = z.array(exchangeView).parse(await askNode(config, path));
  if (json) return JSON.stringify(exchanges, null, 2);
  if (exchanges.length === 0) return `${device} was not asked yet; \`tributary status\` says why`;
  return exchanges.map(exchangeText).join("\n\n");
}

/** `>` is what was sent, `<` what came, `=` what it means. */
function exchangeText(exchange: z.infer<typeof exchangeView>): string {
  const { wallMs, sent, asked, received, answered } = exchange;
  return [
    `${new Date(wallMs).toISOString()} > ${spaced(sent)}`,
    `${" ".repeat(24)} = ${asked}`,
    ...received.map(({ wallMs, bytes }) => `${new Date(wallMs).toISOString()} < ${spaced(bytes)}`),
    `${" ".repeat(24)} = ${answered}`,
  ].join("\n");
}

function spaced(hex: string): string {
  return hex.replace(/(..)(?=.)/g, "$1 ");
}
