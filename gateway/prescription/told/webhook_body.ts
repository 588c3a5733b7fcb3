/** That a HIS does not take what it is told, or does again. */
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
