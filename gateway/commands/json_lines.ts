/** An answer of JSON documents, one a line, as they come. */

/** Documents of JSON, one a whole line, until they end, are cut or the signal aborts. */
export async function* jsonLinesOf(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<unknown> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  const cancel = () => reader.cancel().catch(() => {});
  signal.addEventListener("abort", cancel, { once: true });
  try {
    for (let rest = ""; !signal.aborted;) {
      // What breaks off is told from what is whole by the line that counts, which it lacks.
      const { value } = await reader.read().catch(() => ({ value: undefined }));
      if (value === undefined) return;
      const lines = (rest + value).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) yield JSON.parse(line);
    }
  } finally {
    signal.removeEventListener("abort", cancel);
    await cancel();
  }
}
