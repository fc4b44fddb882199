/** A program that is built from a Go module which pins every byte it is made of. */
export interface Module {
  /** Its name, and its folder's unless told otherwise. */
  readonly name: string;
  readonly folder?: string;
  /** Whether the packed parts hold it too. */
  readonly packed: boolean;
  /** The files, and the Go package that each is built from. */
  readonly files: Readonly<Record<string, string>>;
  /** Other names of the files, and what each points to. */
  readonly links?: Readonly<Record<string, string>>;
  /** Another module file than `go.mod`. */
  readonly modfile?: string;
  /** Variables that hold the version. */
  readonly variables?: Readonly<Record<string, string>>;
}

const KUBERNETES = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kube-proxy',
  'kubelet',
  'kubeadm',
  'kubectl',
];

/** The parts, in the order in which they are built: what is small and fails early comes first. */
export const MODULES: readonly Module[] = [
  { name: 'pause', packed: true, files: { pause: '.' } },
  {
    name: 'kubeconform',
    packed: true,
    files: { kubeconform: 'github.com/yannh/kubeconform/cmd/kubeconform' },
    variables: { 'main.version': 'v0.8.0' },
  },
  {
    name: 'cni',
    packed: true,
    files: {
      'cni/bridge': 'github.com/containernetworking/plugins/plugins/main/bridge',
      'cni/loopback': 'github.com/containernetworking/plugins/plugins/main/loopback',
      'cni/portmap': 'github.com/containernetworking/plugins/plugins/meta/portmap',
      'cni/host-local': 'github.com/containernetworking/plugins/plugins/ipam/host-local',
    },
  },
  { name: 'etcd', packed: true, files: { etcd: '.' }, links: { etcdctl: 'etcd', etcdutl: 'etcd' } },
  {
    name: 'containerd',
    packed: true,
    files: {
      containerd: 'github.com/containerd/containerd/v2/cmd/containerd',
      'containerd-shim-runc-v2': 'github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2',
      ctr: 'github.com/containerd/containerd/v2/cmd/ctr',
    },
    variables: { 'github.com/containerd/containerd/v2/version.Version': '2.2.1' },
  },
  { name: 'helm', packed: true, files: { helm: 'helm.sh/helm/v4/cmd/helm' } },
  {
    name: 'tofu',
    packed: true,
    files: { tofu: 'github.com/opentofu/opentofu/cmd/tofu' },
    variables: { 'github.com/opentofu/opentofu/version.dev': 'no' },
  },
  {
    name: 'kwok',
    packed: true,
    files: { kwok: 'sigs.k8s.io/kwok/cmd/kwok' },
  },
  {
    name: 'traefik',
    packed: true,
    files: { traefik: 'github.com/traefik/traefik/v3/cmd/traefik' },
  },
  { name: 'coredns', packed: true, files: { coredns: 'github.com/coredns/coredns' } },
  {
    name: 'kube',
    packed: true,
    files: { kube: '.' },
    links: Object.fromEntries(KUBERNETES.map((name) => [name, 'kube'])),
    variables: kubernetesVersion('1.36.3'),
  },
  {
    name: 'kube-1.35',
    folder: 'kube',
    packed: true,
    files: { 'kube-1.35': '.' },
    links: Object.fromEntries(KUBERNETES.map((name) => [`1.35/${name}`, '../kube-1.35'])),
    modfile: 'go-1.35.mod',
    variables: kubernetesVersion('1.35.4'),
  },
  { name: 'pairs', packed: false, files: { pairs: '.' } },
  {
    name: 'kubeadm-1.28',
    folder: 'kubeadm',
    packed: false,
    files: { '1.28/kubeadm': '.' },
    modfile: 'go-1.28.mod',
    variables: kubernetesVersion('1.28.15'),
  },
  {
    name: 'kubeadm-1.37',
    folder: 'kubeadm',
    packed: false,
    files: { '1.37/kubeadm': '.' },
    variables: kubernetesVersion('1.37.0'),
  },
];

function kubernetesVersion(version: string): Record<string, string> {
  const [major = '', minor = ''] = version.split('.');
  const packages = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'];
  return Object.fromEntries(
    packages.flatMap((at) => [
      [`${at}.gitVersion`, `v${version}`],
      [`${at}.gitMajor`, major],
      [`${at}.gitMinor`, minor],
    ]),
  );
}
