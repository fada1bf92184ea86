import type { FromServer, ToServer } from "./protocol";

/** The socket to the server. It comes back by itself, and what was not acknowledged is sent again. */
export interface Channel {
  send(message: ToServer): void;
  close(): void;
}

export interface Listener {
  hear(message: FromServer): void;
  /** The socket is open: who we are, and what is to be sent again. */
  opened(): ToServer[];
  connection(state: "open" | "lost" | "refused"): void;
}

const FIRST_WAIT = 250;
const LONGEST_WAIT = 4000;
const REFUSED = 4401;

export function openChannel(address: string, listener: Listener): Channel {
  let socket: WebSocket | null = null;
  let closed = false;
  let wait = FIRST_WAIT;
  let timer = 0;

  function connect(): void {
    socket = new WebSocket(address);
    socket.onopen = () => {
      wait = FIRST_WAIT;
      for (const message of listener.opened()) send(message);
      listener.connection("open");
    };
    socket.onmessage = (event: MessageEvent<string>) => listener.hear(JSON.parse(event.data) as FromServer);
    socket.onclose = (event) => {
      if (closed) return;
      listener.connection(event.code === REFUSED ? "refused" : "lost");
      if (event.code === REFUSED) return;
      timer = window.setTimeout(connect, wait);
      wait = Math.min(2 * wait, LONGEST_WAIT);
    };
  }
  function send(message: ToServer): void {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  }
  const online = (): void => {
    if (socket?.readyState === WebSocket.OPEN || closed) return;
    clearTimeout(timer);
    wait = FIRST_WAIT;
    connect();
  };
  window.addEventListener("online", online);
  connect();
  return {
    send,
    close() {
      closed = true;
      clearTimeout(timer);
      window.removeEventListener("online", online);
      socket?.close();
    },
  };
}
