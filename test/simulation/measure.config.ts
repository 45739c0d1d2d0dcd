import { defineConfig } from 'vitest/config';

export default defineConfig({ test: { include: ['test/simulation/*.measure.ts'], testTimeout: 7_200_000 } });
