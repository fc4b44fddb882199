import type { App } from 'cdktf';
import { LocalBackend, TerraformStack, Testing } from 'cdktf';
import { AwsHosts, AwsImage, HaCluster, MultiAzNodePool } from '../lib';
import { median, round, type Figure } from './support';

/** Time per cluster at 50 clusters over 1, and per pool at 100 pools over 1: nothing may grow faster than its output. */
export function growthFigures(): Figure[] {
  const clusters = perUnit((count) => clustersApp(count), 50);
  const pools = perUnit((count) => poolsApp(count), 100, 1);
  return [
    { name: 'synth-growth-clusters', value: round(clusters), unit: 'time per cluster, 50 over 1', limit: 1.1 },
    { name: 'synth-growth-pools', value: round(pools), unit: 'time per added pool, 100 over 1', limit: 1.1 },
  ];
}

/**
 * Time per unit at `many` over the time per unit at few, warm, interleaved; `base` units are subtracted from both.
 *
 * A pool takes a few milliseconds: the shortest of several runs is what it takes, the rest is what else the machine did.
 */
function perUnit(build: (count: number) => App, many: number, base = 0): number {
  for (let warm = 0; warm < 20; warm++) timed(() => build(1));
  const ratios = Array.from({ length: 5 }, () => {
    const none = base === 0 ? 0 : Math.min(...repeat(15, () => timed(() => build(0))));
    const one = Math.min(...repeat(15, () => timed(() => build(1)))) - none;
    const all = Math.min(...repeat(3, () => timed(() => build(many)))) - none;
    return all / many / one;
  });
  return median(ratios);
}

function repeat(times: number, run: () => number): number[] {
  return Array.from({ length: times }, run);
}

function timed(build: () => App): number {
  const start = process.hrtime.bigint();
  const app = build();
  for (const stack of app.node.children) if (TerraformStack.isStack(stack)) Testing.synth(stack, true);
  return Number(process.hrtime.bigint() - start) / 1e6;
}

function clustersApp(count: number): App {
  const app = Testing.app();
  for (let number = 0; number < count; number++) clusterStack(app, `c${number}`, number);
  return app;
}

function poolsApp(count: number): App {
  const app = Testing.app();
  const { stack, cluster } = clusterStack(app, 'pools', 0);
  for (let number = 0; number < count; number++) {
    new MultiAzNodePool(stack, `Pool${number}`, { cluster, machine: '4c16g', min: 0, max: 10 });
  }
  return app;
}

function clusterStack(app: App, name: string, number: number) {
  const stack = new TerraformStack(app, `${name}-hosts`);
  new LocalBackend(stack, { path: `${name}.tfstate` });
  const cloud = new AwsHosts(stack, 'Cloud', {
    region: 'eu-central-1',
    zones: ['a', 'b', 'c'],
    cidr: `10.${20 + number}.0.0/16`,
    image: AwsImage.baked({ owner: 'self', namePattern: 'hacluster-*' }),
  });
  return { stack, cluster: new HaCluster(stack, 'Cluster', { cloud, maxNodes: 1000 }) };
}
