// node lib/cluster/bootstrap/scripts/embed.mjs: writes the tables that carry node scripts as text, since lib/ reads no files.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';

const bootstrap = dirname(dirname(fileURLToPath(import.meta.url)));
const tables = [
  { folder: join(bootstrap, 'scripts'), table: join(bootstrap, 'scripts.table.ts'), name: 'SCRIPTS' },
  {
    folder: join(bootstrap, '../../hosts/aws/node'),
    table: join(bootstrap, '../../hosts/aws/node.table.ts'),
    name: 'AWS_SCRIPTS',
  },
];

/** The table's text, made from the files of a folder. */
export async function tableOf({ folder, name }) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'embed.mjs')
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
  const entries = files.map(
    (file) => `${JSON.stringify(relative(folder, file))}: ${JSON.stringify(readFileSync(file, 'utf8'))},`,
  );
  const head = `// Made by lib/cluster/bootstrap/scripts/embed.mjs; change the files it is made from.\n/** Files of a node, by name. */\n`;
  return format(`${head}export const ${name} = {\n${entries.join('\n')}\n} as const;\n`, {
    parser: 'typescript',
    singleQuote: true,
    printWidth: 120,
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const check = process.argv.includes('--check');
  for (const entry of tables) {
    const text = await tableOf(entry);
    if (!check) writeFileSync(entry.table, text);
    else if (readFileSync(entry.table, 'utf8') !== text) {
      console.error(
        `${relative(process.cwd(), entry.table)} is older than its files; run node lib/cluster/bootstrap/scripts/embed.mjs`,
      );
      process.exitCode = 1;
    }
  }
}
