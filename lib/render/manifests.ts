import type { ApiObject } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { ValidationError, type Located } from '../core/errors';
import { ENFORCE_LABEL, podSecurityLabels, type PodSecurityLevel } from '../core/pod-security';
import { inOrder } from './order';

/** A Kubernetes object as it is sent to the API server. */
export interface Manifest {
  /** Group and version. */
  readonly apiVersion: string;
  /** What it is. */
  readonly kind: string;
  /** What it is called, and what is said of it. */
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** A manifest with the construct that it came from. */
export interface Rendered {
  /** The construct. */
  readonly at: ApiObject;
  /** The manifest. */
  readonly manifest: Manifest;
}

/** What holds for all objects that are rendered together. */
export interface RenderOptions {
  /** The level of Namespaces that name none. */
  readonly podSecurity: PodSecurityLevel;

  /**
   * Where objects go that name no namespace.
   *
   * @default - not known
   */
  readonly namespace?: string;
}

/** Kinds of Kubernetes' own that are in no namespace; cdk8s puts the chart's into all of them. */
const OF_CLUSTER = new Set([
  'admissionregistration.k8s.io/*',
  'apiextensions.k8s.io/CustomResourceDefinition',
  'apiregistration.k8s.io/APIService',
  'certificates.k8s.io/CertificateSigningRequest',
  'flowcontrol.apiserver.k8s.io/*',
  'gateway.networking.k8s.io/GatewayClass',
  'networking.k8s.io/IngressClass',
  'node.k8s.io/RuntimeClass',
  'rbac.authorization.k8s.io/ClusterRole',
  'rbac.authorization.k8s.io/ClusterRoleBinding',
  'scheduling.k8s.io/PriorityClass',
  'storage.k8s.io/CSIDriver',
  'storage.k8s.io/StorageClass',
  'storage.k8s.io/VolumeAttributesClass',
  '/Namespace',
  '/Node',
  '/PersistentVolume',
]);

/**
 * The objects below constructs, checked, each after those that it depends on.
 *
 * @throws ValidationError for a Secret with content, for an object without a name, and for one that is there twice
 */
export function renderObjects(roots: readonly IConstruct[], options: RenderOptions): Rendered[] {
  const seen = new Map<string, ApiObject>();
  return inOrder(roots).map((at) => {
    const manifest = complete(at.toJson() as Manifest, options);
    checkName(at, manifest);
    checkSecret(at, manifest);
    const key = identity(manifest, options.namespace);
    const other = seen.get(key);
    if (other) {
      throw new ValidationError(
        at,
        `${manifest.kind} ${manifest.metadata.name} must be there once, got it also at ${other.node.path}; remove or rename one`,
      );
    }
    seen.set(key, at);
    return { at, manifest };
  });
}

/** What must be there before other objects can be: namespaces, then definitions of kinds. */
export function rank({ kind }: Manifest): number {
  return kind === 'Namespace' ? 0 : isDefinition({ kind }) ? 1 : 2;
}

/** Whether an object defines a kind. */
export function isDefinition({ kind }: Pick<Manifest, 'kind'>): boolean {
  return kind === 'CustomResourceDefinition';
}

/** The API group of an object: empty for the core. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
}

function complete(manifest: Manifest, { podSecurity }: RenderOptions): Manifest {
  const group = groupOf(manifest.apiVersion);
  const { namespace, ...metadata } = manifest.metadata;
  if (namespace === undefined) return labelled(manifest, podSecurity);
  const ofCluster = OF_CLUSTER.has(`${group}/${manifest.kind}`) || OF_CLUSTER.has(`${group}/*`);
  return labelled(ofCluster ? { ...manifest, metadata } : manifest, podSecurity);
}

function labelled(manifest: Manifest, level: PodSecurityLevel): Manifest {
  const { apiVersion, kind, metadata } = manifest;
  if (apiVersion !== 'v1' || kind !== 'Namespace' || metadata.labels?.[ENFORCE_LABEL] !== undefined) return manifest;
  const labels = { ...podSecurityLabels(level), ...metadata.labels };
  return { ...manifest, metadata: { ...metadata, labels } };
}

function identity({ apiVersion, kind, metadata }: Manifest, namespace = ''): string {
  return [groupOf(apiVersion), kind, metadata.namespace ?? namespace, metadata.name].join('/');
}

function checkName(at: Located, { kind, metadata }: Manifest): void {
  if (typeof metadata.name === 'string' && metadata.name !== '' && !('generateName' in metadata)) return;
  throw new ValidationError(
    at,
    `metadata.name of ${kind} must be given, got ${'generateName' in metadata ? 'generateName' : 'none'}; an object is known by its name`,
  );
}

/** A Secret's content would be readable in the chart, in Terraform's state, and in each revision that Helm keeps. */
function checkSecret(at: Located, { apiVersion, kind, metadata, ...rest }: Manifest): void {
  if (apiVersion !== 'v1' || kind !== 'Secret') return;
  for (const field of ['data', 'stringData']) {
    const keys = Object.keys(rest[field] ?? {});
    if (keys.length === 0) continue;
    throw new ValidationError(
      at,
      `${field} of Secret ${metadata.name} must stay out of manifests, got content for ${keys.join(', ')}; refer to the Secret by name, and let External Secrets or kubernetes_secret_v1 with data_wo make it`,
    );
  }
}
