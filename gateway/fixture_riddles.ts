/** A domain that the product does not have, to show that adding one touches the list only. */
import { html } from "hono/html";
import * as z from "zod";
import { newEntry } from "./collected_entry.ts";
import { command } from "./commands/command.ts";
import type { Page } from "./console/page.ts";
import type { Domain, OpenDesk } from "./domain.ts";
import type { Node } from "./node.ts";
import { bodyOf, type Projection } from "./projection.ts";
import type { ApiRoute } from "./api_route.ts";
import { putInto } from "./sql/put.ts";
import type { Table } from "./sql/table.ts";

const riddleBody = z.object({ id: z.string(), question: z.string() });
const answerBody = z.object({ id: z.string(), answer: z.string() });

const riddles: Table = {
  name: "riddles",
  columns: { id: "text", question: "text" },
  key: ["id"],
};
const answers: Table = {
  name: "riddleanswers",
  columns: { id: "text", answer: "text" },
  key: ["id"],
};
const putRiddle = putInto(riddles, { onConflict: { newer: ["question"] } });
const putAnswer = putInto(answers, { onConflict: { newer: ["answer"] } });

const projection: Projection = {
  name: "riddles",
  version: 1,
  tables: [riddles, answers],
  apply: async (sql, entries) => {
    for (const entry of entries) {
      const riddle = entry.kind === "riddle" ? riddleBody.safeParse(bodyOf(entry)).data : undefined;
      if (riddle !== undefined) await putRiddle(sql, [[riddle.id, riddle.question]]);
      const told = entry.kind === "riddle-answer" ? answerBody.safeParse(bodyOf(entry)).data : null;
      if (told) await putAnswer(sql, [[told.id, told.answer]]);
    }
  },
};

const SELECT = `SELECT riddles.id AS id, question, answer FROM riddles
LEFT JOIN riddleanswers ON riddleanswers.id = riddles.id ORDER BY riddles.id`;

async function listRiddles({ tables }: Pick<Node, "tables">) {
  return (await tables.rows(SELECT)).map((row) => ({
    id: row.text("id"),
    question: row.text("question"),
    answer: row.textOrNull("answer"),
  }));
}

async function ask({ journal, clock }: Node, id: string, question: string): Promise<void> {
  const time = clock.now();
  await journal.append([newEntry("record", "riddle", time, { id, question })], time);
}

const ROUTES: readonly ApiRoute[] = [
  {
    method: "get",
    path: "/api/riddles",
    right: "read",
    summary: "Riddles",
    answer: z.array(riddleBody.extend({ answer: z.string().nullable() })),
    handle: async ({ node }) => Response.json(await listRiddles(node)),
  },
  {
    method: "post",
    path: "/api/riddles",
    right: "read",
    summary: "A new riddle",
    body: riddleBody.strict(),
    answer: riddleBody,
    handle: async ({ node }, { body }) => {
      const { id, question } = riddleBody.parse(body);
      await ask(node, id, question);
      return Response.json({ id, question }, { status: 201 });
    },
  },
];

const PAGES: readonly Page[] = [
  {
    path: "/riddles",
    tab: { zh: "谜语", en: "Riddles" },
    render: async (_view, _places, { node }) =>
      html`<ul>${(await listRiddles(node)).map(({ question }) => html`<li>${question}</li>`)}</ul>`,
  },
  {
    path: "/riddles/{id}",
    render: async (_view, { id }, { node }) => {
      const riddle = (await listRiddles(node)).find((one) => one.id === id);
      return riddle === undefined ? null : html`<p>${riddle.answer ?? "?"}</p>`;
    },
    forms: {
      ask: {
        right: "read",
        send: async (form, { id }, { node }) => {
          await ask(node, id, String(form.get("question")));
          return `/riddles/${id}`;
        },
      },
    },
  },
];

/** Whoever asks is answered once, with the question turned round. */
const openDesk: OpenDesk = (node) => ({
  routes: ROUTES,
  pages: PAGES,
  run: async (signal) => {
    const { tables, journal, clock } = node;
    for await (const _ of tables.changes(signal)) {
      const time = clock.now();
      const open = (await listRiddles(node)).filter(({ answer }) => answer === null);
      const told = open.map(({ id, question }) => ({
        ...newEntry("record", "riddle-answer", time, {
          id,
          answer: [...question].toReversed().join(""),
        }),
        key: { channel: "riddle-answer", id, digest: new Uint8Array(32), windowMs: null },
      }));
      if (told.length > 0) await journal.append(told, time);
    }
  },
});

export const RIDDLES: Domain = {
  name: "riddles",
  kinds: [
    { kind: "riddle", streams: ["record"], about: "A riddle", body: riddleBody },
    { kind: "riddle-answer", streams: ["record"], about: "Its answer", body: answerBody },
  ],
  projections: () => [projection],
  desk: () => Promise.resolve(openDesk),
  commands: () =>
    Promise.resolve((program) => {
      command(program, "riddle", "asks a riddle", "tributary riddle");
    }),
};
