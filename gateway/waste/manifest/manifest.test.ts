import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Stamp } from "../../../sync/entry.ts";
import type { WasteEvent } from "../entry/event.ts";
import { type ManifestBody, manifestBody } from "../entry/manifest_body.ts";
import { BOTH, MANIFEST, MINUTE_MS, scaled, SHARPS, SITE, Story } from "../fixture_waste.ts";
import { ledgerOf } from "../life/ledger.ts";
import { DEFAULT_RULES } from "../rules.ts";
import { draft, NUMBER, numbered, site, store } from "./fixture_manifest.ts";
import { formFields, lacking, lineCells, minuteOf, receivedTonnes } from "./form.ts";
import { type Manifests, manifestsOf, type ManifestStanding, tonnes } from "./manifest.ts";
import { manifestFaults } from "./plan_manifest.ts";
import { disposalFaults, receiptBalance, receiptFaults } from "./plan_receipt.ts";
import { traceOf } from "./trace.ts";

const fold = (events: readonly WasteEvent[]): Manifests =>
  manifestsOf(events, ledgerOf(events, DEFAULT_RULES));

function manifestOf(events: readonly WasteEvent[]): ManifestStanding {
  const standing = fold(events).manifests.get("M-1");
  if (standing === undefined) throw new Error("no manifest");
  return standing;
}

const departed = site.departed(["B1"], { loads: ["L1"] });
const received = site.received(["B1"], { loads: ["L1"], grams: 6500 });
const all = [...store, draft, numbered, departed, received, site.disposed()];

describe("W8 a manifest", () => {
  test.each([
    [6, null, "prepared"],
    [7, NUMBER, "prepared"],
    [8, NUMBER, "departed"],
    [9, NUMBER, "received"],
    [10, NUMBER, "disposed"],
  ])("is a draft until its number comes: after %i entries", (count, number, stage) => {
    const standing = manifestOf(all.slice(0, count));
    expect(standing).toMatchObject({ number, stage, bags: ["B1", "B2"], loads: ["L1"] });
    expect(standing.lines).toMatchObject([{ category: "841-001-01", tonnes: "0.006500" }]);
  });

  test("is the same whatever order its entries came in, and however often", () => {
    const more = [...all, site.numbered("20263401000002"), site.manifest(["B1"])];
    fc.assert(fc.property(fc.shuffledSubarray(more, { minLength: more.length }), (order) => {
      expect(fold([...order, ...order.slice(3)])).toEqual(fold(more));
    }));
  });

  test("of which a receipt names only a part still has the rest outstanding", () => {
    const part = site.received(["B1"], { grams: 4000 });
    expect(manifestOf(all.slice(0, 8)).outstanding).toEqual(["B1", "B2"]);
    expect(manifestOf([...all.slice(0, 8), part]).outstanding).toEqual(["B2"]);
    expect(manifestOf(all).outstanding).toEqual([]);
  });

  test("with two numbers has none, until one entry is reversed", () => {
    const other = site.numbered("20263401000002");
    expect(manifestOf([...all, other])).toMatchObject({
      number: null,
      numbers: [NUMBER, "20263401000002"],
    });
    expect(manifestOf([...all, other, site.reversed(other)]).number).toBe(NUMBER);
  });

  test("has a number of its own: one that stands on two is named", () => {
    const twice = site.numbered(NUMBER, { manifest: "M-2" });
    expect(fold([...all, twice]).doubled).toEqual([{ number: NUMBER, manifests: ["M-1", "M-2"] }]);
  });

  test("is replaced by a later draft; two that knew nothing of each other are shown", () => {
    const second = site.manifest(["B1"], { replaces: [draft.body.id] });
    expect(manifestOf([...store, draft, second])).toMatchObject({ bags: ["B1"] });
    const third = site.manifest(["B1"]);
    const split = manifestOf([...store, draft, third]);
    expect(split.drafts).toEqual([draft.body.id, third.body.id]);
    expect(split.body).toBeNull();
  });

  test("names what the national form still lacks", () => {
    expect(lacking(manifestOf([...store, draft]))).toEqual(["number"]);
    const carrier = { ...MANIFEST.carrier, plate: "", licence: " " };
    const poor = manifestOf([...store, site.manifest(["B1"], { carrier, lines: [] })]);
    expect(lacking(poor)).toEqual([
      "carrier.licence",
      "carrier.plate",
      "lines.841-001-01",
      "number",
    ]);
    expect(lacking(manifestOf(all))).toEqual([]);
  });

  test("has the fields of the form with its own labels, in its order", () => {
    const fields = formFields(manifestOf(all));
    expect(fields).toHaveLength(26);
    expect(fields.map(({ label }) => label.zh)).toEqual(expect.arrayContaining([
      "应急联系电话",
      "营运证件号",
      "危险废物经营许可证编号",
      "拟利用处置方式",
      "实际起运时间",
    ]));
    expect(fields.find(({ field }) => field === "carrier.departedAt")?.value)
      .toBe("2026-09-01 08:08");
    const [line] = manifestOf(all).lines;
    const cells = ["841-001-01", "In", "固态", "病原微生物", "袋装", "2", "0.006500"];
    expect(lineCells(line, "zh")).toEqual(["感染性废物", ...cells]);
    expect(receivedTonnes(manifestOf(all))).toBe("0.006500");
  });

  test("was received when the disposer says so, never when somebody wrote that down", () => {
    const told = (receipt: WasteEvent) => {
      const manifest = manifestOf([...store, draft, numbered, departed, receipt]);
      const own = formFields(manifest).filter(({ field }) =>
        /(received|recorded|arrived)At$/.test(field)
      );
      return {
        said: own.map(({ label, value }) => `${label.zh} ${value}`),
        lacks: lacking(manifest),
      };
    };
    expect(told(received)).toEqual({
      said: ["实际到达时间 2026-09-01 09:30", "接受时间 2026-09-01 09:30"],
      lacks: [],
    });
    const untold = site.received(["B1"], { loads: ["L1"], receivedMs: undefined });
    const { lacks, said } = told(untold);
    expect(lacks).toEqual(["carrier.arrivedAt", "receiver.receivedAt"]);
    const written = minuteOf(untold.time.wallMs);
    expect(said).toEqual(["实际到达时间 ", "接受时间 ", `接受登记时间 ${written}`]);
  });

  test.each([
    [1, "0.000001"],
    [999_999, "0.999999"],
    [1_000_000, "1.000000"],
    [12_345_678, "12.345678"],
  ])("says tonnes exactly: %i g are %s t", (grams, expected) => {
    expect(tonnes(grams)).toBe(expected);
  });
});

