internal import DICOM

/// How many values an attribute may have (PS3.6 §6): "1", "1-n", "2-2n", "3-3n", "1-3".
struct Multiplicity: Sendable, Hashable {
    private let lowest: Int
    /// `nil` for any number.
    private let highest: Int?
    /// The number of values is a multiple of this.
    private let step: Int

    init?(_ text: String) {
        let parts = text.split(separator: "-")
        guard let first = parts.first, let lowest = Int(first) else { return nil }
        self.lowest = lowest
        guard parts.count == 2 else {
            highest = lowest
            step = 1
            return
        }
        if parts[1].last == "n" {
            highest = nil
            step = Int(parts[1].dropLast()) ?? 1
        } else {
            guard let highest = Int(parts[1]) else { return nil }
            self.highest = highest
            step = 1
        }
    }

    func allows(_ count: Int) -> Bool {
        guard count >= lowest, step > 0, count % step == 0 else { return false }
        return highest.map { count <= $0 } ?? true
    }
}

extension DataElement {
    /// The number of values; `nil` for sequences, bytes, and values left in the source.
    func valueCount(in characterSet: CharacterSet) -> Int? {
        guard case .raw(let raw) = value else { return nil }
        if vr == .AT { return raw.count / 4 }
        guard vr.isText else { return vr.isBulk || vr == .SQ ? nil : raw.count / vr.unitSize }
        guard raw.count > 0 else { return 0 }
        guard vr.hasMultipleValues else { return 1 }
        guard let bytes = raw.bytes else { return nil }
        // A backslash may be the second byte of a character in the multi-byte sets, so that those are decoded.
        let isPlain = bytes.allSatisfy { $0 < 0x80 && $0 != 0x1B }
        if isPlain || !vr.usesSpecificCharacterSet { return bytes.reduce(1) { $0 + ($1 == 0x5C ? 1 : 0) } }
        guard bytes.count <= 1 << 20 else { return nil }
        return characterSet.values(of: bytes, vr: vr).count
    }
}
