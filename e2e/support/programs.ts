import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cdktfCli, parts, pluginMirror, python } from './folders';
import { ask } from './processes';

/** A program that a suite cannot do without. */
export interface Program {
  readonly name: string;
  /** The command, or a file below the parts. */
  readonly command: string;
  /** Arguments that make it print its version; without them its presence is enough. */
  readonly version?: readonly string[];
  /** The oldest version that will do, as `1.11`. */
  readonly least?: string;
  /** How to get it. */
  readonly way: string;
}

/** A program that was looked for. */
export interface Looked {
  readonly program: Program;
  /** Its version, `present` where it tells none, or nothing when it is lacking. */
  readonly found: string | undefined;
}

const part = (name: string, ...version: string[]): Program => ({
  name,
  command: join(parts, name),
  version,
  way: 'npm run parts',
});
const debian = (name: string, pack: string, ...version: string[]): Program => ({
  name,
  command: name,
  version,
  way: `Debian package ${pack}`,
});

const KUBE = part('kubeadm', 'version', '-o', 'short');
const ETCD = part('etcd', '--version');
const CONTAINERD = part('containerd', '--version');
const APISERVER = part('kube-apiserver', '--version');
const MANAGER = part('kube-controller-manager', '--version');
const SCHEDULER = part('kube-scheduler', '--version');
const KWOK = part('kwok', '--version');
const KUBECTL = part('kubectl', 'version', '--client');
const HELM = part('helm', 'version', '--short');
const TOFU = part('tofu', 'version');
const TERRAFORM: Program = {
  name: 'terraform',
  command: 'terraform',
  version: ['version'],
  least: '1.11',
  way: 'Terraform 1.11 or newer: https://developer.hashicorp.com/terraform/install',
};
const GO: Program = {
  name: 'go',
  command: 'go',
  version: ['version'],
  least: '1.26',
  way: 'Go 1.26 or newer: https://go.dev/dl',
};
const EMULATOR: Program = {
  name: 'moto',
  command: join(python, 'bin', 'python3'),
  version: ['-c', 'import moto, boto3; print(moto.__version__)'],
  way: 'npm run parts',
};
const CDKTF: Program = {
  name: 'cdktf',
  command: join(cdktfCli, 'node_modules', '.bin', 'cdktf'),
  version: ['--version'],
  way: 'npm run parts',
};
const JQ = debian('jq', 'jq', '--version');
const CURL = debian('curl', 'curl', '--version');
const OPENSSL = debian('openssl', 'openssl', 'version');
const IP = debian('ip', 'iproute2', '-V');
const XFS = debian('mkfs.xfs', 'xfsprogs', '-V');

/** What each suite needs; a suite whose list is not complete is not started. */
export const NEEDS: Readonly<Record<string, readonly Program[]>> = {
  aws: [TERRAFORM, TOFU, EMULATOR],
  boot: [
    KUBE,
    part('1.35/kubeadm', 'version', '-o', 'short'),
    ETCD,
    CONTAINERD,
    TERRAFORM,
    debian('bats', 'bats', '--version'),
    debian('shellcheck', 'shellcheck', '--version'),
    debian('cloud-init', 'cloud-init', '--version'),
    debian('systemd-analyze', 'systemd', '--version'),
    XFS,
    IP,
    JQ,
    CURL,
    OPENSSL,
  ],
  api: [
    KUBE,
    ETCD,
    APISERVER,
    MANAGER,
    SCHEDULER,
    KUBECTL,
    KWOK,
    part('pairs'),
    GO,
    JQ,
    CURL,
    OPENSSL,
    IP,
    debian('nsenter', 'util-linux', '--version'),
  ],
  helm: [GO, HELM, TERRAFORM, ETCD, APISERVER, MANAGER, KUBECTL, JQ, OPENSSL],
  traffic: [GO, ETCD, APISERVER, MANAGER, SCHEDULER, KUBECTL, KWOK, part('traefik', 'version'), JQ, CURL, OPENSSL, IP],
  providers: [
    GO,
    TERRAFORM,
    TOFU,
    ETCD,
    APISERVER,
    MANAGER,
    KUBECTL,
    HELM,
    EMULATOR,
    JQ,
    CURL,
    OPENSSL,
    debian('unzip', 'unzip', '-v'),
  ],
  lab: [
    TERRAFORM,
    CDKTF,
    EMULATOR,
    KUBE,
    ETCD,
    CONTAINERD,
    part('coredns', '-version'),
    part('cni/bridge'),
    part('pause'),
    debian('mmdebstrap', 'mmdebstrap', '--version'),
    debian('systemd-nspawn', 'systemd-container', '--version'),
    debian('dnsmasq', 'dnsmasq-base', '--version'),
    debian('haproxy', 'haproxy', '-v'),
    debian('nft', 'nftables', '--version'),
    debian('zstd', 'zstd', '--version'),
    debian('ps', 'procps', '--version'),
    debian('losetup', 'mount', '--version'),
    XFS,
    IP,
    JQ,
    CURL,
    OPENSSL,
  ],
};

/** The environment of the suites: where the programs are, and nothing of the user's Terraform configuration. */
export function suiteEnvironment(): NodeJS.ProcessEnv {
  const mirror = pluginMirror();
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    // The emulator's environment first: `python3` is one that has it. Programs of Debian's system folders are needed by people without root's PATH.
    PATH: [join(python, 'bin'), process.env.PATH ?? '', '/usr/local/sbin', '/usr/sbin', '/sbin'].join(':'),
    PARTS: parts,
    KUBEBUILDER_ASSETS: parts,
    ...(mirror === undefined ? {} : { TF_PLUGIN_MIRROR: mirror }),
    CHECKPOINT_DISABLE: '1',
  };
  delete env.TF_CLI_CONFIG_FILE;
  return env;
}

/** Looks for a program and its version. */
export function look(program: Program, env: NodeJS.ProcessEnv): Looked {
  const { command, version = [], least = '0.0' } = program;
  if (version.length === 0) {
    const there = command.includes('/') ? existsSync(command) : ask('which', [command], env) !== undefined;
    return { program, found: there ? 'present' : undefined };
  }
  const printed = ask(command, version, env);
  const found = printed === undefined ? undefined : (/\d+\.\d+(?:\.\d+)?/.exec(printed)?.[0] ?? 'present');
  return { program, found: found !== undefined && older(found, least) ? undefined : found };
}

function older(version: string, least: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = least.split('.').map(Number);
  return major < leastMajor || (major === leastMajor && minor < leastMinor);
}
