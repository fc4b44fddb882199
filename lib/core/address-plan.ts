import { Cidr, privateCidr } from './cidr';
import { ValidationError, type Located } from './errors';

/** Pod ranges that the seeds recommend: a network, and the prefix lengths to take of it. */
export const RECOMMENDED_RANGES: readonly {
  readonly network: string;
  readonly widest: number;
  readonly narrowest: number;
}[] = [
  { network: '10.0.0.0', widest: 12, narrowest: 19 },
  { network: '172.16.0.0', widest: 16, narrowest: 19 },
  { network: '192.168.0.0', widest: 16, narrowest: 19 },
];

/** What an address plan is made from. */
export interface AddressWish {
  /** The hosts' network, /16 to /20. */
  readonly networkCidr: string;
  /** Zones by short name: a letter `a` to `h`, or a digit `1` to `8`. */
  readonly zones: readonly string[];
  /**
   * The hosts' subnets in a network that exists already, by zone; an empty string for one whose range is not known.
   *
   * @default - a slot of the network for each zone
   */
  readonly privateRanges?: Readonly<Record<string, string>>;
  /**
   * Addresses of pods.
   *
   * @default 10.192.0.0/12
   */
  readonly podCidr?: string;
  /**
   * Addresses of services.
   *
   * @default 10.96.0.0/16
   */
  readonly serviceCidr?: string;
  /** Ranges that something else uses. */
  readonly reserved: readonly { readonly cidr: string; readonly use: string }[];
  /** Most workers. */
  readonly maxNodes: number;
  /** Most pods on a node. */
  readonly maxPods: number;
  /** Control-plane hosts. */
  readonly controlPlanes: number;
  /**
   * Prefix length of the blocks that Calico gives to nodes.
   *
   * @default 26
   */
  readonly blockSize?: number;
}

/** Subnets by zone. */
export interface ZoneRanges {
  /** Where hosts stand. */
  readonly privateRanges: Readonly<Record<string, string>>;
  /** Where gateways and public balancers stand. */
  readonly publicRanges: Readonly<Record<string, string>>;
}

/** What the ranges hold. */
export interface AddressCapacity {
  /** Hosts in the private subnets. */
  readonly hosts: number;
  /** Nodes, if each took a /24 of the pod range. */
  readonly nodesBySlash24: number;
  /** Nodes full of pods, if each takes as many of Calico's blocks as it needs. */
  readonly nodesByBlocks: number;
  /** Pods on that many nodes. */
  readonly pods: number;
}

/** Who has which addresses. */
export interface AddressPlan extends ZoneRanges {
  /** The hosts' network. */
  readonly networkCidr: string;
  /** Addresses of pods. */
  readonly podCidr: string;
  /** Addresses of services. */
  readonly serviceCidr: string;
  /** The service of the cluster's DNS: the tenth address. */
  readonly dnsAddress: string;
  /** The service of the API server: the first address. */
  readonly apiServiceAddress: string;
  /** What the ranges hold. */
  readonly capacity: AddressCapacity;
  /** The plan for a person. */
  readonly words: string;
}

const NETWORK = { widest: 16, narrowest: 20, cure: 'choose a range such as 10.20.0.0/16' };
// An existing network is as large as its owner made it.
const EXISTING_NETWORK = { widest: 8, narrowest: 28, cure: 'use a network with private addresses' };
// kubeadm gives each node a /24: the range holds at least one of them, and at most 2^16.
const PODS = {
  widest: 8,
  narrowest: 24,
  cure: `choose one of ${RECOMMENDED_RANGES.map(({ network, widest, narrowest }) => `${network}/${widest} to /${narrowest}`).join(', ')}`,
};
// kubeadm: at most 2^20 services, at least ten.
const SERVICES = { widest: 12, narrowest: 28, cure: 'choose a range such as 10.96.0.0/16' };
// What AWS and Azure keep of a subnet; no cloud keeps more.
const KEPT_OF_A_SUBNET = 5;

/**
 * Gives each zone its slots of a network, by the zone's name and never by its place in the list.
 *
 * A network /P has eight private slots of /(P+4) in its first half, and eight public ones of /(P+8) after them.
 *
 * @throws ValidationError for a network that is not /16 to /20, and for zones without a slot or with the same one
 */
export function zoneRanges(
  at: Located,
  networkCidr: string,
  zones: readonly string[],
  property = 'networkCidr',
): ZoneRanges {
  const network = privateCidr(at, property, networkCidr, NETWORK);
  const slots = slotsOf(at, zones);
  const ranges = (prefix: number, first: number) =>
    Object.fromEntries(slots.map(([zone, slot]) => [zone, network.subnet(prefix, first + slot).text]));
  return { privateRanges: ranges(network.prefix + 4, 0), publicRanges: ranges(network.prefix + 8, 128) };
}

/**
 * Plans the addresses of hosts, pods and services.
 *
 * @throws ValidationError for a range that is malformed, too small for the cluster, or overlaps another
 */