describe("W8 onto a manifest goes", () => {
  const faults = (events: readonly WasteEvent[], otherwise: object): string[] => {
    const asked: ManifestBody = manifestBody.parse({
      ...MANIFEST,
      id: "asked",
      site: SITE,
      manifest: "M-2",
      bags: ["B1"],
      confirmations: BOTH,
      ...otherwise,
    });
    const { manifests } = fold(events);
    const found = manifestFaults(asked, ledgerOf(events, DEFAULT_RULES), manifests, DEFAULT_RULES);
    return found.map(({ text }) => text.en);
  };

  test("what is in the store, and nothing else", () => {
    expect(faults(store, {})).toEqual([]);
    expect(faults(store.slice(0, 4), {})).toEqual([
      "bag B1 is not in store store-1 (person/carrier has it)",
    ]);
    expect(faults(store, { bags: ["B9"] })).toContain("there is no bag B9");
  });

  test("no bag about which entries disagree", () => {
    const other = new Story("ward").sealed("B1", { category: SHARPS });
    expect(faults([...store, other], {})[0]).toContain("resolve that first");
  });

  test("no bag that is on another manifest, prepared or gone", () => {
    expect(faults([...store, draft], {})).toEqual(["bag B1 is on manifest M-1 already"]);
    expect(faults(all, {})).toContain("bag B1 is on manifest M-1 already");
  });

  test("nothing once it has departed", () => {
    const gone = [...store, draft, numbered, site.departed(["B1"])];
    const more = [site.sealed("B4", { weight: scaled(4000, "x.1-0/reading/9") })];
    const asked = { manifest: "M-1", bags: ["B4"] };
    expect(faults([...gone, ...more, site.handover(["B4"]), site.stored(["B4"])], asked)).toEqual([
      "manifest M-1 has departed: draft another",
    ]);
  });

  test("each category in a line of its own, and no line without a bag", () => {
    const [line] = MANIFEST.lines;
    expect(faults(store, { lines: [{ ...line, category: SHARPS }] })).toEqual([
      "it lacks a line 841-001-01",
      "it has no bag of 841-002-01",
    ]);
    expect(() => faults(store, { lines: [line, line] })).toThrow("one line");
  });

  test("W7 no more than a record holds", () => {
    const heavy = Array.from({ length: 34 }, (_, index) => `H${index}`);
    const events = [
      ...heavy.map((bag, index) =>
        site.sealed(bag, { weight: scaled(30_000, `h.1-0/reading/${index + 1}`) })
      ),
      site.handover(heavy),
      site.stored(heavy, { weight: scaled(1_000_000) }),
    ];
    expect(faults(events, { bags: heavy.slice(1) })).toEqual([]);
    expect(faults(events, { bags: heavy })).toEqual([
      "1020.000 kg is more than the 1000.000 kg of a record: divide it",
    ]);
  });
});

