// npm start: opens examples/ in a real VS Code with this checkout as an extension. Ctrl-C ends it.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { desktopCommand } from './desktop.mjs';
import { fetchHost, project, startHost, workbenchUrl } from './node-host.mjs';

const examples = join(project, 'examples');
const code = desktopCommand();

if (code) {
  console.log(`Opening ${examples} with ${code}`);
  spawn(code, [`--extensionDevelopmentPath=${project}`, '--new-window', examples], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  }).on('exit', (status) => process.exit(status ?? 1));
} else {
  await fetchHost();
  const host = await startHost({ settings: { 'workbench.startupEditor': 'none' } });
  console.log(`VS Code with meanfield and examples/ is at\n\n  ${workbenchUrl(host, examples)}\n\nCtrl-C ends it.`);
  let ending = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, async () => {
      if (ending) return;
      ending = true;
      await host.stop();
      process.exit(0);
    });
}
