import { fill, h } from "../core/dom.js";
import { labelAPI } from "../annotations/api.js";
import { field, select } from "../ui/form.js";
import { versionChoices } from "./download.js";

/** @import { LabelSet } from "../annotations/types.d.ts" */

/**
 * Which label set goes along in an export, and in which version. Nothing is shown where the project has none.
 * @returns {{ element: HTMLElement, show(project: string): Promise<void>, chosen(): { set: string, at: string }[] }}
 */
export function exportLabels() {
    const element = h("div", { class: "export-labels" });
    const set = h("select", { class: "input" });
    const version = select({}, []);
    const versionField = field("Version of the labels", version);
    /** @type {LabelSet[]} */
    let sets = [];
    let turn = 0;

    function showVersions() {
        const one = sets.find(({ id }) => id === set.value);
        versionField.hidden = !one;
        if (!one) return;
        const choices = versionChoices(one);
        fill(version, choices.map(([value, text]) => h("option", { value }, text)));
        // A version with a name is what others can find again.
        version.value = choices[1]?.[0] ?? choices[0][0];
    }

    set.addEventListener("change", showVersions);
    return {
        element,
        async show(project) {
            const mine = ++turn;
            fill(element);
            sets = [];
            const found = await labelAPI.sets(project).catch(() => []);
            if (mine !== turn || found.length === 0) return;
            sets = found.filter((one) => one.version > 0);
            if (sets.length === 0) return;
            fill(set, [
                h("option", { value: "" }, "None"),
                ...sets.map(({ id, name }) => h("option", { value: id }, name)),
            ]);
            set.value = "";
            fill(element, field("Labels to take along", set), versionField);
            showVersions();
        },
        chosen: () => set.value && sets.length > 0 ? [{ set: set.value, at: version.value }] : [],
    };
}
