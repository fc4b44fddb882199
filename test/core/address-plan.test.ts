import fc from 'fast-check';
import { planAddresses, RECOMMENDED_RANGES, zoneRanges, type AddressWish } from '../../lib/core/address-plan';
import { Cidr } from '../../lib/core/cidr';

const at = { node: { path: 'prod/Cluster' } };
const base: AddressWish = {
  networkCidr: '10.20.0.0/16',
  zones: ['a', 'b', 'c'],
  reserved: [
    { cidr: '169.254.0.0/16', use: 'link-local addresses' },
    { cidr: '172.17.0.0/16', use: "Docker's bridge" },
  ],
  maxNodes: 60,
  maxPods: 110,
  controlPlanes: 3,
};
const plan = (wish: Partial<AddressWish> = {}) => planAddresses(at, { ...base, ...wish });
const zones = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'), { minLength: 1 });
const networks = fc
  .tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 16, max: 20 }), fc.integer({ min: 0, max: 15 }))
  .map(
    ([second, prefix, part]) =>
      Cidr.parse(at, 'x', `10.${second}.0.0/16`).subnet(prefix, part % 2 ** (prefix - 16)).text,
  );

describe('zoneRanges', () => {
  test('gives zones their slots of a /16', () => {
    expect(zoneRanges(at, '10.20.0.0/16', ['a', 'b', 'c'])).toEqual({
      privateRanges: { a: '10.20.0.0/20', b: '10.20.16.0/20', c: '10.20.32.0/20' },
      publicRanges: { a: '10.20.128.0/24', b: '10.20.129.0/24', c: '10.20.130.0/24' },
    });
  });

  test('gives zones their slots of a /20', () => {
    expect(zoneRanges(at, '10.20.48.0/20', ['h'])).toEqual({
      privateRanges: { h: '10.20.55.0/24' },
      publicRanges: { h: '10.20.56.112/28' },
    });
  });

  test('takes digits for letters', () => {
    expect(zoneRanges(at, '10.20.0.0/16', ['1', '3']).privateRanges).toEqual({ 1: '10.20.0.0/20', 3: '10.20.32.0/20' });
  });

  test('does not depend on the order of zones', () => {
    fc.assert(
      fc.property(networks, zones, (network, list) => {
        expect(JSON.stringify(zoneRanges(at, network, [...list].reverse()))).toBe(
          JSON.stringify(zoneRanges(at, network, list)),
        );
      }),
    );
  });

  test('never moves a zone when another goes', () => {
    fc.assert(
      fc.property(networks, zones, (network, list) => {
        fc.pre(list.length > 1);
        const [gone = '', ...kept] = list;
        const before = zoneRanges(at, network, list);
        const after = zoneRanges(at, network, kept);
        expect({ ...after.privateRanges, [gone]: before.privateRanges[gone] }).toEqual(before.privateRanges);
        expect({ ...after.publicRanges, [gone]: before.publicRanges[gone] }).toEqual(before.publicRanges);
      }),
    );
  });

  test('never gives an address twice, nor one outside the network', () => {
    fc.assert(
      fc.property(networks, zones, (network, list) => {
        const { privateRanges, publicRanges } = zoneRanges(at, network, list);
        const all = [...Object.values(privateRanges), ...Object.values(publicRanges)].map((text) =>
          Cidr.parse(at, 'x', text),
        );
        const whole = Cidr.parse(at, 'x', network);
        expect(all.every((one) => whole.contains(one))).toBe(true);
        expect(all.every((one, index) => all.slice(index + 1).every((other) => !one.overlaps(other)))).toBe(true);
      }),
    );
  });

  test('fails when there is no zone', () => {
    expect(() => zoneRanges(at, '10.20.0.0/16', [])).toThrow(
      '[prod/Cluster] zones must name at least one zone, got none; name them as a, b, c',
    );
  });

  test.each(['i', 'A', '9', '0', 'eu-central-1a', ''])('fails when a zone has no slot: %j', (zone) => {
    expect(() => zoneRanges(at, '10.20.0.0/16', ['a', zone])).toThrow(
      `[prod/Cluster] zones must be letters a to h or digits 1 to 8, got ${zone}; use the last character of the zone's name`,
    );
  });

  test('fails when zones share a slot', () => {
    expect(() => zoneRanges(at, '10.20.0.0/16', ['a', '1'])).toThrow(
      '[prod/Cluster] zones must have an address slot each, got 1 and a in slot 0; name each zone once',
    );
  });

  test('fails when the network is too large, under the name the caller gives', () => {
    expect(() => zoneRanges(at, '10.0.0.0/15', ['a'], 'cidr')).toThrow(
      '[prod/Cluster] cidr must be /16 or smaller, got 10.0.0.0/15; choose a range such as 10.20.0.0/16',
    );
  });

  test('fails when the network is too small', () => {
    expect(() => zoneRanges(at, '10.20.0.0/21', ['a'])).toThrow(
      '[prod/Cluster] networkCidr must be /20 or larger, got 10.20.0.0/21; choose a range such as 10.20.0.0/16',
    );
  });
});

