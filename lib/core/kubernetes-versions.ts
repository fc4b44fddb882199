import { ValidationError, type Located } from './errors';

/** How kube-proxy sends traffic to services. */
export type KubeProxyMode = 'nftables' | 'ipvs' | 'iptables';

/** What differs between minors of Kubernetes. */
export interface KubernetesMinor {
  /** The minor, such as `1.36`. */
  readonly minor: string;
  /** The patch taken where none is given: the newest that this library's tests ran, or the last there is. */
  readonly patch: number;
  /** The day after which upstream fixes nothing more. */
  readonly supportEnd: string;
  /** Version of kubeadm's configuration. */
  readonly kubeadmApi: 'v1beta3' | 'v1beta4';
  /** Tag of the etcd image that kubeadm takes with the default patch. */
  readonly etcdImage: string;
  /** Tag of the pause image. */
  readonly pauseImage: string;
  /** Tag of the CoreDNS image. */
  readonly coreDnsImage: string;
  /** The oldest containerd to run it on, and the newest configuration schema that this one reads. */
  readonly containerd: {
    /** The oldest version. */
    readonly minimum: string;
    /** The schema. */
    readonly schema: 2 | 3;
  };
  /** Modes of kube-proxy, the default first. */
  readonly kubeProxyModes: readonly KubeProxyMode[];
  /** Version of the file that limits anonymous requests by path; none where there is no such file. */
  readonly authenticationApi: 'v1beta1' | 'v1' | undefined;
  /** Feature gates that kubeadm is given. */
  readonly kubeadmFeatureGates: Readonly<Record<string, boolean>>;
  /** Whether the kubelet refuses hosts with cgroup v1, unless told otherwise. */
  readonly refusesCgroupV1: boolean;
}

/** A version of Kubernetes, and what differs by it. */
export interface KubernetesRelease extends KubernetesMinor {
  /** The exact version, such as `1.36.3`. */
  readonly version: string;
  /** The number of the minor, such as 36, to compare by. */
  readonly minorNumber: number;
  /** Version of the etcd, such as `3.6`. */
  readonly etcdMinor: string;
  /** Whether upstream still fixes it, as far as this version of the library knows. */
  readonly supported: boolean;
  /** What the user should be reminded of, if anything. */
  readonly note: string | undefined;
}

/** The minor that clusters get where none is given. */
export const DEFAULT_KUBERNETES = '1.36';

const OLDEST_SUPPORTED = 35;

/**
 * The schema that a containerd version and all later ones read; each reads the older ones too.
 *
 * @see https://github.com/containerd/containerd/blob/main/docs/cri/config.md
 */
export const CONTAINERD_SCHEMAS: readonly { readonly from: string; readonly schema: 2 | 3 | 4 }[] = [
  { from: '1.6', schema: 2 },
  { from: '2.0', schema: 3 },
  { from: '2.3', schema: 4 },
];

// ipvs is deprecated since 1.35; nftables is an alpha feature up to 1.30.
const IPVS_FIRST = ['ipvs', 'iptables'] as const;
const IPVS_OR_NFTABLES = ['ipvs', 'nftables', 'iptables'] as const;
const NFTABLES_FIRST = ['nftables', 'iptables', 'ipvs'] as const;

// A member that joins as a voter can cost a cluster of one its majority; a learner cannot.
const LEARNERS = { EtcdLearnerMode: true };
// Otherwise the kubelet of a joining control plane may talk to an API server that is older than itself.
const LOCAL = { ControlPlaneKubeletLocalMode: true };

const V1BETA3 = { kubeadmApi: 'v1beta3', authenticationApi: undefined, refusesCgroupV1: false } as const;
const V1BETA4 = { kubeadmApi: 'v1beta4', kubeadmFeatureGates: {}, refusesCgroupV1: false } as const;

