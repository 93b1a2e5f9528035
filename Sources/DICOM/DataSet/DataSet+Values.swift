public import ByteIO

extension DataSet {
    /// The character set of this data set's text: its own (0008,0005), or that of the enclosing one.
    public var characterSet: CharacterSet {
        guard let element = self[.SpecificCharacterSet] else { return inheritedCharacterSet }
        return CharacterSet(terms: element.strings(in: .default))
    }

    /// Bytes of one number in the value of `element`, which byte ordering reverses. Pixel cells of 32 and 64 bits in OW
    /// are numbers of their own width in the files and readers of the field (PS3.5 §8.1.1).
    func unitSize(of element: DataElement) -> Int {
        guard element.tag == .PixelData, element.vr == .OW, let bits = int(.BitsAllocated), bits == 32 || bits == 64
        else { return element.vr.unitSize }
        return bits / 8
    }

    /// The first value as text; `nil` where the element is absent, empty or no text and no number.
    public func string(_ tag: Tag) -> String? {
        guard let first = strings(tag).first, !first.isEmpty else { return nil }
        return first
    }

    /// All values as text without padding, numbers in decimal, tags in hexadecimal; empty where there is none.
    public func strings(_ tag: Tag) -> [String] {
        guard let element = self[tag] else { return [] }
        return element.strings(in: element.vr.usesSpecificCharacterSet ? characterSet : .default)
    }

    /// The first value as an integer; `nil` where it is absent or none.
    public func int(_ tag: Tag) -> Int? { self[tag]?.ints.first }

    /// All values as integers; empty where one of them is none.
    public func ints(_ tag: Tag) -> [Int] { self[tag]?.ints ?? [] }

    /// The first value as a number; `nil` where it is absent or none.
    public func double(_ tag: Tag) -> Double? { self[tag]?.doubles.first }

    /// All values as numbers; empty where one of them is none.
    public func doubles(_ tag: Tag) -> [Double] { self[tag]?.doubles ?? [] }

    /// The bytes of the value as they are encoded; `nil` where it is absent, a sequence, or left in the source.
    public func bytes(_ tag: Tag) -> Bytes? { self[tag]?.bytes }

    /// The items of a sequence; `nil` where it is absent or no sequence.
    public func sequence(_ tag: Tag) -> [DataSet]? { self[tag]?.items?.map(\.dataSet) }

    /// The first name.
    public func personName(_ tag: Tag) -> PersonName? { string(tag).map { PersonName($0) } }

    /// The first value as a date; `nil` where it is none.
    public func date(_ tag: Tag) -> DICOMDate? { string(tag).flatMap { DICOMDate($0) } }

    /// The first value as a time of day; `nil` where it is none.
    public func time(_ tag: Tag) -> DICOMTime? { string(tag).flatMap { DICOMTime($0) } }

    /// The first value as a date with a time; `nil` where it is none.
    public func dateTime(_ tag: Tag) -> DICOMDateTime? { string(tag).flatMap { DICOMDateTime($0) } }
}

extension DataSet {
    /// Sets text, encoded in this data set's character set; what it does not have becomes "?".
    public mutating func set(_ tag: Tag, _ vr: VR, _ values: String...) { set(tag, vr, strings: values) }

    /// Sets text, encoded in this data set's character set; what it does not have becomes "?".
    public mutating func set(_ tag: Tag, _ vr: VR, strings: [String]) {
        set(DataElement(tag, vr, strings: strings, in: vr.usesSpecificCharacterSet ? characterSet : .default))
    }

    /// Sets integers: binary for the VRs of binary numbers, decimal for text.
    public mutating func set(_ tag: Tag, _ vr: VR, ints: [Int]) { set(DataElement(tag, vr, ints: ints)) }

    /// Sets numbers: binary for the VRs of binary numbers, decimal for text (of at most 16 characters for DS).
    public mutating func set(_ tag: Tag, _ vr: VR, doubles: [Double]) { set(DataElement(tag, vr, doubles: doubles)) }

    /// Sets a sequence.
    public mutating func set(_ tag: Tag, items: [DataSet]) { set(DataElement(tag, items: items)) }

    /// Sets bytes as they are to be encoded, with numbers in little endian.
    public mutating func set(_ tag: Tag, _ vr: VR, bytes: Bytes) { set(DataElement(tag, vr, bytes: bytes)) }
}
