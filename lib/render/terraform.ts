import { App, type IResolver, type ResolutionContext } from 'cdk8s';
import { Fn, Token, Tokenization, type IResolvable } from 'cdktf';
import type { IConstruct } from 'constructs';
import { ValidationError, type Located } from '../core/errors';

const TEXT_TOKEN = /\$\{TfToken\[[\w:.-]+\]\}/;
// A number that stands for a token, as it looks when it was put into a text.
const NUMBER_TOKEN = /-?\d(?:\.\d+)?e\+\d{3}/;
const PART_TOKEN = /[#&]\{TfToken\[/;
const TOKENS = new RegExp(`(${TEXT_TOKEN.source}|${NUMBER_TOKEN.source})`);

/** Literal texts, and what only Terraform will know. */
export type Parts = readonly (string | IResolvable)[];

/** cdk8s would call the `resolve` of a Terraform value itself, without what that needs. */
class TerraformValues implements IResolver {
  public resolve(context: ResolutionContext): void {
    const { value } = context as { value: unknown };
    if (Tokenization.isResolvable(value) && 'creationStack' in value) context.replaceValue(Token.asString(value));
  }
}

/** Lets cdk8s objects below a root hold Terraform values; cdk8s asks the root, which in a stack is no app of its own. */
export function acceptTerraform(root: IConstruct): void {
  const { resolvers = new App().resolvers } = root as { resolvers?: readonly IResolver[] };
  if (resolvers.some((one) => one instanceof TerraformValues)) return;
  const value = [new TerraformValues(), ...resolvers];
  Object.defineProperty(root, 'resolvers', { value, configurable: true, enumerable: false });
}

/**
 * A copy of plain data in which whatever only Terraform will know is replaced.
 *
 * @throws ValidationError for Terraform values that are no value of their own, such as keys, and for what JSON cannot hold
 */
export function replaceTerraform(
  at: Located,
  data: unknown,
  replace: (parts: Parts, field: string) => unknown,
): unknown {
  return copy(data, '');

  function copy(value: unknown, field: string): unknown {
    if (typeof value === 'string') return text(value, field);
    if (typeof value === 'number') {
      const token = Tokenization.reverseNumber(value);
      if (!token && !Number.isFinite(value)) throw new ValidationError(at, `${field} must be a number, got ${value}`);
      return token ? replace([token], field) : value;
    }
    if (typeof value !== 'object' || value === null) return value;
    const [whole] = Token.isUnresolved(value) ? Tokenization.reverse(value) : [];
    if (whole) return replace([whole], field);
    if (Array.isArray(value)) {
      if (value.some(isNumberOfList)) throw misplaced(at, `an item of ${field}`);
      return value.map((one, index) => copy(one, `${field}[${index}]`));
    }
    const entries = Object.entries(value).map(([key, one]) => {
      if (PART_TOKEN.test(key) || hasTerraform(partsOf(key))) throw misplaced(at, `a key of ${field || 'the object'}`);
      return [key, copy(one, field === '' ? key : `${field}.${key}`)] as const;
    });
    return Object.fromEntries(entries);
  }

  function text(value: string, field: string): unknown {
    if (/\p{Surrogate}/u.test(value)) {
      throw new ValidationError(at, `${field} must be text, got half of a surrogate pair; give whole characters`);
    }
    if (PART_TOKEN.test(value)) throw misplaced(at, `an item of ${field.replace(/\[\d+\]$/, '')}`);
    const parts = partsOf(value);
    return hasTerraform(parts) ? replace(parts, field) : value;
  }
}

function partsOf(value: string): Parts {
  if (!value.includes('${TfToken[') && !value.includes('e+')) return [value];
  return value
    .split(TOKENS)
    .filter((part) => part !== '')
    .map((part) => {
      if (TEXT_TOKEN.test(part)) return Tokenization.reverseString(part).firstToken ?? part;
      return NUMBER_TOKEN.test(part) ? (Tokenization.reverseNumber(Number(part)) ?? part) : part;
    });
}

function hasTerraform(parts: Parts): boolean {
  return parts.some((part) => typeof part !== 'string');
}

function isNumberOfList(item: unknown): boolean {
  return typeof item === 'number' && Tokenization.reverseNumberList([item]) !== undefined;
}

function misplaced(at: Located, where: string): ValidationError {
  return new ValidationError(
    at,
    `${where} must be known at synth, got a value of Terraform; give the whole list or map, or a text`,
  );
}

/** Takes Terraform values out of objects into the values of a chart, so that its text is known at synth. */
export class ChartValues {
  private readonly expressions: string[] = [];
  private readonly keys = new Map<string, Map<IResolvable, string>>();
  private readonly taken: Record<string, unknown> = {};

  /**
   * @param mark a word that stands in none of the objects
   */
  constructor(private readonly mark: string) {}

  /** The object with marks in place of values. */
  public take(at: Located, object: unknown): unknown {
    return replaceTerraform(at, object, (parts) => {
      this.expressions.push(this.expression(parts));
      return `${this.mark}${this.expressions.length - 1}x`;
    });
  }

  /** YAML with marks as a Go template. */
  public template(yaml: string): string {
    // `{{` is all that Go's templates react to outside of an action.
    return yaml
      .replaceAll('{{', '{{ "{{" }}')
      .replace(new RegExp(`${this.mark}(\\d+)x`, 'g'), (_, index) => `{{ ${this.expressions[Number(index)] ?? ''} }}`);
  }

  /** The values for the `values` of a release, or nothing when there are none. */
  public get values(): string | undefined {
    return this.expressions.length > 0 ? Fn.jsonencode({ tf: this.taken }) : undefined;
  }

  private expression(parts: Parts): string {
    const [only] = parts;
    if (parts.length === 1 && typeof only === 'object') return `${this.value('typed', only, only)} | toJson`;
    const format = parts.map((part) => (typeof part === 'string' ? part.replaceAll('%', '%%') : '%s')).join('');
    // join takes numbers as Terraform writes them, which Go would write as 1e+06, and refuses null, which Go would print.
    const words = parts.flatMap((part) =>
      typeof part === 'string' ? [] : [this.value('text', part, Fn.join('', [Token.asString(part)]))],
    );
    return `printf ${JSON.stringify(format)} ${words.join(' ')} | toJson`;
  }

  private value(kind: string, token: IResolvable, value: unknown): string {
    const keys = this.keys.get(kind) ?? new Map<IResolvable, string>();
    this.keys.set(kind, keys);
    const key = keys.get(token) ?? `t${Object.keys(this.taken).length}`;
    keys.set(token, key);
    this.taken[key] = value;
    return `.Values.tf.${key}`;
  }
}

/** A word that does not stand in a text, and that no escape of YAML ends with or makes. */
export function unusedWord(text: string): string {
  let word = 'lifted';
  while (text.includes(word)) word += 'i';
  return word;
}
