/** Text for the person at the terminal; what a node says while it runs goes to the log. */

const encoder = new TextEncoder();

export function print(text: string): void {
  try {
    Deno.stdout.writeSync(encoder.encode(`${text}\n`));
  } catch (error) {
    // Whoever read it, such as `head`, has enough.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

/** A line that the next one takes the place of; `""` takes it away. No terminal, no line. */
export function printProgress(text: string): void {
  if (Deno.stderr.isTerminal()) Deno.stderr.writeSync(encoder.encode(`\r${text}\x1b[K`));
}

export function complain(text: string): void {
  Deno.stderr.writeSync(encoder.encode(`${text}\n`));
}
