import { expect, test } from "vitest";
import { stampAt } from "../../../sync/fixtures.ts";
import { HASH, NUMBER, SITE, Story } from "../life/fixture_life.ts";
import { eventIn } from "./life_entry.ts";

const CENTRES = ["county-a", "county-b"];

/** An entry with the body of this event, as a node writes it into a stream. */
function entry(node: string, stream: string, { kind, body }: { kind: string; body: object }) {
  const bytes = new TextEncoder().encode(JSON.stringify(body));
  const hash = new Uint8Array();
  const origin = `${node}.1-0000000000000001`;
  return { origin, stream, seq: 1, time: stampAt(5), kind, body: bytes, hash };
}

const story = new Story(SITE);
const [own, county] = [story.verdict("pass", { mode: "degraded" }), story.verdict("pass")];
const received = story.prescription();

test("P12: a site gives its own prescriptions a verdict of its own, and none of the county's", () => {
  expect(eventIn(entry(SITE, "record", own), CENTRES)).toMatchObject({
    node: SITE,
    timeMs: stampAt(5).wallMs,
  });
  expect(eventIn(entry(SITE, "record", received), CENTRES)).not.toBeNull();
  expect(eventIn(entry(SITE, "record", county), CENTRES)).toBeNull();
  expect(eventIn(entry("site-018", "record", own), CENTRES)).toBeNull();
  expect(eventIn(entry("site-018", "record", received), CENTRES)).toBeNull();
});

test("P11: what a county says of a site stands in that site's stream, or in its own", () => {
  expect(eventIn(entry("county-a", `to:${SITE}`, county), CENTRES)).not.toBeNull();
  expect(eventIn(entry("county-a", "record", county), CENTRES)).not.toBeNull();
  expect(eventIn(entry("county-a", "to:site-018", county), CENTRES)).toBeNull();
  // A site knows no centre by name: nobody but a centre writes into its stream (sync).
  expect(eventIn(entry("county-a", `to:${SITE}`, county), [])).not.toBeNull();
  expect(eventIn(entry("county-a", "record", county), [])).toBeNull();
});

test("what cannot be read is no event", () => {
  const broken = { kind: "verdict", body: { site: SITE, prescription: NUMBER, hash: HASH } };
  expect(eventIn(entry("county-a", `to:${SITE}`, broken), CENTRES)).toBeNull();
  expect(eventIn(entry(SITE, "record", { kind: "reading", body: {} }), CENTRES)).toBeNull();
});
