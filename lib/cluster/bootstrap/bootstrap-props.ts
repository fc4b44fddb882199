import type { KubernetesRelease, KubeProxyMode } from '../../core/kubernetes-versions';
import type { PodSecurityLevel } from '../../core/pod-security';
import type { NodeDriver } from '../../hosts/host-cloud';
import type { NodeProxy } from '../../hosts/network';

/** A file of a node: literal text, the same on every node of its kind. */
export interface NodeFile {
  /** Where it stands. */
  readonly path: string;
  /** Its permissions; everything belongs to root. */
  readonly mode: '0600' | '0644' | '0755';
  /** Its text, which ends with a newline. */
  readonly content: string;
}

/** A registry that is asked instead of, or before, another. */
export interface RegistryMirror {
  /** The registry in image names, such as `docker.io`; `_default` for all others. */
  readonly registry: string;
  /** URL of the mirror, with the path that leads to its images, such as `https://harbor.example/v2/dockerhub`. */
  readonly url: string;
  /**
   * Whether the registry itself is asked when the mirror fails.
   *
   * @default true
   */
  readonly fallback?: boolean;
  /**
   * PEM of the authority that signed the mirror's certificate.
   *
   * @default - the image's authorities
   */
  readonly caCertificate?: string;
}

/** Programs that a stock image lacks, pinned. */
export interface NodePackages {
  /** The armoured key that signs pkgs.k8s.io's packages of the minor version. */
  readonly kubernetesKey: string;
  /** The armoured key that signs Docker's packages. */
  readonly dockerKey: string;
  /**
   * Version of containerd.io.
   *
   * @default 2.2
   */
  readonly containerdVersion?: string;
  /**
   * Base URL of pkgs.k8s.io's repositories, or of a mirror of them.
   *
   * @default https://pkgs.k8s.io
   */
  readonly kubernetesUrl?: string;
  /**
   * Base URL of Docker's repository for the distribution, or of a mirror of it.
   *
   * @default https://download.docker.com/linux/debian
   */
  readonly dockerUrl?: string;
  /**
   * The distribution's code name in Docker's repository.
   *
   * @default bookworm
   */
  readonly distribution?: string;
}

/** etcd on control planes. */
export interface NodeEtcd {
  /** Bytes that its database may grow to. */
  readonly quotaBytes: number;
  /** Devices that may be its disk, as globs in order; none when it lives on the root disk. */
  readonly dataDevices: readonly string[];
  /** Minutes between snapshots. */
  readonly snapshotMinutes: number;
}

/** How fast a component may ask the API server. */
export interface NodeClientRate {
  /** Requests a second. */
  readonly kubeApiQps: number;
  /** Its burst. */
  readonly kubeApiBurst: number;
}

/** Limits of each API server. */
export interface NodeApiServer {
  /** Requests it works on at a time. */
  readonly maxRequestsInflight: number;
  /** Of them, those that change something. */
  readonly maxMutatingRequestsInflight: number;
}

/** Everything a node's files are made from: plain values only. */
export interface BootstrapProps {
  /** The cluster's name. */
  readonly clusterName: string;
  /** The Kubernetes version. */
  readonly release: KubernetesRelease;
  /** Addresses of pods. */
  readonly podCidr: string;
  /** Addresses of services. */
  readonly serviceCidr: string;
  /** Address of the cluster's DNS. */
  readonly dnsAddress: string;
  /** Domain of services. */
  readonly serviceDomain: string;
  /** How many control planes there are. */
  readonly controlPlanes: number;
  /** How kube-proxy forwards. */
  readonly kubeProxyMode: KubeProxyMode;
  /** Most pods on a node. */
  readonly maxPods: number;
  /** etcd. */
  readonly etcd: NodeEtcd;
  /** Limits of each API server. */
  readonly apiServer: NodeApiServer;
  /**
   * How fast the controllers may ask.
   *
   * @default - upstream's rate
   */
  readonly controllers?: NodeClientRate;
  /**
   * How fast the scheduler may ask.
   *
   * @default - upstream's rate
   */
  readonly scheduler?: NodeClientRate;
  /** Scripts that know the cloud. */
  readonly driver: NodeDriver;
  /** Whether the image holds every program, or they are installed at the first boot. */
  readonly image: 'stock' | 'baked';
  /**
   * Where a stock image's programs come from; required for one.
   *
   * @default - none, as a baked image needs none
   */
  readonly packages?: NodePackages;
  /**
   * The container runtime.
   *
   * @default containerd
   */
  readonly runtime?: 'containerd' | 'cri-o';
  /**
   * Flags of the API server; they come last and win.
   *
   * @default - none
   */
  readonly apiServerArguments?: Readonly<Record<string, string>>;
  /**
   * Fields of KubeletConfiguration, merged last.
   *
   * @default - none
   */
  readonly kubeletConfiguration?: Readonly<Record<string, unknown>>;
  /**
   * Fields of KubeProxyConfiguration, merged last.
   *
   * @default - none
   */
  readonly kubeProxyConfiguration?: Readonly<Record<string, unknown>>;
  /**
   * Registries that stand before others.
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
  readonly modules?: readonly string[];
  /**
   * The proxy towards the internet.
   *
   * @default - none
   */
  readonly proxy?: NodeProxy;
  /**
   * Time servers.
   *
   * @default - the image's
   */
  readonly ntpServers?: readonly string[];
  /**
   * Whether a node's first certificate is approved only for a machine that the cloud knows.
   *
   * @default none
   */
  readonly nodeAttestation?: 'none' | 'cloud';
  /**
   * The audit policy's YAML.
   *
   * @default - metadata of reads, bodies of changes, never those of Secrets
   */
  readonly auditPolicy?: string;
  /**
   * The Pod Security level of namespaces that name none.
   *
   * @default baseline
   */
  readonly podSecurity?: PodSecurityLevel;
  /**
   * kubeadm's preflight checks that do not apply.
   *
   * @default - none
   */
  readonly ignorePreflightErrors?: readonly string[];
}

/** A pool, as its nodes see it. */
export interface BootstrapPool {
  /** Its name. */
  readonly poolName: string;
  /** Labels of its nodes. */
  readonly labels: Readonly<Record<string, string>>;
  /** Taints of its nodes. */
  readonly taints: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
}
