import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readLotList } from "../codes/lot_list.ts";
import { ofKind } from "../life/event.ts";
import { GOOD_JOURNEY, journeyUpTo, MORNING_MS, NURSE } from "../life/fixture_life.ts";
import { latestReceipts, receiptOf } from "../record/receipt_reads.ts";
import { eventsOf } from "../record/stored_events.ts";
import { Calendar } from "../series/calendar.ts";
import { codeOf, LOT, PRODUCT } from "./fixture_flow.ts";
import { FlowNode, NURSE_LI, SITE, VIALS } from "./fixture_flow_node.ts";
import type { AskedMove, AskedUse, Done } from "./flow_desk.ts";
import { readScan, stockOf } from "./flow_reads.ts";
import { type ReceiptOrder, receiptOrder } from "./receipt_order.ts";
import { traceDoses } from "./trace.ts";
import { openVials } from "./vial_reads.ts";

let own: FlowNode;
beforeAll(async () => {
  own = await FlowNode.open();
});
afterAll(async () => await own?.[Symbol.asyncDispose]());

let count = 0;

function moved(step: AskedMove["step"], from: string, to: string, doses: number): AskedMove {
  const lots = [{ product: PRODUCT, lot: LOT, expires: "2099-12-31", doses, codes: [] }];
  return { id: `move-${++count}`, step, from, to, lots, reason: "" };
}

function used(place: string, more: Partial<AskedUse> = {}): AskedUse {
  return {
    ...{ id: `use-${++count}`, place, product: PRODUCT, lot: LOT, expires: null, code: null },
    person: { system: "resident-id", number: "11010519491231002X", name: "李梅" },
    ...more,
  };
}

function saidOf(done: Done): string {
  if (done.kind === "done") return "done";
  if (done.kind === "problem") return done.problem.code;
  return done.refusals.map(({ field, text }) => `${field}: ${text.en}`).join("; ");
}

const move = async (asked: AskedMove) => saidOf(await own.desk.move(asked, NURSE_LI));
const use = async (asked: AskedUse) => saidOf(await own.desk.use(asked, NURSE_LI));

async function stock(): Promise<string[]> {
  return (await stockOf(own.node.tables, SITE)).map(({ place, doses }) => `${place} ${doses}`);
}

