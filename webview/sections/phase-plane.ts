import { element } from '../elements.js';
import type { Actions, Section } from '../panel-view.js';

export function phasePlaneSection(_actions: Actions): Section {
  return { element: element('section'), show() {} };
}
