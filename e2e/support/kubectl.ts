import { pause, run } from './processes';

/** What kubectl prints; the cluster is KUBECONFIG's. */
export async function kubectl(...words: readonly string[]): Promise<string> {
  const { code, output, stdout } = await run('kubectl', words, { limit: 180 });
  if (code !== 0) throw new Error(output);
  return stdout;
}

/** Objects as JSON, of a kind and with options such as `-n`. */
export async function items<T>(...words: readonly string[]): Promise<T[]> {
  return (JSON.parse(await kubectl('get', ...words, '-o', 'json')) as { items: T[] }).items;
}

/** What kubectl says when it is refused; it is an error when it is not. */
export async function refused(...words: readonly string[]): Promise<string> {
  const { code, output } = await run('kubectl', words, { limit: 60 });
  if (code === 0) throw new Error(`not refused: kubectl ${words.join(' ')}`);
  return output;
}

/** Waits until something holds; the last reason why it does not is the error. */
export async function until(seconds: number, holds: () => Promise<string | undefined>): Promise<void> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const why = await holds();
    if (why === undefined) return;
    if (Date.now() > end) throw new Error(`not so after ${seconds} s: ${why}`);
    await pause(500);
  }
}