describe("C14 doses at a site", () => {
  test("C10: go from a receipt into a fridge once it was accepted, and no more than came", async () => {
    await own.receives("r-1", 10, null);
    expect(await move(moved("stored", "receipt/r-1", "unit/fridge-1", 10)))
      .toContain("receipt r-1 is not accepted");
    await own.receives("r-2", 10);
    expect(await move(moved("stored", "receipt/r-2", "unit/fridge-1", 11))).toContain("10 doses");
    expect(await move(moved("stored", "receipt/r-2", "unit/fridge-9", 10)))
      .toContain("no unit fridge-9 is in use");
    expect(await move(moved("stored", "receipt/r-2", "unit/fridge-1", 10))).toBe("done");
    expect(await move(moved("stored", "receipt/r-2", "unit/fridge-1", 1))).toContain("0 doses");
    expect(await stock()).toEqual(["unit/fridge-1 10"]);
  });

  test("go to a session and are given there, as many as there are", async () => {
    expect(await move(moved("taken", "unit/fridge-1", "session/s-1", 11))).toContain("10 doses");
    expect(await move(moved("taken", "unit/fridge-1", "session/s-1", 2))).toBe("done");
    expect(await use(used("session/s-1"))).toBe("done");
    expect(await use(used("session/s-1", { code: codeOf(7) }))).toBe("done");
    expect(await use(used("session/s-1"))).toContain("place: of lot A2026 0 doses");
    expect(await stock()).toEqual(["unit/fridge-1 8"]);
  });

  test("are written once, however often and at how many times at once they are asked for", async () => {
    const asked = moved("taken", "unit/fridge-1", "session/s-2", 4);
    const all = await Promise.all(Array.from({ length: 5 }, () => move(asked)));
    expect(all).toEqual(Array.from({ length: 5 }, () => "done"));
    expect(await move({ ...asked, to: "session/s-3" })).toBe("other-content");
    // Eight at one time for four doses: four are given.
    const given = await Promise.all(Array.from({ length: 8 }, () => use(used("session/s-2"))));
    expect(given.filter((one) => one === "done")).toHaveLength(4);
    expect(await stock()).toEqual(["unit/fridge-1 4"]);
  });

  test("of one code are given to one person", async () => {
    expect(await move(moved("taken", "unit/fridge-1", "session/s-4", 2))).toBe("done");
    expect(await use(used("session/s-4", { code: codeOf(7) }))).toContain("was given already");
  });

  test("come back when what was written by mistake is reversed", async () => {
    const asked = used("session/s-4", { code: codeOf(8) });
    expect(await use(asked)).toBe("done");
    expect(saidOf(await own.desk.reverse("nothing", "写错", NURSE_LI))).toBe("no-such-step");
    expect(saidOf(await own.desk.reverse(asked.id, "写错", NURSE_LI))).toBe("done");
    expect(await stock()).toContain("session/s-4 2");
    expect(await use(used("session/s-4", { code: codeOf(8) }))).toBe("done");
  });

  test("C10: of a lot in quarantine, or past its last day, go to nobody", async () => {
    const today = new Calendar().dayOf(own.desk.nowMs).date;
    const with_ = (expires: string) => {
      const asked = moved("taken", "unit/fridge-1", "session/s-5", 1);
      return { ...asked, lots: asked.lots.map((one) => ({ ...one, expires })) };
    };
    expect(await move(with_("2020-01-31"))).toContain("could be used until 2020-01-31");
    expect(await move(with_(today))).toBe("done");
    await own.tell("cold-quarantine", {
      ...{ id: "q-1", site: SITE, unit: "fridge-1", lots: [{ product: PRODUCT, lot: LOT }] },
      ...{ sinceMs: 0, because: ["e-1"], by: null },
    });
    expect(await move(moved("taken", "unit/fridge-1", "session/s-5", 1)))
      .toContain("is in quarantine");
    expect(await use(used("unit/fridge-1"))).toContain("is in quarantine");
    expect(await move(moved("moved", "unit/fridge-1", "unit/fridge-2", 1))).toBe("done");
  });

  test("C10: a step is not taken back while that would move or free what is held back", async () => {
    // All of them are of the lot that is in quarantine in fridge-1.
    const select = "SELECT id, source, target FROM coldmoves WHERE void IS NULL";
    const steps = await own.node.tables.rows(select);
    const reversed = await Promise.all(
      steps.map(async (row) =>
        [
          row.text("target"),
          saidOf(await own.desk.reverse(row.text("id"), "写错", NURSE_LI)),
        ] as const
      ),
    );
    expect(reversed.map(([, said]) => said).every((said) => said.includes("is in quarantine")))
      .toBe(true);
    expect(reversed.map(([target]) => target))
      .toEqual(expect.arrayContaining(["unit/fridge-1", "unit/fridge-2", "session/s-5"]));
    await own.tell("cold-quarantine-decided", {
      ...{ id: "d-1", site: SITE, unit: "fridge-1", lots: [{ product: PRODUCT, lot: LOT }] },
      ...{ quarantine: "q-1", decision: "released", basis: "稳定性数据", by: { id: "li" } },
    });
    const back = steps.find((row) => row.text("target") === "unit/fridge-2")?.text("id") ?? "";
    expect(saidOf(await own.desk.reverse(back, "写错", NURSE_LI))).toBe("done");
    expect(await use(used("unit/fridge-1"))).toBe("done");
  });

  test("say what is wrong with a step that makes no sense", async () => {
    expect(await move(moved("taken", "session/s-1", "unit/fridge-1", 1))).toBe("cold-invalid");
    const done = await own.desk.move(moved("wasted", "unit/fridge-1", "waste/w", 1), NURSE_LI);
    expect(done).toMatchObject({ problem: { detail: "reason: write why it is thrown away" } });
  });
});

