import { ValidationError, type Located } from '../core/errors';

/** How often a probe asks, and how patient it is. */
export interface ProbeOptions {
  /**
   * Seconds between two questions.
   *
   * @default 10
   */
  readonly periodSeconds?: number;

  /**
   * Seconds that an answer may take.
   *
   * @default 2
   */
  readonly timeoutSeconds?: number;

  /**
   * Answers in a row that have to fail.
   *
   * @default 3
   */
  readonly failureThreshold?: number;

  /**
   * The port that is asked.
   *
   * @default - the app's own
   */
  readonly port?: number;
}

/**
 * How a container is asked whether it is well.
 *
 * HTTP tells the most: a process that listens may still be unable to work.
 *
 * @see https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
 */
export class Probe {
  /** A GET that is to be answered with 200 to 399. */
  public static http(path: string, options: ProbeOptions = {}): Probe {
    return new Probe((at, port) => {
      if (!path.startsWith('/')) {
        throw new ValidationError(at, `probe path must begin with a slash, got ${path}; write it as /${path}`);
      }
      return { httpGet: { path, port: options.port ?? port } };
    }, options);
  }

  /** A connection that is to be taken. Says less than HTTP. */
  public static tcp(options: ProbeOptions = {}): Probe {
    return new Probe((_at, port) => ({ tcpSocket: { port: options.port ?? port } }), options);
  }

  /** gRPC's own health service. */
  public static grpc(options: ProbeOptions = {}): Probe {
    return new Probe((_at, port) => ({ grpc: { port: options.port ?? port } }), options);
  }

  /** A program in the container that is to end with 0. */
  public static command(command: readonly string[], options: ProbeOptions = {}): Probe {
    return new Probe(() => ({ exec: { command } }), options);
  }

  private constructor(
    private readonly ask: (at: Located, port: number) => object,
    private readonly options: ProbeOptions,
  ) {}

  /** In the words of a container. */
  public render(at: Located, port: number): object {
    const { periodSeconds = 10, timeoutSeconds = 2, failureThreshold = 3 } = this.options;
    for (const [name, value] of Object.entries({ periodSeconds, timeoutSeconds, failureThreshold })) {
      if (!Number.isInteger(value) || value < 1) {
        throw new ValidationError(at, `probe ${name} must be a whole number of at least 1, got ${value}; choose one`);
      }
    }
    return { ...this.ask(at, port), periodSeconds, timeoutSeconds, failureThreshold };
  }
}
