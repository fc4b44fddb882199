import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiObject, App as Cdk8s, Chart } from 'cdk8s';
import { RollingApp, writeManifests } from '../lib';
import { median, round, timed, type Figure } from './support';

const folder = mkdtempSync(join(tmpdir(), 'bench-apps-'));
process.on('exit', () => {
  rmSync(folder, { recursive: true, force: true });
});

/** Apps of seven objects each, made and written; over the same objects as they are, and over a tenth of them. */
export function appsFigures(): Figure[] {
  const objects = chartOf(1000).toJson() as Raw[];
  apps(200);
  raw(objects.slice(0, 1400));
  const pairs = Array.from({ length: 5 }, () => ({ apps: apps(1000), raw: raw(objects) }));
  const thousand = Math.min(...pairs.map((pair) => pair.apps));
  const tenThousand = Math.min(apps(10_000), apps(10_000));
  return [
    { name: 'apps-1000-ms', value: Math.round(thousand), unit: 'ms, made and written', limit: 2000 },
    {
      name: 'apps-1000-ratio',
      value: round(median(pairs.map((pair) => pair.apps / pair.raw))),
      unit: 'x the same objects raw',
      limit: 1.25,
    },
    { name: 'apps-growth-10000', value: round(tenThousand / thousand), unit: 'time, 10,000 over 1,000', limit: 11 },
  ];
}

interface Raw {
  readonly apiVersion: string;
  readonly kind: string;
}

function chartOf(count: number): Chart {
  const chart = new Chart(new Cdk8s({ outdir: folder }), 'apps', { namespace: 'bench' });
  for (let number = 0; number < count; number++) {
    const image = `registry.example/bench/app-${number}:1.4.2`;
    new RollingApp(chart, `App${number}`, { image, host: `app-${number}.bench.example`, autoscale: { max: 6 } });
  }
  return chart;
}

function apps(count: number): number {
  return timed(() => {
    writeManifests(chartOf(count));
  });
}

function raw(objects: readonly Raw[]): number {
  return timed(() => {
    const chart = new Chart(new Cdk8s({ outdir: folder }), 'raw', { namespace: 'bench' });
    for (const [index, object] of objects.entries()) new ApiObject(chart, `Object${index}`, { ...object });
    writeManifests(chart);
  });
}
