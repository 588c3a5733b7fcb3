/** Bodies that no door takes, whatever they are of: made of a good one, or of nothing. */
import { gzipSync } from "node:zlib";
import iconv from "iconv-lite";

/** A thousand times as large when it is unpacked. */
const BOMB = gzipSync(new Uint8Array(64 << 20));

export interface HostileCase {
  readonly what: string;
  readonly body: BodyInit;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status: number;
  /** As the answer names it; `""`: the document as a whole. */
  readonly field: string;
  /** Words of what was found, or of what to do. */
  readonly says: RegExp;
}

/** `good` is the text of what the door takes, of media type `type`; `fault`: its usual refusal. */
export function hostileBodies(good: string, type: string, fault: number): HostileCase[] {
  return [...shapes(good, fault), ...charsets(good, type), ...headers(good, type)];
}

function shapes(good: string, fault: number): HostileCase[] {
  const inside = (inner: string) => `${good.slice(0, -1)},${inner}}`;
  const json = (what: string, body: string, says: RegExp, field = "") => ({
    what,
    body,
    status: fault,
    field,
    says,
  });
  return [
    json("nothing", "", /no JSON/),
    json("a depth of a hundred thousand lists", "[".repeat(100_000), /deeper than 32/, path(32)),
    json("a good one, 40 levels deep", inside(`"x":${nested(40)}`), /deeper than 32/, deep(31)),
    json("a list of 100,000 items", `[${"0,".repeat(99_999)}0]`, /more than 20000 values/),
    json(
      "a good one with 30,000 items",
      inside(`"x":[${"0,".repeat(29_999)}0]`),
      /more than 20000/,
    ),
    json("a name that stands twice", `{"a":1,"a":2}`, /twice; want it once/, "a"),
    json("one that is escaped the second time", `{"a":1,"\\u0061":2}`, /twice/, "a"),
    json("the prototype", inside('"__proto__":{"id":"1"}'), /no such field/, "__proto__"),
    json("a number with an exponent", inside('"x":1e308'), /without an exponent/, "x"),
    json("one beyond all", inside('"x":1e999999'), /without an exponent/, "x"),
    json("10^18 with all its digits", inside(`"x":1${"0".repeat(18)}`), /19 digits; want 15/, "x"),
    json("a decimal of 100,000 digits", inside(`"x":0.${"1".repeat(100_000)}`), /want 15/, "x"),
    json("half of a character", inside('"x":"\\ud800"'), /half of a character/, "x"),
    json("what is no number", inside('"x":NaN'), /no JSON/),
    json("two documents", `${good}${good}`, /no JSON/),
    json("a body cut in the middle", good.slice(0, good.length / 2), /no JSON/),
    json("one that lacks its last brace", good.slice(0, -1), /no JSON/),
    json("a comment", `/* */${good}`, /no JSON/),
    json("zeros behind it", `${good}\u0000`, /no JSON/),
    json("a second mark of byte order", `\ufeff\ufeff${good}`, /no JSON/),
  ];
}

/** A list of lists, and where the one is that is too deep. */
function nested(depth: number): string {
  return "[".repeat(depth) + "]".repeat(depth);
}
function path(depth: number): string {
  return "[0]".repeat(depth);
}
function deep(depth: number): string {
  return `x${path(depth)}`;
}

function charsets(good: string, type: string): HostileCase[] {
  const bytes = (charset: string) => new Uint8Array(iconv.encode(good, charset));
  const utf8 = new TextEncoder().encode(good);
  const wrong = (what: string, body: BodyInit, says: RegExp, charset?: string): HostileCase => ({
    what,
    body,
    headers: charset === undefined ? {} : { "content-type": `${type}; charset=${charset}` },
    status: 400,
    field: "",
    says,
  });
  const cut = utf8.slice();
  cut[utf8.findIndex((byte) => byte > 0x7f) + 1] = 0x20;
  return [
    wrong("GBK that says nothing", bytes("gbk"), /charset=gb18030/),
    wrong("GBK that says it is UTF-8", bytes("gbk"), /charset=gb18030/, "utf-8"),
    wrong("UTF-8 that says it is GBK", utf8, /leave charset out|charset=utf-8/, "gbk"),
    wrong("UTF-16 with its mark", bytes("utf-16"), /send it in UTF-8/),
    wrong("UTF-16 without one", bytes("utf-16le"), /send it in UTF-8/),
    wrong("UTF-16, the other end first", bytes("utf-16be"), /send it in UTF-8/),
    wrong("half a character of UTF-8", cut, /send it in UTF-8/),
    wrong("bytes of neither", new Uint8Array([0x22, 0xff, 0xff, 0x22]), /send it in UTF-8/),
    ...["utf-16", "latin1", "big5", "none", ""].map((name) => ({
      ...wrong(`a charset "${name}"`, utf8, /want utf-8 or gb18030/, name),
      status: 415,
    })),
    {
      ...wrong("two charsets", utf8, /want utf-8 or gb18030/, "utf-8; charset=gbk"),
      status: 415,
    },
  ];
}

function headers(good: string, type: string): HostileCase[] {
  const one = (what: string, headers: Record<string, string>, says: RegExp, body?: BodyInit) => ({
    what,
    body: body ?? good,
    headers,
    status: 415,
    field: "",
    says,
  });
  const packed = gzipSync(good);
  const wanted = new RegExp(`want ${type.replaceAll("+", "\\+")}`);
  return [
    ...["application/xml", "text/plain", "text/html", "multipart/form-data", "json", ""].map(
      (name) => one(`a type "${name}"`, { "content-type": name }, wanted),
    ),
    one("two types", { "content-type": `${type}, text/plain` }, wanted),
    ...["gzip", "deflate", "br", "zstd", "gzip, identity", "x"].map((encoding) =>
      one(`content-encoding ${encoding}`, { "content-encoding": encoding }, /without the header/)
    ),
    one("a body in gzip", { "content-encoding": "gzip" }, /without the header/, packed),
    one("a gzip bomb", { "content-encoding": "gzip" }, /without the header/, BOMB),
    { ...one("a gzip bomb that says nothing", {}, /send it in UTF-8/, BOMB), status: 400 },
    { ...one("a byte too many", {}, /262144 bytes or fewer/, good.padEnd(262_145)), status: 413 },
    {
      ...one("one too many, of unknown length", {}, /262144 bytes or fewer/),
      body: new Blob([good.padEnd(262_145)]).stream(),
      status: 413,
    },
  ];
}