test("W8 W6 a receipt is compared bag by bag, and by weight", () => {
  const balance = (bags: readonly string[], grams: number) => {
    const receipt = site.received(bags, { grams });
    if (receipt.kind !== "waste-received") throw new Error("no receipt");
    const events = all.slice(0, 8);
    const ledger = ledgerOf(events, DEFAULT_RULES);
    return receiptBalance(receipt.body, manifestOf(events), ledger, DEFAULT_RULES).imbalances;
  };
  expect(balance(["B1", "B2"], 6630)).toEqual([]);
  expect(balance(["B1", "B2"], 6631)).toMatchObject([{ kind: "weight" }]);
  expect(balance(["B1"], 4000)).toEqual([{ kind: "missing-bag", bag: "B2" }]);
});

describe("W8 W6 a disposer's word", () => {
  const faults = (
    events: readonly WasteEvent[],
    otherwise: object,
    now: Partial<Stamp> = {},
  ): string[] => {
    const said = { loads: ["L1"], grams: 6500, receivedMs: undefined, ...otherwise };
    const receipt = site.received(["B1"], said);
    if (receipt.kind !== "waste-received") throw new Error("no receipt");
    const ledger = ledgerOf(events, DEFAULT_RULES);
    const at = { rules: DEFAULT_RULES, now: { ...receipt.time, ...now } };
    return receiptFaults(receipt.body, manifestOf(events), ledger, at)
      .map(({ rule, field, text }) => `${rule} ${field}: ${text.en}`);
  };
  const gone = all.slice(0, 8);

  test("is no receipt of what never departed: a draft's clocks run on", () => {
    expect(faults(gone, {})).toEqual([]);
    expect(faults(all.slice(0, 7), {})).toEqual([
      "W8 manifest: manifest M-1 never departed: enter its departure first, " +
      "confirmed by two persons",
    ]);
  });

  test("W7 differs by what it explains, and otherwise not by one gram more than 2 %", () => {
    const [least, most] = [6370, 6630];
    for (const grams of [least, most]) expect(faults(gone, { grams })).toEqual([]);
    for (const grams of [least - 1, most + 1]) {
      expect(faults(gone, { grams })).toMatchObject([expect.stringMatching(/^W6 difference: /)]);
      expect(faults(gone, { grams, difference: "装车时破损" })).toEqual([]);
    }
    expect(faults(gone, { bags: ["B9"] })).toEqual([
      "W6 difference: bag B1 left and is not on the receipt: find it, or say why",
      "W6 difference: bag B9 did not leave on this manifest: check it, or say why",
      "W6 difference: bag B9 has no agreed weight: resolve it, or say why",
    ]);
  });

  test("is of the lorry that took it, and of each bag once", () => {
    expect(faults(gone, { from: { kind: "vehicle", id: "cart" } })).toEqual([
      "W8 from: vehicle/lorry took what is on this manifest: it is received from that",
    ]);
    expect(faults(all.slice(0, 9), { receipt: "R-2", difference: "再次" })).toContain(
      "W8 bags: bag B1 was received already, on receipt R-1",
    );
  });

  test("was not received before it left, nor after now, to the minute", () => {
    const leftMs = departed.time.wallMs;
    const nowMs = leftMs + 2 * MINUTE_MS;
    const told = (receivedMs: number | undefined, clock: Stamp["clock"] = "trusted") =>
      faults(gone, { receivedMs }, { wallMs: nowMs, clock });
    const minuteMs = leftMs - leftMs % MINUTE_MS;
    for (const ms of [undefined, minuteMs, nowMs]) expect(told(ms)).toEqual([]);
    expect(told(minuteMs - 1)).toEqual([
      expect.stringMatching(/^W8 receivedMs: .* before it left/),
    ]);
    expect(told(nowMs + 1)).toEqual([expect.stringMatching(/^W8 receivedMs: .* after now/)]);
    expect(told(nowMs + 1, "untrusted")).toEqual([]);
  });

  test("of a disposal is of what was received, once", () => {
    const told = (events: readonly WasteEvent[], receipt = "R-1") =>
      disposalFaults({ receipt }, manifestOf(events)).map(({ text }) => text.en);
    expect(told(all.slice(0, 9))).toEqual([]);
    expect(told(gone)).toEqual(["manifest M-1 has no receipt R-1: enter the receipt first"]);
    expect(told(all.slice(0, 9), "R-2")).toHaveLength(1);
    expect(told(all)).toEqual([
      "what receipt R-1 names was disposed of already: reverse that if it is wrong",
    ]);
  });

  test("that contradicts what left is a fault of the manifest, whatever came first", () => {
    const kinds = (events: readonly WasteEvent[]) =>
      manifestOf(events).faults.map(({ kind }) => kind);
    const sent = { grams: 6500, allowedGrams: 130 };
    const heavy = site.received(["B1"], { loads: ["L1"], grams: 6631, sent });
    expect(kinds(all)).toEqual([]);
    expect(kinds([...gone, heavy])).toEqual(["weight-differs"]);
    const draftAlone = all.filter((event) => event !== departed);
    expect(kinds(draftAlone)).toEqual(["receipt-without-departure"]);
    expect(manifestOf(draftAlone)).toMatchObject({ stage: "prepared", outstanding: [] });
    expect(kinds([...gone, site.disposed()])).toEqual(["disposal-without-receipt"]);
    fc.assert(fc.property(fc.shuffledSubarray(all, { minLength: 3 }), (order) => {
      const inOrder = all.filter((event) => order.includes(event));
      expect(fold(order)).toEqual(fold(inOrder));
    }));
  });
});

