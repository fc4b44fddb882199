import type { BootstrapPool, BootstrapProps, NodeFile } from '../../../lib/cluster/bootstrap/node-files';
import { kubernetesRelease } from '../../../lib/core/kubernetes-versions';
import { awsNodeDriver } from '../../../lib/hosts/aws/node-driver';

export const at = { node: { path: 'shop/Cluster' } };

export function props(version = '1.36.3', over: Partial<BootstrapProps> = {}): BootstrapProps {
  return {
    clusterName: 'shop',
    release: kubernetesRelease(at, version, { acknowledgeUnsupported: true }),
    podCidr: '10.192.0.0/12',
    serviceCidr: '10.96.0.0/16',
    dnsAddress: '10.96.0.10',
    serviceDomain: 'cluster.local',
    controlPlanes: 3,
    kubeProxyMode: 'nftables',
    maxPods: 110,
    etcd: { quotaBytes: 4294967296, dataDevices: ['/dev/sdf', '/dev/nvme1n1'], snapshotMinutes: 30 },
    apiServer: { maxRequestsInflight: 400, maxMutatingRequestsInflight: 200 },
    driver: awsNodeDriver,
    image: 'baked',
    ...over,
  };
}

export const pool: BootstrapPool = {
  poolName: 'general',
  labels: { 'hacluster.io/pool': 'general', tier: 'web' },
  taints: [{ key: 'dedicated', value: 'web', effect: 'NoSchedule' }],
};

export function contentOf(files: readonly NodeFile[], path: string): string {
  const found = files.find((file) => file.path === path);
  if (!found) throw new Error(`there is no ${path}, but ${files.map((file) => file.path).join(', ')}`);
  return found.content;
}
