import fc from 'fast-check';
import { Cidr, privateCidr } from '../../lib/core/cidr';

const at = { node: { path: 'prod/Cluster' } };
const parse = (text: string) => Cidr.parse(at, 'podCidr', text);
const anyCidr = fc
  .tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 0, max: 32 }))
  .map(([first, prefix]) => {
    const start = first - (first % 2 ** (32 - prefix));
    return parse(`${[24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256).join('.')}/${prefix}`);
  });

describe('Cidr', () => {
  test('tells its text, prefix and size', () => {
    expect([parse('10.20.0.0/16').text, parse('10.20.0.0/16').prefix, parse('10.20.0.0/16').size]).toEqual([
      '10.20.0.0/16',
      16,
      65536,
    ]);
  });

  test('holds every address when it is 0.0.0.0/0', () => {
    expect(parse('0.0.0.0/0').size).toBe(2 ** 32);
    expect(parse('0.0.0.0/0').address(2 ** 32 - 1)).toBe('255.255.255.255');
  });

  test('counts addresses across octets', () => {
    expect([parse('10.96.0.0/16').address(10), parse('10.96.0.0/16').address(256)]).toEqual([
      '10.96.0.10',
      '10.96.1.0',
    ]);
  });

  test.each(['10.20.0.0', '10.20.0/16', '10.20.0.256/24', '10.20.0.0/33', 'fd00::/64', '', '10.20.0.0/16 '])(
    'fails when the text is no range: %j',
    (text) => {
      expect(() => parse(text)).toThrow(
        `[prod/Cluster] podCidr must be an IPv4 range, got ${text}; write it as 10.20.0.0/16`,
      );
    },
  );

  test('fails when host bits are set, and names the range that was meant', () => {
    expect(() => parse('10.20.3.4/16')).toThrow(
      '[prod/Cluster] podCidr must have no host bits set, got 10.20.3.4/16; write 10.20.0.0/16',
    );
  });

  test('fails when an address or a range beyond it is asked for', () => {
    expect(() => parse('10.0.0.0/30').address(4)).toThrow('10.0.0.0/30 has no address 4');
    expect(() => parse('10.0.0.0/24').subnet(25, 2)).toThrow('10.0.0.0/24 has no range 2 of /25');
    expect(() => parse('10.0.0.0/24').subnet(23, 0)).toThrow('10.0.0.0/24 has no range 0 of /23');
  });

  test('overlaps another exactly when one contains the other', () => {
    fc.assert(
      fc.property(anyCidr, anyCidr, (one, other) => {
        expect(one.overlaps(other)).toBe(one.contains(other) || other.contains(one));
        expect(one.overlaps(other)).toBe(other.overlaps(one));
      }),
    );
  });

  test('divides into ranges that lie in it and apart from each other', () => {
    fc.assert(
      fc.property(anyCidr, fc.integer({ min: 1, max: 4 }), (range, more) => {
        fc.pre(range.prefix + more <= 32);
        const parts = Array.from({ length: 2 ** more }, (_, index) => range.subnet(range.prefix + more, index));
        expect(parts.every((part) => range.contains(part))).toBe(true);
        expect(parts.every((part, index) => parts.slice(index + 1).every((other) => !part.overlaps(other)))).toBe(true);
        expect(parts.reduce((sum, part) => sum + part.size, 0)).toBe(range.size);
      }),
    );
  });
});

describe('privateCidr', () => {
  const limits = { widest: 16, narrowest: 20, cure: 'choose 10.20.0.0/16' };
  const read = (text: string) => privateCidr(at, 'cidr', text, limits).text;

  test.each(['10.0.0.0/16', '172.31.0.0/16', '192.168.0.0/16', '100.127.0.0/16'])(
    'accepts the private range %s',
    (text) => {
      expect(read(text)).toBe(text);
    },
  );

  test.each(['11.0.0.0/16', '172.32.0.0/16', '192.169.0.0/16', '100.128.0.0/16', '8.8.0.0/16'])(
    'fails when the range is public: %s',
    (text) => {
      expect(() => read(text)).toThrow(
        `[prod/Cluster] cidr must be private (10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10), got ${text}; choose 10.20.0.0/16`,
      );
    },
  );

  test('fails when the range reaches beyond a private one', () => {
    expect(() => read('172.0.0.0/8')).toThrow(
      '[prod/Cluster] cidr must be private (10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10), got 172.0.0.0/8; choose 10.20.0.0/16',
    );
  });

  test('fails when the range is too large', () => {
    expect(() => read('10.0.0.0/15')).toThrow(
      '[prod/Cluster] cidr must be /16 or smaller, got 10.0.0.0/15; choose 10.20.0.0/16',
    );
  });

  test('fails when the range is too small', () => {
    expect(() => read('10.0.0.0/21')).toThrow(
      '[prod/Cluster] cidr must be /20 or larger, got 10.0.0.0/21; choose 10.20.0.0/16',
    );
  });
});
