import { ValidationError, type Located } from '../core/errors';

/** A value that is known in the cluster only. */
export class EnvValue {
  /** A key of a Secret that somebody else makes: External Secrets, an operator, a person. */
  public static secret(name: string, key: string): EnvValue {
    return new EnvValue({ secretKeyRef: { name, key } });
  }

  /** A key of a ConfigMap. */
  public static configMap(name: string, key: string): EnvValue {
    return new EnvValue({ configMapKeyRef: { name, key } });
  }

  /** A field of the pod, such as `status.podIP`. */
  public static field(fieldPath: string): EnvValue {
    return new EnvValue({ fieldRef: { fieldPath } });
  }

  private constructor(
    /** In the words of a container. */
    public readonly valueFrom: object,
  ) {}
}

/** Environment of a container: text, or where the value is. */
export type Environment = Readonly<Record<string, string | EnvValue>>;

const SECRETIVE = /(PASSWORD|PASSWD|SECRET|TOKEN|PRIVATE_KEY|API_?KEY|CREDENTIALS?)$/i;

/**
 * Environment in the words of a container, by name.
 *
 * @throws ValidationError for names that a shell cannot take, and for secrets as text
 */
export function renderEnvironment(at: Located, environment: Environment): object[] {
  return Object.keys(environment)
    .sort()
    .map((name) => {
      const value = environment[name] ?? '';
      if (!/^[A-Za-z_]\w*$/.test(name)) {
        throw new ValidationError(at, `env must have names of letters, digits and _, got ${name}; rename it`);
      }
      if (value instanceof EnvValue) return { name, valueFrom: value.valueFrom };
      if (SECRETIVE.test(name) && value !== '') {
        throw new ValidationError(
          at,
          `env ${name} must not be a secret as text, got ${value.length} characters; refer to it: EnvValue.secret('NAME', 'KEY')`,
        );
      }
      return { name, value };
    });
}
