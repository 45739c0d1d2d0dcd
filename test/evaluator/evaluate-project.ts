import { findModule, fullModuleName } from '../../language-server/source/module-paths.js';
import { evaluateText, parseText } from './evaluate-text.js';

/** A project in memory: evaluates one of its files, which may import the others. */
export function evaluateProject(files: Record<string, string>, file: string) {
  const read: string[] = [];
  const disk = { isFile: (path: string) => path === '/project/setup.py' || path in files };
  const { networks, problems } = evaluateText(files[file]!, {
    file,
    modules: {
      read(name, from) {
        const path = findModule(disk, name, from);
        if (path === null) return null;
        read.push(path);
        return { id: path, tree: parseText(files[path]!) };
      },
      fullName: (name, from) => fullModuleName(disk, name, from),
    },
  });
  return { networks, problems, read };
}
