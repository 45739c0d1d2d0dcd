// A desktop VS Code of the machine, where there is one.
import { existsSync, realpathSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

/** The command line of VS Code: it can open folders, and it returns at once. */
export function desktopCommand() {
  const given = process.env.VSCODE_EXECUTABLE;
  if (given && existsSync(given)) return given;
  const names = process.platform === 'win32' ? ['code.cmd'] : ['code', 'code-insiders', 'codium'];
  const folders = (process.env.PATH ?? '').split(delimiter);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(existsSync) ?? null;
}

/** The program itself, as a test runner needs it: it stays until the window closes. `null` where no window could open. */
export function desktopExecutable() {
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return null;
  const given = process.env.VSCODE_EXECUTABLE;
  if (given) return existsSync(given) ? given : null;
  const command = desktopCommand();
  if (!command) return null;
  // `code` is a script in `bin` beside the program, on macOS inside of the application's folder.
  const root = resolve(realpathSync(command), '..', '..');
  const places = [join(root, 'code'), join(root, 'Code.exe'), resolve(root, '..', '..', 'MacOS', 'Electron')];
  return places.find(existsSync) ?? null;
}
