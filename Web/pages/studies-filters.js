import { h } from "../core/dom.js";
import { permitted, session } from "../core/session.js";
import { commonModalities, modalityName } from "../core/format.js";
import { field, select } from "../ui/form.js";
import { icon } from "../ui/icons.js";
import { labelFilter } from "./label-filter.js";

/** @import { StudyFilter } from "../types.d.ts" */

const bodyParts = ["ABDOMEN", "ANKLE", "BRAIN", "BREAST", "CHEST", "HEAD", "HEART", "HIP", "KNEE", "LSPINE", "NECK"]
    .concat(["PELVIS", "PROSTATE", "SHOULDER", "SPINE"]);

/**
 * The filters beside the list. Writes into `filter` and calls `changed`.
 * @param {StudyFilter} filter
 * @param {(immediately: boolean) => void} changed typing waits for a pause, a choice does not
 * @returns {{ element: HTMLElement, show(filter: StudyFilter): void }}
 */
export function filterPanel(filter, changed) {
    /** @type {(() => void)[]} */
    const refreshers = [];

    /**
     * @param {keyof StudyFilter} key
     * @param {string} value
     * @param {boolean} immediately
     */
    function write(key, value, immediately) {
        if (value) filter[key] = value;
        else delete filter[key];
        changed(immediately);
    }

    /**
     * @param {keyof StudyFilter} key
     * @param {Record<string, unknown>} attributes
     */
    function input(key, attributes) {
        const element = h("input", { class: "input", autocomplete: "off", name: key, ...attributes });
        element.addEventListener("input", () => {
            if (element.checkValidity()) write(key, element.value.trim(), false);
        });
        refreshers.push(() => element.value = filter[key] ?? "");
        return element;
    }

    /**
     * @param {keyof StudyFilter} key
     * @param {string} legend
     * @param {{ value: string, text: string, title?: string }[]} options
     * @param {boolean} [many] whether several may be chosen, kept with commas between
     */
    function choices(key, legend, options, many = false) {
        const chosen = () => new Set(filter[key]?.split(",") ?? []);
        const buttons = options.map(({ value, text, title }) => {
            const button = h("button", { class: "chip", type: "button", title }, text);
            button.addEventListener("click", () => {
                const values = chosen();
                const was = values.delete(value);
                if (!many) values.clear();
                if (!was) values.add(value);
                write(key, [...values].sort().join(","), true);
                show();
            });
            refreshers.push(() => button.setAttribute("aria-pressed", String(chosen().has(value))));
            return button;
        });
        return h(
            "fieldset",
            { class: "field" },
            h("legend", null, legend),
            h("div", { class: "chips" }, buttons),
        );
    }

    function show() {
        for (const refresh of refreshers) refresh();
    }

    const projects = session.value?.projects ?? [];
    const project = select({ name: "project" }, [
        ["", "All my projects"],
        ...projects.map(({ code, name }) => /** @type {[string, string]} */ ([code, name || code])),
    ]);
    project.addEventListener("change", () => write("project", project.value, true));
    refreshers.push(() => project.value = filter.project ?? "");

    const sort = select({ name: "sort" }, [["", "Study date, newest first"], ["added", "Added, newest first"]]);
    sort.addEventListener("change", () => write("sort", sort.value, true));
    refreshers.push(() => sort.value = filter.sort ?? "");

    const label = labelFilter(() => filter, (value) => write("label", value, true));
    refreshers.push(label.show);
    project.addEventListener("change", label.show);

    const age = { type: "number", min: 0, max: 150, step: 1, inputmode: "numeric" };
    const form = h("form", { class: "filters" }, [
        field("Description contains", input("description", { type: "search", placeholder: "for example: thorax" })),
        field(
            "Patient code",
            input("subject", {
                type: "search",
                spellcheck: "false",
                autocapitalize: "characters",
                class: "input code",
            }),
        ),
        projects.length > 1 ? field("Project", project) : null,
        choices(
            "modality",
            "Modality",
            commonModalities.map((code) => ({ value: code, text: code, title: modalityName(code) })),
            true,
        ),
        permitted("report.read") || permitted("report")
            ? field("Report contains", input("report", { type: "search", placeholder: "for example: fracture" }))
            : null,
        permitted("view") ? label.element : null,
        field("Body part", input("bodyPart", { type: "search", list: "body-parts", autocapitalize: "characters" })),
        h("datalist", { id: "body-parts" }, bodyParts.map((value) => h("option", { value }))),
        h("div", { class: "pair" }, [
            field("Date from", input("from", { type: "date" })),
            field("Until", input("to", { type: "date" })),
        ]),
        h("div", { class: "pair" }, [
            field("Age from", input("ageFrom", age)),
            field("Up to", input("ageTo", age)),
        ]),
        choices("sex", "Sex", [
            { value: "F", text: "Female" },
            { value: "M", text: "Male" },
            { value: "O", text: "Other" },
        ]),
        field("Order", sort),
    ]);
    form.addEventListener("submit", (event) => {
        event.preventDefault();
        changed(true);
    });
    show();
    // On a narrow screen the filters fold away; on a wide one they are always there.
    const fold = h(
        "details",
        { class: "filter-fold", open: matchMedia("(min-width: 1000px)").matches },
        h("summary", null, icon("filter"), "Filters"),
        form,
    );
    return {
        element: h("aside", { class: "filter-panel", "aria-label": "Filters" }, fold),
        show: (next) => {
            filter = next;
            show();
        },
    };
}
