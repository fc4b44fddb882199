import type { BootstrapProps, NodeFile } from './bootstrap-props';

const SYSCTLS: Readonly<Record<string, string>> = {
  'fs.file-max': '2097152',
  'fs.inotify.max_user_instances': '8192',
  'fs.inotify.max_user_watches': '1048576',
  'fs.protected_hardlinks': '1',
  'fs.protected_symlinks': '1',
  'kernel.dmesg_restrict': '1',
  'kernel.keys.root_maxbytes': '25000000',
  'kernel.keys.root_maxkeys': '1000000',
  'kernel.kptr_restrict': '2',
  'kernel.panic': '10',
  'kernel.panic_on_oops': '1',
  'net.bridge.bridge-nf-call-iptables': '1',
  'net.core.somaxconn': '32768',
  'net.ipv4.conf.all.accept_redirects': '0',
  'net.ipv4.conf.all.accept_source_route': '0',
  // Calico answers for pods on interfaces of its own; systemd's 2 would do, a distribution's strict default would not.
  'net.ipv4.conf.all.rp_filter': '1',
  'net.ipv4.conf.all.send_redirects': '0',
  'net.ipv4.ip_forward': '1',
  'net.ipv4.ip_local_reserved_ports': '30000-32767',
  'net.ipv4.tcp_syncookies': '1',
  'net.netfilter.nf_conntrack_max': '1048576',
  'vm.max_map_count': '1048576',
  'vm.overcommit_memory': '1',
  'vm.panic_on_oom': '0',
  'vm.swappiness': '0',
};

const MODULES = ['overlay', 'br_netfilter', 'nf_conntrack'];

const PROXY_MODULES = {
  nftables: ['nf_tables'],
  ipvs: ['ip_vs', 'ip_vs_rr', 'ip_vs_wrr', 'ip_vs_sh'],
  iptables: ['ip_tables'],
};

/** Kernel settings, modules, time. */
export function systemFiles({
  sysctls = {},
  modules = [],
  ntpServers = [],
  kubeProxyMode,
}: BootstrapProps): NodeFile[] {
  const settings = Object.entries({ ...SYSCTLS, ...sysctls }).sort(([a], [b]) => (a < b ? -1 : 1));
  const files = [
    // A dash: a kernel that lacks a setting must not keep the others from being made.
    text(
      '/etc/sysctl.d/90-hacluster.conf',
      settings.map(([key, value]) => `-${key} = ${value}`),
    ),
    text('/etc/modules-load.d/hacluster.conf', [...MODULES, ...PROXY_MODULES[kubeProxyMode], ...modules]),
  ];
  if (ntpServers.length > 0) {
    files.push(
      text(
        '/etc/chrony/sources.d/hacluster.sources',
        ntpServers.map((server) => `server ${server} iburst`),
      ),
      text('/etc/systemd/timesyncd.conf.d/10-hacluster.conf', ['[Time]', `NTP=${ntpServers.join(' ')}`]),
    );
  }
  return files;
}

/** The proxy, for node scripts and the container runtime. */
export function proxyFiles(props: BootstrapProps): NodeFile[] {
  const { proxy, podCidr, serviceCidr, serviceDomain, runtime = 'containerd' } = props;
  if (!proxy) return [];
  const direct = ['localhost', '127.0.0.1', '169.254.169.254', podCidr, serviceCidr, '.svc', `.${serviceDomain}`];
  const unit = runtime === 'containerd' ? 'containerd' : 'crio';
  return [
    text('/etc/hacluster/proxy.env', [
      `HTTP_PROXY='${proxy.httpProxy}'`,
      `HTTPS_PROXY='${proxy.httpsProxy}'`,
      `NO_PROXY='${[...direct, ...proxy.noProxy].join(',')}'`,
    ]),
    text(`/etc/systemd/system/${unit}.service.d/20-hacluster-proxy.conf`, [
      '[Service]',
      'EnvironmentFile=/etc/hacluster/proxy.env',
    ]),
  ];
}

/** A file that everybody may read, of lines. */
export function text(path: string, lines: readonly string[]): NodeFile {
  return { path, mode: '0644', content: lines.join('\n') + '\n' };
}
