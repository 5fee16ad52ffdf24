import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** One project a package, so that `vitest run --project pipeline` runs that package alone. */
const packages = [
  'pipeline',
  'disclosure',
  'cohort',
  'protocol',
  'web',
  'platform',
  'runner',
  'server',
  'agent',
  'airlock',
  'cli',
];

/** Many tests start servers, containers and browsers; on a busy machine a second can become a minute. */
const patience = { testTimeout: 120_000, hookTimeout: 120_000, teardownTimeout: 60_000 };
const setupFiles = ['./tools/test/fixed-seed.ts'];

const config: ViteUserConfig = defineConfig({
  test: {
    projects: [
      { test: { name: 'architecture', include: ['tools/**/*.test.ts'], setupFiles, ...patience } },
      ...packages.map((name) => ({
        test: { name, include: [`packages/${name}/src/**/*.test.ts`], setupFiles, ...patience },
      })),
    ],
    coverage: { include: ['packages/*/src/**/*.ts'], reporter: ['text-summary', 'html'] },
  },
});

export default config;
