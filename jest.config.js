/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  // TypeScript wants the extension in an import() of a file.
  moduleNameMapper: { '^\\./((?:commands|aws|kube)/[a-z-]+)\\.js$': '<rootDir>/cli/$1' },
  globalSetup: '<rootDir>/test/support/temporary.ts',
  maxWorkers: 2,
  // Each worker loads cdktf once per file; a worker that outgrows this is replaced.
  workerIdleMemoryLimit: '1GB',
};
