import { h } from "../core/dom.js";
import { permitted } from "../core/session.js";
import { icon } from "../ui/icons.js";
import { openAnonymise } from "./anonymise.js";
import { openAsk } from "./ask.js";
import { patientsPath } from "./words.js";

/** @import { StudyDetail } from "../types.d.ts" */

/** Who the patient is, for who may know it or decide on it; null for everybody else. @param {StudyDetail} study */
export function identitySection(study) {
    const { project } = study;
    const may = ["identity.read", "subjects.merge", "erase"].filter((permission) => permitted(permission, project));
    if (may.length === 0) return null;
    if (study.anonymous) {
        return section(
            h(
                "p",
                { class: "muted small" },
                "The identity of this study was destroyed for good. The images stay; nobody can have the original files.",
            ),
        );
    }
    return section(
        may.includes("identity.read") ? action("download", "Original files…", () => openAsk(study)) : null,
        may.includes("subjects.merge")
            ? h(
                "a",
                { class: "button small", href: patientsPath(project, study.subject) },
                icon("person"),
                "Merge or split…",
            )
            : null,
        may.includes("erase") ? action("key", "Destroy the identity…", () => openAnonymise(study)) : null,
    );
}

/** @param {...(Node | null)} content */
function section(...content) {
    return h("section", { class: "identity" }, h("h2", null, "Who the patient is"), content);
}

/**
 * @param {string} symbol
 * @param {string} name
 * @param {() => void} act
 */
function action(symbol, name, act) {
    return h("button", { class: "button small", type: "button", onclick: act }, icon(symbol), name);
}
