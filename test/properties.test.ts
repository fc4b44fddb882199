import fc from 'fast-check';
import * as yaml from 'js-yaml';
import { PodNetworkMode, type HaClusterProps } from '../lib';
import { Cidr } from '../lib/core/cidr';
import { flows } from '../lib/core/ports';
import { canonical } from './support/fingerprint';
import { checkAgainstSchema } from './support/schema';
import { secretsIn } from './support/secrets';
import { TOPOLOGIES } from './support/topologies';
import { messageOf } from './support/messages';
import { byAddress, hostsStack, resources, synth, synthesized, type Topology } from './support/topology';
import { userDataOf } from './support/user-data';

const at = { node: { path: 'test' } };
const { BGP, IPIP, IPIP_CROSS_SUBNET, VXLAN, VXLAN_CROSS_SUBNET } = PodNetworkMode;
/** Each run synthesizes one to three stacks, which takes some 50 ms each. */
const runs = (numRuns: number) => ({ numRuns, seed: 20_261_122, endOnFailure: true });

const POOLS: NonNullable<Topology['pools']> = {
  Alpha: {},
  Beta: { machine: '8c32g', labels: { tier: 'b', zone: 'x' }, taints: [{ key: 'b', effect: 'NoSchedule' }] },
  Gamma: { zones: ['b', 'a'], min: 0, spotPercent: 50, spotFlavors: ['m6i.xlarge', 'm6a.xlarge'] },
  Delta: { diskGib: 200, tags: { y: '2', x: '1' } },
  Omega: { zones: ['a', 'c'], machine: 'm7g.xlarge' },
};
const zones = ['a', 'b', 'c'];
const shuffled = <T>(all: readonly T[]) => fc.shuffledSubarray([...all], { minLength: all.length });
const somePools = fc.shuffledSubarray(Object.keys(POOLS), { minLength: 2, maxLength: 4 });
const hosts = (zoneNames: readonly string[], pools: readonly string[], cluster: Topology['cluster'] = {}) =>
  synthesized({
    hosts: { zones: zoneNames },
    cluster: { maxNodes: 60, ...cluster },
    pools: Object.fromEntries(pools.map((name) => [name, POOLS[name] ?? {}])),
  });
const texts = (json: Record<string, any>) =>
  Object.fromEntries(Object.entries(byAddress(json)).map(([address, resource]) => [address, canonical(resource)]));
const idOf = (address: string) => address.slice(address.indexOf('.') + 1);

test('the order in which zones and pools are given changes nothing', () => {
  const ordered = Object.keys(POOLS).sort();
  const expected = texts(hosts(zones, ordered));
  fc.assert(
    fc.property(shuffled(zones), shuffled(ordered), (zoneNames, pools) => {
      expect(texts(hosts(zoneNames, pools, { controlPlaneZones: [...zoneNames].reverse() }))).toEqual(expected);
    }),
    runs(10),
  );
});

test('the order of ranges, labels, tags and settings changes nothing', () => {
  const [one, other] = [true, false].map((forward) => {
    const turn = <T>(list: readonly T[]) => (forward ? [...list] : [...list].reverse());
    const record = (object: Readonly<Record<string, string>>) => Object.fromEntries(turn(Object.entries(object)));
    return synthesized({
      hosts: { tags: record({ a: '1', b: '2' }) },
      cluster: {
        apiAllowedRanges: turn(['10.8.0.0/16', '10.9.0.0/16']),
        sysctls: record({ 'vm.max_map_count': '1', 'kernel.panic': '2' }),
        apiServerArguments: record({ v: '2', 'audit-log-maxage': '3' }),
        tags: record({ c: '3', d: '4' }),
      },
      pools: { Workers: { labels: record({ x: '1', y: '2' }), zones: turn(zones) } },
    });
  });
  expect(texts(other!)).toEqual(texts(one!));
});

test('a pool that goes takes its own resources and touches no other', () => {
  fc.assert(
    fc.property(somePools, (pools) => {
      const [gone = '', ...rest] = pools;
      const before = texts(hosts(zones, pools));
      const after = texts(hosts(zones, rest));
      for (const [address, text] of Object.entries(before)) {
        const expected = idOf(address).startsWith(`${gone}_`) ? undefined : text;
        expect({ address, text: after[address] }).toEqual({ address, text: expected });
      }
      expect(Object.keys(after).filter((address) => !(address in before))).toEqual([]);
    }),
    runs(8),
  );
});

