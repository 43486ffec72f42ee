/** What stands for the canvas and the pointer in tests without a page. */

/** An event target that stands for an element 400 × 300 px large at (10, 20) of the window. */
export class Surface extends EventTarget {
  clientWidth = 400;
  clientHeight = 300;
  setPointerCapture(): void {}
  getBoundingClientRect() {
    return { left: 10, top: 20, width: this.clientWidth, height: this.clientHeight };
  }
  send(type: string, fields: object): Event {
    const event = Object.assign(new Event(type, { cancelable: true }), fields);
    this.dispatchEvent(event);
    return event;
  }
}

export const mouse = (x: number, y: number, more: object = {}) => ({
  pointerId: 1,
  pointerType: "mouse",
  clientX: x + 10,
  clientY: y + 20,
  button: 0,
  buttons: 1,
  shiftKey: false,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...more,
});
export const finger = (id: number, x: number, y: number) => ({ ...mouse(x, y), pointerId: id, pointerType: "touch" });
