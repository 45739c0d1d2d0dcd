import type { FileReport, Report } from '../protocol.js';

/** One way to write a report, piece by piece, so that large directories show results while they are analysed. */
export interface Format {
  opening(): string;
  file(report: FileReport): string;
  closing(totals: Totals): string;
}

export interface Totals {
  files: number;
  models: number;
  findings: number;
  /** Findings of severity warning or error: what makes the exit code 1. */
  alarms: number;
  milliseconds: number;
}

/** The `Report` of protocol.ts as JSON, one line a file, so that reports compare well line by line. */
export function jsonFormat({ schema, tool }: Pick<Report, 'schema' | 'tool'>): Format {
  let separator = '';
  return {
    opening: () => `{"schema":${schema},"tool":${JSON.stringify(tool)},"files":[`,
    file(report) {
      const text = `${separator}\n${JSON.stringify(report)}`;
      separator = ',';
      return text;
    },
    closing: () => '\n]}\n',
  };
}