test('a zone that a pool gains or loses touches its group only', () => {
  fc.assert(
    fc.property(fc.constantFrom(...zones), (zone) => {
      const pools = (of: readonly string[]) => ({ Workers: { zones: of }, Other: {} });
      const before = texts(synthesized({ pools: pools(zones) }));
      const after = texts(synthesized({ pools: pools(zones.filter((one) => one !== zone)) }));
      expect(Object.keys(after)).toEqual(Object.keys(before));
      const changed = Object.keys(before).filter((address) => before[address] !== after[address]);
      expect(changed.map(idOf).filter((id) => !id.startsWith('Workers_Group_'))).toEqual([]);
    }),
    runs(3),
  );
});

test('a zone that the cloud gains moves no address range, host or name', () => {
  const cluster = { controlPlaneZones: zones, maxNodes: 60 };
  const pools = { Workers: { zones } };
  const before = byAddress(synthesized({ hosts: { zones }, cluster, pools }));
  fc.assert(
    fc.property(fc.constantFrom('d', 'e', 'f'), (zone) => {
      const after = byAddress(synthesized({ hosts: { zones: [zone, ...zones] }, cluster, pools }));
      expect(Object.keys(before).filter((address) => !(address in after))).toEqual([]);
      for (const [address, resource] of Object.entries(before)) {
        if (!/subnet|route|launch_template|autoscaling/.test(address)) continue;
        expect({ address, text: canonical(after[address]) }).toEqual({ address, text: canonical(resource) });
      }
    }),
    runs(3),
  );
});

test('a control plane that grows from one to three to five keeps every resource it has', () => {
  fc.assert(
    fc.property(fc.subarray(['a', 'b', 'c', 'd', 'e'], { minLength: 1 }), (zoneNames) => {
      const [one, three, five] = ([1, 3, 5] as const).map((controlPlanes) =>
        texts(hosts(zoneNames, ['Alpha'], { controlPlanes, acceptZoneLoss: true })),
      );
      for (const [small, large] of [
        [one!, three!],
        [three!, five!],
      ] as const) {
        expect(Object.keys(small).filter((address) => !(address in large))).toEqual([]);
        const workers = Object.keys(small).filter((address) => idOf(address).startsWith('Alpha_'));
        expect(workers.map((address) => large[address])).toEqual(workers.map((address) => small[address]));
      }
    }),
    runs(4),
  );
});

