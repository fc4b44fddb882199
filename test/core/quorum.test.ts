import * as fc from 'fast-check';
import { ValidationError } from '../../lib/core/errors';
import { controlPlaneSlots } from '../../lib/core/quorum';

const at = { node: { path: 'prod/Cluster' } };
const quorum = (controlPlanes: number, zones: string, acceptZoneLoss?: boolean) =>
  controlPlaneSlots(at, { controlPlanes, zones: Array.from(zones), acceptZoneLoss });
const names = (controlPlanes: number, zones: string) =>
  quorum(controlPlanes, zones, true).slots.map(({ name }) => name);

test.each([
  [1, 'abc', 'a'],
  [3, 'abc', 'a b c'],
  [3, 'a', 'a a-2 a-3'],
  [3, 'abcde', 'a b c'],
  [5, 'abc', 'a b c a-2 b-2'],
  [5, 'abcd', 'a b c d a-2'],
  [5, 'abcde', 'a b c d e'],
  [5, 'a', 'a a-2 a-3 a-4 a-5'],
])('%i members in zones %s stand in slots %s', (members, zones, slots) => {
  expect(names(members, zones).join(' ')).toBe(slots);
});

test('each slot tells its zone', () => {
  expect(quorum(5, 'abc').slots.map(({ zone }) => zone)).toEqual(['a', 'b', 'c', 'a', 'b']);
});

test.each([
  [
    1,
    'abc',
    1,
    0,
    0,
    'does not survive the loss of its one control-plane host in zone a: until a snapshot is restored, pods run on and nothing can be changed',
  ],
  [3, 'abc', 2, 1, 1, 'survives the loss of any one zone or control-plane host'],
  [5, 'abcde', 3, 2, 2, 'survives the loss of any two zones or control-plane hosts'],
  [5, 'abcd', 3, 2, 1, 'survives the loss of any one zone or any two control-plane hosts'],
  [5, 'abc', 3, 2, 1, 'survives the loss of any one zone or any two control-plane hosts'],
  [
    3,
    'b',
    2,
    1,
    0,
    'survives the loss of any one control-plane host, but all stand in zone b, and its loss stops the API',
  ],
  [
    5,
    'ab',
    3,
    2,
    0,
    'survives the loss of any two control-plane hosts, but zone a holds the majority, and its loss stops the API',
  ],
])(
  '%i members in zones %s have a majority of %i and outlive %i hosts, %i zones',
  (members, zones, majority, hosts, lost, words) => {
    expect(quorum(members, zones, true)).toMatchObject({ members, majority, survives: { hosts, zones: lost, words } });
  },
);

const anyZones = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'), {
  minLength: 1,
  maxLength: 6,
});
const anyCount = fc.constantFrom(1, 3, 5);

test('the order of zones does not matter', () => {
  fc.assert(
    fc.property(anyZones, anyCount, fc.infiniteStream(fc.nat()), (zones, members, random) => {
      const shuffled = zones
        .map((zone) => [random.next().value, zone] as const)
        .sort(([a], [b]) => a - b)
        .map(([, zone]) => zone);
      expect(quorum(members, shuffled.join(''), true)).toEqual(quorum(members, zones.join(''), true));
    }),
  );
});

test('one member grows to three and to five in the same zones without moving', () => {
  fc.assert(
    fc.property(anyZones, (zones) => {
      const [one, three, five] = [1, 3, 5].map((members) => names(members, zones.join(''))) as [
        string[],
        string[],
        string[],
      ];
      expect(five.slice(0, 3)).toEqual(three);
      expect(three.slice(0, 1)).toEqual(one);
      expect(new Set(five).size).toBe(5);
    }),
  );
});

test('what is said to be survived leaves a majority, whichever is lost', () => {
  fc.assert(
    fc.property(anyZones, anyCount, fc.nat(), (zones, members, pick) => {
      const { slots, majority, survives } = quorum(members, zones.join(''), true);
      const used = [...new Set(slots.map(({ zone }) => zone))];
      const lost = Array.from({ length: survives.zones }, (_, index) => used[(pick + index) % used.length]);
      expect(slots.filter(({ zone }) => !lost.includes(zone)).length).toBeGreaterThanOrEqual(majority);
      expect(members - survives.hosts).toBe(majority);
    }),
  );
});

test.each([0, 2, 4, 7, 1.5])('fails when there are %p members', (members) => {
  expect(() => quorum(members, 'abc')).toThrow(
    new ValidationError(
      at,
      `controlPlanes must be 1, 3 or 5, got ${members}; an even number outlives no more losses than the odd one below it`,
    ),
  );
});

test.each([
  [3, 'a 2, b 1'],
  [5, 'a 3, b 2'],
])('fails when %i members stand in two zones and that is not accepted', (members, spread) => {
  for (const accept of [undefined, false]) {
    expect(() => quorum(members, 'ba', accept)).toThrow(
      new ValidationError(
        at,
        `controlPlanes must keep a majority when any one zone is lost, got ${members} in 2 zones (${spread}) of which a holds it; add a third zone, name a single one in controlPlaneZones, or accept it with acceptZoneLoss: true`,
      ),
    );
  }
});

test('a single member may be given several zones', () => {
  expect(quorum(1, 'ba').slots).toEqual([{ name: 'a', zone: 'a' }]);
});

test('fails when there is no zone', () => {
  expect(() => quorum(3, '')).toThrow(
    new ValidationError(at, 'controlPlaneZones must name at least one zone, got none; name them as a, b, c'),
  );
});

test('fails when a zone is named twice', () => {
  expect(() => quorum(3, 'aba')).toThrow(
    new ValidationError(at, 'controlPlaneZones must name each zone once, got a twice; leave one out'),
  );
});

test('fails when a zone is named like a slot', () => {
  expect(() => controlPlaneSlots(at, { controlPlanes: 3, zones: ['a', 'a-2', 'b'] })).toThrow(
    new ValidationError(
      at,
      'controlPlaneZones must be short names of lower case letters and digits, got a-2; name them as a, b, c',
    ),
  );
});
