/** A machine of a group, as the cloud's group lists it. */
export interface GroupMachine {
  /** Its id. */
  readonly id: string;
  /** Its zone, such as `eu-central-1a`. */
  readonly zone: string;
  /** What the group says of it, such as `InService`, `Pending` or `Terminating`. */
  readonly state: string;
  /** The version of the template it was started from; nothing where the cloud does not say. */
  readonly templateVersion: string | undefined;
}

/** Machines that are started from one template. */
export interface MachineGroup {
  readonly name: string;
  readonly role: 'control-plane' | 'worker';
  /** The pool of workers. */
  readonly pool?: string;
  readonly zones: readonly string[];
  readonly min: number;
  readonly max: number;
  readonly desired: number;
  readonly template: { readonly id: string; readonly latestVersion: string };
  readonly machines: readonly GroupMachine[];
}

/** Where a cluster is. */
export interface CurrentCluster {
  readonly uid: string;
  /** `host:port` of the API server. */
  readonly endpoint: string;
  /** What its program says, where it says so. */
  readonly kubernetesVersion?: string;
}

/** What commands ask of a cloud, in the name of whoever runs them. Names of secrets are those of docs/node-driver.md. */
export interface CloudSession {
  /** Where the cluster is; fails where there is none of that name. */
  current(): Promise<CurrentCluster>;
  /** The value, or nothing where there is none. */
  readSecret(name: string): Promise<string | undefined>;
  /** Stores a value that everybody may read; fails where there is one. */
  createSecret(name: string, value: string): Promise<void>;
  /** Stores a value over the one that is there, encrypted as that was. */
  writeSecret(name: string, value: string): Promise<void>;
  /** One after the other; those that are not there are none the less gone. */
  deleteSecrets(names: readonly string[]): Promise<void>;
  /** The cluster's groups, by name. */
  groups(): Promise<MachineGroup[]>;
  /** Ends a machine; its group starts another. */
  terminate(machineId: string): Promise<void>;
}
