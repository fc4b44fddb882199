import { ValidationError, type Located } from './errors';

/** How packets between pods of different nodes travel. */
export enum PodNetworkMode {
  /** As they are, on routes that nodes tell each other. */
  BGP = 'bgp',
  /** In IP packets (protocol 4) between nodes. */
  IPIP = 'ipip',
  /** As they are within a subnet, in IP packets across. */
  IPIP_CROSS_SUBNET = 'ipip-cross-subnet',
  /** In UDP packets between nodes. */
  VXLAN = 'vxlan',
  /** As they are within a subnet, in UDP packets across. */
  VXLAN_CROSS_SUBNET = 'vxlan-cross-subnet',
}

/** Calico's word for a mode's encapsulation. */
export type Encapsulation = 'None' | 'IPIP' | 'IPIPCrossSubnet' | 'VXLAN' | 'VXLANCrossSubnet';

/** What of a cloud decides about the pod network. */
export interface PodNetworkFacts {
  /** The hosts' interface MTU in bytes. */
  readonly nicMtu: number;
  /** Whether the fabric drops packets whose source is not the host's own address, unless told otherwise. */
  readonly dropsForeignSources: boolean;
  /** Whether a machine group can start machines with that check off. */
  readonly groupsMaySendForeignSources: boolean;
  /** Whether the firewall and the fabric pass IP protocol 4. */
  readonly passesIpip: boolean;
  /** Routes that one route table holds by default. */
  readonly routesPerTable: number;
}

/** What the user fixes of the pod network. */
export interface PodNetworkOverrides {
  /**
   * The mode.
   *
   * @default - derived
   */
  readonly mode?: PodNetworkMode;
  /**
   * MTU of pod interfaces in bytes.
   *
   * @default - the hosts' less the encapsulation's; 1450 over several networks
   */
  readonly mtu?: number;
  /**
   * Prefix length of the address blocks that nodes take.
   *
   * @default 26
   */
  readonly blockSize?: number;
  /**
   * Whether the control planes reflect routes, in place of a mesh of all nodes.
   *
   * @default - above 100 nodes, where there is BGP
   */
  readonly routeReflectors?: boolean;
}

/** What the pod network is chosen from. */
export interface PodNetworkWish {
  /** What the cloud can do. */
  readonly facts: PodNetworkFacts;
  /** Subnets that nodes stand in. */
  readonly subnets: number;
  /** Networks (VPCs) that nodes stand in. */
  readonly networks: number;
  /** Most nodes. */
  readonly maxNodes: number;
  /** Most pods on a node. */
  readonly maxPods: number;
  /**
   * Control-plane hosts, which reflect routes where a mesh would be too large.
   *
   * @default 3
   */
  readonly controlPlanes?: number;
  /**
   * What the user fixes.
   *
   * @default - everything is derived
   */
  readonly wish?: PodNetworkOverrides;
}

/** The pod network that was chosen. */
export interface PodNetwork {
  /** The mode. */
  readonly mode: PodNetworkMode;
  /** Calico's word for its encapsulation. */
  readonly encapsulation: Encapsulation;
  /** Whether nodes tell each other routes by BGP. */
  readonly bgp: boolean;
  /** MTU of pod interfaces in bytes. */
  readonly mtu: number;
  /** Prefix length of the address blocks that nodes take. */
  readonly blockSize: number;
  /** Whether the cloud's check of source and destination addresses may stay on. */
  readonly sourceDestinationCheck: boolean;
  /** Control planes that reflect routes; 0 where all nodes mesh, and where there is no BGP. */
  readonly routeReflectors: number;
  /** Typha pods at the most nodes, as the Tigera operator scales them; it always runs at least one. */
  readonly typhaReplicas: number;
  /** Why, in plain words. */
  readonly reasons: readonly string[];
}

/**
 * The annotation by which a control plane reflects routes, where `routeReflectors` is above 0; node bootstrap puts it there.
 *
 * Its value is what reflectors of one cluster share: any IPv4 address does, it names no host.
 */
export const ROUTE_REFLECTOR_ANNOTATION = { key: 'projectcalico.org/RouteReflectorClusterID', value: '244.0.0.1' };

interface ModeFacts {
  readonly encapsulation: Encapsulation;
  readonly bgp: boolean;
  /** Bytes before each packet. */
  readonly header: number;
  /** Whether packets leave a host with a pod's address as source. */
  readonly bare: boolean;
}

// VXLAN needs no BGP, across subnets or not: Felix itself sets the routes of its pools.
const MODES: Readonly<Record<PodNetworkMode, ModeFacts>> = {
  [PodNetworkMode.BGP]: { encapsulation: 'None', bgp: true, header: 0, bare: true },
  [PodNetworkMode.IPIP]: { encapsulation: 'IPIP', bgp: true, header: 20, bare: false },
  [PodNetworkMode.IPIP_CROSS_SUBNET]: { encapsulation: 'IPIPCrossSubnet', bgp: true, header: 20, bare: true },
  [PodNetworkMode.VXLAN]: { encapsulation: 'VXLAN', bgp: false, header: 50, bare: false },
  [PodNetworkMode.VXLAN_CROSS_SUBNET]: { encapsulation: 'VXLANCrossSubnet', bgp: false, header: 50, bare: true },
};

const MESH_LIMIT = 100;
const LEAST_MTU = 1280;
// Each block is a route on every node; Calico's reference gives a node this many.
const MOST_BLOCKS = 20;
// Peered networks and the gateways between them pass 1500 bytes, whatever the hosts' interfaces do.
const INTERNET_MTU = 1500;

