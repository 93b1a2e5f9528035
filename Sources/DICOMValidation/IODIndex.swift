internal import DICOM
internal import Synchronization

/// `IODTable`: where each IOD and table stands is found once, and what stands there is read when it is asked for, since a
/// program asks for few of them and reading all takes longer than de-identifying some images.
final class IODIndex: Sendable {
    /// One IOD.
    struct Object: Sendable {
        var name = ""
        var modules: [ModuleUse] = []
        var functionalGroups: [ModuleUse] = []
    }

    /// Number of the IOD by SOP Class UID, for `object(_:)`.
    let objectOfClass: [String: Int]

    private let text: StaticString
    private let objectRanges: [Range<Int>]
    private let tableRanges: [String: Range<Int>]
    private let read = Mutex<[String: ModuleTable]>([:])

    /// The VRs of attributes that may have one of several, by tag, and by tag and mask of repeating groups.
    private let representations: [UInt32: [VR]]
    private let repeatingRepresentations: [(tag: UInt32, mask: UInt32, kinds: [VR])]

    static let shared = IODIndex(IODTable.text)

    init(_ text: StaticString) {
        self.text = text
        let places = text.withUTF8Buffer { unsafe Places($0) }
        objectRanges = places.objects
        objectOfClass = places.objectOfClass
        tableRanges = places.tables
        representations = places.representations
        repeatingRepresentations = places.repeatingRepresentations
    }

    /// The IOD with this number.
    func object(_ number: Int) -> Object {
        var object = Object()
        for line in lines(in: objectRanges[number]) {
            let fields = Self.fields(of: line)
            switch line.utf8.first {
            case UInt8(ascii: "I"): object.name = String(fields[0])
            case UInt8(ascii: "M"): object.modules.append(Self.use(fields))
            default: object.functionalGroups.append(Self.use(fields))
            }
        }
        return object
    }

    /// The table of this name; `nil` where there is none.
    func table(_ name: String) -> ModuleTable? {
        guard let range = tableRanges[name] else { return nil }
        if let known = read.withLock({ $0[name] }) { return known }
        var lines = lines(in: range)[...]
        guard let first = lines.popFirst() else { return nil }
        var open = OpenTable(Self.fields(of: first))
        for line in lines { open.add(line) }
        let table = open.finish()
        read.withLock { $0[name] = table }
        return table
    }

    private func lines(in range: Range<Int>) -> [Substring] {
        text.withUTF8Buffer { unsafe String(decoding: $0[range], as: UTF8.self) }.split(separator: "\n")
    }

    /// What follows the letter of a line.
    fileprivate static func fields(of line: Substring) -> [Substring] {
        line.dropFirst().split(separator: "\t", omittingEmptySubsequences: false)
    }

    /// The VRs that PS3.6 allows for `entry`.
    func representations(of entry: DataDictionary.Entry) -> [VR] {
        let tag = entry.tag.rawValue
        if let kinds = representations[tag] { return kinds }
        return repeatingRepresentations.first { tag & $0.mask == $0.tag }?.kinds ?? [entry.vr]
    }

    private static func use(_ fields: [Substring]) -> ModuleUse {
        let field = { (index: Int) in index < fields.count ? fields[index] : "" }
        let usage: ModuleUse.Usage = field(2) == "M" ? .mandatory : field(2) == "C" ? .conditional : .optional
        return ModuleUse(
            table: String(field(0)), section: String(field(1)), usage: usage, name: String(field(3)),
            condition: Condition(field(4)))
    }

    /// The attributes of `entries` and of all tables they include.
    func rows(of entries: [ModuleTable.Entry]) -> [AttributeRow] {
        var rows: [AttributeRow] = []
        add(entries, to: &rows, onlyIf: [], depth: 0)
        return rows
    }

    /// The entries of the table of this name; none where there is none.
    func entries(of table: String) -> [ModuleTable.Entry] { self.table(table)?.entries ?? [] }

    /// The attributes at the outermost level of a module or macro.
    func rows(of use: ModuleUse) -> [AttributeRow] { rows(of: entries(of: use.table)) }

    // Tables that include themselves at their own level do not exist; the depth keeps a faulty one from looping.
    private func add(
        _ entries: [ModuleTable.Entry], to rows: inout [AttributeRow], onlyIf conditions: [Condition], depth: Int
    ) {
        guard depth < 16 else { return }
        for entry in entries {
            switch entry {
            case .attribute(var row):
                row.onlyIf = conditions
                rows.append(row)
            case .include(let name, let condition):
                guard let table = table(name) else { continue }
                let conditions = condition.map { conditions + [$0] } ?? conditions
                add(table.entries, to: &rows, onlyIf: conditions, depth: depth + 1)
            }
        }
    }
}

