import { HelmProvider } from '@cdktf/provider-helm/lib/provider';
import { KubernetesProvider } from '@cdktf/provider-kubernetes/lib/provider';
import { TerraformStack } from 'cdktf';
import type { Construct, IConstruct } from 'constructs';
import { ValidationError } from '../core/errors';

/** How the helm and kubernetes providers reach an API server. */
export interface ConnectionConfig {
  /**
   * URL of the API server.
   *
   * @default - from the kubeconfig
   */
  readonly host?: string;

  /**
   * PEM of the cluster's authority.
   *
   * @default - from the kubeconfig
   */
  readonly clusterCaCertificate?: string;

  /**
   * PEM of a client certificate.
   *
   * @default - none
   */
  readonly clientCertificate?: string;

  /**
   * PEM of its key.
   *
   * @default - none
   */
  readonly clientKey?: string;

  /**
   * A kubeconfig's path; relative ones are the same for everybody who runs Terraform.
   *
   * @default - none
   */
  readonly configPath?: string;

  /**
   * The context in it.
   *
   * @default - its current context
   */
  readonly configContext?: string;

  /**
   * A program that prints a short-lived credential.
   *
   * @default - none
   * @see https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
   */
  readonly exec?: ConnectionExec;
}

/** A program that prints a short-lived credential. */
export interface ConnectionExec {
  /** The program. */
  readonly command: string;

  /**
   * Its arguments.
   *
   * @default - none
   */
  readonly args?: readonly string[];

  /**
   * The version of its answer.
   *
   * @default client.authentication.k8s.io/v1
   */
  readonly apiVersion?: string;
}

const connections = new WeakMap<TerraformStack, string>();

/**
 * Refuses a second connection, before anything is made for it.
 *
 * @throws ValidationError when the stack is connected already
 */
export function checkUnconnected(stack: TerraformStack, clusterName: string): void {
  const already = connections.get(stack);
  if (already === undefined) return;
  throw new ValidationError(
    stack,
    already === clusterName
      ? `stack must be connected once, got a second connection to ${clusterName}; remove one`
      : `stack must be connected to one cluster, got ${already} and ${clusterName}; use a stack for each`,
  );
}

/**
 * Gives a stack the helm and kubernetes providers of one cluster.
 *
 * @throws ValidationError when the stack is connected already
 */
export function connectStack(stack: TerraformStack, clusterName: string, config: ConnectionConfig): void {
  checkUnconnected(stack, clusterName);
  connections.set(stack, clusterName);
  const kubernetes = withExec(config);
  new HelmProvider(stack, 'Helm', { kubernetes });
  new KubernetesProvider(stack, 'Kubernetes', { ...kubernetes, exec: kubernetes.exec && [kubernetes.exec] });
}

/**
 * Refuses an in-cluster construct in a stack that is not connected to its cluster.
 *
 * @throws ValidationError naming the construct and the cure
 */
export function requireConnected(scope: Construct | IConstruct, clusterName: string): void {
  const stack = TerraformStack.of(scope);
  const got = connections.get(stack);
  if (got === clusterName) return;
  throw new ValidationError(
    scope,
    `stack "${stack.node.id}" must be connected to cluster "${clusterName}", got ${got === undefined ? 'no connection' : `a connection to "${got}"`}; call cluster.connect(stack) first`,
  );
}

function withExec({ exec, ...config }: ConnectionConfig) {
  if (!exec) return { ...config, exec: undefined };
  const { command, args = [], apiVersion = 'client.authentication.k8s.io/v1' } = exec;
  return { ...config, exec: { command, args: [...args], apiVersion } };
}
