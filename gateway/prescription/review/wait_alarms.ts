/**
 * That prescriptions wait too long for a pharmacist (P8), told once for each level, and once that
 * none does any more. Nothing ever passes by it (P3).
 */
import type { Node } from "../../node.ts";
import { newEntry } from "../../collected_entry.ts";
import type { WaitPolicy } from "../life/queue_order.ts";
import type { Workload } from "../queue/review_queue.ts";
import { lifeId } from "../life/subject.ts";
import { REVIEW_WAITING, type WaitingBody } from "./waiting_body.ts";

type Level = WaitingBody["level"];

export class WaitAlarms {
  readonly #node: Pick<Node, "clock" | "disk" | "config" | "log">;
  readonly #policy: Pick<WaitPolicy, "warnMs" | "escalateMs">;
  #told: Level = "in-time";

  constructor(
    node: Pick<Node, "clock" | "disk" | "config" | "log">,
    policy: Pick<WaitPolicy, "warnMs" | "escalateMs">,
  ) {
    this.#node = node;
    this.#policy = policy;
  }

  async look({ warned, escalated, waiting, oldestMs, onDuty }: Workload): Promise<void> {
    const level = escalated > 0 ? "escalate" : warned > 0 ? "warn" : "in-time";
    if (level === this.#told) return;
    const { clock, disk, config, log } = this.#node;
    const time = clock.now();
    const body: WaitingBody = {
      id: lifeId(REVIEW_WAITING, config.node, level, oldestMs, this.#told),
      level,
      waiting,
      warned,
      escalated,
      oldest: oldestMs,
      onDuty: onDuty.length,
      rule: "P8",
      warnMs: this.#policy.warnMs,
      escalateMs: this.#policy.escalateMs,
    };
    // A node that starts anew tells of the same wait once.
    const key = {
      channel: REVIEW_WAITING,
      id: body.id,
      digest: new Uint8Array(32),
      windowMs: null,
    };
    const entry = newEntry("alarm", REVIEW_WAITING, time, body);
    await disk.append([level === "in-time" ? entry : { ...entry, key }], time);
    log({ kind: "review-waiting", level, waiting, escalated });
    this.#told = level;
  }
}
