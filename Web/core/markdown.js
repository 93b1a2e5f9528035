/**
 * The part of Markdown that our guides are written in, as elements: headings, paragraphs, lists, tables, code, strong,
 * emphasis, links. Text stays text: there is no markup in, so none can come out.
 */

import { h } from "./dom.js";

/** @typedef {{ level: number, text: string, id: string }} Heading */

/**
 * @param {string} source
 * @returns {{ content: HTMLElement[], headings: Heading[] }}
 */
export function markdown(source) {
    /** @type {Heading[]} */
    const headings = [];
    const content = blocks(source).map((block) => element(block, headings));
    return { content, headings };
}

/** Lines that belong together: those between empty lines, and fences as a whole. @param {string} source */
function blocks(source) {
    /** @type {string[][]} */
    const all = [];
    /** @type {string[]} */
    let current = [];
    let fence = false;
    for (const line of source.replaceAll("\r", "").split("\n")) {
        const isFence = line.startsWith("```");
        const begins = !fence && (isFence || /^#{1,6} /.test(line) || /^#{1,6} /.test(current[0] ?? ""));
        if (current.length > 0 && (begins || (!fence && line.trim() === ""))) {
            all.push(current);
            current = [];
        }
        if (isFence) fence = !fence;
        if (fence || line.trim() !== "") current.push(line);
    }
    if (current.length > 0) all.push(current);
    return all;
}

/**
 * @param {string[]} lines
 * @param {Heading[]} headings
 * @returns {HTMLElement}
 */
function element(lines, headings) {
    const [first = ""] = lines;
    const heading = /^(#{1,6}) (.*)$/.exec(first);
    if (heading) return headingOf(heading[1]?.length ?? 1, heading[2] ?? "", headings);
    if (first.startsWith("```")) {
        const code = lines.slice(1).filter((line) => !line.startsWith("```"));
        return h("pre", { tabindex: "0" }, h("code", null, code.join("\n")));
    }
    if (first.startsWith("|")) return tableOf(lines);
    if (/^([-*]|\d+\.) /.test(first)) return listOf(lines);
    if (first.startsWith("> ")) {
        return h(
            "blockquote",
            null,
            inline(lines.map((line) => line.replace(/^> ?/, "")).join(" ")),
        );
    }
    return h("p", null, inline(lines.join(" ")));
}

/** @param {number} level @param {string} source @param {Heading[]} headings */
function headingOf(level, source, headings) {
    const nodes = inline(source);
    const text = nodes.map((node) => node.textContent ?? "").join("");
    const plain = text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "");
    const same = headings.filter(({ id }) => id === plain || id.startsWith(`${plain}-`)).length;
    const id = same > 0 ? `${plain}-${same}` : plain;
    headings.push({ level, text, id });
    return h(/** @type {"h1"} */ (`h${level}`), { id }, nodes);
}

/** @param {string[]} lines */
function listOf(lines) {
    /** @type {string[]} */
    const items = [];
    for (const line of lines) {
        const item = /^(?:[-*]|\d+\.) +(.*)$/.exec(line);
        if (item) items.push(item[1] ?? "");
        else items.push(`${items.pop() ?? ""} ${line.trim()}`);
    }
    return h(/^\d/.test(lines[0] ?? "") ? "ol" : "ul", null, items.map((item) => h("li", null, inline(item))));
}

/** @param {string[]} lines */
function tableOf(lines) {
    const cells = (/** @type {string} */ line) =>
        line.trim().replace(/^\||\|$/g, "").split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
    const [head = "", rule = "", ...body] = lines;
    const isHeaded = /^[\s|:-]+$/.test(rule);
    const rows = isHeaded ? body : lines;
    return h(
        "div",
        { class: "guide-table" },
        h("table", null, [
            isHeaded
                ? h("thead", null, h("tr", null, cells(head).map((cell) => h("th", { scope: "col" }, inline(cell)))))
                : null,
            h("tbody", null, rows.map((row) => h("tr", null, cells(row).map((cell) => h("td", null, inline(cell)))))),
        ]),
    );
}

const spans = /`([^`]+)`|\*\*(.+?)\*\*|\*([^*]+)\*|\[([^\]]+)\]\(([^)\s]+)\)/;

/**
 * @param {string} text
 * @returns {Node[]}
 */
export function inline(text) {
    /** @type {Node[]} */
    const nodes = [];
    let rest = text;
    for (let found = spans.exec(rest); found; found = spans.exec(rest)) {
        const [whole, code, strong, emphasis, label, target] = found;
        if (found.index > 0) nodes.push(document.createTextNode(rest.slice(0, found.index)));
        if (code !== undefined) nodes.push(h("code", null, code));
        else if (strong !== undefined) nodes.push(h("strong", null, inline(strong)));
        else if (emphasis !== undefined) nodes.push(h("em", null, inline(emphasis)));
        else nodes.push(link(label ?? "", target ?? ""));
        rest = rest.slice(found.index + whole.length);
    }
    if (rest) nodes.push(document.createTextNode(rest));
    return nodes;
}

/**
 * Links to places within the guide, to pages of the app, and to the web; to other files of the repository, which are
 * not served, only their words.
 * @param {string} label
 * @param {string} target
 */
function link(label, target) {
    if (/^(#|\/(?!\/))/.test(target)) return h("a", { href: target }, inline(label));
    if (/^https?:\/\//.test(target)) {
        return h("a", { href: target, rel: "noopener noreferrer", target: "_blank" }, inline(label));
    }
    return h("span", null, inline(label));
}
