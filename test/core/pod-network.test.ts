import fc from 'fast-check';
import {
  choosePodNetwork,
  PodNetworkMode,
  type PodNetworkFacts,
  type PodNetworkWish,
} from '../../lib/core/pod-network';

const at = { node: { path: 'prod/Cluster' } };
const aws: PodNetworkFacts = {
  nicMtu: 9001,
  dropsForeignSources: true,
  groupsMaySendForeignSources: false,
  passesIpip: true,
  routesPerTable: 500,
};
const open: PodNetworkFacts = { ...aws, nicMtu: 1500, dropsForeignSources: false };
const choose = (input: Partial<PodNetworkWish> = {}) =>
  choosePodNetwork(at, { facts: aws, subnets: 3, networks: 1, maxNodes: 63, maxPods: 110, ...input });
const { BGP, IPIP, IPIP_CROSS_SUBNET, VXLAN, VXLAN_CROSS_SUBNET } = PodNetworkMode;
const modes = Object.values(PodNetworkMode);

describe('choosePodNetwork derives', () => {
  test('VXLAN on AWS, since autoscaled workers cannot send as pods', () => {
    expect(choose()).toEqual({
      mode: 'vxlan',
      encapsulation: 'VXLAN',
      bgp: false,
      mtu: 8951,
      blockSize: 26,
      sourceDestinationCheck: true,
      routeReflectors: 0,
      typhaReplicas: 3,
      reasons: ["the cloud drops packets with a pod's address as source, and machine groups cannot switch that off"],
    });
  });

  test('VXLAN on AWS in one subnet too', () => {
    expect(choose({ subnets: 1 }).mode).toBe(VXLAN);
  });

  test('BGP in one subnet of a fabric that passes foreign sources', () => {
    expect(choose({ facts: open, subnets: 1 })).toMatchObject({
      mode: BGP,
      encapsulation: 'None',
      bgp: true,
      mtu: 1500,
      sourceDestinationCheck: false,
      reasons: ['nodes share one subnet, so that packets need no wrapping'],
    });
  });

  test('the same where the fabric drops them but groups can switch that off', () => {
    expect(choose({ facts: { ...aws, groupsMaySendForeignSources: true }, subnets: 1 }).mode).toBe(BGP);
  });

  test('IPIP between subnets where protocol 4 passes', () => {
    expect(choose({ facts: open })).toMatchObject({
      mode: IPIP_CROSS_SUBNET,
      encapsulation: 'IPIPCrossSubnet',
      bgp: true,
      mtu: 1480,
      sourceDestinationCheck: false,
      reasons: ['nodes stand in 3 subnets of one network: packets are wrapped between subnets only'],
    });
  });

  test('VXLAN between subnets where it does not', () => {
    expect(choose({ facts: { ...open, passesIpip: false } })).toMatchObject({
      mode: VXLAN_CROSS_SUBNET,
      encapsulation: 'VXLANCrossSubnet',
      bgp: false,
      mtu: 1450,
      reasons: [
        'nodes stand in 3 subnets of one network: packets are wrapped between subnets only, in UDP since the cloud drops IP protocol 4',
      ],
    });
  });

  test('VXLAN with 1450 bytes over several networks', () => {
    expect(choose({ facts: { ...aws, dropsForeignSources: false }, networks: 2 })).toMatchObject({
      mode: VXLAN,
      mtu: 1450,
      reasons: ['nodes in 2 networks need no more than reach each other'],
    });
  });

  test('a smaller MTU over several networks whose interfaces are smaller', () => {
    expect(choose({ facts: { ...open, nicMtu: 1460 }, networks: 2 }).mtu).toBe(1410);
  });

  test.each([
    [100, 0],
    [101, 3],
    [5000, 3],
  ])('for %i nodes with BGP %i route reflectors', (maxNodes, routeReflectors) => {
    expect(choose({ facts: open, maxNodes }).routeReflectors).toBe(routeReflectors);
  });

  test('no route reflectors without BGP', () => {
    expect(choose({ maxNodes: 5000 }).routeReflectors).toBe(0);
  });

  test.each([
    [1, 1],
    [2, 1],
    [3, 2],
    [4, 2],
    [5, 3],
    [199, 3],
    [399, 3],
    [400, 4],
    [2000, 12],
    [5000, 20],
  ])('for %i nodes %i Typha pods, as the operator does', (maxNodes, replicas) => {
    expect(choose({ maxNodes }).typhaReplicas).toBe(replicas);
  });

  test('the reasons of reflectors and of route tables', () => {
    expect(choose({ facts: open, maxNodes: 101 }).reasons[1]).toBe(
      'the 3 control planes reflect routes, since a mesh of 101 nodes is too much',
    );
    expect(choose({ maxNodes: 501 }).reasons[1]).toBe("the cloud's own routes would end at 500 nodes");
  });

  test('only what its own rules accept when it is asked for again', () => {
    const facts = fc.record({
      nicMtu: fc.integer({ min: 1400, max: 9001 }),
      dropsForeignSources: fc.boolean(),
      groupsMaySendForeignSources: fc.boolean(),
      passesIpip: fc.boolean(),
      routesPerTable: fc.integer({ min: 50, max: 1000 }),
    });
    const counts = [
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 5005 }),
    ] as const;
    fc.assert(
      fc.property(facts, ...counts, (given, subnets, networks, maxNodes) => {
        const { reasons, ...derived } = choose({ facts: given, subnets, networks, maxNodes });
        const { mode, mtu, blockSize, routeReflectors } = derived;
        const wish = { mode, mtu, blockSize, routeReflectors: routeReflectors > 0 };
        expect(reasons.length).toBeGreaterThan(0);
        expect(choose({ facts: given, subnets, networks, maxNodes, wish })).toMatchObject(derived);
        expect(derived.sourceDestinationCheck || !given.dropsForeignSources || given.groupsMaySendForeignSources).toBe(
          true,
        );
      }),
    );
  });
});

