import { readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import { EXITS, Failure } from '../exits';

/** A text to look at. */
export interface Text {
  /** As the user would name it. */
  readonly file: string;
  readonly text: string;
  /** Whether it was named itself: what only lies in a folder need not hold objects. */
  readonly named: boolean;
}

/** What stands at paths, folders with all below them; `-` is standard input. */
export async function textsAt(paths: readonly string[], input: () => Promise<string>): Promise<Text[]> {
  const texts = new Map<string, Text>();
  for (const path of paths) {
    if (path === '-') texts.set(path, { file: 'standard input', text: await input(), named: true });
    else
      for (const found of filesAt(path)) texts.set(found.file, { ...found, text: await readFile(found.file, 'utf8') });
  }
  return [...texts.values()];
}

function filesAt(path: string): { readonly file: string; readonly named: boolean }[] {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw new Failure(`there is no ${path}`, EXITS.USAGE);
  if (!found.isDirectory()) return [{ file: normalize(path), named: true }];
  return filesBelow(path).map((file) => ({ file, named: false }));
}

/** In the order of names, so that reports do not change with the file system. Links to folders are not followed. */
function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return /\.(ya?ml|json)$/.test(entry.name) ? [path] : [];
  });
}
