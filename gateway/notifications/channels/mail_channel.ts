/** Messages by e-mail: plain text over SMTP, each connection for one letter. */
import type { Attempt } from "../dispatch.ts";
import type { Channel } from "./channel.ts";

/** How a mail server is reached. */
export interface MailServer {
  readonly host: string;
  readonly port: number;
  /** `tls` from the first byte on, `starttls` or nothing is sent, `none` without any. */
  readonly security: "tls" | "starttls" | "none";
  /** The only authority that may have issued its certificate, PEM; `null`: the system's. */
  readonly ca: string | null;
  readonly login: { readonly user: string; readonly password: string } | null;
  /** Address of the sender. */
  readonly from: string;
  readonly timeoutMs: number;
}

/** A screen full; the rest is counted. */
const TEXT_LENGTH_MAX = 10_000;
/** 128 bits of the id: a longer header would be folded, which some that compare it do not undo. */
const ID_LENGTH = 32;
/** Headers are folded by who sends them, and a longer subject is shown nowhere. */
const SUBJECT_LENGTH_MAX = 200;

export function mailChannel(name: string, server: MailServer): Channel {
  const { host, port, security, ca, login, from, timeoutMs } = server;
  const domain = from.split("@").at(-1);
  return {
    name,
    addressedBy: "mail",
    isLocal: false,
    send: async ({ id, to, subject, text }) => {
      // Loaded with the first letter: most nodes send none.
      const { createTransport } = await import("nodemailer");
      const transport = createTransport({
        host,
        port,
        secure: security === "tls",
        requireTLS: security === "starttls",
        ignoreTLS: security === "none",
        ...(ca === null ? {} : { tls: { ca } }),
        ...(login === null ? {} : { auth: { user: login.user, pass: login.password } }),
        connectionTimeout: timeoutMs,
        greetingTimeout: timeoutMs,
        socketTimeout: timeoutMs,
        dnsTimeout: timeoutMs,
        // A letter of ours has neither attachments nor addresses to fetch.
        disableFileAccess: true,
        disableUrlAccess: true,
      });
      try {
        const { response } = await transport.sendMail({
          from,
          to: { name: "", address: to },
          subject: subject.slice(0, SUBJECT_LENGTH_MAX).replace(/[\uD800-\uDBFF]$/, ""),
          text: text(TEXT_LENGTH_MAX),
          // The same each time: servers and mail programs know by it what came twice (RFC 5322).
          messageId: `<${id.slice(0, ID_LENGTH)}@${domain}>`,
          // No holiday notes come back (RFC 3834).
          headers: { "Auto-Submitted": "auto-generated" },
        });
        return { kind: "delivered", detail: response };
      } catch (error) {
        return failedAs(error);
      } finally {
        transport.close();
      }
    },
  };
}

/**
 * RFC 5321, 4.2.1: 4yz may be taken later, 5yz never is. What a server says of a recipient holds
 * up that one only; whatever else goes wrong holds for all.
 */
function failedAs(error: unknown): Attempt {
  if (!(error instanceof Error)) throw error;
  const detail = error.message;
  const code = "code" in error ? error.code : undefined;
  const answer = "responseCode" in error && typeof error.responseCode === "number"
    ? error.responseCode
    : null;
  const command = "command" in error && typeof error.command === "string" ? error.command : "";
  if (code === "EENVELOPE" && command.startsWith("RCPT") || command.startsWith("DATA")) {
    if (answer !== null && answer >= 500) return { kind: "refused", detail };
    if (answer !== null && answer >= 400) return { kind: "failed", of: "contact", detail };
  }
  return { kind: "failed", of: "channel", detail };
}