describe("W8 bag, box, manifest and receipt", () => {
  const trace = (code: string, events: readonly WasteEvent[] = all) => {
    const { bags, loads } = ledgerOf(events, DEFAULT_RULES);
    return traceOf(code, {
      bags: [...bags.values()],
      boxes: new Map([...loads.values()].map(({ load, box }) => [load, box])),
      manifests: [...fold(events).manifests.values()],
    });
  };

  test.each([
    ["B2", ["bag"], ["B2"]],
    ["L1", ["load"], ["B2"]],
    ["box of L1", ["box"], ["B2"]],
    ["M-1", ["manifest"], ["B1", "B2"]],
    [NUMBER, ["number"], ["B1", "B2"]],
    ["R-1", ["receipt"], ["B1", "B2"]],
    ["nothing", [], []],
  ])("are found from %s, both ways", (code, foundAs, bags) => {
    const traced = trace(code);
    expect(traced.foundAs).toEqual(foundAs);
    expect(traced.bags.map(({ bag }) => bag)).toEqual(bags);
    for (const bag of traced.bags) {
      expect(bag).toMatchObject({ manifest: "M-1", number: NUMBER, receipt: "R-1" });
    }
  });

  test("are found before they left, by the draft", () => {
    expect(trace("M-1", [...store, draft]).bags.map(({ bag }) => bag)).toEqual(["B1", "B2"]);
  });
});
