import { fill, h } from "../core/dom.js";
import { session } from "../core/session.js";
import { labelsOf } from "../labels/lists.js";
import { field } from "../ui/form.js";

/** @import { StudyFilter } from "../types.d.ts" */

/**
 * The filter by label: a choice from the list of the project where it is clear which, else a text.
 * @param {() => StudyFilter} filter
 * @param {(value: string) => void} write
 */
export function labelFilter(filter, write) {
    const element = h("div");
    const choice = h("select", { class: "input", name: "label" });
    const text = h("input", { class: "input", type: "search", name: "label", autocomplete: "off", maxlength: 200 });
    const asChoice = field("Label", choice);
    const asText = field("Label", text);
    let turn = 0;

    choice.addEventListener("change", () => write(choice.value));
    // A name counts whole, so it is looked for when it is there, not letter by letter.
    text.addEventListener("change", () => write(text.value.trim()));

    async function show() {
        const mine = ++turn;
        const projects = session.value?.projects ?? [];
        const project = filter().project ?? (projects.length === 1 ? projects[0].code : undefined);
        text.value = filter().label ?? "";
        if (!project) return void fill(element, asText);
        if (!choice.isConnected) fill(element, asChoice);
        const labels = await labelsOf(project);
        if (mine !== turn) return;
        const names = labels.map(({ name }) => name);
        const wanted = filter().label ?? "";
        fill(
            choice,
            h("option", { value: "" }, "Any"),
            labels.map(({ name, retired }) => h("option", { value: name }, retired ? `${name} (retired)` : name)),
            wanted && !names.includes(wanted) ? h("option", { value: wanted }, wanted) : null,
        );
        choice.value = wanted;
    }

    return { element, show };
}
