import { randomBytes } from 'node:crypto';
import { Uri, type Webview } from 'vscode';

/** Everything that the page may load: nothing but our own bundles. */
export const pageRoot = (extension: Uri): Uri => Uri.joinPath(extension, 'dist');

/** The page of the panel. It carries no data: the report travels by message. */
export function panelPage(webview: Webview, extension: Uri): string {
  const nonce = randomBytes(16).toString('base64url');
  const resource = (name: string) => webview.asWebviewUri(Uri.joinPath(pageRoot(extension), name)).toString();
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${webview.cspSource} 'nonce-${nonce}'`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>meanfield</title>
<link rel="stylesheet" nonce="${nonce}" href="${resource('webview.css')}">
</head>
<body>
<div id="root"></div>
<script nonce="${nonce}" src="${resource('webview.js')}"></script>
</body>
</html>`;
}
