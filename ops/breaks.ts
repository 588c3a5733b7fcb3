/**
 * Breaks the program on purpose, one promise at a time, in a copy of the checkout, and shows
 * which test notices: a suite that stays green then proves nothing. `deno task test:long:breaks`
 */
import { dirname, join } from "node:path";
import { $ } from "zx";

/** One line of code made wrong, and the tests that have to fail for it. */
interface Break {
  readonly what: string;
  readonly file: string;
  /** Stands in the file once. */
  readonly right: string;
  readonly wrong: string;
  readonly tests: readonly string[];
}

const BREAKS: readonly Break[] = [
  {
    what: "a message is acknowledged before its commit (G1)",
    file: "drivers/mqtt/broker.ts",
    right: "this.#hold(taken.items, client, (outcome) => {",
    wrong: "done(); this.#hold(taken.items, client, (outcome) => { if (outcome) return;",
    tests: ["gateway/whole_way/kill_site.test.ts"],
  },
  {
    what: "what does not follow is taken for altered, not asked for again (G4)",
    file: "sync/reception.ts",
    right: "if (run.first > seq + 1) return",
    wrong: "if (run.first < 0) return",
    tests: ["sync/link.test.ts", "sync/gaps.test.ts"],
  },
  {
    what: "one centre's receipt is enough to prune (G2)",
    file: "sync/journal_retention.ts",
    right: "centres.every(",
    wrong: "centres.some(",
    tests: ["sync/simulation.test.ts", "sync/journal.test.ts"],
  },
  {
    what: "a nonce is good more than once (X3)",
    file: "sync/nonces.ts",
    right: 'if (used.has(nonce)) return "used";',
    wrong: "",
    tests: ["sync/nonces.test.ts", "sync/link.test.ts"],
  },
  {
    what: "an altered entry is stored (G5)",
    file: "sync/reception.ts",
    right: "if (!publicKeys.some((key) => signedBy(key, statement, run.signature))) {",
    wrong: "if (publicKeys.length < 0) {",
    tests: ["sync/reception.test.ts", "sync/link.test.ts"],
  },
  {
    what: "a commit does not wait for the disk (T1)",
    file: "sync/libsql_segments.ts",
    right: 'synchronous: "FULL"',
    wrong: 'synchronous: "NORMAL"',
    tests: ["gateway/whole_way/sync_trace.test.ts"],
  },
  {
    what: "a decision under an old fence is taken (P7)",
    file: "gateway/prescription/queue/review_queue.ts",
    right: "AND holder = ? AND fence = ? ",
    wrong: "AND holder = ? AND fence >= ? ",
    tests: ["gateway/prescription/queue/review_queue.test.ts"],
  },
];

const root = join(import.meta.dirname ?? ".", "..");

async function copyTo(folder: string): Promise<void> {
  const { stdout } = await $({ cwd: root, quiet: true })`git ls-files -z`;
  for (const file of stdout.split("\0").filter((name) => name !== "")) {
    Deno.mkdirSync(join(folder, dirname(file)), { recursive: true });
    Deno.copyFileSync(join(root, file), join(folder, file));
  }
}

/** The tests that fail; `null` where nothing ran at all. */
async function failures(folder: string, tests: readonly string[]): Promise<string[] | null> {
  const result = await $({ cwd: folder, nothrow: true, quiet: true, env: environment() })`${[
    Deno.execPath(),
    "run",
    "-A",
    "npm:vitest",
    "run",
    "--test-timeout=120000",
    ...tests,
  ]}`;
  if (!/Tests .*(passed|failed)/.test(result.stdout)) return null;
  const lines = result.stdout.split("\n").concat(result.stderr.split("\n"));
  const failed = lines.flatMap((line) => /^\s*FAIL\s+(.*)$/.exec(line)?.[1] ?? []);
  return result.exitCode === 0 ? [] : [...new Set(failed)];
}

function environment(): Record<string, string> {
  return { ...Deno.env.toObject(), NO_COLOR: "1", TRIBUTARY_KILLS: "15" };
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

const folder = Deno.makeTempDirSync({ prefix: "tributary-breaks-" });
try {
  await copyTo(folder);
  let unnoticed = 0;
  for (const { what, file, right, wrong, tests } of BREAKS) {
    const path = join(folder, file);
    const text = Deno.readTextFileSync(path);
    if (text.split(right).length !== 2) {
      throw new Error(`Cannot break ${file}: "${right}" does not stand there once`);
    }
    const before = await failures(folder, tests);
    if (before === null || before.length > 0) {
      throw new Error(`Cannot show anything: ${tests.join(" ")} fails unbroken: ${before}`);
    }
    Deno.writeTextFileSync(path, text.replace(right, () => wrong));
    const failed = await failures(folder, tests);
    Deno.writeTextFileSync(path, text);
    const noticed = failed !== null && failed.length > 0;
    if (!noticed) unnoticed++;
    print(`${noticed ? "noticed " : "UNNOTICED"} ${what}`);
    for (const name of failed ?? []) print(`          ${name}`);
  }
  if (unnoticed > 0) Deno.exit(1);
} finally {
  Deno.removeSync(folder, { recursive: true });
}
