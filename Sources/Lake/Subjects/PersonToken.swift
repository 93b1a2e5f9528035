internal import ByteIO
internal import Deidentification
internal import Foundation

/// A keyed hash of who somebody is without their number: name, birth date and sex. Two subjects that share one may be
/// one patient with two numbers, or two people: a person decides.
enum PersonToken {
    /// 32 bytes; `nil` where name, birth date or sex is missing or is none.
    static func make(_ record: IdentityRecord, _ pseudonyms: Pseudonyms) -> Bytes? {
        let name = normalised(record.patientName ?? "")
        let birth = (record.birthDate ?? "").filter { $0.isASCII && $0.isNumber }
        let sex = (record.sex ?? "").uppercased().filter(\.isLetter)
        guard name.utf8.count > 2, birth.utf8.count == 8, birth != "00000000", birth != "19000101",
            ["M", "F", "O"].contains(sex)
        else { return nil }
        return pseudonyms.digest(Bytes(utf8: "person\0\(name)\0\(birth)\0\(sex)"))
    }

    /// The parts of a name (PS3.5 §6.2.1.1), without what two systems write differently: case, accents, order, and
    /// what separates them. Of several groups (alphabetic, ideographic, phonetic) the first that is not empty.
    static func normalised(_ name: String) -> String {
        let group = name.split(separator: "=").first.map(String.init) ?? ""
        let plain = group.folding(options: [.diacriticInsensitive, .widthInsensitive, .caseInsensitive], locale: nil)
        return plain.uppercased().split { !$0.isLetter }.map(String.init).sorted().joined(separator: " ")
    }
}
