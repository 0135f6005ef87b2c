import type { Registry } from "prom-client";
import { isMemmapError } from "../../errors.js";
import { partner } from "../../frame/partner.js";

/** What is counted. */
export interface Metrics {
  /** An answer: its route, its status, and the seconds that it took. */
  answered(route: string, status: number, seconds: number): void;
  sent(bytes: number): void;
  cut(): void;
  /** All of it in the format of Prometheus; undefined where nothing is counted. */
  readonly registry: Registry | undefined;
}

/** What is asked for at the time of asking. */
export interface Gauges {
  readonly running: () => number;
  readonly waiting: () => number;
  readonly connections: () => number;
  readonly openFiles: () => number;
}

const NOTHING: Metrics = {
  answered: () => undefined,
  sent: () => undefined,
  cut: () => undefined,
  registry: undefined,
};

/**
 * @param isWanted when left out, whatever is counted is counted where prom-client is installed
 * @throws UnsupportedError where it is wanted and not installed
 */
export async function openMetrics(isWanted: boolean | undefined, gauges: Gauges): Promise<Metrics> {
  if (isWanted === false) return NOTHING;
  try {
    const prom = await partner("prom-client", "metrics of memmap-table/server", () => import("prom-client"));
    return metricsOf(prom, gauges);
  } catch (error) {
    if (isWanted === true || !isMemmapError(error, "UNSUPPORTED")) throw error;
    return NOTHING;
  }
}

function metricsOf(
  { Counter, Gauge, Histogram, Registry }: typeof import("prom-client"),
  gauges: Gauges,
): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const answers = new Counter({
    name: "memmap_http_requests_total",
    help: "Requests that were answered.",
    labelNames: ["route", "status"] as const,
    registers,
  });
  const duration = new Histogram({
    name: "memmap_http_request_duration_seconds",
    help: "From the head of a request to the end of its answer.",
    labelNames: ["route"] as const,
    buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100],
    registers,
  });
  const bytes = new Counter({
    name: "memmap_http_sent_bytes_total",
    help: "Bytes of bodies that were sent.",
    registers,
  });
  const slow = new Counter({
    name: "memmap_http_slow_clients_total",
    help: "Clients that were disconnected because they took too long.",
    registers,
  });
  const gauge = (name: string, help: string, value: () => number): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  };
  gauge("memmap_http_requests_running", "Requests that are being answered.", gauges.running);
  gauge("memmap_http_requests_waiting", "Requests that wait for a place.", gauges.waiting);
  gauge("memmap_http_connections", "Open connections.", gauges.connections);
  gauge("memmap_open_files", "Tables and HDF5 files that are held open.", gauges.openFiles);
  return {
    answered: (route, status, seconds) => {
      answers.inc({ route, status });
      duration.observe({ route }, seconds);
    },
    sent: (count) => bytes.inc(count),
    cut: () => slow.inc(),
    registry,
  };
}
