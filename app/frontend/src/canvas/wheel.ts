/** Whether a wheel event zooms or pans: a pinch and a mouse wheel zoom, two fingers on a trackpad pan. */

export type Wheel = { zoom: number } | { x: number; y: number };

const STEP = 1.0016;


export function createWheelReader(): (event: WheelEvent) => Wheel {
  let lastPan = 0;
  return (event) => {
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 20 : 1;
    const x = event.deltaX * lines;
    const y = event.deltaY * lines;
    // Browsers report a pinch as a wheel with Ctrl, in small steps.
    if (event.ctrlKey || event.metaKey) return { zoom: Math.abs(y) < 50 ? 1.01 ** -y : STEP ** -y };
    if (event.shiftKey && !x) return { x: -y, y: 0 };
    const notched = event.deltaMode === WheelEvent.DOM_DELTA_LINE || (!x && Number.isInteger(event.deltaY) && Math.abs(event.deltaY) >= 40);
    // A swipe's tail has large even steps, too: what began as a pan goes on as one.
    if (notched && event.timeStamp - lastPan > 180) return { zoom: STEP ** -y };
    lastPan = event.timeStamp;
    return { x: -x, y: -y };
  };
}
