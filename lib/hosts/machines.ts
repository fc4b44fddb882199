import type { ITerraformDependable } from 'cdktf';
import type { Identity } from './identity';
import type { Balancer, Firewall } from './network';

/** A kind of machine. */
export interface Machine {
  /** The cloud's own word, such as `m7i.2xlarge`. */
  readonly flavor: string;
  /** Virtual CPUs. */
  readonly cpus: number;
  /** Memory in GiB. */
  readonly memoryGib: number;
  /** CPU architecture. */
  readonly architecture: 'amd64' | 'arm64';
}

/** A disk of a machine. */
export interface Disk {
  /** Size in GiB. */
  readonly gib: number;
  /**
   * Provisioned operations a second.
   *
   * @default - the cloud's base line
   */
  readonly iops?: number;
  /**
   * Provisioned throughput in MiB/s.
   *
   * @default - the cloud's base line
   */
  readonly throughput?: number;
}

/** What a machine of a group is made from. */
export interface MachineTemplateWish {
  /** Short name, such as `control-plane` or the pool's; the cluster's is put before it. */
  readonly name: string;
  /** The machine. */
  readonly machine: Machine;
  /** The image's id. */
  readonly image: string;
  /** cloud-init user-data as Terraform template text: literal parts escaped, tokens raw. */
  readonly userData: string;
  /** The firewalls of its interface. */
  readonly firewalls: readonly Firewall[];
  /** Its identity. */
  readonly identity: Identity;
  /** The disk with the operating system. */
  readonly rootDisk: Disk;
  /**
   * A second disk; the first file system on it is made by the node. Its label is `HostCloud.dataDisk`.
   *
   * @default - none
   */
  readonly dataDisk?: Disk;
  /** Tags of machines and disks. */
  readonly tags: Readonly<Record<string, string>>;
  /**
   * Whether machines must exist before the template is used.
   *
   * @default - nothing
   */
  readonly after?: readonly ITerraformDependable[];
}

/** A template that groups start machines from. */
export interface MachineTemplate {
  /** What it was made from. */
  readonly wish: MachineTemplateWish;
}

/** A group that keeps its number of machines. */
export interface MachineGroupWish {
  /** Short name, such as `control-plane-a` or the pool's. */
  readonly name: string;
  /** What its machines are made from. */
  readonly template: MachineTemplate;
  /** The zones it spreads over. */
  readonly zones: readonly string[];
  /** Fewest machines. */
  readonly min: number;
  /** Most machines. */
  readonly max: number;
  /**
   * Machines at creation; ignored afterwards.
   *
   * @default - `min`
   */
  readonly initial?: number;
  /**
   * Balancers its machines stand behind.
   *
   * @default - none
   */
  readonly balancers?: readonly Balancer[];
  /**
   * Whether Terraform waits until this many machines are healthy behind each balancer.
   *
   * @default - it does not wait
   */
  readonly waitForHealthy?: number;
  /**
   * Share of spot machines in percent, and further flavors to choose from.
   *
   * @default - no spot machines
   */
  readonly spot?: { readonly percent: number; readonly flavors: readonly string[] };
  /**
   * What an autoscaler must know of a node before the first one exists, so that it can start the group from zero.
   *
   * @default - the group is not for an autoscaler
   */
  readonly autoscaler?: AutoscalerHints;
  /** Tags of the group and its machines. */
  readonly tags: Readonly<Record<string, string>>;
}

/** A node as it will be. */
export interface AutoscalerHints {
  /** Its labels. */
  readonly labels: Readonly<Record<string, string>>;
  /** Its taints. */
  readonly taints: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
  /** Its root disk in GiB. */
  readonly diskGib: number;
}

/** A group of machines. */
export interface MachineGroup {
  /** The cloud's name of it. */
  readonly groupName: string;
  /** What others may wait for. */
  readonly ready: ITerraformDependable;
}
