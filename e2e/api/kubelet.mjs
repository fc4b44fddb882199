/**
 * node kubelet.mjs NAME ADDRESS: stands in for kubelet where there are no containers. It runs the program of each static
 * pod on this machine's own file system as long as its manifest is there, starts it again when it ends, answers on the
 * health port, and becomes a node by a bootstrap token as kubelet does. It asks for nothing that kubelet does not.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createHttp2 } from 'node:http2';
import { join } from 'node:path';
import { load } from 'js-yaml';

const [name, address] = process.argv.slice(2);
const manifests = '/etc/kubernetes/manifests';
const pki = '/var/lib/kubelet/pki';
const own = '/etc/kubernetes/kubelet.conf';
const bootstrap = '/etc/kubernetes/bootstrap-kubelet.conf';
const running = new Map();
const MIRROR = { 'kubernetes.io/config.mirror': 'stand-in', 'kubernetes.io/config.source': 'file' };
const mirrored = new Set();
let registered = false;

function programOf(text) {
  const { spec } = load(text);
  const [container] = spec.containers;
  for (const { name: volume, mountPath } of container.volumeMounts) {
    const { hostPath } = spec.volumes.find((one) => one.name === volume);
    if (hostPath.path !== mountPath) throw new Error(`${volume} is ${hostPath.path} outside and ${mountPath} inside`);
  }
  return container.command;
}

function start(file, text) {
  const [program, ...rest] = programOf(text);
  const log = openSync(`/run/logs/${program}.log`, 'a');
  const pod = { text, ended: false, child: spawn(program, rest, { stdio: ['ignore', log, log] }) };
  pod.child.on('exit', () => {
    pod.ended = true;
    // As soon as a container of its does: half a second instead of kubelet's ten.
    setTimeout(() => running.get(file) === pod && running.delete(file), 500);
  });
  running.set(file, pod);
}

function runPods() {
  const files = existsSync(manifests) ? readdirSync(manifests).filter((file) => !file.startsWith('.')) : [];
  for (const [file, pod] of running) {
    if (!files.includes(file) || readFileSync(join(manifests, file), 'utf8') !== pod.text) {
      if (pod.ended) running.delete(file);
      else pod.child.kill('SIGTERM');
    }
  }
  for (const file of files) if (!running.has(file)) start(file, readFileSync(join(manifests, file), 'utf8'));
}

const kubectl = (config, args, input) =>
  execFileSync('kubectl', ['--kubeconfig', config, '--request-timeout=5s', ...args], {
    input,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'inherit'],
  });

let asked;
function askForCertificate() {
  mkdirSync(pki, { recursive: true });
  const key = join(pki, 'key.pem');
  if (asked === undefined) {
    const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key];
    const csr = execFileSync('openssl', ['req', '-new', ...made, '-subj', `/O=system:nodes/CN=system:node:${name}`], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const request = {
      apiVersion: 'certificates.k8s.io/v1',
      kind: 'CertificateSigningRequest',
      metadata: { generateName: 'node-csr-' },
      spec: {
        request: csr.toString('base64'),
        signerName: 'kubernetes.io/kube-apiserver-client-kubelet',
        usages: ['digital signature', 'client auth'],
      },
    };
    asked = kubectl(bootstrap, ['create', '--validate=false', '-o', 'name', '-f', '-'], JSON.stringify(request)).trim();
  }
  const signed = kubectl(bootstrap, ['get', asked, '-o', 'jsonpath={.status.certificate}']);
  if (signed === '') return;
  const pem = join(pki, 'kubelet-client-current.pem');
  writeFileSync(pem, Buffer.from(signed, 'base64').toString() + readFileSync(key, 'utf8'), { mode: 0o600 });
  const config = load(readFileSync(bootstrap, 'utf8'));
  config.users[0].user = { 'client-certificate': pem, 'client-key': pem };
  writeFileSync(own, JSON.stringify(config), { mode: 0o600 });
}

function register() {
  // kubeadm waits for this label.
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { 'kubernetes.io/hostname': name } } };
  const kubeletVersion = execFileSync('kubeadm', ['version', '-o', 'short'], { encoding: 'utf8' }).trim();
  const status = {
    addresses: [{ type: 'InternalIP', address }],
    conditions: [{ type: 'Ready', status: 'True', reason: 'Stand-in' }],
  };
  const there = kubectl(own, ['get', 'node', name, '--ignore-not-found', '-o', 'name']);
  if (there === '') kubectl(own, ['create', '--raw', '/api/v1/nodes', '-f', '-'], JSON.stringify(node));
  const seen = JSON.parse(kubectl(own, ['get', 'node', name, '-o', 'json']));
  status.nodeInfo = { ...seen.status.nodeInfo, kubeletVersion };
  kubectl(own, ['replace', '--raw', `/api/v1/nodes/${name}/status`, '-f', '-'], JSON.stringify({ ...seen, status }));
  registered = true;
}

/** What the API shows of a static pod; kubeadm finds etcd's members by it. */
function mirror() {
  const { uid } = JSON.parse(kubectl(own, ['get', 'node', name, '-o', 'json'])).metadata;
  for (const { text } of running.values()) {
    const pod = load(text);
    pod.metadata.name += `-${name}`;
    pod.metadata.annotations = { ...pod.metadata.annotations, ...MIRROR };
    pod.metadata.ownerReferences = [{ apiVersion: 'v1', kind: 'Node', name, uid, controller: true }];
    pod.spec.nodeName = name;
    const { metadata } = pod;
    if (mirrored.has(metadata.name)) continue;
    kubectl(own, ['create', '--raw', `/api/v1/namespaces/${metadata.namespace}/pods`, '-f', '-'], JSON.stringify(pod));
    mirrored.add(metadata.name);
  }
}

function beNode() {
  try {
    if (existsSync(own)) {
      if (!registered) register();
      if (mirrored.size < running.size) mirror();
    } else if (existsSync(bootstrap) && existsSync('/var/lib/kubelet/config.yaml')) askForCertificate();
  } catch {
    // The API is away: it is asked again.
  }
}

mkdirSync('/run/logs', { recursive: true });
mkdirSync('/run/containerd', { recursive: true });
// A container runtime that can do nothing (gRPC's "unimplemented"), which it says at once.
createHttp2()
  .on('stream', (stream) =>
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '12' }, { endStream: true }),
  )
  .listen('/run/containerd/containerd.sock');
createServer((_, response) => response.end('ok')).listen(10248, '127.0.0.1');
setInterval(runPods, 200);
setInterval(beNode, 700);
process.on('SIGTERM', () => process.exit(0));
