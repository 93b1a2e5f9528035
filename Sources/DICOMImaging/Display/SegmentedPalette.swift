/// The values of a segmented lookup table, and how they unfold (PS3.3 C.7.9.2).
struct SegmentedPalette {
    let values: [UInt16]
    /// Values are bytes, so an offset takes four of them instead of two.
    let isNarrow: Bool

    /// `count` entries; `nil` where the segments are cut short, give fewer entries, or have another opcode.
    func expanded(to count: Int) -> [UInt16]? {
        var unfolding = Unfolding(limit: count, segments: values.count + count)
        var position = 0
        while position < values.count, unfolding.entries.count < count {
            unfolding.starts.insert(position)
            guard let next = append(segmentAt: position, to: &unfolding, mayRefer: true) else { return nil }
            position = next
        }
        return unfolding.entries.count >= count ? Array(unfolding.entries.prefix(count)) : nil
    }

    /// What has been unfolded so far.
    private struct Unfolding {
        let limit: Int
        /// Segments that may still be read. Empty ones that are referred to again and again would never end.
        var segments: Int
        var entries: [UInt16] = []
        /// Where segments begin: only there may an indirect segment point.
        var starts: Set<Int> = []
    }

    /// Appends one segment and returns the position behind it.
    private func append(segmentAt start: Int, to unfolding: inout Unfolding, mayRefer: Bool) -> Int? {
        unfolding.segments -= 1
        guard unfolding.segments >= 0, start >= 0, start < values.count - 1 else { return nil }
        let length = Int(values[start + 1])
        let data = start + 2
        switch values[start] {
        case 0:
            guard length <= values.count - data else { return nil }
            unfolding.entries += values[data..<(data + length)]
            return data + length
        case 1:
            guard let from = unfolding.entries.last, length > 0, data < values.count else { return nil }
            let target = Double(values[data])
            for step in 1...length {
                let value = Double(from) + (target - Double(from)) * Double(step) / Double(length)
                unfolding.entries.append(UInt16(value.rounded()))
            }
            return data + 1
        case 2 where mayRefer: return append(indirect: length, at: data, to: &unfolding)
        default: return nil
        }
    }

    /// Appends `length` segments once more, from where the offset at `data` points; returns the position behind it.
    ///
    /// The offset counts bytes (Table C.7-27). Writers of 16-bit tables also count words: the one that meets the
    /// beginning of a segment is meant.
    private func append(indirect length: Int, at data: Int, to unfolding: inout Unfolding) -> Int? {
        let width = isNarrow ? 4 : 2
        guard width <= values.count - data else { return nil }
        let offset = (0..<width).reduce(0) { $0 | Int(values[data + $1]) << ($1 * (isNarrow ? 8 : 16)) }
        let inBytes = isNarrow ? offset : offset / 2
        var position = offset
        if isNarrow || offset.isMultiple(of: 2), unfolding.starts.contains(inBytes) { position = inBytes }
        guard unfolding.starts.contains(position) else { return nil }
        for _ in 0..<length where unfolding.entries.count < unfolding.limit {
            guard let next = append(segmentAt: position, to: &unfolding, mayRefer: false) else { return nil }
            position = next
        }
        return data + width
    }
}
