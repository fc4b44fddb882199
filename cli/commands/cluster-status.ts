import type { MachineGroup } from '../cloud';
import type { StatusNote } from '../status-notes';

/** A control plane, by what its Node, its group and its own note say. */
export interface ControlPlaneStatus {
  readonly name: string;
  readonly machine: string;
  readonly zone: string;
  readonly ready: boolean;
  readonly version: string;
  readonly leader: boolean;
  readonly member: StatusNote['etcd']['members'][number] | undefined;
  readonly certificateDaysLeft: number | undefined;
  /** How old its note is; nothing without one. */
  readonly notedSeconds: number | undefined;
}

/** A group of machines. */
export interface GroupStatus {
  readonly name: string;
  readonly pool: string | undefined;
  readonly role: MachineGroup['role'];
  readonly desired: number;
  readonly inService: number;
  readonly nodes: number;
  readonly ready: number;
  readonly versions: readonly string[];
  /** Machines that an older version of the template started. */
  readonly outdated: number;
}

/** All of `status --json`. */
export interface ClusterStatus {
  readonly cluster: string;
  readonly uid: string;
  readonly endpoint: string;
  readonly api: 'ready' | 'not ready' | 'no answer';
  readonly well: boolean;
  readonly problems: readonly string[];
  readonly controlPlanes: readonly ControlPlaneStatus[];
  readonly groups: readonly GroupStatus[];
  readonly snapshot: (NonNullable<StatusNote['snapshot']> & { readonly ageSeconds: number }) | null;
}
