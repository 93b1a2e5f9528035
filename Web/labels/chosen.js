/**
 * The study that is opened next shows this label set at once, in its panel of labels.
 * @param {{ id: string, project: string }} set
 */
export function showSetBesideImages({ id, project }) {
    // Where the panel keeps which set was used last, and the tabs beside the images which was open.
    localStorage.setItem(`tarn.label-set.${project}`, id);
    sessionStorage.setItem("tarn.tab", "labels");
}
