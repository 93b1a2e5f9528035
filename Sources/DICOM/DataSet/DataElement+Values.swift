internal import ByteIO

extension DataElement {
    /// All values as text without padding, numbers in decimal, tags in hexadecimal; empty for sequences, bytes, and
    /// where there is no value.
    /// - Parameter characterSet: that of the data set, where the VR uses it.
    public func strings(in characterSet: CharacterSet) -> [String] {
        guard let bytes, !bytes.isEmpty else { return [] }
        if vr.isText { return characterSet.values(of: bytes, vr: vr) }
        switch vr {
        case .AT: return tags.map(\.hexadecimal)
        case .FL: return floats.map { "\($0)" }
        case .FD: return doubles.map { "\($0)" }
        case .UV: return unsignedLongs(of: bytes).map { "\($0)" }
        default: return vr.isBulk ? [] : ints.map { "\($0)" }
        }
    }

    /// All values as integers; empty where one of them is none, for bytes and where there is no value.
    public var ints: [Int] {
        guard let bytes, !bytes.isEmpty else { return [] }
        switch vr {
        case .US, .SS, .UL, .SL, .SV: return integers(of: bytes)
        case .UV: return DataElement.all(unsignedLongs(of: bytes)) { Int(exactly: $0) }
        case .IS: return DataElement.all(CharacterSet.default.values(of: bytes, vr: vr), DecimalText.integer)
        case .DS, .FL, .FD: return DataElement.all(doubles) { Int(exactly: $0) }
        default: return []
        }
    }

    /// All values as numbers; empty where one of them is none, for bytes and where there is no value.
    public var doubles: [Double] {
        guard let bytes, !bytes.isEmpty else { return [] }
        switch vr {
        case .DS, .IS: return DataElement.all(CharacterSet.default.values(of: bytes, vr: vr), DecimalText.double)
        case .FL: return floats.map { Double($0) }
        case .OF: return units(of: bytes, as: UInt32.self).map { Double(Float(bitPattern: $0)) }
        case .FD, .OD: return units(of: bytes, as: UInt64.self).map { Double(bitPattern: $0) }
        default: return ints.map { Double($0) }
        }
    }

    /// The numbers of US, UL and UV, and the units of OB, OW, OL and OV: unsigned, of up to 64 bits. Empty for all
    /// other VRs, and for values left in the source.
    public var unsigned: [UInt64] {
        guard let bytes else { return [] }
        switch vr {
        case .OB: return bytes.map { UInt64($0) }
        case .US, .OW: return units(of: bytes, as: UInt16.self).map { UInt64($0) }
        case .UL, .OL: return units(of: bytes, as: UInt32.self).map { UInt64($0) }
        case .UV, .OV: return unsignedLongs(of: bytes)
        default: return []
        }
    }

    /// All values as tags (VR AT); empty for all other VRs.
    public var tags: [Tag] {
        guard let bytes, vr == .AT else { return [] }
        let numbers = units(of: bytes, as: UInt16.self)
        return stride(from: 0, to: numbers.count - 1, by: 2).map { Tag(numbers[$0], numbers[$0 + 1]) }
    }

    /// The values of FL, which have fewer digits than those of `doubles`.
    var floats: [Float] {
        guard let bytes, vr == .FL else { return [] }
        return units(of: bytes, as: UInt32.self).map { Float(bitPattern: $0) }
    }

    func unsignedLongs(of bytes: Bytes) -> [UInt64] { units(of: bytes, as: UInt64.self) }

    private func integers(of bytes: Bytes) -> [Int] {
        switch vr {
        case .US, .AT: units(of: bytes, as: UInt16.self).map { Int($0) }
        case .SS: units(of: bytes, as: UInt16.self).map { Int(Int16(bitPattern: $0)) }
        case .UL: units(of: bytes, as: UInt32.self).map { Int($0) }
        case .SL: units(of: bytes, as: UInt32.self).map { Int(Int32(bitPattern: $0)) }
        case .SV: units(of: bytes, as: UInt64.self).map { Int(Int64(bitPattern: $0)) }
        default: []
        }
    }

