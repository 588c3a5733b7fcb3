/** Messages for programs: pushed as Standard Webhooks has it. */
import { type Hook, push } from "../../signed_webhook.ts";
import { answered, type Channel } from "./channel.ts";

/** The type that Standard Webhooks asks each payload to name. */
const TYPE = "notification";

export function webhookChannel(name: string, hook: Hook): Channel {
  return {
    name,
    addressedBy: "nothing",
    isLocal: false,
    send: async ({ id, seconds, data }, signal) => {
      const timestamp = new Date(seconds * 1000).toISOString();
      const body = JSON.stringify({ type: TYPE, timestamp, data });
      const outcome = await push(hook, { id, seconds, body }, signal);
      return outcome.kind === "answered"
        ? answered(outcome.status)
        : { kind: "failed", of: "channel", detail: outcome.reason };
    },
  };
}
