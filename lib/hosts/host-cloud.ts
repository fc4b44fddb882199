import type { TerraformStack } from 'cdktf';
import type { Construct, IConstruct } from 'constructs';
import type { Flow, Party } from '../core/ports';
import type { Identity } from './identity';
import type { Machine, MachineGroup, MachineGroupWish, MachineTemplate, MachineTemplateWish } from './machines';
import type { Balancer, BalancerWish, Firewall, Network, NodeProxy } from './network';
import type { Bucket, SecretStore } from './storage';

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

/** What can be known of a cluster by its name. */
export interface Published {
  /** Its uid. */
  readonly uid: string;
  /** `host:port` of its API. */
  readonly endpoint: string;
  /** The exact version of Kubernetes that its hosts are to be. */
  readonly kubernetesVersion: string;
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
  /** Refuses what names no person of this cloud: an identity as the cloud tells it of whoever made a call. */
  checkPerson(at: IConstruct, property: string, identity: string): void;
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
  /** Makes the cluster findable by its name, for `access` and for people's commands. */
  publish(scope: Construct, id: string, wish: ClusterScoped & Published): void;
  /** Reads, in another stack, what `publish` and the nodes stored. */
  access(stack: TerraformStack, id: string, wish: ClusterScoped): AccessConfig;
}
