/**
 * That prescriptions wait too long for a pharmacist (P8), told at each level, for each emergency
 * beside it, anew when newer ones pass a limit, and once that none does any more. Nothing ever
 * passes by it (P3).
 */
import type { Node } from "../../node.ts";
import { entryId, newEntry, once } from "../../collected_entry.ts";
import { type WaitPolicy, waitState } from "../life/queue_order.ts";
import type { ReviewQueue } from "../queue/review_queue.ts";
import { newsOf, type Waiting, waitToldIn } from "./wait_told.ts";
import { REVIEW_WAITING, type WaitingBody } from "./waiting_body.ts";

export class WaitAlarms {
  readonly #node: Pick<Node, "clock" | "disk" | "config" | "log">;
  readonly #policy: Pick<WaitPolicy, "warnMs" | "escalateMs">;

  constructor(
    node: Pick<Node, "clock" | "disk" | "config" | "log">,
    policy: Pick<WaitPolicy, "warnMs" | "escalateMs">,
  ) {
    this.#node = node;
    this.#policy = policy;
  }

  async look(queue: Pick<ReviewQueue, "told" | "tell" | "workload" | "newestPast">): Promise<void> {
    const nowMs = this.#node.clock.now().wallMs;
    const workload = await queue.workload(nowMs, this.#policy);
    const { warned, escalated, waiting, oldestMs, urgentMs, onDuty } = workload;
    const level = escalated > 0 ? "escalate" : warned > 0 ? "warn" : "in-time";
    const emergency = urgentMs === null ? "in-time" : waitState(urgentMs, nowMs, this.#policy);
    const { warnedMs, escalatedMs } = await queue.newestPast(nowMs, this.#policy);
    const waits: Waiting = { level, emergency, urgentMs, warnedMs, escalatedMs };
    const news = newsOf(waitToldIn(await queue.told()), waits, nowMs);
    if (news === null) return;
    const { clock, disk, config, log } = this.#node;
    const time = clock.now();
    const body: WaitingBody = {
      id: entryId(REVIEW_WAITING, config.node, JSON.stringify(waits), oldestMs),
      level,
      emergency,
      waiting,
      warned,
      escalated,
      oldest: oldestMs,
      onDuty: onDuty.length,
      rule: "P8",
      warnMs: this.#policy.warnMs,
      escalateMs: this.#policy.escalateMs,
    };
    // Stored and not noted, after a crash, or by two nodes at once: it is told once all the same.
    const entry = newEntry("alarm", REVIEW_WAITING, time, body);
    await disk.append([level === "in-time" ? entry : once(entry, REVIEW_WAITING, body.id)], time);
    log({ kind: "review-waiting", level, waiting, escalated });
    await queue.tell(JSON.stringify(news));
  }
}