describe('choosePodNetwork takes wishes', () => {
  test('and says what it would have chosen', () => {
    expect(choose({ wish: { mode: IPIP } })).toMatchObject({
      mode: IPIP,
      encapsulation: 'IPIP',
      bgp: true,
      mtu: 8981,
      sourceDestinationCheck: true,
      reasons: ['asked for instead of vxlan'],
    });
    expect(choose({ wish: { mode: VXLAN } }).reasons).toEqual(['asked for, as it would be']);
  });

  test('for MTU, block size and reflectors', () => {
    expect(
      choose({ facts: open, controlPlanes: 5, wish: { mtu: 1400, blockSize: 24, routeReflectors: true } }),
    ).toMatchObject({
      mtu: 1400,
      blockSize: 24,
      routeReflectors: 5,
    });
  });

  test('for an MTU above 1450 over several networks, which the user knows to pass', () => {
    expect(choose({ networks: 2, wish: { mtu: 8451 } }).mtu).toBe(8451);
  });

  test.each([BGP, IPIP_CROSS_SUBNET, VXLAN_CROSS_SUBNET])('fails when %s would send as pods on AWS', (mode) => {
    expect(() => choose({ wish: { mode } })).toThrow(
      `[prod/Cluster] podNetworkMode must wrap every packet on a cloud that drops foreign source addresses and whose machine groups cannot switch that off, got ${mode}; choose vxlan or leave it out`,
    );
  });

  test('fails when BGP spans subnets', () => {
    expect(() => choose({ facts: open, wish: { mode: BGP } })).toThrow(
      '[prod/Cluster] podNetworkMode must wrap packets between subnets, whose router knows no routes to pods, got bgp over 3 subnets; choose a cross-subnet mode or leave it out',
    );
  });

  test.each([
    [IPIP, 'vxlan'],
    [IPIP_CROSS_SUBNET, 'vxlan-cross-subnet'],
  ])('fails when %s needs a protocol that does not pass', (mode, cure) => {
    expect(() => choose({ facts: { ...open, passesIpip: false }, wish: { mode } })).toThrow(
      `[prod/Cluster] podNetworkMode must not need IP protocol 4, which the cloud drops, got ${mode}; choose ${cure} or leave it out`,
    );
  });

  test.each([8952, 1279, 1400.5])('fails when the MTU is %d', (mtu) => {
    expect(() => choose({ wish: { mtu } })).toThrow(
      `[prod/Cluster] podNetworkMtu must be a whole number from 1280 to 8951, the hosts' less the header of vxlan, got ${mtu}; choose one or leave it out`,
    );
  });

  test.each([19, 33, 25.5])('fails when the block size is %d', (blockSize) => {
    expect(() => choose({ wish: { blockSize } })).toThrow(
      `[prod/Cluster] podBlockSize must be a whole number from 20 to 32, got ${blockSize}; choose one or leave it out`,
    );
  });

  test('fails when blocks are so small that a node needs too many', () => {
    expect(choose({ wish: { blockSize: 29 } }).blockSize).toBe(29);
    expect(() => choose({ wish: { blockSize: 30 } })).toThrow(
      "[prod/Cluster] podBlockSize must hold a node's 110 pods in at most 20 blocks, got 30 with 28 blocks; choose a smaller number or leave it out",
    );
  });

  test('fails when route reflectors have no routes to reflect', () => {
    expect(() => choose({ wish: { routeReflectors: true } })).toThrow(
      '[prod/Cluster] routeReflectors must be false in a mode without BGP, got true; leave it out',
    );
  });

  test('for a mesh of many nodes', () => {
    expect(choose({ facts: open, maxNodes: 500, wish: { routeReflectors: false } }).routeReflectors).toBe(0);
  });

  test('never leaves a mode without an answer or a reason to refuse it', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...modes),
        fc.boolean(),
        fc.integer({ min: 1, max: 3 }),
        (mode, passesIpip, subnets) => {
          const make = () => choose({ facts: { ...open, passesIpip }, subnets, wish: { mode } });
          const refused = (mode === BGP && subnets > 1) || (mode.startsWith('ipip') && !passesIpip);
          if (refused) expect(make).toThrow('[prod/Cluster] podNetworkMode must');
          else expect(make().mode).toBe(mode);
        },
      ),
    );
  });
});
