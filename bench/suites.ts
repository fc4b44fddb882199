import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Figure } from './support';

/** What may not be more; the rest is shown. */
const LIMITS: Readonly<Record<string, number>> = {
  'lab-lost-writes': 0,
  'lab-memory-mb': 8192,
  'lab-api-unavailable-s control-plane': 5,
};

/** The figures that the lab's suite leaves, each scenario's own line. */
export function labFigures(): Figure[] {
  const folder = mkdtempSync(join(tmpdir(), 'lab-figures-'));
  try {
    const file = join(folder, 'figures.json');
    const { status } = spawnSync('npm', ['run', '--silent', 'e2e', 'lab'], {
      env: { ...process.env, LAB_FIGURES: file },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    if (status !== 0) throw new Error('the suite of the lab failed: its figures count for nothing');
    return figuresOf(JSON.parse(readFileSync(file, 'utf8')) as Record<string, number | Record<string, number>>);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function figuresOf(found: Readonly<Record<string, number | Readonly<Record<string, number>>>>): Figure[] {
  const flat = Object.entries(found).flatMap(([name, value]) =>
    typeof value === 'number'
      ? [[name, value] as const]
      : Object.entries(value).map(([of, one]) => [`${name} ${of}`, one] as const),
  );
  return flat.map(([name, value]) => ({ name, value, unit: unitOf(name), limit: LIMITS[name] }));
}

const unitOf = (name: string): string => (/-s( |$)/.test(name) ? 's' : name.endsWith('-mb') ? 'MB' : '');
