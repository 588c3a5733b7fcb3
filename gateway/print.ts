/** Text for the person at the terminal; what a node says while it runs goes to the log. */

const encoder = new TextEncoder();

export function print(text: string): void {
  Deno.stdout.writeSync(encoder.encode(`${text}\n`));
}

export function complain(text: string): void {
  Deno.stderr.writeSync(encoder.encode(`${text}\n`));
}
