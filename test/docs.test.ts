import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as ts from 'typescript';

const root = join(__dirname, '..');
const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const snippets = pages.flatMap((page) =>
  [...readFileSync(join(root, page), 'utf8').matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code], number) => ({
    path: join(root, `${page.replaceAll('/', '-')}.${number}.ts`),
    code: `${code}\nexport {};\n`,
  })),
);

test('every TypeScript snippet of the documentation compiles', () => {
  const sources = new Map(snippets.map(({ path, code }) => [path, code]));
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile) as { config: object };
  const options: ts.CompilerOptions = {
    ...ts.parseJsonConfigFileContent(config, ts.sys, root).options,
    noEmit: true,
    noUnusedLocals: false,
    paths: { 'cdk-container-platform': [join(root, 'lib')] },
  };
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists } = host;
  host.readFile = (file) => sources.get(file) ?? readFile(file);
  host.fileExists = (file) => sources.has(file) || fileExists(file);
  const program = ts.createProgram([...sources.keys()], options, host);
  const errors = [...sources.keys()]
    .flatMap((path) => ts.getPreEmitDiagnostics(program, program.getSourceFile(path)))
    .map(({ file, messageText }) => `${file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`);
  expect(sources.size).toBeGreaterThan(1);
  expect(errors).toEqual([]);
}, 60_000);

test('every relative link of the documentation leads somewhere', () => {
  const dead = pages.flatMap((page) =>
    [...readFileSync(join(root, page), 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)(#[^)]*)?\)/g)]
      .map(([, target]) => join(root, page, '..', target ?? ''))
      .filter((target) => !ts.sys.fileExists(target) && !ts.sys.directoryExists(target))
      .map((target) => `${page}: ${target.replace(root, '')}`),
  );
  expect(dead).toEqual([]);
});
