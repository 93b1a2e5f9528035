import ByteIO

/// An ICC profile (ICC.1:2022) made anew from the numbers of another: texts, dates, serial numbers and makers' own tags
/// of the scanner's profile stay behind, and colours look as they did.
struct ColourProfile {
    /// Tags in the order of the file, each with the bytes of its element.
    private var tags: [(name: String, element: [UInt8])] = []
    private var version: [UInt8] = [2, 0x10, 0, 0]
    private var space = "RGB "
    private var connection = "XYZ "
    private var intent: UInt8 = 0

    /// Longest profile that is looked into, and most tags.
    private static let limits = (bytes: 4 << 20, tags: 64)

    /// Reads what may stay of a profile.
    /// - Returns: `nil` for what is no profile, or one without which colours cannot be computed from numbers.
    init?(cleaning bytes: Bytes) {
        let source = bytes.array
        guard source.count <= Self.limits.bytes, source.count >= 132, Self.text(source, 36) == "acsp",
            let count = Self.number(source, 128), count <= Self.limits.tags
        else { return nil }
        version = source[8] == 4 ? [4, 0x40, 0, 0] : [2, 0x10, 0, 0]
        space = Self.text(source, 16)
        connection = Self.text(source, 20)
        intent = min(source[67], 3)
        guard ["RGB ", "GRAY"].contains(space), ["XYZ ", "Lab "].contains(connection) else { return nil }
        for index in 0..<count {
            let place = 132 + 12 * index
            guard let start = Self.number(source, place + 4), let length = Self.number(source, place + 8),
                length <= source.count, start <= source.count - length
            else { return nil }
            let name = Self.text(source, place)
            guard Self.isNumeric(name), !tags.contains(where: { $0.name == name }),
                let element = Self.checked(Array(source[start..<start + length]))
            else { continue }
            tags.append((name, element))
        }
        guard isComplete else { return nil }
    }

    /// sRGB (IEC 61966-2-1) as an input device, its primaries adapted to D50.
    init() {
        let primaries: [(String, [UInt32])] = [
            ("rXYZ", [0x6FA2, 0x38F5, 0x0390]), ("gXYZ", [0x6299, 0xB785, 0x18DA]), ("bXYZ", [0x24A0, 0x0F84, 0xB6CF]),
            ("wtpt", Self.d50),
        ]
        tags = primaries.map { ($0.0, Self.element("XYZ ", $0.1.flatMap(Self.bytes))) }
        let curve = Self.element("curv", Self.bytes(1) + [0x02, 0x33])
        tags += ["rTRC", "gTRC", "bTRC"].map { ($0, curve) }
    }

    private static let d50: [UInt32] = [0xF6D6, 0x1_0000, 0xD32D]

    private var isComplete: Bool {
        let names = Set(tags.map(\.name))
        return names.contains("A2B0") || (space == "GRAY" && names.contains("kTRC"))
            || names.isSuperset(of: ["rXYZ", "gXYZ", "bXYZ", "rTRC", "gTRC", "bTRC"])
    }

    // MARK: Reading

    private static func isNumeric(_ name: String) -> Bool {
        [
            "rXYZ", "gXYZ", "bXYZ", "wtpt", "bkpt", "chad", "rTRC", "gTRC", "bTRC", "kTRC", "A2B0", "A2B1", "A2B2",
        ].contains(name)
    }

    /// The element, if its type is one of numbers and its length that which they have: nothing stands behind them.
    private static func checked(_ element: [UInt8]) -> [UInt8]? {
        guard element.count >= 12 else { return nil }
        let count: Int?
        switch text(element, 0) {
        case "XYZ ": count = 20
        case "sf32": count = 8 + 4 * 9
        case "para":
            let parameters = [1, 3, 4, 5, 7]
            count = element[9] < parameters.count ? 12 + 4 * parameters[Int(element[9])] : nil
        case "curv": count = number(element, 8).flatMap { $0 <= 65_536 ? 12 + 2 * $0 : nil }
        case "mft1": count = tableCount(element, header: 48, width: 1, entries: (256, 256))
        case "mft2":
            guard element.count >= 52 else { return nil }
            let entries = (Int(element[48]) << 8 | Int(element[49]), Int(element[50]) << 8 | Int(element[51]))
            count = tableCount(element, header: 52, width: 2, entries: entries)
        default: count = nil
        }
        guard let count, count <= element.count, text(element, 0) != "curv" || isRising(element) else { return nil }
        return Array(element[0..<4]) + [0, 0, 0, 0] + element[8..<count]
    }

