import { CONTAINERD_SCHEMAS } from '../../core/kubernetes-versions';
import type { BootstrapProps, NodeFile, NodePackages, RegistryMirror } from './bootstrap-props';
import { text } from './system-files';

/** The runtime's socket. */
export function socketOf({ runtime = 'containerd' }: BootstrapProps): string {
  return runtime === 'containerd' ? 'unix:///run/containerd/containerd.sock' : 'unix:///var/run/crio/crio.sock';
}

/** The runtime's systemd unit. */
export function unitOf({ runtime = 'containerd' }: BootstrapProps): string {
  return runtime === 'containerd' ? 'containerd.service' : 'crio.service';
}

/** Registry mirrors; a baked image brings the rest of the runtime's configuration itself. */
export function mirrorFiles({ registryMirrors = [], runtime = 'containerd' }: BootstrapProps): NodeFile[] {
  const authorities = (path: (mirror: RegistryMirror) => string) =>
    registryMirrors.flatMap((mirror) =>
      mirror.caCertificate === undefined
        ? []
        : [{ path: path(mirror), mode: '0644' as const, content: mirror.caCertificate }],
    );
  if (runtime === 'containerd') return [...authorities(authorityPath), ...registryMirrors.map(hostsToml)];
  if (registryMirrors.length === 0) return [];
  return [
    // By the host that answers, not by the registry it stands for: several mirrors of one host share the file.
    ...new Map(
      authorities((mirror) => `/etc/containers/certs.d/${locationOf(mirror).split('/', 1)[0] ?? ''}/ca.crt`).map(
        (file) => [file.path, file],
      ),
    ).values(),
    text('/etc/containers/registries.conf.d/hacluster.conf', registryMirrors.flatMap(registriesConf)),
  ];
}

const UPSTREAM: Readonly<Record<string, string>> = { 'docker.io': 'https://registry-1.docker.io' };

// A mirror's URL holds a path, as a proxy project of Harbor's does: containerd must not put /v2 behind it.
function hostsToml(mirror: RegistryMirror): NodeFile {
  const { registry, url, fallback = true, caCertificate } = mirror;
  const settings = ['override_path = true', 'capabilities = ["pull", "resolve"]'];
  if (caCertificate !== undefined) settings.push(`ca = "${authorityPath(mirror)}"`);
  const path = `/etc/containerd/certs.d/${registry}/hosts.toml`;
  // Without a fallback the mirror is the server itself: nothing ever goes further.
  if (!fallback) return text(path, [`server = "${url}"`, ...settings]);
  const server = registry === '_default' ? [] : [`server = "${UPSTREAM[registry] ?? `https://${registry}`}"`, ''];
  return text(path, [...server, `[host."${url}"]`, ...settings.map((line) => `  ${line}`)]);
}

function registriesConf(mirror: RegistryMirror): string[] {
  const { registry, url, fallback = true } = mirror;
  const plain = url.startsWith('http://') ? ['insecure = true'] : [];
  const location = [`location = "${locationOf(mirror)}"`, ...plain];
  return [
    '[[registry]]',
    `prefix = "${registry}"`,
    ...(fallback ? [`location = "${registry}"`, '[[registry.mirror]]', ...location] : location),
  ];
}

function locationOf({ url }: RegistryMirror): string {
  return url.replace(/^https?:\/\//, '').replace('/v2/', '/');
}

function authorityPath({ registry }: RegistryMirror): string {
  return `/etc/containerd/certs.d/${registry}/ca.crt`;
}

/** What a stock image lacks: sources with their keys, pins, and containerd's configuration. */
export function stockFiles(props: BootstrapProps, packages: NodePackages): NodeFile[] {
  const { containerdVersion = '2.2', distribution = 'bookworm' } = packages;
  const { kubernetesUrl = 'https://pkgs.k8s.io', dockerUrl = 'https://download.docker.com/linux/debian' } = packages;
  const { version } = props.release;
  const keys = '/etc/apt/keyrings/hacluster';
  return [
    text(`${keys}-kubernetes.asc`, [packages.kubernetesKey.trim()]),
    text(`${keys}-docker.asc`, [packages.dockerKey.trim()]),
    text('/etc/apt/sources.list.d/hacluster.list', [
      `deb [signed-by=${keys}-kubernetes.asc] ${kubernetesUrl}/core:/stable:/v${props.release.minor}/deb/ /`,
      `deb [signed-by=${keys}-docker.asc] ${dockerUrl} ${distribution} stable`,
    ]),
    text('/etc/hacluster/packages', [
      ...['kubelet', 'kubeadm', 'kubectl'].map((name) => `${name}=${version}-*`),
      `containerd.io=${containerdVersion}.*`,
      ...new Set([
        'conntrack',
        'ethtool',
        'iproute2',
        'iptables',
        'nftables',
        'openssl',
        'socat',
        'xfsprogs',
        ...props.driver.packages,
      ]),
    ]),
    text(
      '/etc/containerd/config.toml',
      containerdConfig(containerdVersion, `registry.k8s.io/pause:${props.release.pauseImage}`),
    ),
  ];
}

/** containerd's configuration, in the schema that its version reads. */
function containerdConfig(version: string, sandbox: string): string[] {
  const schema = CONTAINERD_SCHEMAS.filter(({ from }) => isAtLeast(version, from)).at(-1)?.schema ?? 2;
  const runc = (plugin: string) => [
    `[plugins."${plugin}".containerd.runtimes.runc]`,
    'runtime_type = "io.containerd.runc.v2"',
    `[plugins."${plugin}".containerd.runtimes.runc.options]`,
    'SystemdCgroup = true',
  ];
  const head = [`version = ${schema}`, 'oom_score = -999'];
  const registry = 'config_path = "/etc/containerd/certs.d"';
  if (schema === 2) {
    const cri = 'io.containerd.grpc.v1.cri';
    return [
      ...head,
      `[plugins."${cri}"]`,
      `sandbox_image = "${sandbox}"`,
      `[plugins."${cri}".registry]`,
      registry,
      ...runc(cri),
    ];
  }
  const images = 'io.containerd.cri.v1.images';
  const pinned = [`[plugins."${images}".pinned_images]`, `sandbox = "${sandbox}"`];
  return [...head, ...pinned, `[plugins."${images}".registry]`, registry, ...runc('io.containerd.cri.v1.runtime')];
}

function isAtLeast(version: string, from: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [fromMajor = 0, fromMinor = 0] = from.split('.').map(Number);
  return major > fromMajor || (major === fromMajor && minor >= fromMinor);
}
