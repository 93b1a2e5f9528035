extension DataSet {
    /// All names.
    public func personNames(_ tag: Tag) -> [PersonName] { strings(tag).map { PersonName($0) } }

    /// All values as dates; empty where one of them is none.
    public func dates(_ tag: Tag) -> [DICOMDate] { all(tag) { DICOMDate($0) } }

    /// All values as times of day; empty where one of them is none.
    public func times(_ tag: Tag) -> [DICOMTime] { all(tag) { DICOMTime($0) } }

    /// All values as dates with times; empty where one of them is none.
    public func dateTimes(_ tag: Tag) -> [DICOMDateTime] { all(tag) { DICOMDateTime($0) } }

    /// All values as tags (VR AT); empty where there is none.
    public func tags(_ tag: Tag) -> [Tag] { self[tag]?.tags ?? [] }

    /// Sets names, encoded in this data set's character set; what it does not have becomes "?".
    public mutating func set(_ tag: Tag, names: [PersonName]) { set(tag, .PN, strings: names.map(\.text)) }

    /// Sets dates (VR DA).
    public mutating func set(_ tag: Tag, dates: [DICOMDate]) { set(tag, .DA, strings: dates.map(\.text)) }

    /// Sets times of day (VR TM), with the digits that each has.
    public mutating func set(_ tag: Tag, times: [DICOMTime]) { set(tag, .TM, strings: times.map(\.text)) }

    /// Sets dates with times (VR DT), with the digits and the offset that each has.
    public mutating func set(_ tag: Tag, dateTimes: [DICOMDateTime]) { set(tag, .DT, strings: dateTimes.map(\.text)) }

    /// Sets tags (VR AT).
    public mutating func set(_ tag: Tag, tags: [Tag]) { set(DataElement(tag, tags: tags)) }

    private func all<Value>(_ tag: Tag, _ value: (String) -> Value?) -> [Value] {
        let texts = strings(tag)
        let values = texts.compactMap(value)
        return values.count == texts.count ? values : []
    }
}
