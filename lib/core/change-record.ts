import { ValidationError, type Located } from './errors';
import { checkUpgrade } from './kubernetes-versions';

/** What a cluster looked like at the last synth, as far as it cannot be changed at will. */
export interface ClusterRecord {
  /** The cluster's name. */
  readonly name: string;
  /** Addresses of hosts. */
  readonly networkCidr: string;
  /** Addresses of pods. */
  readonly podCidr: string;
  /** Addresses of services. */
  readonly serviceCidr: string;
  /** The cluster's DNS domain. */
  readonly serviceDomain: string;
  /** How many control-plane hosts. */
  readonly controlPlanes: number;
  /** Names of the control plane's slots. */
  readonly slots: readonly string[];
  /** How packets between pods travel. */
  readonly podNetworkMode: string;
  /**
   * Prefix length of the address blocks that nodes take.
   *
   * @default 26
   */
  readonly podBlockSize?: number;
  /**
   * The pod network's maker.
   *
   * @default calico
   */
  readonly cni?: string;
  /** The exact Kubernetes version. */
  readonly kubernetesVersion: string;
  /** Zones of the hosts' network. */
  readonly zones: readonly string[];
}

const FORMAT = 1;

const SHAPE: Readonly<Record<keyof ClusterRecord, (value: unknown) => boolean>> = {
  name: isText,
  networkCidr: isText,
  podCidr: isText,
  serviceCidr: isText,
  serviceDomain: isText,
  controlPlanes: isNumber,
  slots: isTexts,
  podNetworkMode: isText,
  podBlockSize: isNumber,
  cni: isText,
  kubernetesVersion: isText,
  zones: isTexts,
};
const OPTIONAL: Readonly<Record<string, unknown>> = { podBlockSize: 26, cni: 'calico' };

/** What stays as it is for a cluster's life, why, and the way to have it otherwise. */
const FIXED: readonly {
  readonly key: keyof ClusterRecord;
  readonly property: string;
  readonly rule: string;
  readonly cure: string;
}[] = [
  {
    key: 'name',
    property: 'clusterName',
    rule: 'must not change, since hosts, secrets and tags are found by it',
    cure: 'make a second cluster by the new name with a recordFile of its own and move the workloads',
  },
  {
    key: 'networkCidr',
    property: 'networkCidr',
    rule: 'must not change, since a cloud makes another network of it and every host anew',
    cure: 'make a second cluster in the new network and move the workloads',
  },
  {
    key: 'podCidr',
    property: 'podCidr',
    rule: 'must not change, since running pods keep their addresses',
    cure: 'add an IP pool of Calico for more addresses, or make a second cluster and move the workloads',
  },
  {
    key: 'serviceCidr',
    property: 'serviceCidr',
    rule: 'must not change, since services keep their addresses',
    cure: 'add a ServiceCIDR object for more addresses, or make a second cluster and move the workloads',
  },
  {
    key: 'serviceDomain',
    property: 'serviceDomain',
    rule: 'must not change, since it stands in certificates, tokens and running pods',
    cure: 'make a second cluster and move the workloads',
  },
  {
    key: 'podBlockSize',
    property: 'podBlockSize',
    rule: 'must not change, since nodes hold blocks of that size',
    cure: 'add an IP pool of Calico with the new size and move the pods to it, or make a second cluster',
  },
  {
    key: 'cni',
    property: 'cni',
    rule: 'must not change, since running pods are wired by it',
    cure: 'make a second cluster and move the workloads',
  },
];

/**
 * Holds a cluster to its record: what cannot change is refused, with the way to have it otherwise.
 *
 * Anything else may change: pools, `maxNodes`, zones of workers, sizes, patches, more control planes.
 *
 * @throws ValidationError for a change that would break the cluster
 */
export function checkChange(at: Located, previous: ClusterRecord, next: ClusterRecord): void {
  for (const { key, property, rule, cure } of FIXED) {
    const [old, wanted] = [previous, next].map((record) => String(record[key] ?? OPTIONAL[key]));
    if (old !== wanted) {
      throw new ValidationError(at, `${property} ${rule}, got ${wanted} after ${old}; keep it, or ${cure}`);
    }
  }
  checkMembers(at, previous, next);
  checkMode(at, previous.podNetworkMode, next.podNetworkMode);
  checkUpgrade(at, previous.kubernetesVersion, next.kubernetesVersion);
}

/** A record as text: the same for the same cluster, whatever the order its parts were given in. */
export function renderRecord(record: ClusterRecord): string {
  const keys = (Object.keys(SHAPE) as (keyof ClusterRecord)[]).sort();
  const entries = keys.map((key) => [key, canonical(record[key] ?? OPTIONAL[key])]);
  return `${JSON.stringify({ format: FORMAT, ...Object.fromEntries(entries) }, null, 2)}\n`;
}

/**
 * Reads the text of a record.
 *
 * @throws ValidationError for text that is no record, or one of a format that this version does not know
 */
export function parseRecord(at: Located, text: string): ClusterRecord {
  const found = parseObject(at, text);
  if (found['format'] !== FORMAT) {
    throw new ValidationError(
      at,
      `recordFile must be of format ${FORMAT}, got ${words(found['format'])}; use the version of this library that wrote it, or a later one`,
    );
  }
  const entries = Object.entries(SHAPE).map(([key, fits]) => {
    const value = found[key] ?? OPTIONAL[key];
    if (fits(value)) return [key, value];
    throw new ValidationError(
      at,
      `recordFile must tell ${key} of the last synth, got ${words(value)}; bring it back from version control`,
    );
  });
  return Object.fromEntries(entries) as ClusterRecord;
}

function checkMembers(at: Located, previous: ClusterRecord, next: ClusterRecord): void {
  if (next.controlPlanes < previous.controlPlanes) {
    throw new ValidationError(
      at,
      `controlPlanes must not shrink, since a member that is gone without being removed takes part in the majority, got ${next.controlPlanes} after ${previous.controlPlanes}; keep them, or restore a snapshot into a second cluster`,
    );
  }
  const gone = previous.slots.filter((slot) => !next.slots.includes(slot));
  if (gone.length > 0) {
    const zones = [...new Set(previous.slots.map((slot) => slot.replace(/-\d+$/, '')))].sort();
    throw new ValidationError(
      at,
      `controlPlaneZones must keep the members that there are, got ${[...next.slots].sort().join(', ')} without ${gone.sort().join(', ')}; give controlPlaneZones ${zones.join(', ')}, or restore a snapshot into a second cluster`,
    );
  }
}

/** Within a family one program sets all routes, so that nodes of the old and the new mode reach each other. */
function checkMode(at: Located, previous: string, next: string): void {
  if (isVxlan(previous) === isVxlan(next)) return;
  throw new ValidationError(
    at,
    `podNetworkMode must not change between VXLAN and BGP, since pods on nodes of the old and the new mode do not reach each other, got ${next} after ${previous}; give podNetworkMode ${previous}, or make a second cluster and move the workloads`,
  );
}

function isVxlan(mode: string): boolean {
  return mode.startsWith('vxlan');
}

function parseObject(at: Located, text: string): Record<string, unknown> {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    found = undefined;
  }
  if (typeof found === 'object' && found !== null && !Array.isArray(found)) return found as Record<string, unknown>;
  throw new ValidationError(
    at,
    'recordFile must hold the JSON that a synth wrote, got other text; bring it back from version control',
  );
}

function canonical(value: unknown): unknown {
  return Array.isArray(value) ? [...(value as string[])].sort() : value;
}

function words(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value);
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every(isText);
}
