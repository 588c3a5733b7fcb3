/** Forms that a page of somewhere else sends in somebody's name. */

/**
 * Whether a browser says that another page than ours sends this. Cookies are `Strict`, which takes
 * other ports of this machine, and other names below one domain, for the same site; and signing in
 * needs no cookie. Programs with a token, and those that say nothing, are no browsers.
 *
 * `Sec-Fetch-Site` is only said over TLS and to the machine itself, `Origin` always; schemes are
 * not compared, since a proxy may end the encryption.
 */
export function isOfOtherPage({ method, headers, url }: Request): boolean {
  if (method === "GET" || method === "HEAD" || headers.has("authorization")) return false;
  const site = headers.get("sec-fetch-site");
  if (site !== null) return site !== "same-origin" && site !== "none";
  const origin = headers.get("origin");
  return origin !== null && URL.parse(origin)?.host !== new URL(url).host;
}