/**
 * Derives the pod network from topology and the cloud's facts, and holds the user's wishes to them.
 *
 * What it chooses works for machines that an autoscaler starts.
 *
 * @throws ValidationError for a wish that cannot work here, with the reason
 * @see https://docs.tigera.io/calico/latest/networking/determine-best-networking
 */
export function choosePodNetwork(at: Located, input: PodNetworkWish): PodNetwork {
  const { wish = {}, maxNodes } = input;
  const derived = deriveMode(input);
  const mode = wish.mode ?? derived.mode;
  checkMode(at, mode, input);
  const { encapsulation, bgp, header, bare } = MODES[mode];
  const { blockSize = 26 } = wish;
  checkWhole(at, 'podBlockSize', blockSize, 20, 32);
  checkBlocks(at, blockSize, input.maxPods);
  const most = Math.min(input.facts.nicMtu, input.networks > 1 ? INTERNET_MTU : Infinity) - header;
  const { mtu = most } = wish;
  checkMtu(at, mtu, input.facts.nicMtu - header, mode);
  const routeReflectors = reflectors(at, bgp, input);
  const asked = `asked for${mode === derived.mode ? ', as it would be' : ` instead of ${derived.mode}`}`;
  return {
    mode,
    encapsulation,
    bgp,
    mtu,
    blockSize,
    sourceDestinationCheck: !bare,
    routeReflectors,
    typhaReplicas: typhaReplicas(maxNodes),
    reasons: [
      ...(wish.mode === undefined ? [derived.reason] : [asked]),
      ...(routeReflectors > 0
        ? [`the ${routeReflectors} control planes reflect routes, since a mesh of ${maxNodes} nodes is too much`]
        : []),
      ...(!bare && maxNodes > input.facts.routesPerTable
        ? [`the cloud's own routes would end at ${input.facts.routesPerTable} nodes`]
        : []),
    ],
  };
}

function maySendBare({ dropsForeignSources, groupsMaySendForeignSources }: PodNetworkFacts): boolean {
  return !dropsForeignSources || groupsMaySendForeignSources;
}

function deriveMode({ facts, subnets, networks }: PodNetworkWish): { mode: PodNetworkMode; reason: string } {
  if (networks > 1) {
    return { mode: PodNetworkMode.VXLAN, reason: `nodes in ${networks} networks need no more than reach each other` };
  }
  if (!maySendBare(facts)) {
    return {
      mode: PodNetworkMode.VXLAN,
      reason: "the cloud drops packets with a pod's address as source, and machine groups cannot switch that off",
    };
  }
  if (subnets === 1)
    return { mode: PodNetworkMode.BGP, reason: 'nodes share one subnet, so that packets need no wrapping' };
  const reason = `nodes stand in ${subnets} subnets of one network: packets are wrapped between subnets only`;
  if (facts.passesIpip) return { mode: PodNetworkMode.IPIP_CROSS_SUBNET, reason };
  return { mode: PodNetworkMode.VXLAN_CROSS_SUBNET, reason: `${reason}, in UDP since the cloud drops IP protocol 4` };
}

function checkMode(at: Located, mode: PodNetworkMode, { facts, subnets, networks }: PodNetworkWish): void {
  const { bare, encapsulation } = MODES[mode];
  if (bare && !maySendBare(facts)) {
    throw new ValidationError(
      at,
      `podNetworkMode must wrap every packet on a cloud that drops foreign source addresses and whose machine groups cannot switch that off, got ${mode}; choose vxlan or leave it out`,
    );
  }
  if (encapsulation === 'None' && (subnets > 1 || networks > 1)) {
    throw new ValidationError(
      at,
      `podNetworkMode must wrap packets between subnets, whose router knows no routes to pods, got ${mode} over ${subnets} subnets; choose a cross-subnet mode or leave it out`,
    );
  }
  if (encapsulation.startsWith('IPIP') && !facts.passesIpip) {
    throw new ValidationError(
      at,
      `podNetworkMode must not need IP protocol 4, which the cloud drops, got ${mode}; choose ${mode.replace('ipip', 'vxlan')} or leave it out`,
    );
  }
}

function checkMtu(at: Located, mtu: number, most: number, mode: PodNetworkMode): void {
  if (Number.isInteger(mtu) && mtu >= LEAST_MTU && mtu <= most) return;
  throw new ValidationError(
    at,
    `podNetworkMtu must be a whole number from ${LEAST_MTU} to ${most}, the hosts' less the header of ${mode}, got ${mtu}; choose one or leave it out`,
  );
}

function checkWhole(at: Located, property: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new ValidationError(
    at,
    `${property} must be a whole number from ${least} to ${most}, got ${value}; choose one or leave it out`,
  );
}

function checkBlocks(at: Located, blockSize: number, maxPods: number): void {
  const blocks = Math.ceil(maxPods / 2 ** (32 - blockSize));
  if (blocks <= MOST_BLOCKS) return;
  throw new ValidationError(
    at,
    `podBlockSize must hold a node's ${maxPods} pods in at most ${MOST_BLOCKS} blocks, got ${blockSize} with ${blocks} blocks; choose a smaller number or leave it out`,
  );
}

function reflectors(at: Located, bgp: boolean, { maxNodes, controlPlanes = 3, wish = {} }: PodNetworkWish): number {
  const { routeReflectors = bgp && maxNodes > MESH_LIMIT } = wish;
  if (!bgp && routeReflectors) {
    throw new ValidationError(at, 'routeReflectors must be false in a mode without BGP, got true; leave it out');
  }
  return routeReflectors ? controlPlanes : 0;
}

function typhaReplicas(nodes: number): number {
  if (nodes <= 2) return 1;
  if (nodes <= 4) return 2;
  return Math.min(Math.max(Math.floor(nodes / 200) + 2, 3), 20);
}
