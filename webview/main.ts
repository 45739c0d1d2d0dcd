import './style/panel.css';
import { connectHost } from './host.js';
import { Panel } from './panel.js';
import { onThemeChange } from './theme.js';

const host = connectHost();
const panel = new Panel(document.getElementById('root') ?? document.body, host);
host.listen((message) => panel.receive(message));
onThemeChange(() => panel.redraw());
host.send({ type: 'ready' });
