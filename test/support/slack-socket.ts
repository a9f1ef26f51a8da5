import { createHash } from "node:crypto";
import type { Server } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { DemoSlack } from "#demo/slack/server";

/** Slack's side of Socket Mode before the demo's Slack: hands out sockets, sends envelopes, hears acknowledgements. */
export interface SocketSlack {
  readonly apiUrl: string;
  /** Open sockets, oldest first. */
  sockets(): number;
  /** Sends to one of them and resolves with what the bot acknowledged; undefined: nothing within the time. */
  send(envelope: object, socket?: number, patience?: number): Promise<unknown>;
  /** As Slack renews sockets: tells the bot to go, then closes. */
  renew(socket: number): void;
  /** Cuts every socket and refuses new ones until `up`. */
  down(): Promise<void>;
  up(): Promise<void>;
  /** What `apps.connections.open` answers from now on. */
  refuse(error: string | undefined): void;
  opened(): number;
  close(): Promise<void>;
}

export async function socketSlack(slack: DemoSlack): Promise<SocketSlack> {
  const open: Socket[] = [];
  const acks = new Map<string, (payload: unknown) => void>();
  let refusal: string | undefined;
  let opened = 0;
  let server: Server | undefined;
  let port = 0;

  async function listen(): Promise<void> {
    const made = createServer((request, response) => {
      if (request.url?.endsWith("/apps.connections.open")) {
        opened++;
        const answer =
          refusal === undefined ? { ok: true, url: `ws://127.0.0.1:${port}/link` } : { ok: false, error: refusal };
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
        return;
      }
      const chunks: Buffer[] = [];
      request
        .on("data", (chunk: Buffer) => chunks.push(chunk))
        .on("end", () => {
          const { authorization = "", "content-type": type = "" } = request.headers;
          void fetch(slack.address + (request.url ?? ""), {
            method: "POST",
            body: Buffer.concat(chunks),
            headers: { authorization, "content-type": type },
          })
            .then((answer) => answer.text())
            .then((body) => response.writeHead(200, { "content-type": "application/json" }).end(body));
        });
    });
    made.on("upgrade", (request, socket: Socket) => {
      const accept = createHash("sha1")
        .update(`${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
        .digest("base64");
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
      open.push(socket);
      const gone = (): void => void (open.includes(socket) && open.splice(open.indexOf(socket), 1));
      socket.on("close", gone).on("error", gone);
      readFrames(socket, (kind, data) => {
        if (kind === 8) return socket.end(frame(8, data));
        if (kind === 9) return socket.write(frame(10, data));
        if (kind !== 1) return undefined;
        const { envelope_id: id, payload } = JSON.parse(data.toString());
        acks.get(id)?.(payload);
        return acks.delete(id);
      });
      socket.write(text({ type: "hello", num_connections: open.length }));
    });
    await new Promise<void>((resolve) => made.listen(port, "127.0.0.1", resolve));
    port = (made.address() as AddressInfo).port;
    server = made;
  }
  async function stop(): Promise<void> {
    for (const socket of open.slice()) socket.destroy();
    await new Promise((resolve) => {
      server?.close(resolve);
      server?.closeAllConnections();
    });
  }
  await listen();

  return {
    get apiUrl() {
      return `http://127.0.0.1:${port}/api/`;
    },
    sockets: () => open.length,
    async send(envelope, socket = 0, patience = 3_000) {
      const id = "envelope_id" in envelope ? String(envelope.envelope_id) : `env-${Math.random()}`;
      const acked = new Promise((resolve) => {
        acks.set(id, resolve);
        setTimeout(resolve, patience, undefined);
      });
      open[socket]?.write(text({ envelope_id: id, accepts_response_payload: true, ...envelope }));
      return acked;
    },
    renew: (socket) => void open[socket]?.write(text({ type: "disconnect", reason: "refresh_requested" })),
    down: stop,
    up: listen,
    refuse: (error) => {
      refusal = error;
    },
    opened: () => opened,
    close: stop,
  };
}

const text = (message: object): Buffer => frame(1, Buffer.from(JSON.stringify(message)));

function frame(kind: number, data: Buffer): Buffer {
  const head =
    data.length < 126
      ? Buffer.from([0x80 | kind, data.length])
      : Buffer.from([0x80 | kind, 126, data.length >> 8, data.length & 255]);
  return Buffer.concat([head, data]);
}

/** Frames of a client: masked, whole, shorter than 64 kB. */
function readFrames(socket: Socket, hear: (kind: number, data: Buffer) => unknown): void {
  let waiting = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    waiting = Buffer.concat([waiting, chunk]);
    for (;;) {
      if (waiting.length < 6) return;
      const short = (waiting[1] ?? 0) & 127;
      const start = short === 126 ? 8 : 6;
      const length = short === 126 ? waiting.readUInt16BE(2) : short;
      if (waiting.length < start + length) return;
      const mask = waiting.subarray(start - 4, start);
      const data = Buffer.from(
        waiting.subarray(start, start + length).map((byte, index) => byte ^ (mask[index % 4] ?? 0)),
      );
      hear((waiting[0] ?? 0) & 15, data);
      waiting = Buffer.from(waiting.subarray(start + length));
    }
  });
}
