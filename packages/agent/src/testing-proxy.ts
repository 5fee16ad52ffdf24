/** A wire between agent and server that tests can cut, hold still and listen to. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

export type ProxyMode =
  | 'open'
  /** Every connection ends at once. */
  | 'cut'
  /** Connections stand, and nothing comes through; what was under way arrives when it is mended. */
  | 'silent';

export class TestProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #target: URL;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #mode: ProxyMode = 'open';
  /** All that went to the server. */
  readonly toServer: Buffer[] = [];
  /** After how many bytes, of both directions, the next connection is cut. */
  nextCut: () => number = () => Number.POSITIVE_INFINITY;

  private constructor(target: URL) {
    this.#target = target;
    this.#server = createServer((socket) => this.#join(socket));
  }

  /** @param target - Address of the server: `http://127.0.0.1:8000`. */
  static async start(target: string): Promise<TestProxy> {
    const proxy = new TestProxy(new URL(target));
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get address(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  }

  get mode(): ProxyMode {
    return this.#mode;
  }

  set mode(mode: ProxyMode) {
    this.#mode = mode;
    for (const pair of this.#pairs) this.#settle(pair);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.mode = 'cut';
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(near: Socket): void {
    const far = connect({ host: this.#target.hostname, port: Number(this.#target.port) });
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    let left = this.nextCut();
    const pass = (from: Socket, to: Socket): void => {
      from.on('data', (chunk: Buffer) => {
        if (to === far) this.toServer.push(chunk);
        left -= chunk.length;
        if (left >= 0) to.write(chunk);
        else for (const socket of pair) socket.destroy();
      });
      from.on('error', () => {});
      from.on('close', () => {
        this.#pairs.delete(pair);
        to.destroy();
      });
    };
    pass(near, far);
    pass(far, near);
    this.#settle(pair);
  }

  #settle(pair: readonly [Socket, Socket]): void {
    for (const socket of pair) {
      if (this.#mode === 'cut') socket.destroy();
      else if (this.#mode === 'silent') socket.pause();
      else socket.resume();
    }
  }
}