/**
 * The minors this library knows, oldest first.
 *
 * Images and gates are those of kubeadm's sources at the default patch.
 * containerd below 2.1 has no support left, so minors that have refuse it; older ones follow containerd's matrix.
 *
 * @see https://kubernetes.io/releases/
 * @see https://github.com/containerd/containerd/blob/main/RELEASES.md
 */
export const KUBERNETES_MINORS: readonly KubernetesMinor[] = [
  {
    ...V1BETA3,
    ...minor(27, 16, '2024-07-16'),
    ...images('3.5.12-0', '3.9', 'v1.10.1'),
    containerd: { minimum: '1.6.15', schema: 2 },
    kubeProxyModes: IPVS_FIRST,
    kubeadmFeatureGates: LEARNERS,
  },
  {
    ...V1BETA3,
    ...minor(28, 15, '2024-10-22'),
    ...images('3.5.15-0', '3.9', 'v1.10.1'),
    containerd: { minimum: '1.6.15', schema: 2 },
    kubeProxyModes: IPVS_FIRST,
    kubeadmFeatureGates: LEARNERS,
  },
  {
    ...V1BETA3,
    ...minor(29, 14, '2025-02-28'),
    ...images('3.5.16-0', '3.9', 'v1.11.1'),
    containerd: { minimum: '1.6.27', schema: 2 },
    kubeProxyModes: IPVS_FIRST,
    kubeadmFeatureGates: {},
  },
  {
    ...V1BETA3,
    ...minor(30, 14, '2025-07-15'),
    ...images('3.5.15-0', '3.9', 'v1.11.3'),
    containerd: { minimum: '1.6.28', schema: 2 },
    kubeProxyModes: IPVS_FIRST,
    kubeadmFeatureGates: {},
  },
  {
    ...V1BETA4,
    ...minor(31, 14, '2025-11-11'),
    ...images('3.5.24-0', '3.10', 'v1.11.3'),
    containerd: { minimum: '1.6.34', schema: 2 },
    kubeProxyModes: IPVS_OR_NFTABLES,
    kubeadmFeatureGates: LOCAL,
    authenticationApi: undefined,
  },
  {
    ...V1BETA4,
    ...minor(32, 13, '2026-02-28'),
    ...images('3.5.24-0', '3.10', 'v1.11.3'),
    containerd: { minimum: '1.6.36', schema: 2 },
    kubeProxyModes: IPVS_OR_NFTABLES,
    kubeadmFeatureGates: LOCAL,
    authenticationApi: 'v1beta1',
  },
  {
    ...V1BETA4,
    ...minor(33, 13, '2026-06-28'),
    ...images('3.5.24-0', '3.10', 'v1.12.0'),
    containerd: { minimum: '1.6.36', schema: 2 },
    kubeProxyModes: IPVS_OR_NFTABLES,
    authenticationApi: 'v1beta1',
  },
  {
    ...V1BETA4,
    ...minor(34, 8, '2026-10-27'),
    ...images('3.6.5-0', '3.10.1', 'v1.12.1'),
    containerd: { minimum: '1.7.28', schema: 2 },
    kubeProxyModes: IPVS_OR_NFTABLES,
    authenticationApi: 'v1',
  },
  {
    ...V1BETA4,
    ...minor(35, 4, '2027-02-28'),
    ...images('3.6.6-0', '3.10.1', 'v1.13.1'),
    containerd: { minimum: '2.1.5', schema: 3 },
    kubeProxyModes: NFTABLES_FIRST,
    authenticationApi: 'v1',
    refusesCgroupV1: true,
  },
  {
    ...V1BETA4,
    ...minor(36, 3, '2027-06-28'),
    ...images('3.6.8-0', '3.10.2', 'v1.14.2'),
    containerd: { minimum: '2.1.5', schema: 3 },
    kubeProxyModes: NFTABLES_FIRST,
    authenticationApi: 'v1',
    refusesCgroupV1: true,
  },
  {
    ...V1BETA4,
    ...minor(37, 0, '2027-10-28'),
    ...images('3.7.0-0', '3.10.2', 'v1.14.6'),
    containerd: { minimum: '2.1.5', schema: 3 },
    kubeProxyModes: NFTABLES_FIRST,
    authenticationApi: 'v1',
    refusesCgroupV1: true,
  },
];

