/** Letters for tests of channels, and a server over HTTP that takes them. */
import { freePort } from "../../drivers/fixtures.ts";
import type { Letter } from "./channels/channel.ts";
import { messageId } from "./delivery.ts";
import { notification } from "./fixture_notifications.ts";
import { messageText, subjectText } from "./message_text.ts";

export function letter(changed: Partial<Letter> = {}): Letter {
  const all = [notification("a")];
  return {
    id: messageId({ contact: "li", channel: "sms" }, ["a"]),
    to: "+8613800000000",
    subject: subjectText(all, "zh"),
    text: (lengthMax) => messageText(all, "zh", lengthMax),
    data: { notifications: all },
    seconds: Math.floor(Date.now() / 1000),
    ...changed,
  };
}

/** Whatever is asked of it; it answers as it is told to. */
export class HttpPeer implements AsyncDisposable {
  readonly url: string;
  readonly heard: { readonly headers: Headers; readonly text: string; readonly url: string }[] = [];
  answer: () => Response = () => new Response("ok");
  readonly #server: Deno.HttpServer;

  constructor(port = freePort()) {
    this.url = `http://127.0.0.1:${port}/told`;
    const options = { hostname: "127.0.0.1", port, onListen: () => {} };
    this.#server = Deno.serve(options, async (request) => {
      const { headers, url } = request;
      this.heard.push({ headers, text: await request.text(), url });
      return this.answer();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}
