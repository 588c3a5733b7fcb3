/** `tributary pack`: checks, tries, builds and signs a pack of rules, and compares two. */
import { NodeKey } from "../../../sync/identity.ts";
import { writeDurably } from "../../durable_file.ts";
import { PackError, parsePack } from "../../prescription/pack/document.ts";
import { buildPack, checkPack } from "../../prescription/pack/folder.ts";
import { compile, type Reviewer } from "../../prescription/pack/reviewer.ts";
import { failedCases, untriedRules } from "../../prescription/pack/run_cases.ts";
import { loadPack, signPack } from "../../prescription/pack/signed_pack.ts";
import { CommandError, UsageError } from "../local_api.ts";

/** What a pack has, what in it nobody has tried, and what waits to be confirmed. */
export function packReport(folder: string): string {
  const { reviewer, failed } = refusing(() => checkPack(folder));
  if (failed.length > 0) throw new CommandError(casesText(folder, failed));
  const { head, rules, tables, cases } = reviewer.pack;
  const rows = tables.reduce((sum, table) => sum + table.rows.length, 0);
  const doubtful = [
    ...rules.filter(({ source }) => !source.confirmed).map(({ id }) => id),
    ...tables.flatMap(({ rule, rows }) =>
      rows.filter(({ source }) => source?.confirmed === false).map(({ id }) => `${rule}/${id}`)
    ),
  ];
  return [
    `${head.name} ${head.version} (${head.kind}): ${rules.length} rules, ${rows} rows, ` +
    `${cases.length} cases, which all hold`,
    ...listed("no case shows that it can hold", untriedRules(reviewer)),
    ...listed("source to be confirmed", doubtful),
  ].join("\n");
}

function listed(what: string, names: readonly string[]): string[] {
  return names.length === 0 ? [] : [`${what}: ${names.join(", ")}`];
}

function casesText(folder: string, failed: readonly string[]): string {
  return [`${failed.length} cases of "${folder}" do not hold:`, ...failed].join("\n  ");
}

/** Runs the cases of a folder, or of a built pack; returns how many hold. */
export function tryPack(path: string): number {
  if (isFolder(path)) {
    const { reviewer, failed } = refusing(() => checkPack(path));
    if (failed.length > 0) throw new CommandError(casesText(path, failed));
    return reviewer.pack.cases.length;
  }
  const reviewer = openPack(path);
  const failed = failedCases(reviewer).map(({ message }) => message);
  if (failed.length > 0) throw new CommandError(casesText(path, failed));
  return reviewer.pack.cases.length;
}

/** Writes the pack's document; returns its identity. */
export function buildPackFile(folder: string, out: string): string {
  const { text, identity } = refusing(() => buildPack(folder));
  writeDurably(out, text);
  return identity;
}

/** Writes a built pack with a signature; returns its identity and the signer's public key. */
export function signPackFile(
  path: string,
  keyFile: string,
  out: string,
): { identity: string; signer: string } {
  const text = readFile(path);
  // Only what would be taken is worth a signature.
  const reviewer = refusing(() => compile(parsePack(text)));
  const [failed] = failedCases(reviewer);
  if (failed !== undefined) throw new CommandError(`Cannot sign "${path}": ${failed.message}`);
  const signed = signPack(text, readKey(keyFile));
  writeDurably(out, `${JSON.stringify(signed)}\n`);
  return { identity: signed.identity, signer: signed.signer };
}

function readKey(path: string): NodeKey {
  const pem = readFile(path);
  try {
    return NodeKey.parse(pem);
  } catch (cause) {
    throw new UsageError(`Cannot sign with "${path}": it is no Ed25519 key in PEM`, { cause });
  }
}

/** A pack as a folder, a built document or a signed file, whoever signed it. */
export function openPack(path: string): Reviewer {
  if (isFolder(path)) return refusing(() => checkPack(path)).reviewer;
  const text = readFile(path);
  return refusing(() =>
    text.startsWith('{"identity"')
      ? loadPack(text, () => true).reviewer
      : compile(parsePack(text.trimEnd()))
  );
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch (cause) {
    throw new UsageError(`Cannot read "${path}": there is no such file or folder`, { cause });
  }
}

function readFile(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`Cannot read "${path}": ${found}`, { cause });
  }
}

/** A pack that is refused has told why. */
function refusing<T>(open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (error instanceof PackError) throw new CommandError(error.message, { cause: error });
    throw error;
  }
}
