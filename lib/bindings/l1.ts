import { ref, TerraformDataSource, TerraformProvider, TerraformResource, TerraformStack, Token } from 'cdktf';
import type { IResolvable, IResolveContext, TerraformMetaArguments } from 'cdktf';
import type { Construct } from 'constructs';
import { ValidationError, type Located } from '../core/errors';
import { checkArguments, type Args, type Table, type Values } from './table';

/** What Terraform lets every resource have. */
export type Meta = Pick<TerraformMetaArguments, 'dependsOn' | 'lifecycle' | 'provider' | 'count' | 'forEach'>;

/** Where a provider comes from. */
export interface ProviderSpec {
  /** Its local name, such as `aws`. */
  readonly name: string;
  /** Its address in the registry. */
  readonly source: string;
  /** The range of versions the tables were made for. */
  readonly version: string;
}

interface Kind {
  readonly provider: ProviderSpec;
  readonly type: string;
  readonly table: Table;
}

/** Any resource that was made from a table. */
export class L1Resource extends TerraformResource {
  private readonly values: Values;
  private readonly texts = new Map<string, string>();

  constructor(scope: Construct, id: string, kind: Kind, values: Values, meta: Meta = {}) {
    super(scope, id, { ...meta, ...origin(kind) });
    this.values = checkArguments(this, kind.type, kind.table, values);
  }

  public override get fqn(): string {
    return this.text('');
  }

  /** The attribute `id`. */
  public get id(): string {
    return this.text('id');
  }

  /** A text attribute. */
  public text(name: string): string {
    const text = this.texts.get(name) ?? Token.asString(new Attribute(this, name));
    this.texts.set(name, text);
    return text;
  }

  /** An attribute that is a list of texts. */
  public list(name: string): string[] {
    return this.getListAttribute(name);
  }

  /** A number attribute. */
  public num(name: string): number {
    return this.getNumberAttribute(name);
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    return { ...this.values };
  }

  protected override synthesizeHclAttributes(): never {
    return refuseHcl(this);
  }
}

/** Any data source that was made from a table. */
export class L1Lookup extends TerraformDataSource {
  private readonly values: Values;
  private readonly texts = new Map<string, string>();

  constructor(scope: Construct, id: string, kind: Kind, values: Values, meta: Meta = {}) {
    super(scope, id, { ...meta, ...origin(kind) });
    this.values = checkArguments(this, kind.type, kind.table, values);
  }

  public override get fqn(): string {
    return this.text('');
  }

  /** The attribute `id`. */
  public get id(): string {
    return this.text('id');
  }

  /** A text attribute. */
  public text(name: string): string {
    const text = this.texts.get(name) ?? Token.asString(new Attribute(this, name));
    this.texts.set(name, text);
    return text;
  }

  /** An attribute that is a list of texts. */
  public list(name: string): string[] {
    return this.getListAttribute(name);
  }

  /** A number attribute. */
  public num(name: string): number {
    return this.getNumberAttribute(name);
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    return { ...this.values };
  }

  protected override synthesizeHclAttributes(): never {
    return refuseHcl(this);
  }
}

/** Any provider that was made from a table. */
export class L1Provider extends TerraformProvider {
  private readonly values: Values;

  constructor(scope: Construct, id: string, kind: Kind, values: Values) {
    super(scope, id, { ...origin(kind), terraformProviderSource: kind.provider.source });
    this.values = checkArguments(this, kind.type, kind.table, values);
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    return { ...this.values };
  }

  protected override synthesizeHclAttributes(): never {
    return refuseHcl(this);
  }
}

/** The typed constructor that a table gives; an interface, so that declaration files can be emitted. */
export interface L1Class<T extends Table, I> {
  /** Declares one. */
  new (scope: Construct, id: string, args: Args<T>, meta?: Meta): I;
}

/** A resource class from a table. */
export function resource<const T extends Table>(
  provider: ProviderSpec,
  type: string,
  table: T,
): L1Class<T, L1Resource> {
  return class extends L1Resource {
    static override readonly name = type;

    constructor(scope: Construct, id: string, args: Args<T>, meta?: Meta) {
      super(scope, id, { provider, type, table }, args, meta);
    }
  };
}

/** A data source class from a table. */
export function lookup<const T extends Table>(provider: ProviderSpec, type: string, table: T): L1Class<T, L1Lookup> {
  return class extends L1Lookup {
    static override readonly name = type;

    constructor(scope: Construct, id: string, args: Args<T>, meta?: Meta) {
      super(scope, id, { provider, type, table }, args, meta);
    }
  };
}

/** A provider class from a table. */
export function providerOf<const T extends Table>(provider: ProviderSpec, table: T): L1Class<T, L1Provider> {
  return class extends L1Provider {
    static override readonly name = provider.name;

    constructor(scope: Construct, id: string, args: Args<T>) {
      super(scope, id, { provider, type: provider.name, table }, args);
    }
  };
}

/**
 * A function that declares an ephemeral resource in a stack and gives its attributes: values that no state or plan keeps.
 *
 * cdktf has no class for them, hence an override of the stack.
 */
export function ephemeral<const T extends Table>(type: string, table: T) {
  return (stack: TerraformStack, name: string, args: Args<T>): ((attribute: string) => IResolvable) => {
    stack.addOverride(`ephemeral.${type}.${name}`, checkArguments(stack, type, table, args));
    return (attribute) => ref(`ephemeral.${type}.${name}.${attribute}`, stack);
  };
}

/** cdktf's reference to an attribute, or to the whole, less the stack trace that each of those takes: a tenth of a synthesis. */
class Attribute implements IResolvable {
  public readonly creationStack: string[] = [];
  private foreign?: IResolvable;

  constructor(
    private readonly of: L1Resource | L1Lookup,
    private readonly name: string,
  ) {}

  public resolve(context: IResolveContext): unknown {
    const { of, name } = this;
    const kind = of instanceof L1Lookup ? 'data.' : '';
    const whole = `${kind}${of.terraformResourceType}.${of.friendlyUniqueId}`;
    const path = name === '' ? whole : `${whole}${of.forEach ? '.*' : ''}.${name}`;
    // Another stack gets it through cdktf's outputs and remote states, of which cdktf's reference keeps account.
    if (TerraformStack.of(context.scope) !== of.cdktfStack) return (this.foreign ??= ref(path, of.cdktfStack));
    const bare = context.suppressBraces;
    context.suppressBraces = true;
    return bare ? path : `\${${path}}`;
  }

  public toString(): string {
    return Token.asString(this);
  }
}

/** Text that Terraform's template language passes on as it is. */
export function escapeTemplate(text: string): string {
  return text.replace(/([$%])\{/g, '$1$1{');
}

function origin({ type, provider }: Kind) {
  return {
    terraformResourceType: type,
    terraformGeneratorMetadata: { providerName: provider.name, providerVersionConstraint: provider.version },
  };
}

function refuseHcl(at: Located): never {
  throw new ValidationError(
    at,
    'synth output must be JSON, got HCL, in which cdktf loses ephemeral resources; leave --hcl out',
  );
}