describe('a firewall', () => {
  const openFabric = { dropsForeignSources: false };
  const modes: Readonly<Record<PodNetworkMode, Topology>> = {
    [VXLAN]: {},
    [IPIP]: { cluster: { podNetworkMode: IPIP } },
    [BGP]: { facts: openFabric, hosts: { zones: ['a'] } },
    [IPIP_CROSS_SUBNET]: { facts: openFabric },
    [VXLAN_CROSS_SUBNET]: { facts: { ...openFabric, passesIpip: false } },
  };
  const range = fc.constantFrom('10.8.0.0/16', '203.0.113.0/24', '0.0.0.0/0', '198.51.100.7/32');
  const ranges = fc.uniqueArray(range, { minLength: 1, maxLength: 3 });
  const wishes = fc.record({
    mode: fc.constantFrom(...Object.values(PodNetworkMode)),
    controlPlanes: fc.constantFrom<(1 | 3 | 5)[]>(1, 3, 5),
    apiAllowedRanges: fc.option(ranges, { nil: undefined }),
    publicApiAllowedRanges: fc.option(ranges, { nil: undefined }),
    egressRanges: fc.option(ranges, { nil: undefined }),
  });
  const protocol = { tcp: 'tcp', udp: 'udp', ipip: '4', any: '-1' } as const;

  test('has a rule for each flow and no other, in every mode', () => {
    fc.assert(
      fc.property(wishes, ({ mode, ...props }) => {
        const { cluster: own = {}, ...rest } = modes[mode];
        const { stack, cluster } = hostsStack({ ...rest, cluster: { ...own, ...props } });
        expect(cluster.podNetwork.mode).toBe(mode);
        const json = synth(stack);
        const publicApi = props.publicApiAllowedRanges !== undefined;
        const { podNetwork, quorum } = cluster;
        const wanted = flows({ podNetwork, controlPlanes: quorum.members, publicApi }).flatMap((flow) => {
          const from = {
            'api-clients': props.apiAllowedRanges ?? [],
            'public-api-clients': props.publicApiAllowedRanges ?? [],
          }[flow.from as string] ?? [flow.from];
          const last = flow.toPort ?? flow.port;
          return flow.to === 'world'
            ? []
            : from.map((one) => `${flow.to} <- ${one} ${protocol[flow.protocol]} ${flow.port}-${last}`);
        });
        expect(rules(json, 'ingress').sort()).toEqual([...new Set(wanted)].sort());
      }),
      runs(20),
    );
  });

  test('is open to everybody only where the user says so, and never for SSH', () => {
    fc.assert(
      fc.property(wishes, ({ mode, ...props }) => {
        const { cluster = {}, ...rest } = modes[mode];
        const ingress = rules(synthesized({ ...rest, cluster: { ...cluster, ...props } }), 'ingress');
        const named = [...(props.apiAllowedRanges ?? []), ...(props.publicApiAllowedRanges ?? [])];
        const open = ingress.filter((rule) => / <- [\d.]+\/\d+ /.test(rule));
        expect(open.filter((rule) => !named.some((one) => rule.includes(` <- ${one} tcp 6443-6443`)))).toEqual([]);
        expect(ingress.filter((rule) => / 22-/.test(rule))).toEqual([]);
      }),
      runs(8),
    );
  });

  test('lets hosts dial what the user names, and the cluster', () => {
    fc.assert(
      fc.property(wishes, ({ mode, ...props }) => {
        const { cluster = {}, ...rest } = modes[mode];
        const egress = rules(synthesized({ ...rest, cluster: { ...cluster, ...props } }), 'egress');
        const open = egress.filter((rule) => / <- [\d.]+\/\d+ /.test(rule)).map((rule) => rule.split(' ')[2]);
        expect([...new Set(open)].sort()).toEqual([...(props.egressRanges ?? ['0.0.0.0/0'])].sort());
      }),
      runs(8),
    );
  });

  /** `who <- whom protocol ports` for each rule. */
  function rules(json: Record<string, any>, direction: 'ingress' | 'egress'): string[] {
    const parties = new Map(
      Object.entries(json.resource.aws_security_group as Record<string, { name: string }>).map(([id, { name }]) => [
        `\${aws_security_group.${id}.id}`,
        name.replace(/^demo-/, ''),
      ]),
    );
    const partyOf = (id: string) => parties.get(id) ?? id;
    return resources(json, `aws_vpc_security_group_${direction}_rule`).map((rule) => {
      const other = (rule.cidr_ipv4 ?? partyOf(rule.referenced_security_group_id as string)) as string;
      return `${partyOf(rule.security_group_id as string)} <- ${other} ${rule.ip_protocol} ${rule.from_port}-${rule.to_port}`;
    });
  }
});

