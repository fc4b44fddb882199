import { RESERVATION_CURVE, type NodeRole } from '../../core/reservations';
import type { BootstrapPool, BootstrapProps, NodeFile } from './bootstrap-props';
import { clusterYaml, initYaml, joinYaml } from './kubeadm';
import { kubeletOverride } from './kubelet';
import { policyFiles } from './policies';
import { mirrorFiles, socketOf, stockFiles, unitOf } from './runtime';
import { SCRIPTS } from './scripts.table';
import { proxyFiles, systemFiles, text } from './system-files';

export type { BootstrapPool, BootstrapProps, NodeFile } from './bootstrap-props';

type Script = keyof typeof SCRIPTS;

const EVERYWHERE: readonly Script[] = [
  'lib/common.sh',
  'lib/join.sh',
  'lib/kubeadm-files.sh',
  'sbin/hacluster-bootstrap',
  'units/hacluster-bootstrap.service',
];

/** The files of a control plane. */
export function controlPlaneFiles(props: BootstrapProps): NodeFile[] {
  const scripts = (Object.keys(SCRIPTS) as Script[]).filter(
    (name) => name !== 'sbin/hacluster-packages' && !name.startsWith('bundle/'),
  );
  return sorted([
    ...scripts.map(scriptFile),
    ...commonFiles(props, 'control-plane'),
    ...policyFiles(props),
    secretive('/etc/hacluster/kubeadm/cluster.yaml', clusterYaml(props)),
    secretive('/etc/hacluster/kubeadm/init.yaml', initYaml(props)),
    secretive('/etc/hacluster/kubeadm/join.yaml', joinYaml(props)),
    snapshotTimer(props),
  ]);
}

/** The files of a pool's workers. */
export function workerFiles(props: BootstrapProps, pool: BootstrapPool): NodeFile[] {
  return sorted([
    ...EVERYWHERE.map(scriptFile),
    ...commonFiles(props, 'worker'),
    secretive('/etc/hacluster/kubeadm/join.yaml', joinYaml(props, pool)),
  ]);
}

function commonFiles(props: BootstrapProps, role: NodeRole): NodeFile[] {
  const { driver, image, packages } = props;
  const override = kubeletOverride(props);
  const files = [
    { path: '/usr/local/lib/hacluster/driver.sh', mode: '0644' as const, content: driver.library },
    clusterEnvironment(props),
    json('/etc/hacluster/reservations.json', reservations(role)),
    ...systemFiles(props),
    ...proxyFiles(props),
    ...mirrorFiles(props),
  ];
  if (override) files.push(json('/etc/hacluster/kubeadm/patches/kubeletconfiguration1+merge.json', override));
  if (image === 'stock' && packages) files.push(scriptFile('sbin/hacluster-packages'), ...stockFiles(props, packages));
  return files;
}

/** What scripts must know that is the same everywhere; shell assignments. */
function clusterEnvironment(props: BootstrapProps): NodeFile {
  const { release, etcd, nodeAttestation = 'none', ignorePreflightErrors = [] } = props;
  const values = {
    // Before 1.29 there is no group whose rights could be taken away.
    HAC_ADMIN_GROUP: release.minorNumber >= 29 ? 'kubeadm:cluster-admins' : 'system:masters',
    HAC_ATTESTATION: nodeAttestation,
    HAC_CRI_SOCKET: socketOf(props),
    HAC_DATA_DEVICES: etcd.dataDevices.join(' '),
    HAC_ETCD_IMAGE: `registry.k8s.io/etcd:${release.etcdImage}`,
    HAC_IGNORE_PREFLIGHT: ignorePreflightErrors.join(','),
    HAC_KUBERNETES_VERSION: release.version,
    HAC_RUNTIME_UNIT: unitOf(props),
  };
  return text(
    '/etc/hacluster/cluster.env',
    Object.entries(values).map(([name, value]) => `${name}='${value}'`),
  );
}

/** The numbers of core/reservations, for the real size of the machine. */
function reservations(role: NodeRole) {
  const { memory, cpu, smallMachine, kube, eviction } = RESERVATION_CURVE;
  const system = RESERVATION_CURVE.system[role];
  const rest = ({ ephemeralStorage, pid }: typeof kube) => ({ 'ephemeral-storage': ephemeralStorage, pid });
  return {
    curve: { memory, cpu, smallMachine },
    kubeReserved: rest(kube),
    systemReserved: { cpu: `${system.cpuMillis}m`, memory: `${system.memoryMib}Mi`, ...rest(system) },
    evictionHard: { 'memory.available': `${eviction.memoryMib}Mi`, ...eviction.signals },
  };
}

function snapshotTimer({ etcd }: BootstrapProps): NodeFile {
  const every = `${etcd.snapshotMinutes}min`;
  return text('/etc/systemd/system/hacluster-snapshot.timer', [
    '[Unit]',
    'Description=Store a snapshot of etcd (timer)',
    '',
    '[Timer]',
    `OnActiveSec=${every}`,
    `OnUnitActiveSec=${every}`,
    'RandomizedDelaySec=1min',
    '',
    '[Install]',
    'WantedBy=timers.target',
  ]);
}

const FOLDERS: Readonly<Record<string, string>> = {
  lib: '/usr/local/lib/hacluster',
  sbin: '/usr/local/sbin',
  units: '/etc/systemd/system',
};

function scriptFile(name: Script): NodeFile {
  const [kind = '', file = ''] = name.split('/');
  return { path: `${FOLDERS[kind] ?? ''}/${file}`, mode: kind === 'sbin' ? '0755' : '0644', content: SCRIPTS[name] };
}

function json(path: string, value: unknown): NodeFile {
  return { path, mode: '0644', content: JSON.stringify(value, undefined, 1) + '\n' };
}

function secretive(path: string, content: string): NodeFile {
  return { path, mode: '0600', content };
}

// Alike files stand together: that is what makes user-data small.
function sorted(files: readonly NodeFile[]): NodeFile[] {
  return [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
}
