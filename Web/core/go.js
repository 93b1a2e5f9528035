/**
 * Goes to another page of the app from anywhere, without knowing the router.
 * @param {string} path
 */
export function go(path) {
    dispatchEvent(new CustomEvent("tarn:go", { detail: path }));
}