describe("C10: goods at the door", () => {
  const line = { product: PRODUCT, lot: "D1", expires: "2099-12-31", doses: 5 };
  // One and the same, so that an order that is sent again is the same.
  let journey: ReturnType<typeof journeyUpTo> | undefined;
  const order = (id: string, goods: readonly object[], more: object = {}) =>
    receiptOrder.parse({
      ...{ id, consignment: `C-${id}`, from: "县疾控中心", arrivalCelsius: 5 },
      goods: goods.map((one) => ({ ...line, decision: "accepted", storedIn: "fridge-2", ...one })),
      journey: journey ??= journeyUpTo(own.desk.nowMs),
      ...more,
    });
  const receive = async (asked: ReceiptOrder) => saidOf(await own.desk.receive(asked, NURSE));
  const take = (lot: string, from = "unit/fridge-2") => {
    const asked = moved("taken", from, "session/s-9", 1);
    return move({ ...asked, lots: asked.lots.map((one) => ({ ...one, lot })) });
  };

  test("what is accepted may be used at once, what is held back by nobody, from one commit", async () => {
    expect(await receive(order("in-1", [{}], { journey: { kind: "none", reason: "未提供" } })))
      .toContain("lot D1 may not be accepted (no record of its journey)");
    const goods = [{}, { lot: "D2", decision: "quarantined" }, {
      ...{ lot: "D3", decision: "refused", storedIn: undefined },
    }];
    const more = { reason: "外箱潮湿", refusal: { reason: "破损", reportedTo: "县疾控中心" } };
    const before = await entryCount();
    expect(await receive(order("in-1", goods, more))).toBe("done");
    expect(await entryCount() - before).toBe(6);
    const stands = await receiptOf(own.node.tables, SITE, "in-1");
    expect([stands?.state, stands?.causes]).toEqual(["in-part", []]);
    expect(await take("D1")).toBe("done");
    expect(await take("D2")).toContain("lot D2 is in quarantine");
    expect(await take("D3")).toContain("of lot D3 0 doses");
    expect(await use(used("unit/fridge-2", { lot: "D2" }))).toContain("is in quarantine");
    expect(
      await move({
        ...moved("sent", "unit/fridge-2", "away/site-2", 1),
        lots: [{ ...line, lot: "D2", doses: 1, codes: [] }],
      }),
    ).toContain("is in quarantine");
    // Once more it is nothing, and something else under its name is not taken.
    expect(await receive(order("in-1", goods, more))).toBe("done");
    expect(await receive(order("in-1", goods.slice(0, 1)))).toBe("other-content");
    expect(await entryCount() - before).toBe(7);
    expect(await latestReceipts(own.node.tables, SITE)).toContainEqual(
      expect.objectContaining({ receipt: "in-1", state: "in-part", causes: [] }),
    );
  });

  test("what was held back stays so when its putting away is taken back, until somebody decides", async () => {
    const select = "SELECT id FROM coldmoves WHERE lot = 'D2' AND target = 'unit/fridge-2'";
    const [row] = await own.node.tables.rows(select);
    expect(saidOf(await own.desk.reverse(row.text("id"), "写错", NURSE_LI)))
      .toContain("lot D2 is in quarantine");
  });

  test("goods of another site without a receipt have no record of their journey: held back", async () => {
    const asked = moved("stored", "away/site-2", "unit/fridge-2", 3);
    expect(await move({ ...asked, lots: asked.lots.map((one) => ({ ...one, lot: "D4" })) }))
      .toBe("done");
    expect(await take("D4")).toContain("lot D4 is in quarantine");
    const held = await eventsOf(own.node.tables, { site: SITE, subject: "lots/fridge-2" });
    expect(ofKind(held, "cold-quarantine").map(({ body: { lots, cause } }) => [lots[0].lot, cause]))
      .toContainEqual(["D4", "temperature-unknown"]);
  });

  test("what was accepted against the rules elsewhere is held back as it is put away", async () => {
    await own.tell("cold-receipt", {
      ...{
        id: "in-9",
        site: SITE,
        consignment: "C",
        from: "县疾控中心",
        arrivedMs: MORNING_MS,
        by: NURSE,
      },
      goods: [{ product: PRODUCT, lot: "D5", quantity: 5, unit: "剂" }],
      ...{ journey: GOOD_JOURNEY, arrivalCelsius: 9 },
    });
    const decided = { id: "in-9 decided", site: SITE, receipt: "in-9", decision: "accepted" };
    await own.tell("cold-receipt-decided", { ...decided, storedIn: "fridge-2", by: NURSE });
    const asked = moved("stored", "receipt/in-9", "unit/fridge-2", 5);
    expect(await move({ ...asked, lots: asked.lots.map((one) => ({ ...one, lot: "D5" })) }))
      .toBe("done");
    expect(await take("D5")).toContain("lot D5 is in quarantine");
  });

  test("what is to be sent back goes to who supplied it, and to nobody else", async () => {
    const subject = { site: SITE, subject: "lots/fridge-2" };
    const of = (lot: string) => ({ lots: [{ product: PRODUCT, lot }] });
    const quarantines = ofKind(await eventsOf(own.node.tables, subject), "cold-quarantine");
    const decide = async (lot: string) => {
      const found = quarantines.find(({ body }) => body.lots[0].lot === lot)?.body.id ?? "";
      await own.tell("cold-quarantine-decided", {
        ...{ id: `back ${lot}`, site: SITE, unit: "fridge-2", ...of(lot), quarantine: found },
        ...{ decision: "returned", basis: "供货单位同意", by: { id: "li" } },
      });
    };
    const send = (lot: string, to: string) => {
      const asked = moved("sent", "unit/fridge-2", `away/${to}`, 1);
      return move({ ...asked, lots: asked.lots.map((one) => ({ ...one, lot })) });
    };
    expect(await send("D4", "site-2")).toContain("lot D4 is in quarantine");
    for (const lot of ["D4", "D5"]) await decide(lot);
    expect(await take("D4")).toContain("lot D4 is to be sent back");
    expect(await use(used("unit/fridge-2", { lot: "D4" }))).toContain("is to be sent back");
    expect(await send("D4", "site-3")).toContain("send it to who supplied it (site-2)");
    expect(await send("D4", "site-2")).toBe("done");
    expect(await send("D5", "site-2")).toContain("(县疾控中心)");
    expect(await send("D5", "县疾控中心")).toBe("done");
  });

  test("what was sent back or written off by mistake is taken back, and held back as before", async () => {
    const of = async (lot: string, step: string) => {
      const select = "SELECT id FROM coldmoves WHERE lot = ? AND step = ? AND void IS NULL";
      return (await own.node.tables.rows(select, [lot, step]))[0].text("id");
    };
    const back = async (id: string) => saidOf(await own.desk.reverse(id, "写错", NURSE_LI));
    const there = async (lot: string) =>
      (await stockOf(own.node.tables, SITE)).find((one) => one.lot === lot)?.doses ?? 0;
    expect(await there("D4")).toBe(2);
    expect(await back(await of("D4", "sent"))).toBe("done");
    expect(await there("D4")).toBe(3);
    expect(await take("D4")).toContain("is to be sent back");
    expect(await back(await of("D4", "stored")))
      .toContain("D4 is to be destroyed or sent back, and taking the step back would move");
    const waste = moved("wasted", "unit/fridge-2", "waste/w", 5);
    const lots = waste.lots.map((one) => ({ ...one, lot: "D2" }));
    expect(await move({ ...waste, lots, reason: "报损" })).toBe("done");
    expect(await back(waste.id)).toBe("done");
    expect([await there("D2"), await take("D2")]).toEqual([
      ...[5, expect.stringContaining("lot D2 is in quarantine")],
    ]);
  });

  test("what comes anew of a lot that was sent back may be used, beside nothing that was held back", async () => {
    const clear = moved("wasted", "unit/fridge-2", "waste/w", 3);
    const lots = clear.lots.map((one) => ({ ...one, lot: "D4" }));
    const into = (id: string, unit: string) => receive(order(id, [{ lot: "D4", storedIn: unit }]));
    expect(await into("in-4", "fridge-2")).toBe("done");
    // With what is to be sent back: nobody can tell them apart.
    expect(await take("D4")).toContain("is to be sent back");
    expect(await into("in-5", "fridge-1")).toBe("done");
    expect(await take("D4", "unit/fridge-1")).toBe("done");
    const all = lots.map((one) => ({ ...one, doses: 8 }));
    expect(await move({ ...clear, lots: all, reason: "报损" })).toBe("done");
    expect(await into("in-6", "fridge-2")).toBe("done");
    expect(await take("D4")).toBe("done");
  });

  test("what is past its last day goes back to who supplied it, and to nobody else", async () => {
    const send = (to: string) => {
      const asked = moved("sent", "unit/fridge-2", `away/${to}`, 1);
      return move({
        ...asked,
        lots: [{ ...line, lot: "D1", doses: 1, expires: "2020-01-31", codes: [] }],
      });
    };
    expect(await send("site-3")).toContain("or send it back to who supplied it (县疾控中心)");
    expect(await send("县疾控中心")).toBe("done");
  });

  async function entryCount(): Promise<number> {
    const tables = ["coldevents", "coldmoves"];
    const counts = await Promise.all(tables.map(async (table) => {
      const select = `SELECT count(DISTINCT origin || stream || seq) AS n FROM ${table}`;
      return (await own.node.tables.rows(select))[0].number("n");
    }));
    return counts.reduce((sum, one) => sum + one, 0);
  }
});

