import { Construct } from 'constructs';
import { ValidationError } from '../core/errors';
import { checkWhole } from '../core/numbers';
import type { Machine, MachineGroup } from '../hosts/machines';
import type { NodePool } from './cluster-plan';
import type { MultiAzNodePoolProps } from './multi-az-node-pool-props';
import { poolMachines } from './pool-machines';

/**
 * Workers of one kind, spread over zones, in one group that an autoscaler may grow and shrink.
 *
 * @throws ValidationError for a size, number, label, taint or zone that cannot be
 * @example
 * new MultiAzNodePool(hosts, 'Workers', { cluster, machine: '8c32g', min: 3, max: 30 });
 */
export class MultiAzNodePool extends Construct implements NodePool {
  public readonly poolName: string;
  public readonly min: number;
  public readonly max: number;
  public readonly machine: string;
  public readonly shape: Pick<Machine, 'cpus' | 'memoryGib'>;
  public readonly tainted: boolean;
  public readonly zones: readonly string[];
  public readonly group: MachineGroup;

  constructor(scope: Construct, id: string, props: MultiAzNodePoolProps) {
    super(scope, id);
    const { cluster, poolName = id.toLowerCase(), min, max, zones = cluster.cloud.facts.zones } = props;
    this.poolName = poolName;
    this.min = min;
    this.max = max;
    this.zones = [...zones].sort();
    checkProps(this, props);
    this.tainted = (props.taints ?? []).length > 0;
    const { group, machine } = poolMachines(this, props);
    this.machine = machine.flavor;
    this.shape = machine;
    this.group = group;
    cluster.addPool(this);
  }
}

function checkProps(pool: MultiAzNodePool, props: MultiAzNodePoolProps): void {
  const { cluster, min, max, initial = min, labels = {}, spotPercent = 0, spotFlavors = [], diskGib = 100 } = props;
  if (!/^[a-z][a-z0-9-]{0,18}[a-z0-9]$|^[a-z]$/.test(pool.poolName)) {
    throw new ValidationError(
      pool,
      `poolName must be lower case letters, digits and dashes, at most 20, got ${pool.poolName}; give poolName`,
    );
  }
  checkWhole(pool, 'min', min, 0, 5000);
  checkWhole(pool, 'max', max, Math.max(min, 1), 5000);
  checkWhole(pool, 'initial', initial, min, max);
  checkWhole(pool, 'spotPercent', spotPercent, 0, 100);
  checkWhole(pool, 'diskGib', diskGib, 20, 16384);
  const [first] = spotFlavors;
  if (first !== undefined && spotPercent === 0) {
    throw new ValidationError(
      pool,
      `spotFlavors needs spotPercent above 0, got ${first}; give spotPercent or remove it`,
    );
  }
  checkZones(pool, cluster.cloud.facts.zones);
  for (const key of Object.keys(labels)) checkLabel(pool, key, labels[key] ?? '');
  for (const taint of props.taints ?? []) checkLabel(pool, taint.key, taint.value ?? '');
}

function checkZones(pool: MultiAzNodePool, known: readonly string[]): void {
  if (pool.zones.length === 0) {
    throw new ValidationError(pool, `zones must name at least one zone, got none; choose from ${known.join(', ')}`);
  }
  for (const zone of pool.zones) {
    if (!known.includes(zone)) {
      throw new ValidationError(pool, `zones must be zones of the cloud, got ${zone}; choose from ${known.join(', ')}`);
    }
  }
}

const label = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;

function checkLabel(at: Construct, key: string, value: string): void {
  if (!label.test(key) || !labelValue.test(value)) {
    throw new ValidationError(
      at,
      `labels and taints must be Kubernetes label syntax, got ${key}=${value}; use letters, digits, dashes, dots and underscores`,
    );
  }
  const [domain = ''] = key.includes('/') ? key.split('/') : [''];
  if (/(^|\.)(kubernetes|k8s)\.io$/.test(domain)) {
    throw new ValidationError(
      at,
      `labels and taints must not lie below kubernetes.io or k8s.io, got ${key}; a kubelet may not set them: use a domain of your own`,
    );
  }
}
