import { expect, test } from "vitest";
import { fieldOf, FORM_BYTES_MAX, formOf, FormRefused, typedIn } from "./form.ts";

const URL_ENCODED = "application/x-www-form-urlencoded";

function sent(body: BodyInit, type?: string): Request {
  const headers: HeadersInit = type === undefined ? [] : [["content-type", type]];
  return new Request("http://node/", { method: "POST", body, headers });
}

async function refusalOf(request: Request): Promise<string> {
  const said = await formOf(request).catch((error: unknown) => error);
  if (!(said instanceof FormRefused)) throw new Error("it was read");
  return `${said.problem.status} ${said.problem.code}`;
}

test("a form is read as a browser sends it, by either of its kinds", async () => {
  const form = await formOf(sent(new URLSearchParams([["a", " 1 "], ["b", "二"], ["b", "3"]])));
  expect([typedIn(form, "a"), fieldOf(form, "a"), form.getAll("b")]).toEqual([" 1 ", "1", [
    "二",
    "3",
  ]]);
  const parts = new FormData();
  parts.set("a", "1");
  parts.set("file", new Blob(["x"]));
  const read = await formOf(sent(parts));
  expect([fieldOf(read, "a"), fieldOf(read, "file"), fieldOf(read, "none")]).toEqual(["1", "", ""]);
});

test("a form without a body has no fields", async () => {
  expect([...(await formOf(new Request("http://node/", { method: "POST" }))).keys()]).toEqual([]);
});

test("a form of the very limit is read, and one byte more is refused", async () => {
  const most = `a=${"x".repeat(FORM_BYTES_MAX - 2)}`;
  expect(fieldOf(await formOf(sent(most, URL_ENCODED)), "a")).toHaveLength(FORM_BYTES_MAX - 2);
  expect(await refusalOf(sent(`${most}x`, URL_ENCODED))).toBe("413 form-too-large");
});

test.each([
  ["JSON", "{}", "application/json", "415 not-a-form"],
  ["text", "a=1", "text/plain", "415 not-a-form"],
  ["parts that say no boundary", "a=1", "multipart/form-data", "400 bad-form"],
  ["parts that are none", "a=1", "multipart/form-data; boundary=x", "400 bad-form"],
])("what is no form is refused: %s", async (_, body, type, refusal) => {
  expect(await refusalOf(sent(body, type))).toBe(refusal);
});