/// Where IODs and tables stand in the text, and what is short enough to be read at once.
private struct Places {
    private(set) var objects: [Range<Int>] = []
    private(set) var objectOfClass: [String: Int] = [:]
    private(set) var tables: [String: Range<Int>] = [:]
    private(set) var representations: [UInt32: [VR]] = [:]
    private(set) var repeatingRepresentations: [(tag: UInt32, mask: UInt32, kinds: [VR])] = []

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        var block: Range<Int>?
        var start = 0
        while start < bytes.count {
            let letter = unsafe bytes[start]
            let end = unsafe bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            if letter == UInt8(ascii: "I") || letter == UInt8(ascii: "T") || letter == UInt8(ascii: "V") {
                if let block { unsafe add(bytes, block, upTo: start) }
                block = start..<end
            }
            start = end + 1
        }
        if let block { unsafe add(bytes, block, upTo: bytes.count) }
    }

    /// - Parameter line: the first of those up to `end`. Bytes and not characters: the program waits for this when it starts.
    private mutating func add(_ bytes: UnsafeBufferPointer<UInt8>, _ line: Range<Int>, upTo end: Int) {
        let text = unsafe Array(bytes[line].dropFirst())
        let fields = text.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
        switch unsafe bytes[line.lowerBound] {
        case UInt8(ascii: "I"):
            objects.append(line.lowerBound..<end)
            guard fields.count > 1 else { return }
            for uid in fields[1].split(separator: UInt8(ascii: ",")) {
                objectOfClass[String(decoding: uid, as: UTF8.self)] = objects.count - 1
            }
        case UInt8(ascii: "T"): tables[String(decoding: fields[0], as: UTF8.self)] = line.lowerBound..<end
        default: add(representations: fields.map { Substring(decoding: $0, as: UTF8.self) })
        }
    }

    private mutating func add(representations fields: [Substring]) {
        guard fields.count == 2, let place = TagPattern(fields[0].utf8) else { return }
        let kinds = fields[1].split(separator: ",").compactMap { VR(rawValue: String($0)) }
        if place.mask == .max {
            representations[place.tag] = kinds
        } else {
            repeatingRepresentations.append((place.tag, place.mask, kinds))
        }
    }
}

/// A table whose lines are being read.
private struct OpenTable {
    private var table = ModuleTable()
    /// Sequences whose items the following lines may stand in, outermost first.
    private var rows: [AttributeRow] = []

    init(_ fields: [Substring]) {
        table.name = String(fields[0])
        table.section = fields.count > 1 ? String(fields[1]) : ""
    }

    mutating func add(_ line: Substring) {
        let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
        let head = Array(fields[0].utf8)
        guard head.count > 2, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(head[0]) else { return }
        leave(to: Int(head[0] - UInt8(ascii: "0")))
        if head[1] == UInt8(ascii: "+") {
            append(.include(String(fields[0].dropFirst(2)), fields.count > 1 ? Condition(fields[1]) : nil))
        } else if let row = OpenTable.row(head, fields) {
            rows.append(row)
        }
    }

    mutating func finish() -> ModuleTable {
        leave(to: 0)
        return table
    }

    /// Closes the sequences deeper than `depth`.
    private mutating func leave(to depth: Int) {
        while rows.count > depth, let last = rows.popLast() { append(.attribute(last)) }
    }

    private mutating func append(_ entry: ModuleTable.Entry) {
        if rows.isEmpty { table.entries.append(entry) } else { rows[rows.count - 1].children.append(entry) }
    }

    private static func row(_ head: [UInt8], _ fields: [Substring]) -> AttributeRow? {
        guard head.count == 10, let type = AttributeType(code: head[9]), let place = TagPattern(head[1..<9])
        else { return nil }
        let field = { (index: Int) in index < fields.count ? fields[index] : "" }
        return AttributeRow(
            tag: place.tag, mask: place.mask, type: type, condition: Condition(field(1)),
            values: field(2).split(separator: ";").compactMap { ValueList($0) }, isSingle: field(3).contains("1"),
            isExclusive: field(3).contains("x"), overridesOthers: field(3).contains("o"))
    }
}

/// Eight hexadecimal digits of a tag, in which x is any.
private struct TagPattern {
    private(set) var tag: UInt32 = 0
    private(set) var mask: UInt32 = 0

    init?(_ digits: some Collection<UInt8>) {
        guard digits.count == 8 else { return nil }
        for byte in digits {
            let digit = Character(UnicodeScalar(byte)).hexDigitValue
            tag = tag << 4 | UInt32(digit ?? 0)
            mask = mask << 4 | (digit == nil ? 0 : 0xF)
        }
    }
}
