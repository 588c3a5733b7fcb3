/** The built-in profiles as a table, for this folder's README. */
import { fileURLToPath } from "node:url";
import { type Profile, toldPoints } from "./profile.ts";

/** What stands around the table: it is made, and no formatter may align it. */
const BEGIN = "<!-- made by `deno task profiles` -->\n<!-- deno-fmt-ignore-start -->\n";
const END = "<!-- deno-fmt-ignore-end -->\n";

/** Where the table stands. */
export function readmePath(): string {
  return fileURLToPath(new URL("./README.md", import.meta.url));
}

/** The README with its table as it should be; throws where it has no place for one. */
export function withTable(readme: string, profiles: Iterable<Profile>): string {
  const begin = readme.indexOf(BEGIN);
  const end = readme.indexOf(END, begin);
  if (begin < 0 || end < 0) throw new Error("Cannot find where the table of profiles stands");
  return readme.slice(0, begin + BEGIN.length) + tableOf([...profiles]) + readme.slice(end);
}

function tableOf(profiles: readonly Profile[]): string {
  const rows = profiles.map((profile) => {
    const points = [...toldPoints(profile), ...profile.computed].map(({ point }) => point);
    const { title: { zh, en }, protocol } = profile;
    return [
      `\`${profile.profile}\``,
      `${zh}<br>${en}`,
      protocol,
      points.join(", "),
      linked(profile),
    ];
  });
  const heads = ["profile", "device", "protocol", "points", "source"];
  const table = [heads, heads.map(() => "---"), ...rows];
  const doubts = profiles.flatMap(({ profile, doubt }) =>
    doubt === undefined ? [] : [`- \`${profile}\`: ${doubt.en}.`]
  );
  return [
    ...table.map((cells) => `| ${cells.join(" | ")} |`),
    "",
    "_Doubts_ that a source leaves, to be cleared up at the device before it is trusted:",
    "",
    ...doubts,
    "",
  ].join("\n");
}

/** What a source says before its first address leads there. */
function linked({ source }: Profile): string {
  const [, text, address] = /^(.*?)\s*\((https?:\/\/[^\s;)]+)/.exec(source) ?? [];
  return address === undefined ? source : `[${text}](${address})`;
}
