import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, LocalBackend, TerraformStack } from 'cdktf';
import { ImportedCluster, Workloads, type WorkloadsProps } from '../../lib';

/** An empty folder that goes with the test run. */
export const folder = () => mkdtempSync(join(tmpdir(), 'render-'));

/** A connected stack `platform` in an app that writes to a folder of its own. */
export function connected(outdir = folder()) {
  const app = new App({ outdir });
  const stack = new TerraformStack(app, 'platform');
  new LocalBackend(stack, { path: 'platform.tfstate' });
  const cluster = new ImportedCluster(stack, 'Cluster', { clusterName: 'test', kubeconfig: '~/.kube/config' });
  cluster.connect(stack);
  const workloads = (props: Partial<WorkloadsProps> = {}, id = 'Shop') =>
    new Workloads(stack, id, { cluster, namespace: 'shop', ...props });
  return { app, stack, cluster, workloads };
}

/** What a synth writes: the stack's JSON, its releases by name, and each file of the charts by path without hashes. */
export function written(app: App) {
  app.synth();
  const base = join(app.outdir, 'stacks', 'platform');
  const json = JSON.parse(readFileSync(join(base, 'cdk.tf.json'), 'utf8')) as Record<string, any>;
  const releases: Record<string, any> = Object.fromEntries(
    Object.values<any>(json.resource?.helm_release ?? {}).map((one) => [one.name, one]),
  );
  const files = Object.fromEntries(
    filesIn(join(base, 'assets')).map((path) => [
      path.replace(/\/[0-9a-f]{16}\//, '/'),
      readFileSync(join(base, 'assets', path), 'utf8'),
    ]),
  );
  const annotations = (app.manifest.stacks.platform?.annotations ?? []).map(({ message }) => message);
  return { json, releases, files, annotations, paths: filesIn(join(base, 'assets')) };
}

/** The files below a folder, by their path in it. */
export function filesIn(root: string, below = ''): string[] {
  if (!existsSync(join(root, below))) return [];
  return readdirSync(join(root, below))
    .sort()
    .flatMap((name) => {
      const path = join(below, name);
      return statSync(join(root, path)).isDirectory() ? filesIn(root, path) : [path];
    });
}