    /// Bytes of a lookup table: its input curves, grid and output curves.
    private static func tableCount(
        _ element: [UInt8], header: Int, width: Int, entries: (input: Int, output: Int)
    ) -> Int? {
        let (inputs, outputs, grid) = (Int(element[8]), Int(element[9]), Int(element[10]))
        guard (1...4).contains(inputs), (1...4).contains(outputs) else { return nil }
        let points = (0..<inputs).reduce(1) { points, _ in points * grid }
        return header + width * (inputs * entries.input + points * outputs + outputs * entries.output)
    }

    /// The response of a device rises; letters do not.
    private static func isRising(_ element: [UInt8]) -> Bool {
        var last = -1
        for place in stride(from: 12, to: element.count - 1, by: 2) {
            let value = Int(element[place]) << 8 | Int(element[place + 1])
            guard value >= last else { return false }
            last = value
        }
        return true
    }

    private static func text(_ bytes: [UInt8], _ offset: Int) -> String {
        String(decoding: bytes[offset..<offset + 4], as: UTF8.self)
    }

    /// An unsigned number of 32 bits, most significant byte first; `nil` beyond the end.
    private static func number(_ bytes: [UInt8], _ offset: Int) -> Int? {
        guard offset >= 0, offset <= bytes.count - 4 else { return nil }
        return bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
    }

    // MARK: Writing

    /// The profile as a file, of an even length.
    var encoded: Bytes {
        let texts = [("desc", description("colour profile")), ("cprt", copyright("none"))]
        let all = texts.map { (name: $0.0, element: $0.1) } + tags
        var table = Self.bytes(UInt32(all.count))
        var body: [UInt8] = []
        let start = 132 + 12 * all.count
        for tag in all {
            table +=
                Array(tag.name.utf8) + Self.bytes(UInt32(start + body.count)) + Self.bytes(UInt32(tag.element.count))
            body += tag.element
            body += [UInt8](repeating: 0, count: (4 - tag.element.count % 4) % 4)
        }
        var header =
            Self.bytes(UInt32(start + body.count)) + Self.bytes(0) + version + Array("scnr\(space)\(connection)".utf8)
        // A fixed date: when the device was calibrated is nobody's business.
        header += [0x07, 0xD0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0]
        header += Array("acsp".utf8) + [UInt8](repeating: 0, count: 27) + [intent]
        header += Self.d50.flatMap(Self.bytes) + [UInt8](repeating: 0, count: 48)
        return Bytes(header + table + body)
    }

    private func description(_ text: String) -> [UInt8] {
        if version[0] == 4 { return unicode(text) }
        let ascii = Array(text.utf8) + [0]
        return Self.element(
            "desc", Self.bytes(UInt32(ascii.count)) + ascii + [UInt8](repeating: 0, count: 4 + 4 + 2 + 1 + 67))
    }

    private func copyright(_ text: String) -> [UInt8] {
        version[0] == 4 ? unicode(text) : Self.element("text", Array(text.utf8) + [0])
    }

    private func unicode(_ text: String) -> [UInt8] {
        let units = text.utf16.flatMap { [UInt8(truncatingIfNeeded: $0 >> 8), UInt8(truncatingIfNeeded: $0)] }
        return Self.element(
            "mluc",
            Self.bytes(1) + Self.bytes(12) + Array("enUS".utf8) + Self.bytes(UInt32(units.count)) + Self.bytes(28)
                + units)
    }

    private static func element(_ type: String, _ content: [UInt8]) -> [UInt8] {
        Array(type.utf8) + [0, 0, 0, 0] + content
    }

    private static func bytes(_ number: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> UInt32($0)) }
    }
}
