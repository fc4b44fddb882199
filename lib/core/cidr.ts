import { ValidationError, type Located } from './errors';

/** An IPv4 range: an address whose host bits are zero, and a prefix length. */
export class Cidr {
  /**
   * Reads a range such as `10.20.0.0/16`.
   *
   * @throws ValidationError for anything that is no range, or has host bits set
   */
  public static parse(at: Located, property: string, text: string): Cidr {
    const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
    const octets = (match?.slice(1, 5) ?? []).map(Number);
    const prefix = Number(match?.[5]);
    if (!match || octets.some((octet) => octet > 255) || prefix > 32) {
      throw new ValidationError(at, `${property} must be an IPv4 range, got ${text}; write it as 10.20.0.0/16`);
    }
    const first = octets.reduce((sum, octet) => sum * 256 + octet, 0);
    const cidr = new Cidr(first - (first % 2 ** (32 - prefix)), prefix);
    if (cidr.first !== first) {
      throw new ValidationError(at, `${property} must have no host bits set, got ${text}; write ${cidr.text}`);
    }
    return cidr;
  }

  private constructor(
    private readonly first: number,
    /** The prefix length. */
    public readonly prefix: number,
  ) {}

  /** The range as text. */
  public get text(): string {
    return `${dotted(this.first)}/${this.prefix}`;
  }

  /** How many addresses it holds. */
  public get size(): number {
    return 2 ** (32 - this.prefix);
  }

  /** Whether every address of another range lies in this one. */
  public contains(other: Cidr): boolean {
    return other.prefix >= this.prefix && this.overlaps(other);
  }

  /** Whether any address lies in both. */
  public overlaps(other: Cidr): boolean {
    return this.first < other.first + other.size && other.first < this.first + this.size;
  }

  /** One of the ranges of a longer prefix that this range divides into, counted from 0. */
  public subnet(prefix: number, index: number): Cidr {
    const step = 2 ** (32 - prefix);
    if (prefix < this.prefix || prefix > 32 || index < 0 || (index + 1) * step > this.size) {
      throw new RangeError(`${this.text} has no range ${index} of /${prefix}`);
    }
    return new Cidr(this.first + index * step, prefix);
  }

  /** The address at an offset from the first. */
  public address(offset: number): string {
    if (offset < 0 || offset >= this.size) throw new RangeError(`${this.text} has no address ${offset}`);
    return dotted(this.first + offset);
  }
}

/** Prefix lengths that are accepted, and what to write instead. */
export interface CidrLimits {
  /** The shortest prefix: the largest range. */
  readonly widest: number;
  /** The longest prefix: the smallest range. */
  readonly narrowest: number;
  /** What to do about a range that is refused. */
  readonly cure: string;
}

/** Ranges that no host of the internet has (RFC 1918), and the shared range of carriers (RFC 6598). */
export const PRIVATE_RANGES: readonly string[] = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'];

/**
 * Reads a private range of a size within limits.
 *
 * @throws ValidationError for what is no private range, or larger or smaller than the limits
 */
export function privateCidr(
  at: Located,
  property: string,
  text: string,
  { widest, narrowest, cure }: CidrLimits,
): Cidr {
  const cidr = Cidr.parse(at, property, text);
  if (!PRIVATE_RANGES.some((range) => Cidr.parse(at, 'private range', range).contains(cidr))) {
    throw new ValidationError(at, `${property} must be private (${PRIVATE_RANGES.join(', ')}), got ${text}; ${cure}`);
  }
  if (cidr.prefix < widest) {
    throw new ValidationError(at, `${property} must be /${widest} or smaller, got ${text}; ${cure}`);
  }
  if (cidr.prefix > narrowest) {
    throw new ValidationError(at, `${property} must be /${narrowest} or larger, got ${text}; ${cure}`);
  }
  return cidr;
}

function dotted(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}