describe("C14 vials of several doses", () => {
  const { product, doses } = VIALS;
  const vial = { product, lot: "V1" };
  const [first, second] = ["82345670000000000001", "82345670000000000002"];
  const give = (code: string | null) => use(used("session/v", { ...vial, code }));
  const go = (step: AskedMove["step"], to: string, of: number, codes: string[], reason = "") => {
    const from = step === "taken" ? "unit/fridge-2" : "session/v";
    const lots = [{ ...vial, expires: null, doses: of, codes }];
    return move({ ...moved(step, from, to, of), lots, reason });
  };

  test("give to several, each found by the vial's code, and what is left is thrown away", async () => {
    const goods = [{ ...vial, doses: 2 * doses, decision: "accepted", storedIn: "fridge-2" }];
    const order = receiptOrder.parse({
      ...{ id: "in-v", consignment: "C-v", from: "县疾控中心", arrivalCelsius: 5, goods },
      journey: journeyUpTo(own.desk.nowMs),
    });
    expect(saidOf(await own.desk.receive(order, NURSE))).toBe("done");
    expect(await go("taken", "session/v", 2 * doses, [first, second])).toBe("done");
    expect(await give(null)).toContain("scan the code of the vial");
    // Six at one time for five doses.
    const said = await Promise.all(Array.from({ length: 6 }, () => give(first)));
    expect(said.filter((one) => one === "done")).toHaveLength(doses);
    expect(said.at(-1)).toBe(`code: no dose is left in ${first}; open another vial`);
    const { tables } = own.node;
    expect(await traceDoses(tables, { code: first })).toHaveLength(doses);
    expect(await give(second)).toBe("done");
    const [open, ...others] = await openVials(tables, SITE);
    expect([open, others]).toMatchObject([{ code: second, given: 1, left: 4 }, []]);
    expect(open.useByMs - open.openedMs).toBe(60 * 60_000);
    expect(await go("wasted", "waste/w", 4, [], "超时限")).toContain("4 are in opened vials");
    expect(await go("wasted", "waste/w", 5, [second], "超时限")).toContain("4 doses are left");
    expect(await go("wasted", "waste/w", 4, [second], "超时限")).toBe("done");
    expect(await openVials(tables, SITE)).toEqual([]);
    expect((await stock()).filter((one) => one.startsWith("session/v"))).toEqual([]);
  });

  test("are taken back opened once nothing of them is given", async () => {
    const select = "SELECT u.id AS dose, o.id AS opening FROM coldopenings o " +
      "JOIN colduses u ON u.code = o.code WHERE o.code = ?";
    const [row] = await own.node.tables.rows(select, [second]);
    const back = async (what: string) => saidOf(await own.desk.reverse(what, "写错", NURSE_LI));
    expect(await back(row.text("opening"))).toContain("1 doses were given and 4 thrown away");
    expect(await back(row.text("dose"))).toBe("done");
    const waste = "SELECT id FROM coldmoves WHERE lot = 'V1' AND step = 'wasted'";
    const [wasted] = await own.node.tables.rows(waste);
    expect(await back(wasted.text("id"))).toBe("done");
    expect(await back(row.text("opening"))).toBe("done");
    expect(await openVials(own.node.tables, SITE)).toEqual([]);
    expect(await give(second)).toBe("done");
  });
});

