import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Figure } from './support';

/** Suites that leave figures in a file: what tells them where, and what may not be more; the rest is shown. */
const SUITES = {
  lab: {
    variable: 'LAB_FIGURES',
    limits: { 'lab-lost-writes': 0, 'lab-memory-mb': 8192, 'lab-api-unavailable-s control-plane': 5 },
  },
  traffic: {
    variable: 'TRAFFIC_FIGURES',
    limits: { 'switch-failed-requests': 0, 'rolling-failed-requests': 0 },
  },
} as const satisfies Readonly<Record<string, { variable: string; limits: Readonly<Record<string, number>> }>>;

export type Suite = keyof typeof SUITES;

export const isSuite = (word: string): word is Suite => word in SUITES;

/** The figures that a suite leaves, each scenario's own line. */
export function suiteFigures(name: Suite): Figure[] {
  const { variable, limits } = SUITES[name];
  const folder = mkdtempSync(join(tmpdir(), 'figures-'));
  try {
    const file = join(folder, 'figures.json');
    const { status } = spawnSync('npm', ['run', '--silent', 'e2e', name], {
      env: { ...process.env, [variable]: file },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    if (status !== 0) throw new Error(`the suite ${name} failed: its figures count for nothing`);
    return figuresOf(JSON.parse(readFileSync(file, 'utf8')) as Found, limits);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

type Found = Readonly<Record<string, number | Readonly<Record<string, number>>>>;

function figuresOf(found: Found, limits: Readonly<Record<string, number>>): Figure[] {
  const flat = Object.entries(found).flatMap(([name, value]) =>
    typeof value === 'number'
      ? [[name, value] as const]
      : Object.entries(value).map(([of, one]) => [`${name} ${of}`, one] as const),
  );
  return flat.map(([name, value]) => ({ name, value, unit: unitOf(name), limit: limits[name] }));
}

const unitOf = (name: string): string => (/-s( |$)/.test(name) ? 's' : name.endsWith('-mb') ? 'MB' : '');
