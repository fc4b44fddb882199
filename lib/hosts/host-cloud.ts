import type { ITerraformDependable, TerraformStack } from 'cdktf';
import type { Construct, IConstruct } from 'constructs';
import type { Flow, Party } from '../core/ports';

/** What a cluster must know of a cloud to decide; everything else stays inside the cloud's folder. */
export interface HostFacts {
  /** The cloud, such as `aws`. */
  readonly cloud: string;
  /** The region. */
  readonly region: string;
  /** Zones by short name (`a`), as the user gave them. */
  readonly zones: readonly string[];
  /** The hosts' interface MTU in bytes. */
  readonly nicMtu: number;
  /** Whether the fabric drops packets whose source is not the host's own address, unless told otherwise. */
  readonly dropsForeignSources: boolean;
  /** Whether a machine group can start machines with that check off. */
  readonly groupsMaySendForeignSources: boolean;
  /** Whether the firewall and the fabric pass IP protocol 4 (IPIP). */
  readonly passesIpip: boolean;
  /** Routes that one route table holds by default. */
  readonly routesPerTable: number;
  /** Bytes of user-data before base64. */
  readonly userDataLimit: number;
  /** Ranges the cloud itself uses; nothing of the plan may overlap them. */
  readonly reservedRanges: readonly { readonly cidr: string; readonly use: string }[];
}

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

/** The network that hosts stand in. */
export interface Network {
  /** The cloud's id of it. */
  readonly id: string;
  /** Its address range. */
  readonly cidr: string;
  /** Whether every zone is a subnet of its own, in one network. */
  readonly zones: readonly string[];
  /** The private subnet's range of each zone; empty strings where an existing subnet's range is not known at synth. */
  readonly privateRanges: Readonly<Record<string, string>>;
  /** How hosts reach the internet, in words for the summary. */
  readonly outbound: string;
}

/** A set of rules on machines or balancers of one party. */
export interface Firewall {
  /** The cloud's id of it. */
  readonly id: string;
  /** Who stands behind it. */
  readonly party: Party;
}

/** What a machine may do with the cloud's API; every grant carries its reason. */
export interface Identity {
  /** Read one secret by its exact name, or all below a path that ends with `/`. */
  mayReadSecret(store: SecretStore, name: string, why: string): void;
  /** Create and overwrite one secret by its exact name, or all below a path that ends with `/`. */
  mayWriteSecret(store: SecretStore, name: string, why: string): void;
  /** Read objects below a prefix that ends with `/`. */
  mayReadObjects(bucket: Bucket, prefix: string, why: string): void;
  /** Write objects below a prefix that ends with `/`; never delete. */
  mayWriteObjects(bucket: Bucket, prefix: string, why: string): void;
  /** Look up machines of this cluster. */
  mayDescribeMachines(why: string): void;
  /** A statement in the cloud's own form, for what the library does not know of. */
  may(statement: Record<string, unknown>, why: string): void;
}

/** Secrets that nodes make and read; Terraform knows their names only. */
export interface SecretStore {
  /** Every name lies below it, without a slash at its end; holds the cluster's uid. */
  readonly path: string;
  /** Environment that the node driver needs to reach it (names, never values). */
  readonly nodeEnvironment: Readonly<Record<string, string>>;
  /** A value that Terraform puts there once and nodes change afterwards. */
  seed(id: string, name: string, value: string): void;
}

/** Object storage, versioned, private, TLS only. */
export interface Bucket {
  /** The bucket's name. */
  readonly name: string;
  /** Environment that the node driver needs to reach it. */
  readonly nodeEnvironment: Readonly<Record<string, string>>;
  /** An object whose text is known at synth. */
  put(id: string, key: string, text: string): ITerraformDependable;
}

/** A layer-4 balancer in front of API servers. */
export interface Balancer {
  /** The name clients dial. */
  readonly host: string;
  /** The port clients dial. */
  readonly port: number;
}