test('addresses of hosts, pods, services and zones never overlap, or the wish is refused', () => {
  const cidr = (...prefixes: number[]) =>
    fc
      .tuple(fc.constantFrom('10', '172.16', '192.168', '100.64'), fc.nat(255), fc.constantFrom(...prefixes))
      .map(([net, second, prefix]) => {
        const octets = [...net.split('.'), String(second), '0', '0'].slice(0, 4).map(Number);
        const first = octets.reduce((sum, octet) => sum * 256 + octet, 0);
        const base = first - (first % 2 ** (32 - prefix));
        return `${[24, 16, 8, 0].map((shift) => Math.floor(base / 2 ** shift) % 256).join('.')}/${prefix}`;
      });
  let planned = 0;
  fc.assert(
    fc.property(
      cidr(16, 17, 18),
      cidr(12, 14, 16),
      cidr(16, 20),
      fc.subarray(['a', 'b', 'c', 'd'], { minLength: 1 }),
      (network, podCidr, serviceCidr, zoneNames) => {
        const topology: Topology = {
          hosts: { zones: zoneNames, cidr: network },
          cluster: { podCidr, serviceCidr, acceptZoneLoss: true },
          pools: {},
        };
        let json: Record<string, any> | undefined;
        const message = messageOf(() => {
          json = synthesized(topology);
        });
        if (!json) {
          expect(message).toMatch(/^\[demo-hosts\/\S+\] (cidr|networkCidr|podCidr|serviceCidr) must .+, got .+; .+/);
          return;
        }
        planned += 1;
        const subnets = resources(json, 'aws_subnet').map(({ cidr_block: text }) => text as string);
        const [vpc, pods, services, ...parts] = [network, podCidr, serviceCidr, ...subnets].map((text) =>
          Cidr.parse(at, 'range', text),
        );
        expect(parts).toHaveLength(2 * zoneNames.length);
        const apart = [pods!, services!, ...parts];
        apart.forEach((one, index) => {
          expect(apart.slice(index + 1).filter((other) => one.overlaps(other))).toEqual([]);
        });
        expect(parts.filter((part) => !vpc!.contains(part))).toEqual([]);
        expect(vpc!.overlaps(pods!) || vpc!.overlaps(services!)).toBe(false);
      },
    ),
    runs(40),
  );
  expect(planned).toBeGreaterThan(5);
});

test('a larger cluster never has smaller control planes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1363 }), fc.integer({ min: 1, max: 1363 }), (one, other) => {
      const [small, large] = [Math.min(one, other), Math.max(one, other)].map((maxNodes) => {
        const { cluster, cloud } = hostsStack({
          hosts: { cidr: '10.16.0.0/16' },
          cluster: { maxNodes, podCidr: '10.64.0.0/12', serviceCidr: '10.32.0.0/16' },
          pools: {},
        });
        const { cpus, memoryGib } = cloud.machine(cluster, 'machine', cluster.controlPlane.machine);
        const { etcdDisk, apiServer, etcdQuotaBytes } = cluster.size;
        return [cpus, memoryGib, etcdDisk.gib, apiServer.maxRequestsInflight, etcdQuotaBytes];
      });
      expect(large!.map((value, index) => value >= small![index]!)).toEqual(large!.map(() => true));
    }),
    runs(10),
  );
});

test('wishes go together or are refused with path, property and cure; what comes out is whole and holds no secret', () => {
  const names = Object.keys(TOPOLOGIES);
  let whole = 0;
  fc.assert(
    fc.property(fc.uniqueArray(fc.constantFrom(...names), { minLength: 2, maxLength: 3 }), (picked) => {
      const parts = picked.map((name) => TOPOLOGIES[name] ?? {});
      const merged = parts.reduce<Topology>(
        (sum, part) => ({
          facts: { ...sum.facts, ...part.facts },
          hosts: { ...sum.hosts, ...part.hosts },
          cluster: { ...sum.cluster, ...part.cluster } satisfies Partial<HaClusterProps>,
          pools: { ...(sum.pools ?? {}), ...(part.pools ?? {}) },
        }),
        {},
      );
      let json: Record<string, any> | undefined;
      const message = messageOf(() => {
        json = synthesized(merged);
      });
      if (!json) {
        const [, own = message] = /^Validation failed [^[]*(\[[^]*?)\n\nIf you wish/.exec(message) ?? [];
        expect(own).toMatch(/^\[demo-hosts\S*\] .+, got .+; .+/);
        return;
      }
      whole += 1;
      expect(checkAgainstSchema(json)).toEqual([]);
      const nodes = userDataOf(json);
      const files = nodes.flatMap((node) => node.files);
      expect([JSON.stringify(json), ...files.map(({ content }) => content)].flatMap(secretsIn)).toEqual([]);
      const documents = files.filter(({ path }) => path.endsWith('.yaml')).map(({ content }) => yaml.loadAll(content));
      expect(documents.filter((document) => document.length === 0)).toEqual([]);
    }),
    runs(30),
  );
  expect(whole).toBeGreaterThan(15);
});
