import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** One figure with the limit that it must keep. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** Absent for a figure that is only shown. */
  readonly limit?: number;
}

export const root = resolve(__dirname, '..');

/** A folder inside the repository, so that compiled programs find node_modules; gone at exit. */
export function workFolder(): string {
  mkdirSync(join(root, 'temp'), { recursive: true });
  const folder = mkdtempSync(join(root, 'temp', 'bench-'));
  process.on('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** The library as it is published, and one example compiled beside it, as a user's build would. */
export function compileExample(folder: string, name: string): string {
  const npm = (...words: string[]) => execFileSync('npm', words, { cwd: root, stdio: 'inherit' });
  const main = join('examples', name, 'main');
  npm('run', '--silent', 'bundle', '--', join(folder, 'lib'));
  npm(
    'exec',
    '--no',
    '--',
    'esbuild',
    `${main}.ts`,
    '--format=cjs',
    '--log-level=warning',
    `--outfile=${join(folder, main)}.js`,
  );
  return join(folder, `${main}.js`);
}

/** Wall milliseconds and peak memory of one cold process. */
export function coldRun(program: string): { ms: number; rssMb: number } {
  const out = mkdtempSync(join(tmpdir(), 'bench-out-'));
  const start = process.hrtime.bigint();
  const { status, stderr } = spawnSync(process.execPath, ['--require', join(__dirname, 'peak.js'), program], {
    cwd: out,
    env: { ...process.env, CDKTF_OUTDIR: join(out, 'out') },
    encoding: 'utf8',
  });
  const ms = Number(process.hrtime.bigint() - start) / 1e6;
  rmSync(out, { recursive: true, force: true });
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`);
  return { ms, rssMb: Number(/peak-kb (\d+)/.exec(stderr)?.[1]) / 1024 };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export function round(value: number, digits = 2): number {
  return Number(value.toFixed(digits));
}

/** Milliseconds that something takes. */
export function timed(act: () => unknown): number {
  const start = process.hrtime.bigint();
  act();
  return Number(process.hrtime.bigint() - start) / 1e6;
}