/** Properties of a `Balancer`. */
export interface BalancerWish {
  /** Short name; the cluster's is put before it. */
  readonly name: string;
  /** Port it listens on and passes to. */
  readonly port: number;
  /** HTTPS path that a healthy target answers with 200. */
  readonly healthPath: string;
  /** Whether it stands in public subnets. */
  readonly open: boolean;
  /** The firewall in front of it. */
  readonly firewall: Firewall;
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

/** How nodes reach the internet through a proxy. */
export interface NodeProxy {
  /** Proxy for plain HTTP. */
  readonly httpProxy: string;
  /** Proxy for HTTPS. */
  readonly httpsProxy: string;
  /** Names and ranges that are reached directly. */
  readonly noProxy: readonly string[];
}

/** A group of machines. */
export interface MachineGroup {
  /** The cloud's name of it. */
  readonly groupName: string;
  /** What others may wait for. */
  readonly ready: ITerraformDependable;
}

/** How another stack reaches the cluster: Terraform expressions, none of which leaves a secret in state. */
export interface AccessConfig {
  /** URL of the API server. */
  readonly host: string;
  /** PEM of the cluster's authority. */
  readonly caCertificate: string;
  /** PEM of the short-lived client certificate. */
  readonly clientCertificate: string;
  /** PEM of its key. */
  readonly clientKey: string;
}

/** Scripts that run on a node and know this cloud. */
export interface NodeDriver {
  /**
   * A bash library that defines the functions node scripts call.
   *
   * See docs/node-driver.md for the contract of each function.
   */
  readonly library: string;
  /** A self-contained POSIX shell script: `sh fetch KEY` prints the object of that key; it reads the bucket's node environment. */
  readonly fetch: string;
  /** Calls of the cloud's API that both make, in the cloud's own words; the policies are held to exactly these. */
  readonly calls: readonly string[];
  /** Debian packages that both need beyond a minimal image. */
  readonly packages: readonly string[];
}

/** Properties shared by what a cluster asks for by name. */
export interface ClusterScoped {
  /** The cluster's name. */
  readonly clusterName: string;
}

/** A cloud that hosts stand on. The seam: `HaCluster` and `MultiAzNodePool` know nothing else of it. */
export interface HostCloud extends IConstruct {
  /** Differences that a cluster decides by. */
  readonly facts: HostFacts;
  /** The network. */
  readonly network: Network;
  /** Scripts for its nodes. */
  readonly nodeDriver: NodeDriver;
  /** Whether the image holds every program and container image, so that nothing is downloaded at boot. */
  readonly imageIsBaked: boolean;
  /**
   * The proxy nodes use.
   *
   * @default - none
   */
  readonly proxy?: NodeProxy;
  /** The device that holds `dataDisk`, as a glob list to try in order on the node. */
  readonly dataDiskDevices: readonly string[];
  /** The machine for a size such as `8c32g`, or for an exact flavor of the cloud. */
  machine(at: IConstruct, property: string, text: string): Machine;
  /** The image for an architecture. */
  image(scope: Construct, id: string, architecture: 'amd64' | 'arm64'): string;
  /** An empty firewall. */
  firewall(scope: Construct, id: string, wish: ClusterScoped & { readonly party: Party }): Firewall;
  /** Rules for flows between parties; a party may be ranges instead of a firewall. */
  admit(
    scope: Construct,
    flows: readonly Flow[],
    parties: Readonly<Partial<Record<Party, readonly Firewall[] | readonly string[]>>>,
  ): void;
  /** An identity without rights. */
  identity(scope: Construct, id: string, wish: ClusterScoped & { readonly name: string }): Identity;
  /** A secret store below the cluster's name and uid. */
  secretStore(scope: Construct, id: string, wish: ClusterScoped & { readonly uid: string }): SecretStore;
  /** A bucket. */
  bucket(scope: Construct, id: string, wish: ClusterScoped & { readonly keepDays: number }): Bucket;
  /** A balancer. */
  balancer(scope: Construct, id: string, wish: ClusterScoped & BalancerWish): Balancer;
  /** A private name for a balancer, where the user asked for private names; else the balancer's own. */
  nameOf(
    scope: Construct,
    id: string,
    wish: ClusterScoped & { readonly label: string; readonly balancer: Balancer },
  ): string;
  /** A template. */
  machineTemplate(scope: Construct, id: string, wish: ClusterScoped & MachineTemplateWish): MachineTemplate;
  /** A group. */
  machineGroup(scope: Construct, id: string, wish: ClusterScoped & MachineGroupWish): MachineGroup;
  /** Makes the cluster findable by its name, for `access`. */
  publish(
    scope: Construct,
    id: string,
    wish: ClusterScoped & { readonly uid: string; readonly endpoint: string },
  ): void;
  /** Reads, in another stack, what `publish` and the nodes stored. */
  access(stack: TerraformStack, id: string, wish: ClusterScoped): AccessConfig;
}
