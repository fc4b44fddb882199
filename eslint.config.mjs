import js from '@eslint/js';
import awscdk from 'eslint-plugin-awscdk';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import { importX } from 'eslint-plugin-import-x';
import jest from 'eslint-plugin-jest';
import jsdoc from 'eslint-plugin-jsdoc';
import tseslint from 'typescript-eslint';

/** Which rooms of lib/ a room may import, besides itself. Everything else is refused. */
const rooms = {
  core: [],
  bindings: ['core'],
  hosts: ['core', 'bindings'],
  cluster: ['core', 'bindings', 'hosts'],
  network: ['core', 'bindings', 'cluster'],
  policy: ['core'],
  render: ['core'],
  apps: ['core'],
};
const zones = Object.entries(rooms).map(([room, allowed]) => ({
  target: `./lib/${room}`,
  from: './lib',
  except: ['charts.ts', room, ...allowed].map((name) => `./${name}`),
  message: `lib/${room} may import ${[room, ...allowed].map((name) => `lib/${name}`).join(', ')} only.`,
}));
zones.push({
  target: './lib',
  from: ['./cli', './e2e', './bench', './examples', './test'],
  message: 'lib/ imports lib/ only.',
});

export default tseslint.config(
  {
    ignores: [
      'dist',
      'cdktf.out',
      'out',
      'coverage',
      'site',
      '**/*.{js,cjs,mjs}',
      'lib/bindings/*.table.ts',
      'e2e/providers/**',
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  importX.flatConfigs.typescript,
  {
    files: ['**/*.ts'],
    plugins: { 'import-x': importX, jsdoc },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver()] },
    rules: {
      'import-x/no-cycle': 'error',
      'import-x/no-restricted-paths': ['error', { zones }],
      'import-x/no-extraneous-dependencies': [
        'error',
        {
          devDependencies: ['test/**', 'e2e/**', 'bench/**', 'examples/**', 'scripts/**', 'cli/**'],
          peerDependencies: true,
        },
      ],
      'max-lines': ['error', { max: 250, skipComments: true, skipBlankLines: true }],
      'max-lines-per-function': ['error', { max: 60, skipComments: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
  {
    files: ['lib/**/*.ts'],
    plugins: { awscdk },
    rules: {
      'awscdk/no-unused-props': 'error',
      'awscdk/require-passing-this': 'error',
      'awscdk/pascal-case-construct-id': 'error',
      'jsdoc/require-jsdoc': [
        'error',
        {
          publicOnly: true,
          require: { ClassDeclaration: true, FunctionDeclaration: true },
          contexts: [
            'TSInterfaceDeclaration',
            'TSEnumDeclaration',
            'TSEnumMember',
            'TSPropertySignature',
            'TSMethodSignature',
          ],
        },
      ],
      'jsdoc/no-restricted-syntax': [
        'error',
        {
          contexts: [
            {
              context: 'TSPropertySignature[optional=true]',
              comment: 'JsdocBlock:not(:has(JsdocTag[tag=default]))',
              message: 'Say what happens without this prop: @default VALUE, or @default - words.',
            },
          ],
        },
      ],
      '@typescript-eslint/naming-convention': ['error', { selector: 'enumMember', format: ['UPPER_CASE'] }],
      'no-restricted-globals': [
        'error',
        { name: 'process', message: 'lib/ reads no environment: same input, same bytes.' },
        { name: 'Date', message: 'lib/ knows no clock.' },
      ],
      'no-restricted-properties': ['error', { object: 'Math', property: 'random', message: 'lib/ is deterministic.' }],
    },
  },
  {
    files: ['test/**/*.ts', 'e2e/**/*.ts', 'bench/**/*.ts'],
    plugins: { jest },
    rules: {
      'max-lines': 'off',
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      'jest/valid-expect': 'error',
      'jest/require-to-throw-message': 'error',
      'jest/no-focused-tests': 'error',
      'jest/no-disabled-tests': 'error',
    },
  },
);