test("X5, C14: the journal holds no number and no name of a person; who may, sees them", async () => {
  const select = "SELECT shown, sealed, person, id FROM colduses LIMIT 1";
  const [row] = await own.node.tables.rows(select);
  const [shown, sealed, id] = [row.text("shown"), row.text("sealed"), row.text("id")];
  expect(shown).toBe("李** 110***********002X");
  expect(sealed + row.text("person")).not.toMatch(/11010519491231002X|李梅/);
  expect(own.desk.recipients?.opened(sealed, id)).toEqual({
    number: "11010519491231002X",
    name: "李梅",
  });
  expect(own.desk.recipients?.opened(sealed, "another")).toBeNull();
  expect(own.desk.recipients?.opened("AAAA", id)).toBeNull();
});

test("C14: a list that was taken says the lot of a code, and two lists that differ say none", async () => {
  const list = (lot: string) => {
    const read = readLotList(`from,to,lot,expires,name\n${codeOf(1)},${codeOf(99)},${lot},,乙肝`);
    return read.kind === "read" ? read.ranges : [];
  };
  const scan = (code: string) => readScan(own.node.tables, SITE, code);
  expect(saidOf(await own.desk.takeLots(list("B1"), [], NURSE_LI))).toBe("done");
  expect(saidOf(await own.desk.takeLots(list("B1"), [], NURSE_LI))).toBe("done");
  expect(await scan(codeOf(99))).toMatchObject({ lot: "B1", name: "乙肝", isDoubtful: false });
  expect(await scan(codeOf(100))).toMatchObject({ lot: null, isDoubtful: false });
  expect(saidOf(await own.desk.takeLots(list("B2"), [], NURSE_LI))).toBe("done");
  expect(await scan(codeOf(99))).toMatchObject({ lot: null, isDoubtful: true });
});
