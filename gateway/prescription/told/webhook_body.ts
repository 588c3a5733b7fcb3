/** That a HIS does not take what it is told, or does again, and what it was not told. */
import * as z from "zod";

export const WEBHOOK = "webhook";

export const webhookBody = z.object({
  works: z.boolean(),
  /** Why not; `null`: it works. */
  reason: z.string().nullable(),
  /** For how long it did not work until now. */
  seconds: z.int(),
});
export type WebhookBody = z.infer<typeof webhookBody>;

export const WEBHOOK_LEFT_OUT = "webhook-left-out";

export const leftOutBody = z.object({
  /** How many changes. */
  changes: z.int().min(1),
  /** Why, in English as errors are. */
  reason: z.string(),
  /** Whose change it was; `null`: of several. */
  prescription: z.object({ site: z.string(), id: z.string() }).nullable(),
});
export type LeftOutBody = z.infer<typeof leftOutBody>;