    /// The whole units in `bytes`; a rest at the end is left out.
    private func units<Unit: FixedWidthInteger>(of bytes: Bytes, as _: Unit.Type) -> [Unit] {
        let size = MemoryLayout<Unit>.size
        let isBigEndian = byteOrder == .bigEndian
        return unsafe bytes.withUnsafeBytes { buffer in
            (0..<(buffer.count / size)).map { index in
                let unit = unsafe buffer.loadUnaligned(fromByteOffset: index * size, as: Unit.self)
                return isBigEndian ? Unit(bigEndian: unit) : Unit(littleEndian: unit)
            }
        }
    }

    private var byteOrder: TransferSyntax.ByteOrder {
        guard case .raw(let raw) = value else { return .littleEndian }
        return raw.byteOrder
    }

    private static func all<Value, Number>(_ values: [Value], _ number: (Value) -> Number?) -> [Number] {
        var numbers: [Number] = []
        numbers.reserveCapacity(values.count)
        for value in values {
            guard let number = number(value) else { return [] }
            numbers.append(number)
        }
        return numbers
    }
}

extension DataElement {
    /// An element of text, padded to an even length.
    public init(_ tag: Tag, _ vr: VR, strings: [String], in characterSet: CharacterSet = .default) {
        self.init(tag, vr, bytes: characterSet.encode(strings, vr: vr))
    }

    /// An element of integers: binary for the VRs of binary numbers, in which those that do not fit are clamped;
    /// decimal for text.
    public init(_ tag: Tag, _ vr: VR, ints: [Int]) {
        switch vr {
        case .US: self.init(tag, vr, units: ints.map { UInt16(clamping: $0) })
        case .SS: self.init(tag, vr, units: ints.map { Int16(clamping: $0) })
        case .UL: self.init(tag, vr, units: ints.map { UInt32(clamping: $0) })
        case .SL: self.init(tag, vr, units: ints.map { Int32(clamping: $0) })
        case .UV: self.init(tag, vr, units: ints.map { UInt64(clamping: $0) })
        case .SV: self.init(tag, vr, units: ints.map { Int64($0) })
        case .FL, .FD: self.init(tag, vr, doubles: ints.map { Double($0) })
        default: self.init(tag, vr, strings: ints.map { "\($0)" })
        }
    }

    /// An element of unsigned numbers: binary in the width of the VR, in which those that do not fit are clamped, also
    /// for OB, OW, OL and OV; decimal for text.
    public init(_ tag: Tag, _ vr: VR, unsigned: [UInt64]) {
        switch vr {
        case .OB: self.init(tag, vr, units: unsigned.map { UInt8(clamping: $0) })
        case .OW: self.init(tag, vr, units: unsigned.map { UInt16(clamping: $0) })
        case .OL: self.init(tag, vr, units: unsigned.map { UInt32(clamping: $0) })
        case .UV, .OV: self.init(tag, vr, units: unsigned)
        default: self.init(tag, vr, ints: unsigned.map { Int(clamping: $0) })
        }
    }

    /// An element of numbers: binary for FL, FD, OF and OD, decimal for text (of at most 16 characters for DS).
    public init(_ tag: Tag, _ vr: VR, doubles: [Double]) {
        switch vr {
        case .OF: self.init(tag, vr, units: doubles.map { Float($0).bitPattern })
        case .OD: self.init(tag, vr, units: doubles.map { $0.bitPattern })
        case .FL: self.init(tag, vr, units: doubles.map { Float($0).bitPattern })
        case .FD: self.init(tag, vr, units: doubles.map { $0.bitPattern })
        case .DS: self.init(tag, vr, strings: doubles.map { DecimalText.text($0) })
        default: self.init(tag, vr, ints: doubles.map { Int(exactly: $0.rounded()) ?? 0 })
        }
    }

    /// An element whose values are `tags` (VR AT).
    public init(_ tag: Tag, tags: [Tag]) {
        self.init(tag, .AT, units: tags.flatMap { [$0.group, $0.element] })
    }

    private init<Unit: FixedWidthInteger>(_ tag: Tag, _ vr: VR, units: [Unit]) {
        var array: [UInt8] = []
        array.reserveCapacity(units.count * MemoryLayout<Unit>.size)
        for unit in units { array.append(littleEndian: unit) }
        self.init(tag, vr, bytes: Bytes(array))
    }
}