export function planAddresses(at: Located, wish: AddressWish): AddressPlan {
  const { networkCidr, podCidr = '10.192.0.0/12', serviceCidr = '10.96.0.0/16', blockSize = 26, maxPods } = wish;
  const subnets = wish.privateRanges
    ? { privateRanges: wish.privateRanges, publicRanges: {} }
    : zoneRanges(at, networkCidr, wish.zones);
  const network = privateCidr(at, 'networkCidr', networkCidr, wish.privateRanges ? EXISTING_NETWORK : NETWORK);
  const pods = privateCidr(at, 'podCidr', podCidr, PODS);
  const services = privateCidr(at, 'serviceCidr', serviceCidr, SERVICES);
  checkOverlaps(at, { network, pods, services, reserved: wish.reserved });

  const nodesByBlocks = Math.floor(blocksIn(pods, blockSize) / blocksOfNode(maxPods, blockSize));
  const capacity = {
    hosts: hostsIn(at, network, subnets.privateRanges),
    nodesBySlash24: 2 ** (24 - pods.prefix),
    nodesByBlocks,
    pods: nodesByBlocks * maxPods,
  };
  checkCapacity(at, wish, capacity, { networkCidr, podCidr });
  return {
    ...subnets,
    networkCidr,
    podCidr,
    serviceCidr,
    dnsAddress: services.address(10),
    apiServiceAddress: services.address(1),
    capacity,
    words: [
      `hosts ${networkCidr} (${counted(capacity.hosts)})`,
      `pods ${podCidr} (${counted(nodesByBlocks)} nodes of ${maxPods} pods by Calico's /${blockSize} blocks, ${counted(capacity.nodesBySlash24)} by a /24 each)`,
      `services ${serviceCidr} (${counted(services.size - 2)})`,
    ].join(', '),
  };
}

function slotsOf(at: Located, zones: readonly string[]): [zone: string, slot: number][] {
  if (zones.length === 0)
    throw new ValidationError(at, 'zones must name at least one zone, got none; name them as a, b, c');
  const owners = new Map<number, string>();
  for (const zone of [...zones].sort()) {
    const slot = /^[a-h]$/.test(zone) ? zone.charCodeAt(0) - 97 : /^[1-8]$/.test(zone) ? Number(zone) - 1 : undefined;
    if (slot === undefined) {
      throw new ValidationError(
        at,
        `zones must be letters a to h or digits 1 to 8, got ${zone}; use the last character of the zone's name`,
      );
    }
    const owner = owners.get(slot);
    if (owner !== undefined) {
      throw new ValidationError(
        at,
        `zones must have an address slot each, got ${owner} and ${zone} in slot ${slot}; name each zone once`,
      );
    }
    owners.set(slot, zone);
  }
  return [...owners].map(([slot, zone]) => [zone, slot]);
}

interface Taken {
  readonly network: Cidr;
  readonly pods: Cidr;
  readonly services: Cidr;
  readonly reserved: AddressWish['reserved'];
}

function checkOverlaps(at: Located, { network, pods, services, reserved }: Taken): void {
  const own = [
    { property: 'networkCidr', cidr: network },
    { property: 'podCidr', cidr: pods },
    { property: 'serviceCidr', cidr: services },
  ];
  own.forEach(({ property, cidr }, index) => {
    const others = [
      ...own.slice(0, index).map((other) => ({ use: other.property, cidr: other.cidr })),
      ...reserved.map((other) => ({ use: other.use, cidr: Cidr.parse(at, 'reserved range', other.cidr) })),
    ];
    const hit = others.find((other) => other.cidr.overlaps(cidr));
    if (hit) {
      throw new ValidationError(
        at,
        `${property} must not overlap ${hit.use} (${hit.cidr.text}), got ${cidr.text}; choose ranges that lie apart`,
      );
    }
  });
}

function hostsIn(at: Located, network: Cidr, privateRanges: ZoneRanges['privateRanges']): number {
  const ranges = Object.values(privateRanges);
  // A subnet whose range only the cloud knows can be as large as the network.
  if (ranges.includes('')) return network.size - KEPT_OF_A_SUBNET;
  return ranges.reduce((sum, range) => sum + Cidr.parse(at, 'privateRanges', range).size - KEPT_OF_A_SUBNET, 0);
}

function blocksIn(pods: Cidr, blockSize: number): number {
  return Math.floor(2 ** (blockSize - pods.prefix));
}

/**
 * How many of Calico's blocks a node full of pods takes.
 *
 * The tunnel's own address needs no room of its own: kube-proxy and the network's agent are pods without an address.
 */
function blocksOfNode(maxPods: number, blockSize: number): number {
  return Math.ceil(maxPods / 2 ** (32 - blockSize));
}

function checkCapacity(
  at: Located,
  wish: AddressWish,
  capacity: AddressCapacity,
  ranges: { networkCidr: string; podCidr: string },
): void {
  const hosts = wish.maxNodes + wish.controlPlanes;
  const wanted = `${counted(wish.maxNodes)} workers and ${wish.controlPlanes} control planes`;
  if (capacity.hosts < hosts) {
    throw new ValidationError(
      at,
      `networkCidr must hold ${wanted}, got ${ranges.networkCidr} with private subnets for ${counted(capacity.hosts)} hosts; choose a larger network, more zones or fewer maxNodes`,
    );
  }
  if (capacity.nodesByBlocks < hosts) {
    throw new ValidationError(
      at,
      `podCidr must hold ${wanted} of ${wish.maxPods} pods, got ${ranges.podCidr} for ${counted(capacity.nodesByBlocks)} nodes; choose a larger range or fewer maxPods`,
    );
  }
}

function counted(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}