describe('planAddresses', () => {
  test('has defaults for pods and services', () => {
    expect(plan()).toMatchObject({
      networkCidr: '10.20.0.0/16',
      podCidr: '10.192.0.0/12',
      serviceCidr: '10.96.0.0/16',
      dnsAddress: '10.96.0.10',
      apiServiceAddress: '10.96.0.1',
    });
  });

  test('counts nodes by blocks and by a /24 each', () => {
    expect(plan().capacity).toEqual({ hosts: 3 * 4091, nodesBySlash24: 4096, nodesByBlocks: 8192, pods: 901120 });
  });

  test.each([
    [16, 1024],
    [64, 1024],
    [65, 512],
    [110, 512],
  ])('gives a node of %i pods its blocks of a /16, for %i nodes', (maxPods, nodes) => {
    expect(plan({ podCidr: '10.192.0.0/16', maxPods }).capacity.nodesByBlocks).toBe(nodes);
  });

  test('counts blocks of the size that is given', () => {
    expect(plan({ podCidr: '10.192.0.0/16', blockSize: 25 }).capacity.nodesByBlocks).toBe(512);
    expect(plan({ podCidr: '10.192.0.0/16', blockSize: 27 }).capacity.nodesByBlocks).toBe(512);
    expect(plan({ podCidr: '10.192.0.0/16', blockSize: 24 }).capacity.nodesByBlocks).toBe(256);
  });

  test('explains itself', () => {
    expect(plan().words).toBe(
      "hosts 10.20.0.0/16 (12,273), pods 10.192.0.0/12 (8,192 nodes of 110 pods by Calico's /26 blocks, 4,096 by a /24 each), services 10.96.0.0/16 (65,534)",
    );
  });

  test('takes the subnets of a network that exists, whatever their size', () => {
    const { privateRanges, publicRanges, capacity } = plan({
      networkCidr: '10.20.0.0/22',
      privateRanges: { a: '10.20.0.0/25', b: '10.20.1.0/24' },
    });
    expect([privateRanges, publicRanges, capacity.hosts]).toEqual([
      { a: '10.20.0.0/25', b: '10.20.1.0/24' },
      {},
      123 + 251,
    ]);
  });

  test('counts the whole network where a subnet is not known at synth', () => {
    expect(plan({ networkCidr: '10.20.0.0/22', privateRanges: { a: '', b: '10.20.1.0/24' } }).capacity.hosts).toBe(
      1019,
    );
  });

  test('recommends the ranges of the seeds', () => {
    expect(RECOMMENDED_RANGES.map(({ network, widest, narrowest }) => `${network}/${widest}-${narrowest}`)).toEqual([
      '10.0.0.0/12-19',
      '172.16.0.0/16-19',
      '192.168.0.0/16-19',
    ]);
  });

  test('accepts every recommended pod range', () => {
    for (const { network, widest, narrowest } of RECOMMENDED_RANGES) {
      for (const prefix of [widest, narrowest]) {
        const cidr = `${network}/${prefix}`;
        expect(plan({ networkCidr: '100.64.0.0/16', maxNodes: 10, podCidr: cidr }).podCidr).toBe(cidr);
      }
    }
  });

  test.each([
    [{ podCidr: '10.20.0.0/14' }, 'podCidr must not overlap networkCidr (10.20.0.0/16), got 10.20.0.0/14'],
    [{ serviceCidr: '10.20.64.0/20' }, 'serviceCidr must not overlap networkCidr (10.20.0.0/16), got 10.20.64.0/20'],
    [{ serviceCidr: '10.200.0.0/16' }, 'serviceCidr must not overlap podCidr (10.192.0.0/12), got 10.200.0.0/16'],
    [
      { networkCidr: '172.17.0.0/16' },
      "networkCidr must not overlap Docker's bridge (172.17.0.0/16), got 172.17.0.0/16",
    ],
    [{ podCidr: '172.16.0.0/15' }, "podCidr must not overlap Docker's bridge (172.17.0.0/16), got 172.16.0.0/15"],
    [
      { serviceCidr: '172.17.128.0/20' },
      "serviceCidr must not overlap Docker's bridge (172.17.0.0/16), got 172.17.128.0/20",
    ],
  ])('fails when ranges overlap: %j', (wish, message) => {
    expect(() => plan(wish)).toThrow(`[prod/Cluster] ${message}; choose ranges that lie apart`);
  });

  test('fails when the pod range is too small for a /24 of kubeadm', () => {
    expect(() => plan({ podCidr: '10.192.0.0/25' })).toThrow(
      '[prod/Cluster] podCidr must be /24 or larger, got 10.192.0.0/25; choose one of 10.0.0.0/12 to /19, 172.16.0.0/16 to /19, 192.168.0.0/16 to /19',
    );
  });

  test('fails when the pod range is public', () => {
    expect(() => plan({ podCidr: '30.0.0.0/12' })).toThrow(
      '[prod/Cluster] podCidr must be private (10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10), got 30.0.0.0/12; choose one of 10.0.0.0/12 to /19, 172.16.0.0/16 to /19, 192.168.0.0/16 to /19',
    );
  });

  test('fails when the service range is larger than kubeadm takes', () => {
    expect(() => plan({ serviceCidr: '10.0.0.0/11' })).toThrow(
      '[prod/Cluster] serviceCidr must be /12 or smaller, got 10.0.0.0/11; choose a range such as 10.96.0.0/16',
    );
  });

  test('fails when the service range is smaller than kubeadm takes', () => {
    expect(() => plan({ serviceCidr: '10.96.0.0/29' })).toThrow(
      '[prod/Cluster] serviceCidr must be /28 or larger, got 10.96.0.0/29; choose a range such as 10.96.0.0/16',
    );
  });

  test('fails when the pod range is too small for the nodes by blocks', () => {
    expect(plan({ podCidr: '10.192.0.0/19', maxNodes: 61 }).capacity.nodesByBlocks).toBe(64);
    expect(() => plan({ podCidr: '10.192.0.0/19', maxNodes: 62 })).toThrow(
      '[prod/Cluster] podCidr must hold 62 workers and 3 control planes of 110 pods, got 10.192.0.0/19 for 64 nodes; choose a larger range or fewer maxPods',
    );
  });

  test('fails when the subnets are too small for the hosts', () => {
    expect(() => plan({ networkCidr: '10.20.0.0/20', maxNodes: 5000 })).toThrow(
      '[prod/Cluster] networkCidr must hold 5,000 workers and 3 control planes, got 10.20.0.0/20 with private subnets for 753 hosts; choose a larger network, more zones or fewer maxNodes',
    );
  });

  test('never gives two of hosts, pods and services the same address', () => {
    const range = fc
      .tuple(fc.nat(), fc.integer({ min: 12, max: 20 }))
      .map(([part, prefix]) => Cidr.parse(at, 'x', '10.0.0.0/8').subnet(prefix, part % 2 ** (prefix - 8)).text);
    fc.assert(
      fc.property(networks, range, range, (networkCidr, podCidr, serviceCidr) => {
        const all = [networkCidr, podCidr, serviceCidr].map((text) => Cidr.parse(at, 'x', text));
        const apart = all.every((one, index) => all.slice(index + 1).every((other) => !one.overlaps(other)));
        const make = () => plan({ networkCidr, podCidr, serviceCidr, maxNodes: 1, controlPlanes: 1 });
        if (apart) expect(make()).toMatchObject({ networkCidr, podCidr, serviceCidr });
        else expect(make).toThrow('must not overlap');
      }),
    );
  });
});
