/** The text of a request's body: its size, its media type and its character set. */
import type { Problem } from "../../sync/problem.ts";

/**
 * Bytes of one request. Sixty lines with all their texts at full length take about 200 kB as plain
 * JSON; what three lines take is 2 kB.
 */
export const BODY_BYTES_MAX = 256 << 10;

export type BodyText =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "refused"; readonly problem: Problem };

type Charset = "utf-8" | "gb18030";

/** GBK and GB 2312 are parts of GB 18030 (GB 18030-2022, foreword). */
const CHARSETS: Readonly<Record<string, Charset>> = {
  "utf-8": "utf-8",
  utf8: "utf-8",
  gb18030: "gb18030",
  gbk: "gb18030",
  gb2312: "gb18030",
};

const DECODERS: Readonly<Record<Charset, TextDecoder>> = {
  "utf-8": new TextDecoder("utf-8", { fatal: true }),
  gb18030: new TextDecoder("gb18030", { fatal: true }),
};

/** From here on a character takes three bytes of UTF-8; Chinese ones all lie behind it. */
const THREE_BYTES = /[\u0800-\uffff]/;

/**
 * The text of `bytes`, which are of a type in `mediaTypes`. `contentType` is the request's header;
 * without one the body is taken to be of the first type, in UTF-8 (RFC 8259, 8.1). Text of a wrong
 * character set is refused, never guessed: a drug's name in the wrong letters is another drug's.
 */
export function bodyText(
  bytes: Uint8Array,
  contentType: string | null,
  mediaTypes: readonly string[],
): BodyText {
  if (bytes.length > BODY_BYTES_MAX) return refused(TOO_LARGE);
  const { mediaType, charset } = typeOf(contentType ?? mediaTypes[0]);
  if (!mediaTypes.includes(mediaType)) return refused(otherType(mediaType, mediaTypes));
  if (isUtf16(bytes)) return refused(IS_UTF_16);
  const name = Object.hasOwn(CHARSETS, charset) ? CHARSETS[charset] : null;
  if (name === null) return refused(otherCharset(charset));
  const text = decoded(bytes, name);
  if (text === null) return refused(notIn(name, bytes));
  if (name === "gb18030") {
    // Chinese in UTF-8 can often be read as GB 18030 too, as other Chinese; hardly ever is it so
    // the other way round.
    const other = decoded(bytes, "utf-8");
    if (other !== null && THREE_BYTES.test(other)) return refused(IS_UTF_8);
  }
  return { kind: "text", text };
}

function typeOf(contentType: string): { mediaType: string; charset: string } {
  const [mediaType, ...parameters] = contentType.split(";").map((part) => part.trim());
  const charsets = parameters.flatMap((part) =>
    /^charset="?([^"]*)"?$/i.exec(part)?.[1].toLowerCase() ?? []
  );
  // Two that differ are no character set.
  const charset = charsets.length === 0 ? "utf-8" : [...new Set(charsets)].join(" and ");
  return { mediaType: mediaType.toLowerCase(), charset };
}

/**
 * JSON begins with a character of ASCII, which UTF-16 writes with a zero beside it; or with its
 * mark. What UTF-8 has there is neither (RFC 4627, 3).
 */
function isUtf16([first, second]: Uint8Array): boolean {
  if (first === undefined || second === undefined) return false;
  return (first === 0) !== (second === 0) || (first === 0xff && second === 0xfe) ||
    (first === 0xfe && second === 0xff);
}

function decoded(bytes: Uint8Array, charset: Charset): string | null {
  try {
    return DECODERS[charset].decode(bytes);
  } catch {
    return null;
  }
}

function refused(problem: Problem): BodyText {
  return { kind: "refused", problem };
}

export const TOO_LARGE: Problem = {
  status: 413,
  code: "body-too-large",
  title: "The body is larger than a prescription can be",
  detail: `want ${BODY_BYTES_MAX} bytes or fewer`,
  hint: "send each prescription in a request of its own",
};

function otherType(found: string, known: readonly string[]): Problem {
  return {
    status: 415,
    code: "unsupported-media-type",
    title: "The body is of a type that is not read here",
    detail: `found content-type "${found.slice(0, 100)}"; want ${known.join(" or ")}`,
  };
}

function otherCharset(found: string): Problem {
  return {
    status: 415,
    code: "unsupported-charset",
    title: "The body is in a character set that is not read here",
    detail: `found charset "${found.slice(0, 40)}"; want utf-8 or gb18030`,
  };
}

function notIn(charset: Charset, bytes: Uint8Array): Problem {
  const other = charset === "utf-8" ? "gb18030" : "utf-8";
  return {
    status: 400,
    code: "wrong-charset",
    title: "The body is not in the character set that its content-type says",
    detail: `found bytes that are no ${charset}`,
    hint: decoded(bytes, other) === null
      ? "send it in UTF-8"
      : `send it in UTF-8, or say what it is: content-type: application/json; charset=${other}`,
  };
}

const IS_UTF_16: Problem = {
  status: 400,
  code: "wrong-charset",
  title: "The body is not in the character set that its content-type says",
  detail: "found UTF-16 or UTF-32",
  hint: "send it in UTF-8",
};

const IS_UTF_8: Problem = {
  status: 400,
  code: "wrong-charset",
  title: "The body is not in the character set that its content-type says",
  detail: "found UTF-8 where the content-type says gb18030",
  hint: "leave charset out of the content-type: UTF-8 is what JSON is in",
};
