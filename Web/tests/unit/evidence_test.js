import { actionInWords, adviceFor, attributeInWords, verdictInWords } from "../../evidence/words.js";
import { assertEquals } from "./assert.js";

Deno.test("keywords of the standard become words", () => {
    assertEquals(attributeInWords("PatientBirthDate"), "Patient Birth Date");
    assertEquals(attributeInWords("SOPInstanceUID"), "SOP Instance UID");
    assertEquals(attributeInWords("other"), "Others, without a name here");
    assertEquals(attributeInWords("(0019,xx23)"), "Private (0019,xx23)");
});

Deno.test("every reason for which a file was not stored has advice", () => {
    for (
        const reason of ["not DICOM: x", "unreadable: x", "cannot be de-identified: x", "too large: x", "not stored: x"]
    ) {
        assertEquals(adviceFor(reason).startsWith("Upload it again, or"), false, reason);
    }
    assertEquals(adviceFor("something new").includes("administrator"), true);
});

Deno.test("a verdict or an action that the page does not know is shown as it is", () => {
    assertEquals(verdictInWords("alreadyThere"), "already there");
    assertEquals(verdictInWords("strange"), "strange");
    assertEquals(actionInWords("mapped"), "given a new UID");
    assertEquals(actionInWords("strange"), "strange");
});
