import { expect, test } from "vitest";
import { handOver, type Near } from "../../src/panels/hand_over";

interface Clicked {
  href: string;
  download: string;
}

const page = (baseURI: string, clicked: Clicked[]): Document => {
  const createElement = () => {
    const link = {
      href: "",
      download: "",
      click: () => void clicked.push({ href: link.href, download: link.download }),
    };
    return link;
  };
  return { baseURI, createElement } as unknown as Document;
};

const framed = (document: Document, around: () => Document): Near =>
  ({ document, parent: Object.defineProperty({}, "document", { get: around }) }) as unknown as Near;

test("in TensorBoard's frame the link is one of the page around it, whose policy would keep the frame from a blob", () => {
  const inFrame: Clicked[] = [];
  const around: Clicked[] = [];
  const outer = page("http://host/", around);
  const here = framed(page("http://host/data/plugin_entry.html", inFrame), () => outer);
  handOver("blob:http://host/1-2", "run.png", here);
  handOver("plugin/paramviz/report?run=a", "report.md", here);
  expect(inFrame).toEqual([]);
  expect(around).toEqual([
    { href: "blob:http://host/1-2", download: "run.png" },
    { href: "http://host/data/plugin/paramviz/report?run=a", download: "report.md" },
  ]);
});

test("a page of another site around it isn't touched", () => {
  const inFrame: Clicked[] = [];
  const here = framed(page("file:///run.html", inFrame), () => {
    throw new DOMException("cross-origin", "SecurityError");
  });
  handOver("blob:null/1", "run.svg", here);
  expect(inFrame).toEqual([{ href: "blob:null/1", download: "run.svg" }]);
});
