/** A Node. */
export interface KubeNode {
  readonly name: string;
  readonly role: 'control-plane' | 'worker';
  readonly ready: boolean;
  readonly cordoned: boolean;
  /** Of its kubelet, such as `v1.36.3`. */
  readonly version: string;
  readonly zone: string;
  /** The cloud's id of the machine. */
  readonly machineId: string;
  readonly addresses: readonly string[];
}

/** A Pod, as far as draining a node needs it. */
export interface KubePod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** `Pending`, `Running`, `Succeeded` or `Failed`. */
  readonly phase: string;
  /** Whether it is on its way out. */
  readonly ending: boolean;
  /** The kind of what made it, such as `DaemonSet`; `Node` for a static pod. */
  readonly owner: string | undefined;
}

/** What became of a request to end a pod. `refused`: a budget does not allow it now. */
export type Eviction = 'evicted' | 'refused' | 'gone';

/** What commands ask of a cluster's API. ConfigMaps are those of kube-system. */
export interface KubeApi {
  nodes(): Promise<KubeNode[]>;
  /** Its data, or nothing where there is none. */
  configMap(name: string): Promise<Readonly<Record<string, string>> | undefined>;
  /** Sets keys, makes the ConfigMap if need be, leaves other keys alone; null takes a key away. */
  patchConfigMap(name: string, data: Readonly<Record<string, string | null>>): Promise<void>;
  cordon(node: string, yes: boolean): Promise<void>;
  podsOn(node: string): Promise<KubePod[]>;
  evict(pod: KubePod): Promise<Eviction>;
  /** One that is not there is none the less gone. */
  deleteNode(name: string): Promise<void>;
  /** An object at a path of the API, or nothing where there is none. */
  read(path: string): Promise<unknown>;
  /** Merges into an object at a path; with its `resourceVersion` only if nobody changed it since. */
  patch(path: string, body: object): Promise<void>;
  /** Whether the API server that answers is ready; false where none answers. */
  readyz(): Promise<boolean>;
}
