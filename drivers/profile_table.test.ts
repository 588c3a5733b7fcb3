import { expect, test } from "vitest";
import { builtInProfiles, readProfiles } from "./profile_library.ts";
import { readmePath, withTable } from "./profile_table.ts";

const profiles = readProfiles(builtInProfiles());

test("the README's table of profiles is up to date; else run: deno task profiles", () => {
  const readme = Deno.readTextFileSync(readmePath());
  expect(readme).toBe(withTable(readme, profiles.values()));
});

test("the table has every profile once, with a link to its source and its doubt", () => {
  const table = withTable(Deno.readTextFileSync(readmePath()), profiles.values());
  for (const { profile, title: { zh, en }, source, doubt } of profiles.values()) {
    const rows = table.split("\n").filter((line) => line.startsWith(`| \`${profile}\` |`));
    expect(rows).toEqual([expect.stringContaining(`| ${zh}<br>${en} |`)]);
    const [address = source] = /https?:\/\/[^\s;)]+/.exec(source) ?? [];
    expect(rows[0]).toContain(address);
    if (doubt !== undefined) expect(table).toContain(`- \`${profile}\`: ${doubt.en}.`);
  }
});

test("a README without a place for the table is refused", () => {
  expect(() => withTable("# drivers\n", profiles.values())).toThrow("Cannot find where");
});

test("G7: of a device behind zigbee2mqtt it is read when it was heard, where it is told", () => {
  const behind = [...profiles.values()].flatMap((profile) =>
    "messages" in profile
      ? profile.messages.flatMap(({ topic, time }) =>
        topic.startsWith("zigbee2mqtt/") ? [{ profile, time }] : []
      )
      : []
  );
  expect(behind).toHaveLength(6);
  for (const { profile, time } of behind) {
    expect(time).toEqual({ path: "last_seen", format: "iso" });
    for (const words of [profile.doubt?.zh, profile.doubt?.en]) {
      expect(words).toContain("last_seen: ISO_8601");
      expect(words).toContain("cache_state_send_on_startup: false");
    }
  }
});
