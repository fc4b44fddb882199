import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { App } from 'cdktf';
import { summarize } from '../lib';

/** `npm start [-- NAME]`: synthesizes an example and says in ten seconds what it would build. */
async function main(name = 'production'): Promise<void> {
  const program = resolve(__dirname, '..', 'examples', name, 'main.ts');
  if (!existsSync(program)) {
    process.stderr.write(`no example is called ${name}; there are production and ha-cluster\n`);
    process.exitCode = 64;
    return;
  }
  const { app } = (await import(program)) as { app: App };
  const { clusters, stacks } = summarize(app);
  for (const { name: cluster, lines } of clusters) {
    process.stdout.write(`\nCluster ${cluster}\n`);
    const width = Math.max(...lines.map(({ topic }) => topic.length));
    for (const { topic, text } of lines) process.stdout.write(`  ${topic.padEnd(width)}  ${text}\n`);
  }
  process.stdout.write('\nTerraform\n');
  for (const { name: stack, resources, folder } of stacks) {
    process.stdout.write(
      `  ${stack}: ${resources} ${resources === 1 ? 'resource' : 'resources'} in ${app.outdir}/${folder}/cdk.tf.json\n`,
    );
  }
  process.stdout.write(
    `\nNext: npx cdktf-cli@0.21 deploy '*'   (or terraform init, plan, apply in each folder, in this order)\n`,
  );
}

void main(process.argv[2]);
