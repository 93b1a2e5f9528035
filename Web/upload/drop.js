import { h } from "../core/dom.js";
import { permitted } from "../core/session.js";
import { icon } from "../ui/icons.js";
import { fromDrop } from "./collect.js";
import { collect } from "./queue.js";

/**
 * Files may be dropped anywhere in the window; they are listed on the upload page.
 * @param {(path: string) => void} go
 */
export function watchDrops(go) {
    const shade = h(
        "div",
        { class: "dropping" },
        h(
            "div",
            null,
            icon("upload"),
            "Drop the images here",
            h("span", { class: "muted small" }, "Files, folders or ZIP archives"),
        ),
    );
    let depth = 0;
    const holdsFiles = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files") ?? false;
    const hide = () => {
        depth = 0;
        shade.remove();
    };
    addEventListener("dragenter", (event) => {
        if (!holdsFiles(event) || !permitted("upload")) return;
        depth += 1;
        if (!shade.isConnected) document.body.append(shade);
    });
    addEventListener("dragleave", (event) => {
        if (holdsFiles(event) && --depth <= 0) hide();
    });
    addEventListener("dragover", (event) => {
        if (holdsFiles(event)) event.preventDefault();
    });
    addEventListener("drop", (event) => {
        if (!holdsFiles(event) || !event.dataTransfer) return;
        // Without this the browser would leave the app and open the file.
        event.preventDefault();
        hide();
        if (!permitted("upload")) return;
        collect(fromDrop(event.dataTransfer));
        if (location.pathname !== "/upload") go("/upload");
    });
}
