import type { Progress, Transfer } from "../progress.js";
import type { ObjectRequests, RequestOptions } from "../requests.js";

/** How far a reading of several requests is: they are one transfer. */
export class Tally {
  readonly #transfer: Pick<Transfer, "report" | "end">;
  readonly #total: number | undefined;
  #bytes = 0;

  /**
   * @param label what is read
   * @param total bytes of all requests, where that is known
   */
  constructor(
    requests: Pick<ObjectRequests, "transfer">,
    label: string,
    { onProgress }: RequestOptions,
    total: number | undefined,
  ) {
    this.#total = total;
    this.#transfer = requests.transfer?.(label, { onProgress }) ?? {
      report: (bytes, total) => onProgress?.({ bytes, total }),
      end: () => undefined,
    };
  }

  /** Options of one of the requests. */
  part(): Pick<RequestOptions, "isPart" | "onProgress"> {
    let own = 0;
    const onProgress = ({ bytes }: Progress): void => {
      this.#bytes += bytes - own;
      own = bytes;
      this.#transfer.report(this.#bytes, this.#total);
    };
    return { isPart: true, onProgress };
  }

  /** What came was in vain: it is read anew. */
  restart(): void {
    this.#bytes = 0;
  }

  end(): void {
    this.#transfer.end();
  }
}
