import type { TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import type { ICluster } from '../core/cluster';
import { ValidationError } from '../core/errors';
import { connectStack, requireConnected, type ConnectionExec } from './connection';

/** Properties of an `ImportedCluster`: a kubeconfig, or an endpoint and a program that prints credentials. */
export interface ImportedClusterProps {
  /** The cluster's name, for messages. */
  readonly clusterName: string;

  /**
   * Path of a kubeconfig: relative, or below `~`, so that it is the same on every machine.
   *
   * @default - none: `endpoint` is given
   */
  readonly kubeconfig?: string;

  /**
   * The context in the kubeconfig.
   *
   * @default - its current context
   */
  readonly context?: string;

  /**
   * URL of the API server.
   *
   * @default - none: `kubeconfig` is given
   */
  readonly endpoint?: string;

  /**
   * PEM of the cluster's authority; needed with `endpoint`.
   *
   * @default - none
   */
  readonly caCertificate?: string;

  /**
   * A program that prints a short-lived credential; needed with `endpoint`.
   *
   * @default - none
   */
  readonly exec?: ConnectionExec;
}

/**
 * A cluster that exists already: a managed engine's, or kind on a laptop.
 *
 * Platform services and applications go on it as on an `HaCluster`.
 *
 * @throws ValidationError when neither or both of `kubeconfig` and `endpoint` are given, or the kubeconfig's path is absolute
 * @example
 * const kind = new ImportedCluster(app, 'Laptop', { clusterName: 'kind', kubeconfig: '~/.kube/config', context: 'kind-kind' });
 * kind.connect(platform);
 */
export class ImportedCluster extends Construct implements ICluster {
  public readonly clusterName: string;
  private readonly props: ImportedClusterProps;

  constructor(scope: Construct, id: string, props: ImportedClusterProps) {
    super(scope, id);
    this.clusterName = props.clusterName;
    this.props = props;
    checkProps(this, props);
  }

  /** Gives a stack the helm and kubernetes providers of this cluster. */
  public connect(stack: TerraformStack): void {
    const { kubeconfig, context, endpoint, caCertificate, exec } = this.props;
    connectStack(stack, this.clusterName, {
      configPath: kubeconfig,
      configContext: context,
      host: endpoint,
      clusterCaCertificate: caCertificate,
      exec,
    });
  }

  public requireConnected(scope: Construct): void {
    requireConnected(scope, this.clusterName);
  }
}

function checkProps(at: Construct, { kubeconfig, context, endpoint, caCertificate, exec }: ImportedClusterProps): void {
  if ((kubeconfig === undefined) === (endpoint === undefined)) {
    const got = kubeconfig === undefined ? 'neither' : 'both';
    throw new ValidationError(at, `kubeconfig or endpoint must be given, one of them, got ${got}; remove or add one`);
  }
  if (kubeconfig?.startsWith('/')) {
    throw new ValidationError(
      at,
      `kubeconfig must be relative or begin with ~, got ${kubeconfig}; an absolute path exists on one machine only`,
    );
  }
  if (context !== undefined && kubeconfig === undefined) {
    throw new ValidationError(
      at,
      `context needs kubeconfig, got ${context} without one; give kubeconfig or remove context`,
    );
  }
  if (endpoint !== undefined && (caCertificate === undefined || exec === undefined)) {
    throw new ValidationError(
      at,
      `endpoint needs caCertificate and exec, got ${caCertificate === undefined ? 'no caCertificate' : 'no exec'}; give both`,
    );
  }
  if (endpoint !== undefined && !endpoint.startsWith('https://') && !endpoint.includes('${')) {
    throw new ValidationError(at, `endpoint must begin with https://, got ${endpoint}; give the API server's URL`);
  }
}
