import type { PodNetwork } from '../core/pod-network';
import { ValidationError, type Located } from '../core/errors';

/** A router outside the cluster that nodes tell routes to pods. */
export interface BgpPeer {
  /** Its name; a Kubernetes object name. */
  readonly name: string;

  /** Its IPv4 address. Nodes open the connection, to TCP port 179. */
  readonly peerAddress: string;

  /** Its autonomous system. */
  readonly asNumber: number;

  /**
   * Which nodes peer with it, such as `topology.kubernetes.io/zone == 'rack-1'`.
   *
   * @default all()
   * @see https://docs.tigera.io/calico/latest/reference/resources/bgppeer#selector
   */
  readonly nodeSelector?: string;
}

// Control planes: node bootstrap annotates them with core's ROUTE_REFLECTOR_ANNOTATION.
const REFLECTORS = 'has(node-role.kubernetes.io/control-plane)';
// Stored kinds, since Calico's own API server is not there yet when these are applied.
const API_VERSION = 'crd.projectcalico.org/v1';

/**
 * The objects that BGP needs beyond Calico's defaults; none where the mesh of all nodes is enough.
 *
 * @throws ValidationError for peers or a number where there is no BGP, and for what cannot be a peer
 */
export function bgpObjects(
  at: Located,
  { mode, bgp, routeReflectors }: PodNetwork,
  peers: readonly BgpPeer[],
  asNumber?: number,
): Record<string, unknown>[] {
  const first = peers[0];
  if (!bgp && first) {
    throw new ValidationError(
      at,
      `bgpPeers needs a pod network with BGP, got ${first.name} in mode ${mode}; remove it`,
    );
  }
  if (!bgp && asNumber !== undefined) {
    throw new ValidationError(at, `asNumber needs a pod network with BGP, got ${asNumber} in mode ${mode}; remove it`);
  }
  if (asNumber !== undefined) checkAsNumber(at, 'asNumber', asNumber);
  checkPeers(at, peers);
  const configuration = {
    ...(asNumber === undefined ? {} : { asNumber }),
    ...(routeReflectors > 0 ? { nodeToNodeMeshEnabled: false } : {}),
  };
  return [
    ...(Object.keys(configuration).length > 0 ? [object('BGPConfiguration', 'default', configuration)] : []),
    ...(routeReflectors > 0
      ? [object('BGPPeer', 'route-reflectors', { nodeSelector: 'all()', peerSelector: REFLECTORS })]
      : []),
    ...[...peers]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, peerAddress, asNumber: peerAs, nodeSelector = 'all()' }) =>
        object('BGPPeer', name, { peerIP: peerAddress, asNumber: peerAs, nodeSelector }),
      ),
  ];
}

function object(kind: string, name: string, spec: Record<string, unknown>): Record<string, unknown> {
  return { apiVersion: API_VERSION, kind, metadata: { name }, spec };
}

function checkPeers(at: Located, peers: readonly BgpPeer[]): void {
  const names = new Set(['route-reflectors']);
  for (const { name, peerAddress, asNumber } of peers) {
    if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) {
      throw new ValidationError(
        at,
        `bgpPeers name must be lower case letters, digits and dashes, at most 63, got ${name}; rename it`,
      );
    }
    if (names.has(name)) throw new ValidationError(at, `bgpPeers name must be used once, got ${name} again; rename it`);
    names.add(name);
    if (!isAddress(peerAddress)) {
      throw new ValidationError(
        at,
        `bgpPeers peerAddress must be an IPv4 address, got ${peerAddress} for ${name}; write it as 10.1.0.1`,
      );
    }
    checkAsNumber(at, 'bgpPeers asNumber', asNumber);
  }
}

function isAddress(text: string): boolean {
  const octets = text.split('.');
  return octets.length === 4 && octets.every((octet) => /^\d{1,3}$/.test(octet) && Number(octet) <= 255);
}

function checkAsNumber(at: Located, property: string, value: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= 4294967294) return;
  throw new ValidationError(
    at,
    `${property} must be a whole number from 1 to 4294967294, got ${value}; private ones are 64512 to 65534`,
  );
}
