import { describe, expect, test } from "vitest";
import type { ApiParts, Input } from "../api_route.ts";
import { person } from "./actor.ts";
import { PeopleDesk } from "./fixture_people.ts";
import type { People } from "./people.ts";
import { rightsOf } from "./roles.ts";
import { unmaskRoute } from "./unmask.ts";

const route = unmaskRoute({
  subject: "patient",
  fields: ["residentId"],
  read: (_, id) => Promise.resolve(id === "p-1" ? "11010519491231002X" : null),
});
const LI = person("li", rightsOf(["pharmacist"]), "00000000", "10.0.0.7");

/** What the route is given: of all parts it uses people alone. */
function asked(people: People, id: string): Promise<Response> {
  const request = new Request("http://localhost/");
  const body = { field: "residentId", reason: "allergy" };
  const asker = { who: LI.who, actor: LI, again: () => LI };
  const input: Input = { query: {}, body, path: { id }, request, ...asker };
  return route.handle(partsWith(people), input);
}

/** Parts of a node of which anything but its people fails. */
function partsWith(people: People): ApiParts {
  const fails = (): never => {
    throw new Error("An unmasking asks for nothing but people");
  };
  return {
    people,
    url: "",
    startedMs: 0,
    version: "",
    supervisors: [],
    links: [],
    couriers: [],
    sessions: people.sessions,
    get node() {
      return fails();
    },
  };
}

describe("X5: a masked field", () => {
  test("is shown in full to a person with the right, behind an entry that says why", async () => {
    await using desk = await PeopleDesk.open({ node: "site-1", role: "site" });
    expect(route.right).toBe("personal.unmask");
    const answer = await asked(desk.people, "p-1");
    expect(await answer.json()).toEqual({ field: "residentId", value: "11010519491231002X" });
    expect(await desk.saidOf("unmasked")).toEqual([{
      who: "person li from 10.0.0.7",
      subject: "patient",
      id: "p-1",
      field: "residentId",
      reason: "allergy",
    }]);
  });

  test("that is not there was asked for all the same", async () => {
    await using desk = await PeopleDesk.open({ node: "site-1", role: "site" });
    expect((await asked(desk.people, "p-2")).status).toBe(404);
    expect(await desk.saidOf("unmasked")).toHaveLength(1);
  });

  test.each([
    { field: "residentId" },
    { field: "residentId", reason: " " },
    { field: "name", reason: "x" },
  ])("is not asked for as %j", (body) => {
    expect(route.body?.safeParse(body).success).toBe(false);
  });
});
