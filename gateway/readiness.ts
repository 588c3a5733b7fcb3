/** Whether a node that was just started answers that it is ready. */
export async function isReady(url: string, signal?: AbortSignal): Promise<boolean> {
  try {
    const response = await fetch(new URL("/readyz", url), signal === undefined ? {} : { signal });
    await response.body?.cancel();
    return response.ok;
  } catch {
    // It does not listen yet.
    return false;
  }
}
