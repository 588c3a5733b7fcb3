/** Asks the running node to release files, and what is in force. */
import * as z from "zod";
import { askNode, CommandError, UsageError } from "../../commands/local_api.ts";
import type { Config } from "../../config.ts";
import { releaseView, rulesView } from "./release_routes.ts";
import { replayView } from "./replay.ts";

/** Packs are compiled and tried, and a large list takes a slow machine a minute. */
const TIMEOUT_MS = 600_000;

/** Files by their paths. */
export interface ReleaseOptions {
  readonly packs?: readonly string[];
  readonly drugs?: string;
  readonly mapping?: readonly string[];
  readonly registry?: string;
  readonly from?: string;
  readonly note?: string;
}

/** Returns what to print. */
export async function releaseFiles(config: Config, options: ReleaseOptions): Promise<string> {
  if (config.role !== "county") {
    throw new CommandError(`"${config.node}" is a site: rules are released at a county`);
  }
  const { packs, drugs, mapping = [], registry, from, note } = options;
  if (
    packs === undefined && drugs === undefined && mapping.length === 0 && registry === undefined
  ) {
    throw new UsageError("Name what to release: --packs, --drugs, --mapping or --registry");
  }
  const request = {
    ...(packs === undefined ? {} : { packs: packs.map(read) }),
    ...(drugs === undefined ? {} : { drugs: read(drugs) }),
    mappings: mapping.map(read),
    ...(registry === undefined ? {} : { registry: read(registry) }),
    ...(from === undefined ? {} : { from }),
    ...(note === undefined ? {} : { note }),
  };
  const answer = await askNode(config, "/api/rules/releases", request, TIMEOUT_MS);
  return releaseText(releaseView.parse(answer));
}

function read(file: string): { file: string; text: string } {
  try {
    return { file, text: Deno.readTextFileSync(file) };
  } catch (cause) {
    throw new UsageError(`Cannot read "${file}": there is no such file`, { cause });
  }
}

function releaseText(release: z.infer<typeof releaseView>): string {
  const { number, id, from, packs, sites, registry, by, note } = release;
  return [
    `release ${number} (${id.slice(0, 12)}), in force from ${from}, by ${by}`,
    ...(note === "" ? [] : [`  ${note}`]),
    ...packs.map((pack) => `  pack ${pack}`),
    `  mappings of ${sites.length} sites, ${registry ? "a" : "no"} registry`,
  ].join("\n");
}

export async function rulesText(config: Config): Promise<string> {
  const { release, packs, refused, coming } = rulesView.parse(await askNode(config, "/api/rules"));
  return [
    release === null
      ? ["nothing was released: files of the configuration are in force", ...packs].join(
        "\n  pack ",
      )
      : releaseText(release),
    ...coming.map((one) => `coming: ${releaseText(one)}`),
    ...refused.map(({ number, reason }) => `RELEASE ${number} CANNOT BE READ HERE: ${reason}`),
  ].join("\n");
}

/** Throws `CommandError` where a verdict does not come out again. */
export async function replayText(
  config: Config,
  id: string,
  site: string | undefined,
): Promise<string> {
  const query = site === undefined ? "" : `?${new URLSearchParams({ site })}`;
  const path = `/api/prescriptions/${encodeURIComponent(id)}/replay${query}`;
  const views = z.array(replayView).parse(await askNode(config, path));
  if (views.length === 0) throw new CommandError(`There is no verdict on "${id}"`);
  const text = views.map(({ mode, verdict, result, detail }) =>
    `${mode} ${verdict}: ${result}${detail === "" ? "" : `, ${detail}`}`
  ).join("\n");
  if (views.some(({ result }) => result !== "equal")) throw new CommandError(text);
  return text;
}
