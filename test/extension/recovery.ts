import assert from 'node:assert/strict';
import { commands } from 'vscode';
import { appears, disappears, open, replace, revert } from './editor.js';
import { eventually, test } from './runner.js';
import { canFindProcesses, serverProcesses } from './server-process.js';

/** The server answers again: an edit clears the finding, its revocation brings it back. */
async function analyses(): Promise<void> {
  const document = await open('frozen.py');
  await appears(document, 'vanishing-gradient');
  await replace(document, 'depth=30', 'depth=3');
  await disappears(document, 'vanishing-gradient');
  await revert(document);
  await appears(document, 'vanishing-gradient');
}

test('"Restart server" gives a server that analyses', async () => {
  await commands.executeCommand('meanfield.restartServer');
  await analyses();
});

if (canFindProcesses) {
  test('Exactly one process is started, and a restart leaves none behind', async () => {
    const before = serverProcesses();
    await commands.executeCommand('meanfield.restartServer');
    await eventually('one other server', () => serverProcesses().length === 1 && serverProcesses()[0] !== before[0]);
    assert.equal(before.length, 1);
  });

  test('A server that crashes comes back by itself, four times', async () => {
    for (let crash = 1; crash <= 4; crash++) {
      const [id] = await eventually('a server', () => serverProcesses().length === 1 && serverProcesses());
      process.kill(id!, 'SIGKILL');
      await eventually('another server', () => serverProcesses().length === 1 && serverProcesses()[0] !== id);
      await analyses();
    }
  });

  test('After a fifth crash it stays down until "Restart server" is chosen', async () => {
    const [id] = await eventually('a server', () => serverProcesses().length === 1 && serverProcesses());
    process.kill(id!, 'SIGKILL');
    await eventually('no server', () => serverProcesses().length === 0);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    assert.deepEqual(serverProcesses(), []);
    await commands.executeCommand('meanfield.restartServer');
    await analyses();
  });
}
