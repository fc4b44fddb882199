import fc from 'fast-check';
import { Token } from 'cdktf';
import { checkValues, helmValues, type KeyTree } from '../../lib/core/helm-values';
import { messageOf } from '../support/messages';

const at = { node: { path: 'platform/Network' } };
const known: KeyTree = {
  keys: 'affinity installation(bgp ipPools(cidr encapsulation) node@s1 typha@s1 labels(*(value))) replicas',
  shared: { s1: 'metadata(labels) spec@s2', s2: 'containers(name resources)' },
};
const check = (values: unknown) => () => {
  checkValues(at, 'values', values, known);
};

describe('checkValues', () => {
  test.each([
    [{}],
    [{ replicas: 2, affinity: { anything: { goes: true } } }],
    [{ installation: { ipPools: [{ cidr: '10.0.0.0/8' }, { encapsulation: 'VXLAN' }] } }],
    [{ installation: { node: { spec: { containers: [{ name: 'x', resources: { limits: {} } }] } } } }],
    [{ installation: { typha: { metadata: { labels: { any: 'thing' } } } } }],
    [{ installation: { labels: { whatever: { value: 1 } } } }],
    [{ installation: null }],
    [{ installation: { bgp: undefined } }],
  ])('accepts %j', (values) => {
    expect(messageOf(check(values))).toBe('nothing is thrown');
  });

  test.each([
    [{ replica: 2 }, 'replica', 'replicas'],
    [{ installation: { BGP: 'Enabled' } }, 'installation.BGP', 'installation.bgp'],
    [
      { installation: { ipPools: [{ cidr: 'x' }, { cird: 'y' }] } },
      'installation.ipPools.cird',
      'installation.ipPools.cidr',
    ],
    [
      { installation: { typha: { spec: { containers: [{ resource: {} }] } } } },
      'installation.typha.spec.containers.resource',
      'installation.typha.spec.containers.resources',
    ],
    [
      { installation: { labels: { some: { values: 1 } } } },
      'installation.labels.some.values',
      'installation.labels.some.value',
    ],
  ])('fails when a key is unknown, and names the nearest: %j', (values, got, cure) => {
    expect(check(values)).toThrow(`[platform/Network] values must hold keys of the chart, got ${got}; use ${cure}`);
  });

  test('fails when a key is one that every object has', () => {
    expect(check({ constructor: 1 })).toThrow(
      '[platform/Network] values must hold keys of the chart, got constructor; use',
    );
  });

  test('accepts every key of a table, and none with a letter more', () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1 });
    fc.assert(
      fc.property(names, (list) => {
        const tree = { keys: list.join(' '), shared: {} };
        for (const name of list) {
          const act = () => {
            checkValues(at, 'values', { [name]: 1 }, tree);
          };
          expect(messageOf(act)).toBe('nothing is thrown');
          expect(() => {
            checkValues(at, 'values', { [`${name}-`]: 1 }, tree);
          }).toThrow(`got ${name}-; use `);
        }
      }),
    );
  });
});

describe('helmValues', () => {
  test('puts what the user gives last, in a document of its own', () => {
    expect(helmValues({ a: 1, b: 2 }, { b: 3 }).map((text) => JSON.parse(text) as unknown)).toEqual([
      { a: 1, b: 2 },
      { b: 3 },
    ]);
  });

  test('is one document where the user gives nothing', () => {
    expect(helmValues({ a: 1 })).toHaveLength(1);
    expect(helmValues({ a: 1 }, {})).toHaveLength(1);
  });

  test('keeps text from Terraform, but not what came from it', () => {
    const address = Token.asString({ resolve: () => 'x' });
    const [text = ''] = helmValues({ pattern: '%{TIME} ${HOME} $${x}', address });
    expect(JSON.parse(text)).toEqual({ pattern: '%%{TIME} $${HOME} $$${x}', address });
  });
});
