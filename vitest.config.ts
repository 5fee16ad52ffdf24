import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** One project a package, so that `vitest run --project pipeline` runs that package alone. */
const packages = ['pipeline', 'cohort', 'protocol', 'web', 'runner', 'server', 'agent', 'cli'];

const config: ViteUserConfig = defineConfig({
  test: {
    projects: [
      { test: { name: 'architecture', include: ['tools/**/*.test.ts'] } },
      ...packages.map((name) => ({
        test: { name, include: [`packages/${name}/src/**/*.test.ts`], testTimeout: 60_000 },
      })),
    ],
    coverage: { include: ['packages/*/src/**/*.ts'], reporter: ['text-summary', 'html'] },
  },
});

export default config;
