import { createHash } from 'node:crypto';
import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { ValidationError } from '../core/errors';
import { appName } from './names';

/** Properties of a `ConfigCenter`. */
export interface ConfigCenterProps {
  /**
   * Its name, and that of its ConfigMap.
   *
   * @default - its id in dashes
   */
  readonly name?: string;

  /**
   * Values that apps find in their environment.
   *
   * @default - none
   */
  readonly values?: Readonly<Record<string, string>>;

  /**
   * Files that apps find in `/etc/config`, by name.
   *
   * @default - none
   */
  readonly files?: Readonly<Record<string, string>>;

  /**
   * Secrets whose keys apps find in their environment; somebody else makes them.
   *
   * @default - none
   */
  readonly secretNames?: readonly string[];
}

/** Where apps mount its files. */
export const CONFIG_FOLDER = '/etc/config';

/**
 * Configuration that several apps share: values, files, and references to Secrets.
 *
 * A change of it restarts the apps that use it, since its hash stands in their pods.
 *
 * @throws ValidationError for keys that Kubernetes refuses, and for more than a ConfigMap holds
 * @see https://kubernetes.io/docs/concepts/configuration/configmap/
 */
export class ConfigCenter extends Construct {
  /** The name of its ConfigMap. */
  public readonly configName: string;
  /** Secrets whose keys are environment. */
  public readonly secretNames: readonly string[];
  /** Names of its files. */
  public readonly files: readonly string[];
  /** Names of its values. */
  public readonly keys: readonly string[];
  /** What changes with its content. */
  public readonly hash: string;

  constructor(scope: Construct, id: string, props: ConfigCenterProps) {
    super(scope, id);
    const { values = {}, files = {}, secretNames = [] } = props;
    this.configName = appName(this, props.name);
    this.secretNames = secretNames;
    this.files = Object.keys(files).sort();
    this.keys = Object.keys(values).sort();
    const data = this.checked({ ...values, ...files });
    this.hash = createHash('sha256')
      .update(JSON.stringify([data, secretNames]))
      .digest('hex')
      .slice(0, 16);
    new ApiObject(this, 'Resource', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: this.configName },
      data,
    });
  }

  private checked(all: Readonly<Record<string, string>>): Record<string, string> {
    const twice = this.keys.find((key) => this.files.includes(key));
    if (twice !== undefined) {
      throw new ValidationError(this, `values and files must differ in their names, got ${twice} in both; rename one`);
    }
    for (const key of this.keys) {
      if (!/^[A-Za-z_]\w*$/.test(key)) {
        throw new ValidationError(this, `values must have names of letters, digits and _, got ${key}; rename it`);
      }
    }
    for (const file of this.files) {
      if (!/^[\w.-]{1,253}$/.test(file) || file.startsWith('..')) {
        throw new ValidationError(
          this,
          `files must have names of letters, digits, dots, - and _, got ${file}; rename it`,
        );
      }
    }
    const sorted = Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
    const bytes = Buffer.byteLength(JSON.stringify(sorted));
    if (bytes <= 2 ** 20) return sorted;
    throw new ValidationError(this, `values and files must fit 1 MiB together, got ${bytes} bytes; make two of it`);
  }
}
