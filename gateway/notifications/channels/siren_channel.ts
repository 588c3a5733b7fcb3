/**
 * Sound and light on the spot (C5). A siren has a state and no messages: it sounds as long as there
 * is something that nobody has acknowledged, whatever message brought it here.
 */
import { reasonText } from "../delivery.ts";
import type { Channel } from "./channel.ts";

export interface Siren {
  /** Switches it; resolves with what says that it was done. Throws {@link SirenFault}. */
  set(on: boolean, message: string, signal: AbortSignal): Promise<string>;
}

/** It was not switched, or nobody can say whether it was. */
export class SirenFault extends Error {
  override name = "SirenFault";
}

/** `sounding`: whether anything is left that has to be heard. */
export function sirenChannel(
  name: string,
  siren: Siren,
  sounding: () => Promise<boolean>,
): Channel {
  return {
    name,
    addressedBy: "nothing",
    isLocal: true,
    send: async ({ id }, signal) => {
      try {
        const on = await sounding();
        const said = await siren.set(on, id, signal);
        return { kind: "delivered", detail: reasonText(`${on ? "on" : "off"}: ${said}`) };
      } catch (error) {
        if (!(error instanceof SirenFault)) throw error;
        return { kind: "failed", of: "channel", detail: error.message };
      }
    },
  };
}

export interface MqttSiren {
  readonly url: string;
  readonly login: { readonly username: string; readonly password: string } | null;
  /** The only authority that may have issued the broker's certificate, PEM. */
  readonly ca: string | null;
  readonly topic: string;
  readonly on: string;
  readonly off: string;
  readonly timeoutMs: number;
}

/** A relay that listens to a topic: it has heard once the broker has taken the publish. */
export function mqttSiren(settings: MqttSiren): Siren {
  const { url, login, ca, topic, on, off, timeoutMs } = settings;
  return {
    set: async (sounds, _message, signal) => {
      // CommonJS: bundled, it has no names of its own.
      const { default: mqtt } = await import("mqtt");
      const late = Promise.withResolvers<never>();
      const stop = () => late.reject(new SirenFault("the node is stopping"));
      const timer = setTimeout(
        () => late.reject(new SirenFault(`the broker did not answer in ${timeoutMs} ms`)),
        timeoutMs,
      );
      signal.addEventListener("abort", stop);
      const opening = mqtt.connectAsync(url, {
        ...(login ?? {}),
        ...(ca === null ? {} : { ca }),
        reconnectPeriod: 0,
        connectTimeout: timeoutMs,
      }, false);
      try {
        const client = await Promise.race([opening, late.promise]);
        // Retained: a relay that was without power learns where it stands.
        const sent = client.publishAsync(topic, sounds ? on : off, { qos: 1, retain: true });
        await Promise.race([sent, late.promise]);
        return `${topic} ${sounds ? on : off}`;
      } catch (error) {
        if (error instanceof SirenFault) throw error;
        throw new SirenFault(reasonText(String(error)), { cause: error });
      } finally {
        clearTimeout(timer);
        signal.removeEventListener("abort", stop);
        // A client that comes too late is not left open.
        opening.then((client) => client.endAsync(true)).catch(() => {});
      }
    },
  };
}
