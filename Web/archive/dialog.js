import { h } from "../core/dom.js";
import { formatBytes } from "../core/format.js";
import { openDialog } from "../ui/dialog.js";
import { field, form, select } from "../ui/form.js";
import { notice, toast } from "../ui/notice.js";

/** @import { StudyArchive } from "./archive.d.ts" */
/** @import { StudyStorage } from "./storage.js" */

/**
 * Asks where a study is to be copied to, and whether the space here is to be freed.
 * @param {StudyArchive} status
 * @param {StudyStorage} storage
 */
export function openArchiveDialog(status, storage) {
    const backends = status.backends ?? [];
    const backend = select(
        {},
        backends.map(({ name, kind }) => [name, kind === "kubo" ? `${name} (IPFS)` : name]),
        backends[0]?.name ?? "",
    );
    const offload = h("input", { type: "checkbox" });
    const patches = h("div", { "aria-live": "polite" });
    const showPatches = () => {
        const chosen = backends.find(({ name }) => name === backend.value);
        patches.replaceChildren(...(chosen && !chosen.agreement ? [withoutAgreement()] : []));
    };
    backend.addEventListener("change", showPatches);
    showPatches();
    const dialog = openDialog(
        "Copy to cold storage",
        h("ol", { class: "what-happens" }, [
            h(
                "li",
                null,
                `The study (${formatBytes(status.bytes)}) is packed and encrypted. Only this lake has the key.`,
            ),
            h("li", null, "The copy is stored, then read back whole and compared."),
            h("li", null, "Only then, and only if you choose so below, its space on this server is freed."),
        ]),
        form(
            {
                action: "Copy to cold storage",
                async submit() {
                    await storage.archive({ backend: backend.value, offload: offload.checked });
                    dialog.close();
                    toast("The copy is being made. You can go on working.", "info");
                },
            },
            field("Where to", backend),
            patches,
            h("label", { class: "role-choice" }, [
                offload,
                h("span", null, [
                    h("strong", null, "Free the space on this server"),
                    " ",
                    h(
                        "span",
                        { class: "muted small" },
                        "The study stays in the list, and can be searched. Whoever opens it can bring it back; that takes " +
                            "some minutes.",
                    ),
                ]),
            ]),
        ),
    );
}

function withoutAgreement() {
    return notice(
        "info",
        "There is no agreement on file with this storage. The copy holds the de-identified images only; what rebuilds the " +
            "originals stays on this server.",
    );
}
