import { h } from "../core/dom.js";
import { APIError, send } from "../core/api.js";
import { form } from "../ui/form.js";
import { alone, greeting } from "../people/alone.js";

/** @import { PageContext } from "../core/router.js" */

/**
 * Where "unsubscribe" in a mail leads, without signing in. Only the button ends it: programs that look at mail for
 * viruses open links too.
 * @param {PageContext} context
 */
export function render({ parameters, setTitle }) {
    setTitle("Unsubscribe");
    const { page, show } = alone();
    show(
        greeting(
            "Stop these mails?",
            "You will get no more mails about this list or project. Your account stays as it is.",
        ),
        form({
            action: "Stop these mails",
            async submit() {
                show(...await end(parameters["token"] ?? ""));
            },
        }),
    );
    return page;
}

/** @param {string} token */
async function end(token) {
    const account = h("a", { class: "button primary", href: "/account" }, "Your account");
    try {
        const response = await send(`/unsubscribe/${encodeURIComponent(token)}`, { method: "POST" });
        const { name } = await response.json();
        return [
            greeting("No more of these mails", `You no longer follow “${name}”. You can follow it again at any time.`),
            account,
        ];
    } catch (error) {
        if (!(error instanceof APIError) || ![400, 404].includes(error.status)) throw error;
        return [
            greeting(
                "This link does not work",
                "It was used already, or is not complete. Your account shows what you follow.",
            ),
            account,
        ];
    }
}
