import { ValidationError, type Located } from '../core/errors';
import type { KubeProxyMode, KubernetesRelease } from '../core/kubernetes-versions';
import type { PodSecurityLevel } from '../core/pod-security';
import type { NodePackages, RegistryMirror } from './bootstrap/bootstrap-props';

/** How a cluster's hosts are set up. Everything has a default that suits production. */
export interface NodeOptions {
  /**
   * How kube-proxy forwards. `ipvs` is deprecated upstream from Kubernetes 1.35 on.
   *
   * @default - nftables from Kubernetes 1.35 on, ipvs below
   * @see https://kubernetes.io/docs/reference/networking/virtual-ips/
   */
  readonly kubeProxyMode?: KubeProxyMode;

  /**
   * The container runtime.
   *
   * @default containerd
   */
  readonly runtime?: 'containerd' | 'cri-o';

  /**
   * Where a stock image's programs come from; a stock image needs it, a baked one must not have it.
   *
   * @default - none
   */
  readonly packages?: NodePackages;

  /**
   * Domain of services; cannot be changed later.
   *
   * @default cluster.local
   */
  readonly serviceDomain?: string;

  /**
   * Minutes between etcd snapshots: what a restore may lose; 5 to 1440.
   *
   * @default 30
   */
  readonly etcdSnapshotMinutes?: number;

  /**
   * Flags of the API server, without dashes; they come last and win.
   *
   * @default - none
   * @see https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
   */
  readonly apiServerArguments?: Readonly<Record<string, string>>;

  /**
   * Fields of KubeletConfiguration, merged last.
   *
   * @default - none
   * @see https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/
   */
  readonly kubeletConfiguration?: Readonly<Record<string, unknown>>;

  /**
   * Fields of KubeProxyConfiguration, merged last.
   *
   * @default - none
   * @see https://kubernetes.io/docs/reference/config-api/kube-proxy-config.v1alpha1/
   */
  readonly kubeProxyConfiguration?: Readonly<Record<string, unknown>>;

  /**
   * Registries that are asked before, or instead of, others.
   *
   * @default - none
   */
  readonly registryMirrors?: readonly RegistryMirror[];

  /**
   * Kernel settings, added to the library's or put in their place.
   *
   * @default - the library's
   */
  readonly sysctls?: Readonly<Record<string, string>>;

  /**
   * Kernel modules besides the library's.
   *
   * @default - none
   */
  readonly kernelModules?: readonly string[];

  /**
   * Time servers.
   *
   * @default - the image's
   */
  readonly ntpServers?: readonly string[];

  /**
   * Whether a node's first certificate is approved only for a machine that the cloud knows (`cloud`).
   *
   * @default none
   */
  readonly nodeAttestation?: 'none' | 'cloud';

  /**
   * An audit policy, as YAML.
   *
   * @default - metadata of reads, bodies of changes, never those of Secrets
   * @see https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/
   */
  readonly auditPolicy?: string;

  /**
   * The Pod Security level of namespaces that name none.
   *
   * @default baseline
   * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/
   */
  readonly podSecurity?: PodSecurityLevel;

  /**
   * kubeadm's preflight checks that do not apply to the image, such as `SystemVerification`.
   *
   * @default - none
   */
  readonly ignorePreflightErrors?: readonly string[];

  /**
   * cloud-config documents merged into every node's user-data.
   *
   * They run as root before the node joins: they can break the join, and whatever they hold is readable on the node.
   *
   * @default - none
   */
  readonly nodeSnippets?: readonly string[];
}

/**
 * The forwarding mode asked for, or the version's own.
 *
 * @throws ValidationError for a mode that the version does not have
 */
export function kubeProxyModeOf(
  at: Located,
  { kubeProxyMode }: NodeOptions,
  release: KubernetesRelease,
): KubeProxyMode {
  const { kubeProxyModes, minor } = release;
  const [first] = kubeProxyModes as [KubeProxyMode];
  if (kubeProxyMode === undefined || kubeProxyModes.includes(kubeProxyMode)) return kubeProxyMode ?? first;
  throw new ValidationError(
    at,
    `kubeProxyMode must be a mode of Kubernetes ${minor}, got ${kubeProxyMode}; choose ${kubeProxyModes.join(' or ')}`,
  );
}
