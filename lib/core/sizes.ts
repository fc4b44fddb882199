import { ValidationError, type Located } from './errors';
import { checkMaxNodes } from './limits';

/** A kind of machine, in no cloud's words. */
export interface MachineSize {
  /** The size as it is written, such as `8c32g`. */
  readonly name: string;
  /** Virtual CPUs. */
  readonly cpus: number;
  /** Memory in GiB. */
  readonly memoryGib: number;
}

/** How fast a client may ask the API server. */
export interface ClientRate {
  /** Queries a second. */
  readonly kubeApiQps: number;
  /** Queries at once. */
  readonly kubeApiBurst: number;
}

/** The disk of an etcd member. */
export interface EtcdDisk {
  /** Size in GiB. */
  readonly gib: number;
  /** Operations a second. */
  readonly iops: number;
  /** Throughput in MiB/s. */
  readonly throughput: number;
}

/** What a control plane needs for a number of workers. */
export interface ControlPlaneSize {
  /** Each of its machines. */
  readonly machine: MachineSize;
  /** The fewest and the most workers it is for. */
  readonly nodes: readonly [min: number, max: number];
  /** Whether the machine stands in the delivery guide that this library follows, or continues it. */
  readonly source: 'seed' | 'ours';
  /** Where the machine comes from. */
  readonly see: string;
  /** The disk of each etcd member. */
  readonly etcdDisk: EtcdDisk;
  /** Bytes that etcd stores at most. */
  readonly etcdQuotaBytes: number;
  /** Limits of each API server. */
  readonly apiServer: {
    /** Reading requests that it works on at once. */
    readonly maxRequestsInflight: number;
    /** Writing requests that it works on at once. */
    readonly maxMutatingRequestsInflight: number;
  };
  /** How fast the controllers may ask the API server. */
  readonly controllers: ClientRate;
  /** How fast the scheduler may ask the API server. */
  readonly scheduler: ClientRate;
  /** Whether etcd should have hosts of its own. */
  readonly etcd: 'stacked' | 'external-advised';
}

const GIB = 1024 ** 3;
const GUIDE = 'delivery guide of a public cloud: control-plane size by worker count';
// GCE's kube-up takes 16 CPUs above 250 nodes, 32 above 500 and 64 above 3,000; the guide stays a step ahead of it.
const KUBE_UP = 'https://github.com/kubernetes/kubernetes/blob/master/cluster/gce/config-common.sh';

// What the components do without these flags.
const UPSTREAM = {
  apiServer: { maxRequestsInflight: 400, maxMutatingRequestsInflight: 200 },
  controllers: { kubeApiQps: 20, kubeApiBurst: 30 },
  scheduler: { kubeApiQps: 50, kubeApiBurst: 100 },
} as const;
const FASTER = { kubeApiQps: 100, kubeApiBurst: 200 };
const FASTEST = { kubeApiQps: 200, kubeApiBurst: 400 };

/**
 * Control planes by number of workers.
 *
 * Machines up to 200 workers are the guide's, larger ones ours. Disks follow etcd's hardware page (3,600 operations a
 * second for 50 nodes, 6,000 for 250, 8,000 for 1,000, 16,000 for 3,000), and hold the quota four times over: the
 * data, its copy while it is compacted, a snapshot and the log. 8 GiB is the largest quota that etcd suggests, and the
 * small machines get less because etcd maps its data into memory. API servers of more than 500 and of more than 3,000
 * nodes get the limits of kube-up.
 *
 * @see https://etcd.io/docs/v3.6/op-guide/hardware/
 * @see https://kubernetes.io/docs/setup/best-practices/cluster-large/
 */
export const CONTROL_PLANE_SIZES: readonly ControlPlaneSize[] = [
  {
    ...UPSTREAM,
    ...row([1, 5], '4c8g', 'seed'),
    etcdDisk: { gib: 20, iops: 3000, throughput: 125 },
    etcdQuotaBytes: 2 * GIB,
  },
  {
    ...UPSTREAM,
    ...row([6, 20], '4c16g', 'seed'),
    etcdDisk: { gib: 30, iops: 3000, throughput: 125 },
    etcdQuotaBytes: 4 * GIB,
  },
  {
    ...UPSTREAM,
    ...row([21, 100], '8c32g', 'seed'),
    etcdDisk: { gib: 40, iops: 4000, throughput: 125 },
    etcdQuotaBytes: 8 * GIB,
  },
  {
    ...UPSTREAM,
    ...row([101, 200], '16c64g', 'seed'),
    etcdDisk: { gib: 60, iops: 6000, throughput: 125 },
    etcdQuotaBytes: 8 * GIB,
  },
  {
    ...row([201, 500], '32c128g', 'ours'),
    etcdDisk: { gib: 80, iops: 8000, throughput: 125 },
    etcdQuotaBytes: 8 * GIB,
    apiServer: { maxRequestsInflight: 800, maxMutatingRequestsInflight: 400 },
    controllers: FASTER,
    scheduler: FASTER,
  },
  {
    ...row([501, 1000], '32c128g', 'ours'),
    etcdDisk: { gib: 100, iops: 8000, throughput: 250 },
    etcdQuotaBytes: 8 * GIB,
    apiServer: { maxRequestsInflight: 1500, maxMutatingRequestsInflight: 500 },
    controllers: FASTER,
    scheduler: FASTER,
  },
  {
    ...row([1001, 3000], '64c256g', 'ours'),
    etcdDisk: { gib: 200, iops: 16000, throughput: 250 },
    etcdQuotaBytes: 8 * GIB,
    apiServer: { maxRequestsInflight: 1500, maxMutatingRequestsInflight: 500 },
    controllers: FASTEST,
    scheduler: FASTEST,
    etcd: 'external-advised',
  },
  {
    ...row([3001, 5000], '64c256g', 'ours'),
    etcdDisk: { gib: 300, iops: 16000, throughput: 500 },
    etcdQuotaBytes: 8 * GIB,
    apiServer: { maxRequestsInflight: 3000, maxMutatingRequestsInflight: 1000 },
    controllers: FASTEST,
    scheduler: FASTEST,
    etcd: 'external-advised',
  },
];

/**
 * The control plane for a number of workers.
 *
 * @throws ValidationError for anything but a whole number from 1 to 5000
 */
export function controlPlaneSize(at: Located, maxNodes: number): ControlPlaneSize {
  checkMaxNodes(at, maxNodes);
  return CONTROL_PLANE_SIZES.find(({ nodes }) => maxNodes <= nodes[1]) as ControlPlaneSize;
}

/**
 * Reads a size such as `8c32g`.
 *
 * @throws ValidationError for text in another form
 */
export function machineSize(at: Located, property: string, text: string): MachineSize {
  const size = parseSize(text);
  if (size) return size;
  throw new ValidationError(
    at,
    `${property} must be a size such as 8c32g, got ${text}; write virtual CPUs, c, memory in GiB, g`,
  );
}

function parseSize(text: string): MachineSize | undefined {
  const [, cpus, memoryGib] = /^([1-9]\d{0,3})c([1-9]\d{0,4})g$/.exec(text) ?? [];
  return cpus === undefined ? undefined : { name: text, cpus: Number(cpus), memoryGib: Number(memoryGib) };
}

function row(nodes: ControlPlaneSize['nodes'], machine: string, source: ControlPlaneSize['source']) {
  return {
    machine: parseSize(machine) as MachineSize,
    nodes,
    source,
    see: source === 'seed' ? GUIDE : KUBE_UP,
    etcd: 'stacked' as const,
  };
}
