import { join } from 'node:path';
import { App, LocalBackend, TerraformStack } from 'cdktf';
import { ImportedCluster } from '../../lib';

/** A stack that is connected to some cluster, in an app that writes to a folder. */
export function platform(folder: string, define: (stack: TerraformStack, cluster: ImportedCluster) => void): void {
  const app = new App({ outdir: folder });
  const stack = new TerraformStack(app, 'platform');
  new LocalBackend(stack, { path: 'platform.tfstate' });
  const cluster = new ImportedCluster(stack, 'Cluster', { clusterName: 'test', kubeconfig: '~/.kube/config' });
  cluster.connect(stack);
  define(stack, cluster);
  app.synth();
}

/** The one version of a chart that a synth wrote. */
export function chartFolder(folder: string, owner: string, name: string, hash: string): string {
  return join(folder, 'stacks', 'platform', 'assets', owner, name, hash);
}
