import Deidentification
import Testing

@Suite("Pseudonyms")
struct PseudonymsTests {
    let pseudonyms = Pseudonyms(secret: Samples.secret())

    @Test("UIDs are valid UUID-derived UIDs, the same for the same and different for another")
    func uids() {
        let uid = pseudonyms.uid("1.2.3")
        #expect(uid == pseudonyms.uid("1.2.3") && uid != pseudonyms.uid("1.2.4"))
        #expect(uid.hasPrefix("2.25.") && uid.utf8.count <= 44)
        #expect(uid.dropFirst(5).first != "0" && uid.dropFirst(5).allSatisfy(\.isNumber))
        #expect(uid != Pseudonyms(secret: Samples.secret(8)).uid("1.2.3"))
    }

    @Test("Codes have a check character that finds a wrong or swapped digit")
    func codes() {
        let code = pseudonyms.subjectCode(issuer: "A", patientID: "42", studyUID: "1.2")
        #expect(Pseudonyms.isValid(subjectCode: code))
        #expect(code.split(separator: "-").map(\.count) == [4, 4, 4, 4, 1])
        let digits = Array(code)
        for index in digits.indices where digits[index] != "-" {
            var wrong = digits
            wrong[index] = wrong[index] == "7" ? "8" : "7"
            #expect(!Pseudonyms.isValid(subjectCode: String(wrong)))
        }
        let places = digits.indices.filter { digits[$0] != "-" }
        for first in places {
            for second in places where second > first && digits[first] != digits[second] {
                var swapped = digits
                swapped.swapAt(first, second)
                #expect(!Pseudonyms.isValid(subjectCode: String(swapped)))
            }
        }
        #expect(!Pseudonyms.isValid(subjectCode: ""))
    }

    @Test("Spelling of an ID does not matter, its issuer does, and an empty ID joins nobody")
    func identities() {
        func code(_ issuer: String, _ id: String, _ study: String = "1.2") -> String {
            pseudonyms.subjectCode(issuer: issuer, patientID: id, studyUID: study)
        }
        #expect(code("A", "00 ab42") == code("a", "AB42"))
        #expect(code("A", "42") != code("B", "42"))
        #expect(code("A", "", "1.2") != code("A", "", "1.3"))
        #expect(code("A", "42", "1.2") == code("A", "42", "1.3"))
        #expect(pseudonyms.matchToken(issuer: "A", patientID: " ") == nil)
        #expect(
            pseudonyms.matchToken(issuer: "A", patientID: "42") == pseudonyms.matchToken(issuer: "a", patientID: "042"))
    }

    @Test("Dates never stay where they are, and never move into the future")
    func shifts() {
        var seen: Set<Int> = []
        for number in 0..<5000 {
            let shift = pseudonyms.dateShift(issuer: "", patientID: "\(number)", studyUID: "")
            #expect((-3650 ... -1).contains(shift))
            seen.insert(shift)
        }
        #expect(seen.count > 2500)
    }
}
