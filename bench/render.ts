import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiObject, App, Chart } from 'cdk8s';
import { writeManifests } from '../lib';
import { inOrder } from '../lib/render/order';
import { median, round, timed, type Figure } from './support';

const folder = mkdtempSync(join(tmpdir(), 'bench-render-'));
process.on('exit', () => {
  rmSync(folder, { recursive: true, force: true });
});

/** Time per chart of 1,000 charts over 10, and of 26 layers of objects that each depend on all of the layer below. */
export function renderFigures(): Figure[] {
  for (let warm = 0; warm < 20; warm++) perChart(10);
  const ratios = Array.from({ length: 5 }, () => least(3, () => perChart(1000)) / least(15, () => perChart(10)));
  return [
    {
      name: 'charts-growth-1000',
      value: round(median(ratios)),
      unit: 'time per chart, 1,000 over 10',
      limit: 1.5,
    },
    { name: 'diamond-26-ms', value: round(least(5, diamonds)), unit: 'ms for 26 layers of two', limit: 50 },
  ];
}

function perChart(charts: number): number {
  const app = new App({ outdir: join(folder, String(charts)) });
  for (let number = 0; number < charts; number++) {
    const chart = new Chart(app, `chart-${number}`, { namespace: 'bench' });
    for (const kind of ['Deployment', 'Service', 'Ingress']) object(chart, kind);
  }
  return (
    timed(() => {
      writeManifests(app);
    }) / charts
  );
}

function diamonds(): number {
  const chart = new Chart(new App(), 'chart');
  const layers = Array.from({ length: 26 }, (_, layer) => ['a', 'b'].map((id) => object(chart, `${id}${layer}`)));
  layers.forEach((layer, index) => {
    for (const one of layer) one.node.addDependency(...(layers[index + 1] ?? []));
  });
  return timed(() => inOrder([chart]));
}

function object(chart: Chart, id: string): ApiObject {
  return new ApiObject(chart, id, {
    apiVersion: 'apps/v1',
    kind: id,
    spec: { replicas: 2, text: 'some text' },
  });
}

function least(times: number, run: () => number): number {
  return Math.min(...Array.from({ length: times }, run));
}
