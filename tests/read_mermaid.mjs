// Reads a JSON list of Mermaid texts and prints, for each, what Mermaid itself reads there, or its error.
// Mermaid and jsdom lie in the folder that SALESFLOW_MERMAID names.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const folder = process.env.SALESFLOW_MERMAID;
const { JSDOM } = createRequire(join(folder, "package.json"))("jsdom");
globalThis.window = new JSDOM("").window;
globalThis.document = window.document;
const core = join(folder, "node_modules", "mermaid", "dist", "mermaid.core.mjs");
const mermaid = (await import(pathToFileURL(core))).default;
await mermaid.parse("flowchart LR\n a --> b"); // loads the kinds of diagrams

async function read(text) {
  try {
    await mermaid.parse(text);
    const { type, db } = await mermaid.mermaidAPI.getDiagramFromText(text);
    const boxes = [...db.getVertices().values()].map(({ id, text, classes }) => [id, text, classes]);
    const arrows = db.getEdges().map(({ start, end, text, stroke }) => [start, end, text, stroke]);
    return { type, title: db.getDiagramTitle(), boxes, arrows };
  } catch (error) {
    return { error: String(error) };
  }
}

const found = [];
for (const text of JSON.parse(readFileSync(0, "utf8"))) found.push(await read(text));
console.log(JSON.stringify(found));
