/** tsx render.ts OUT: writes, for each case, the files of a control plane and of a worker as a tree, and their user-data. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { load } from 'js-yaml';
import {
  controlPlaneFiles,
  workerFiles,
  type BootstrapProps,
  type NodeFile,
} from '../../lib/cluster/bootstrap/node-files';
import { renderUserData } from '../../lib/cluster/bootstrap/user-data';
import { kubernetesRelease } from '../../lib/core/kubernetes-versions';
import { awsNodeDriver } from '../../lib/hosts/aws/node-driver';

const at = { node: { path: 'e2e/boot' } };
const release = (version: string) => kubernetesRelease(at, version, { acknowledgeUnsupported: true });

const base: BootstrapProps = {
  clusterName: 'shop',
  release: release('1.36.3'),
  podCidr: '10.192.0.0/12',
  serviceCidr: '10.96.0.0/16',
  dnsAddress: '10.96.0.10',
  serviceDomain: 'cluster.local',
  controlPlanes: 3,
  kubeProxyMode: 'nftables',
  maxPods: 110,
  etcd: { quotaBytes: 4 * 1024 ** 3, dataDevices: [], snapshotMinutes: 30 },
  apiServer: { maxRequestsInflight: 400, maxMutatingRequestsInflight: 200 },
  driver: awsNodeDriver,
  image: 'baked',
};

const packages = {
  kubernetesKey: '-----BEGIN PGP PUBLIC KEY BLOCK-----\n…',
  dockerKey: '-----BEGIN PGP PUBLIC KEY BLOCK-----\n…',
};

export const cases: Readonly<Record<string, BootstrapProps>> = {
  'v1.36': base,
  'v1.35': { ...base, release: release('1.35.4'), kubeProxyMode: 'ipvs' },
  'v1.37': { ...base, release: release('1.37') },
  'v1.32': { ...base, release: release('1.32') },
  'v1.30': { ...base, release: release('1.30'), kubeProxyMode: 'ipvs' },
  'v1.28': { ...base, release: release('1.28'), kubeProxyMode: 'iptables' },
  'v1.27': { ...base, release: release('1.27'), kubeProxyMode: 'iptables' },
  rich: {
    ...base,
    controllers: { kubeApiQps: 100, kubeApiBurst: 200 },
    scheduler: { kubeApiQps: 100, kubeApiBurst: 200 },
    etcd: { ...base.etcd, dataDevices: ['/dev/sdf', '/dev/nvme[1-9]n1'] },
    registryMirrors: [
      { registry: 'docker.io', url: 'https://harbor.example/v2/dockerhub' },
      {
        registry: 'registry.k8s.io',
        url: 'https://harbor.example/v2/k8s',
        fallback: false,
        caCertificate: '-----BEGIN CERTIFICATE-----\n',
      },
    ],
    proxy: { httpProxy: 'http://proxy.example:3128', httpsProxy: 'http://proxy.example:3128', noProxy: ['.example'] },
    ntpServers: ['169.254.169.123'],
    nodeAttestation: 'cloud',
    ignorePreflightErrors: ['NumCPU'],
    kubeletConfiguration: { podPidsLimit: 2048, evictionHard: { 'memory.available': '500Mi' } },
    kubeProxyConfiguration: { conntrack: { maxPerCore: 0 } },
    apiServerArguments: { 'event-ttl': '2h0m0s' },
    podSecurity: 'restricted',
    auditPolicy: 'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata}] # für alle 🎉\n',
  },
  stock: { ...base, image: 'stock', packages },
  'stock-containerd-1.7': {
    ...base,
    release: release('1.30'),
    kubeProxyMode: 'ipvs',
    image: 'stock',
    packages: { ...packages, containerdVersion: '1.7' },
  },
  'stock-containerd-2.3': { ...base, image: 'stock', packages: { ...packages, containerdVersion: '2.3' } },
  'cri-o': {
    ...base,
    runtime: 'cri-o',
    registryMirrors: [{ registry: 'docker.io', url: 'https://harbor.example/v2/dockerhub' }],
  },
};

/** The environment of a node, as a cloud would give it. */
export function environmentOf(role: string): Record<string, string> {
  return {
    HAC_CLUSTER: 'shop',
    HAC_UID: '1a2b3c4d',
    HAC_ROLE: role,
    HAC_POOL: role === 'worker' ? 'general' : '',
    ...(role === 'control-plane' ? { HAC_CONTROL_PLANES: '3' } : {}),
    HAC_ENDPOINT: 'api.shop.test:6443',
    HAC_CERT_SANS: 'api.shop.test public.shop.test',
    HAC_SECRETS: '/hacluster/shop/1a2b3c4d',
    HAC_REGION: 'eu-central-1',
    HAC_SECRETS_KEY: 'arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000000',
    HAC_BUCKET: 'shop-bucket',
  };
}

function writeTree(root: string, files: readonly NodeFile[]): void {
  for (const { path, mode, content } of files) {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    chmodSync(file, parseInt(mode, 8));
  }
}

const unescaped = (template: string) => template.replace(/([$%])\1\{/g, '$1{');

function filesOf(template: string): NodeFile[] {
  const { write_files: files } = load(unescaped(template)) as {
    write_files: { path: string; permissions: NodeFile['mode']; content: string }[];
  };
  return files.map(({ path, permissions, content }) => ({ path, mode: permissions, content }));
}

function main(out: string): void {
  const pool = {
    poolName: 'general',
    labels: { 'hacluster.io/pool': 'general' },
    taints: [{ key: 'dedicated', value: 'web', effect: 'NoSchedule' }],
  };
  for (const [name, props] of Object.entries(cases)) {
    for (const role of ['control-plane', 'worker']) {
      const files = role === 'worker' ? workerFiles(props, pool) : controlPlaneFiles(props);
      const environment = environmentOf(role);
      const node = join(out, name, role);
      const env = Object.entries(environment).map(([key, value]) => `${key}='${value}'\n`);
      writeTree(join(node, 'root'), [
        ...files,
        { path: '/etc/hacluster/node.env', mode: '0644', content: env.join('') },
      ]);
      const userData = renderUserData(at, { files, environment, limit: 16384, driver: props.driver });
      writeFileSync(join(node, 'user-data.tftpl'), userData.text);
      writeFileSync(join(node, 'user-data.bytes'), `${String(userData.bytes)}\n`);
      if (userData.bundle) {
        writeFileSync(join(node, 'bundle.json'), userData.bundle.text);
        writeFileSync(join(node, 'bundle.key.json'), JSON.stringify({ key: userData.bundle.key }));
        writeTree(join(node, 'small'), filesOf(userData.text));
      }
      const snippets = ['#cloud-config\nruncmd:\n- [touch, /before]\n'];
      const inline = renderUserData(at, { files, environment, limit: 1e6, driver: props.driver, snippets });
      writeFileSync(join(node, 'inline.tftpl'), inline.text);
      writeFileSync(join(node, 'inline.txt'), unescaped(inline.text));
    }
  }
}

if (require.main === module) main(process.argv[2] ?? 'out');
