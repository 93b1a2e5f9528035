import { h } from "../core/dom.js";
import { api } from "../core/api.js";

/** @import { Export } from "../types.d.ts" */

/**
 * Whether faces are taken out of an export, and how far that is. It is off unless somebody wants it.
 * @returns {{ element: HTMLElement, make(wanted: object, signal: AbortSignal): Promise<Export> }}
 */
export function exportFaces() {
    const box = h("input", { type: "checkbox", id: "export-faces", "aria-describedby": "export-faces-hint" });
    const progress = h("progress", { "aria-label": "Series whose faces were taken out", max: "1", value: "0" });
    const words = h("span", { class: "small muted" });
    const state = h("div", { class: "export-faces-state", "aria-live": "polite" }, progress, words);
    state.hidden = true;
    const element = h("div", { class: "field export-faces" }, [
        h(
            "label",
            { class: "check", for: "export-faces" },
            box,
            h("span", null, "Take faces out of heads (CT and MR)"),
        ),
        h(
            "span",
            { class: "hint", id: "export-faces-hint" },
            "From a head scan a face can be rebuilt. With this, skin and soft tissue of the face are taken out and the " +
                "brain stays as it is; ears and forehead stay, too. It makes recognising somebody hard, not " +
                "impossible. Series where it cannot be done safely are left out.",
        ),
        state,
    ]);
    return {
        element,
        async make(wanted, signal) {
            if (!box.checked) return await api.post("exports", wanted, signal);
            try {
                while (true) {
                    const answer = await api.post("exports", { ...wanted, deface: true }, signal);
                    if (typeof answer.ready !== "number") return answer;
                    state.hidden = false;
                    progress.max = answer.of;
                    progress.value = answer.ready;
                    words.textContent = `${answer.ready} of ${answer.of} series. What is done is kept.`;
                }
            } finally {
                state.hidden = true;
            }
        },
    };
}
