import type { Construct } from 'constructs';
import { awsLookups } from '../../bindings/aws';
import { ValidationError, type Located } from '../../core/errors';
import { checkId } from './network';

/** The architecture of a machine's processor. */
export type Architecture = 'amd64' | 'arm64';

/** Images by owner and name. */
export interface AwsImageSearch {
  /** The account that made them: a number, `self` or `amazon`. */
  readonly owner: string;
  /** Their names, with `*` for any part and `{architecture}` for `amd64` or `arm64`. The newest is taken. */
  readonly namePattern: string;
}

/** What is known of an image that is named exactly. */
export interface AwsImageOptions {
  /**
   * Whether it holds every program and container image; see docs/baked-image.md.
   *
   * @default false
   */
  readonly baked?: boolean;
}

/** What is known of an image by its id. */
export interface AwsImageIdOptions extends AwsImageOptions {
  /**
   * Its CPU architecture.
   *
   * @default amd64
   */
  readonly architecture?: Architecture;
}

/** An image and where its root disk is. */
export interface AwsImageConfig {
  /** The image's id. */
  readonly id: string;
  /** The device that becomes the root disk. */
  readonly rootDevice: string;
}

/** Which image machines start from. */
export abstract class AwsImage {
  /** Debian's own image; the nodes install pinned packages on it. */
  public static debian(release: 12 | 13 = 13): AwsImage {
    return new Searched({ owner: '136693071363', namePattern: `debian-${release}-{architecture}-*` }, false);
  }

  /** Canonical's own image; the nodes install pinned packages on it. */
  public static ubuntu(release: '22.04' | '24.04' = '24.04'): AwsImage {
    const name = release === '24.04' ? 'hvm-ssd-gp3/ubuntu-noble-24.04' : 'hvm-ssd/ubuntu-jammy-22.04';
    return new Searched({ owner: '099720109477', namePattern: `ubuntu/images/${name}-{architecture}-server-*` }, false);
  }

  /** The newest stock image of an owner, for partitions where Debian and Canonical have other accounts. */
  public static stock(search: AwsImageSearch): AwsImage {
    return new Searched(search, false);
  }

  /** The newest baked image of an owner. */
  public static baked(search: AwsImageSearch): AwsImage {
    return new Searched(search, true);
  }

  /** The image that a public or own parameter names; `{architecture}` in it becomes `amd64` or `arm64`. */
  public static parameter(name: string, options: AwsImageOptions = {}): AwsImage {
    return new Named(name, options);
  }

  /** One image. */
  public static id(id: string, options: AwsImageIdOptions = {}): AwsImage {
    return new Exact(id, options);
  }

  /** Whether it holds every program and container image, so that nothing is downloaded at boot. */
  public readonly baked: boolean;

  protected constructor(baked: boolean) {
    this.baked = baked;
  }

  /** Finds the image for an architecture. */
  public abstract bind(parent: Construct, at: Located, architecture: Architecture): AwsImageConfig;
}

class Searched extends AwsImage {
  private readonly search: AwsImageSearch;

  public constructor(search: AwsImageSearch, baked: boolean) {
    super(baked);
    this.search = search;
  }

  public bind(parent: Construct, _at: Located, architecture: Architecture): AwsImageConfig {
    const { owner, namePattern } = this.search;
    return found(
      parent,
      [owner],
      [
        { name: 'name', values: [named(namePattern, architecture)] },
        { name: 'architecture', values: [architecture === 'amd64' ? 'x86_64' : 'arm64'] },
        { name: 'state', values: ['available'] },
      ],
    );
  }
}

class Named extends AwsImage {
  private readonly name: string;

  public constructor(name: string, { baked = false }: AwsImageOptions) {
    super(baked);
    this.name = name;
  }

  public bind(parent: Construct, _at: Located, architecture: Architecture): AwsImageConfig {
    const parameter = new awsLookups.SsmParameter(parent, 'Parameter', { name: named(this.name, architecture) });
    return byId(parent, parameter.text('insecure_value'));
  }
}

class Exact extends AwsImage {
  private readonly imageId: string;
  private readonly architecture: Architecture;

  public constructor(imageId: string, { baked = false, architecture = 'amd64' }: AwsImageIdOptions) {
    super(baked);
    this.imageId = imageId;
    this.architecture = architecture;
  }

  public bind(parent: Construct, at: Located, architecture: Architecture): AwsImageConfig {
    checkId(at, 'image', this.imageId, 'ami-');
    if (architecture !== this.architecture) {
      throw new ValidationError(
        at,
        `image must be for ${architecture} machines, got ${this.imageId} for ${this.architecture}; choose an image by name, which has both`,
      );
    }
    return byId(parent, this.imageId);
  }
}

const named = (pattern: string, architecture: Architecture) => pattern.replaceAll('{architecture}', architecture);

function byId(parent: Construct, id: string): AwsImageConfig {
  return found(parent, undefined, [{ name: 'image-id', values: [id] }]);
}

/** Looked up even when the id is known: a mapping for another device than the root's would leave the root unencrypted. */
function found(
  parent: Construct,
  owners: readonly string[] | undefined,
  filter: readonly { readonly name: string; readonly values: readonly string[] }[],
): AwsImageConfig {
  const ami = new awsLookups.Ami(parent, 'Resource', { owners, filter, most_recent: owners ? true : undefined });
  return { id: ami.id, rootDevice: ami.text('root_device_name') };
}