/**
 * Finds a version: a minor such as `1.36`, or an exact one such as `1.36.3`.
 *
 * @throws ValidationError for a version that this library does not know, and for one that upstream has left, unless
 * that is acknowledged
 */
export function kubernetesRelease(
  at: Located,
  text: string,
  options: { readonly acknowledgeUnsupported?: boolean } = {},
): KubernetesRelease {
  const { minorNumber, patch } = parseVersion(at, text);
  const first = numberOf(KUBERNETES_MINORS[0]);
  const last = first + KUBERNETES_MINORS.length - 1;
  const known = KUBERNETES_MINORS[minorNumber - first];
  if (!known) {
    throw new ValidationError(
      at,
      `kubernetesVersion must be one of 1.${first} to 1.${last}, got ${text}; the nearest is 1.${minorNumber < first ? first : last}`,
    );
  }
  const supported = minorNumber >= OLDEST_SUPPORTED;
  if (!supported && options.acknowledgeUnsupported !== true) {
    throw new ValidationError(
      at,
      `kubernetesVersion must be one of 1.${OLDEST_SUPPORTED} to 1.${last}, which upstream fixes, got ${text}, without fixes since ${known.supportEnd}; choose ${DEFAULT_KUBERNETES}, or accept it with acknowledgeUnsupportedVersion: true`,
    );
  }
  return {
    ...known,
    patch: patch ?? known.patch,
    version: `${known.minor}.${patch ?? known.patch}`,
    minorNumber,
    etcdMinor: known.etcdImage.split('.').slice(0, 2).join('.'),
    supported,
    note: supported ? undefined : `without fixes since ${known.supportEnd}, as acknowledged`,
  };
}

/**
 * Holds an upgrade to what kubeadm does: one minor forward at a time; patches of a minor are free.
 *
 * @throws ValidationError for a step back over a minor, and for one over several
 * @see https://kubernetes.io/releases/version-skew-policy/
 */
export function checkUpgrade(at: Located, from: string, to: string): void {
  const { minorNumber: old } = parseVersion(at, from);
  const { minorNumber: next } = parseVersion(at, to);
  if (next < old) {
    throw new ValidationError(
      at,
      `kubernetesVersion must not go back to an older minor, got ${to} after ${from}; stay, or restore a snapshot of the older version into a new cluster`,
    );
  }
  if (next > old + 1) {
    throw new ValidationError(
      at,
      `kubernetesVersion must rise by one minor at a time, got ${to} after ${from}; upgrade to 1.${old + 1} first`,
    );
  }
}

function parseVersion(at: Located, text: string): { minorNumber: number; patch: number | undefined } {
  const [match, minorNumber, patch] = /^v?1\.([1-9]\d?)(?:\.(0|[1-9]\d?))?$/.exec(text) ?? [];
  if (match === undefined) {
    throw new ValidationError(
      at,
      `kubernetesVersion must be a minor such as 1.36 or a version such as 1.36.3, got ${text}; choose ${DEFAULT_KUBERNETES}`,
    );
  }
  return { minorNumber: Number(minorNumber), patch: patch === undefined ? undefined : Number(patch) };
}

function numberOf(known: KubernetesMinor | undefined): number {
  return Number(known?.minor.slice(2));
}

function minor(number: number, patch: number, supportEnd: string) {
  return { minor: `1.${number}`, patch, supportEnd };
}

function images(etcdImage: string, pauseImage: string, coreDnsImage: string) {
  return { etcdImage, pauseImage, coreDnsImage };
}
