import { annotated } from '../annotated.js';

for (const feature of ['hover', 'inlay-hints', 'code-lens']) annotated(new URL(`./${feature}.py`, import.meta.url));
