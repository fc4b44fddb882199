import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** cdktf leaves a folder for each app of a test: they go into one, which goes with the run. */
export default function setup(): void {
  const folder = mkdtempSync(join(tmpdir(), 'jest-'));
  process.env.TMPDIR = folder;
  process.on('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });
}
