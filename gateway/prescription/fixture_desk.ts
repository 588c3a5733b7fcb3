/** A desk that keeps prescriptions in memory, for tests of the doors before it. */
import { findingOf } from "./cds/fixtures.ts";
import type { Feedback } from "./cds/feedback.ts";
import type { Checked, Desk, DraftSender, DraftSent, Recorded, Sent } from "./desk.ts";
import { NOW } from "./fixture_intake.ts";
import { idempotencyKeys, repetition } from "./idempotency.ts";

export class MemoryDesk implements Desk {
  reach: Pick<Checked & { kind: "checked" }, "degraded" | "historyReach" | "unheard"> = {
    degraded: false,
    historyReach: "county",
    unheard: [],
  };
  readonly drafts: DraftSent[] = [];
  readonly feedbacks: { readonly feedback: Feedback; readonly from: DraftSender }[] = [];
  readonly #hashes = new Map<string, string>();

  record({ prescription, hash, marks, key }: Sent): Promise<Recorded> {
    const found = idempotencyKeys(key, "site-017", prescription);
    if (found.kind === "refused") return Promise.resolve(found);
    const stored = found.keys.map((one) => this.#hashes.get(one) ?? null);
    const before = repetition(stored, hash);
    if (before.kind === "refused") return Promise.resolve(before);
    for (const one of found.keys) this.#hashes.set(one, hash);
    const reviewed = {
      site: "site-017",
      prescription,
      hash,
      marks,
      outcome: "pharmacist",
      findings: [findingOf("red", [1])],
      pack: "demo-1",
      degraded: false,
      historyReach: "county",
      recordedMs: NOW.wallMs,
      decidedMs: NOW.wallMs,
      token: null,
    } as const;
    return Promise.resolve({ kind: "reviewed", repeated: before.kind === "repeated", reviewed });
  }

  check(draft: DraftSent): Promise<Checked> {
    this.drafts.push(draft);
    const findings = [findingOf("red", [1]), findingOf("yellow", [2])];
    return Promise.resolve({ kind: "checked", findings, ...this.reach });
  }

  feedback(feedback: Feedback, from: DraftSender): Promise<{ readonly kind: "told" }> {
    this.feedbacks.push({ feedback, from });
    return Promise.resolve({ kind: "told" });
  }
}
