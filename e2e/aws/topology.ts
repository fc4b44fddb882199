/** A hosts stack and its changes: `tsx topology.ts FOLDER` synthesizes each into a folder of its own. */
import { join } from 'node:path';
import { App, TerraformStack } from 'cdktf';
import { AwsHosts, AwsImage, HaCluster, MultiAzNodePool } from '../../lib';

/** What is wished of the stack. */
interface Wish {
  /** Pools in the order in which they are made. */
  readonly pools: readonly string[];
  /** The network's zones. */
  readonly zones: readonly string[];
  /** The most workers of the pool `alpha`. */
  readonly max: number;
  /** Something that stands in the files of every node. */
  readonly inotifyInstances: number;
  readonly controlPlanes: 1 | 3 | 5;
}

const base: Wish = {
  pools: ['alpha', 'zulu'],
  zones: ['a', 'b', 'c'],
  max: 5,
  inotifyInstances: 8192,
  controlPlanes: 3,
};
const wider: Wish = { ...base, zones: ['a', 'b', 'c', 'd'], max: 9 };
const renewed: Wish = { ...wider, inotifyInstances: 9000 };
const wishes: Readonly<Record<string, Wish>> = {
  base,
  pool: { ...base, pools: ['alpha', 'mike', 'zulu'] },
  wider,
  renewed,
  shuffled: { ...renewed, pools: ['zulu', 'alpha'], zones: ['d', 'b', 'c', 'a'] },
  five: { ...renewed, controlPlanes: 5 },
};

function synthesize(wish: Wish, outdir: string): void {
  const app = new App({ outdir });
  const hosts = new TerraformStack(app, 'change-hosts');
  const cloud = new AwsHosts(hosts, 'Cloud', {
    region: 'us-east-1',
    zones: wish.zones,
    cidr: '10.30.0.0/16',
    image: AwsImage.baked({ owner: 'self', namePattern: 'hacluster-1.36-*' }),
    deletionProtection: false,
  });
  const cluster = new HaCluster(hosts, 'Cluster', {
    cloud,
    maxNodes: 40,
    controlPlanes: wish.controlPlanes,
    sysctls: { 'fs.inotify.max_user_instances': String(wish.inotifyInstances) },
  });
  for (const name of wish.pools) {
    const id = name.charAt(0).toUpperCase() + name.slice(1);
    // One pool stands still in two zones while the network gets another.
    const zones = name === 'zulu' ? ['a', 'b'] : undefined;
    new MultiAzNodePool(hosts, id, { cluster, machine: '4c16g', min: 1, max: name === 'alpha' ? wish.max : 5, zones });
  }
  app.synth();
}

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: topology.ts FOLDER');
for (const [name, wish] of Object.entries(wishes)) synthesize(wish, join(folder, name));
