// node static-pod.mjs MANIFEST: becomes the program of a static pod, with its arguments, on this machine's own file system.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';

const pod = load(readFileSync(process.argv[2], 'utf8'));
const [container] = pod.spec.containers;
for (const { name, mountPath } of container.volumeMounts) {
  const { hostPath } = pod.spec.volumes.find((volume) => volume.name === name);
  if (hostPath.path !== mountPath)
    throw new Error(`${name} is ${hostPath.path} outside and ${mountPath} inside: it cannot run here`);
}
const [program, ...rest] = container.command;
const child = spawn(program, rest, { stdio: 'inherit' });
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code) => process.exit(code ?? 1));
