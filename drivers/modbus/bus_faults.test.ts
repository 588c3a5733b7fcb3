import { expect, test } from "vitest";
import { until } from "../fixtures.ts";
import { faultsOf, TrialLine } from "./fixture_bus_trial.ts";

/** Readings to check; `deno task test:long:bus` asks for far more, on more lines. */
const POLLS = Number(Deno.env.get("TRIBUTARY_BUS_POLLS") ?? "1200");
const LINES = Number(Deno.env.get("TRIBUTARY_BUS_LINES") ?? "2");
/**
 * Of the polls that a line without faults gets beside it. What other tests do at the same time
 * makes every answer late: they cost the line with faults more, and the rate of it is no rule then.
 */
const KEPT = Deno.env.has("TRIBUTARY_BUS_POLLS") ? 0.9 : 0.6;
/** Several times what it takes. */
const LIMIT_MS = 60_000 + 400 * POLLS / LINES;

test(
  "a shared line with faults yields no wrong value, and the others keep their rate",
  async () => {
    await using stack = new AsyncDisposableStack();
    const faulty: TrialLine[] = [];
    for (let line = 0; line < LINES; line++) {
      faulty.push(stack.use(await TrialLine.open(faultsOf(Math.random), Math.random)));
    }
    // The same devices, asked alike at the same time on the same machine, and nothing fails.
    const control = stack.use(await TrialLine.open(() => null, Math.random));
    const polls = () => faulty.reduce((sum, line) => sum + line.result().polls, 0);
    const ended = () => [...faulty, control].some(({ run }) => run.ended !== null);
    const over = () => polls() >= POLLS || ended() || faulty.some((line) => line.result().wrong[0]);
    await until("all polls have come", () => Boolean(over()), LIMIT_MS);
    const all = [...faulty, control].map((line) => line.result());
    // The figures come first: they are wanted most when a check below fails.
    const told = all.map(({ polls, values, healthyPolls, requests, injected }) => ({
      polls,
      values,
      healthyPolls,
      requests,
      injected: Object.fromEntries(injected),
    }));
    if (Deno.env.has("TRIBUTARY_BUS_POLLS")) {
      Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(told)}\n`));
    }
    for (const { wrong } of all) expect(wrong).toEqual([]);
    expect(ended()).toBe(false);
    const reference = control.result().healthyPolls;
    for (const { healthyPolls, injected } of all.slice(0, LINES)) {
      expect(injected.size).toBe(7);
      expect(healthyPolls).toBeGreaterThanOrEqual(KEPT * reference);
    }
  },
  LIMIT_MS,
);
