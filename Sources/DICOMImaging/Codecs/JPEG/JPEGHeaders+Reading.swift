import ByteIO

extension JPEGFrameHeader {
    init(_ body: Bytes, _ process: JPEGProcess) throws(ImagingError) {
        guard body.count >= 6, body.count >= 6 + 3 * Int(body[5]) else {
            throw ImagingError(.corrupt, "a JPEG frame header is too short")
        }
        self.process = process
        precision = Int(body[0])
        rows = body.bigEndian16(at: 1)
        columns = body.bigEndian16(at: 3)
        let precisions: Set<Int> =
            switch process {
            case .baseline: [8]
            case .extended, .progressive: [8, 12]
            case .lossless: Set(2...16)
            }
        guard precisions.contains(precision) else {
            throw ImagingError(.corrupt, "a JPEG frame header declares \(precision) bits, which its process has not")
        }
        guard columns > 0, body[5] > 0 else {
            throw ImagingError(.corrupt, "a JPEG frame header declares no pixels")
        }
        guard body[5] <= 4 else {
            throw ImagingError(.unsupported, "JPEG with \(body[5]) components is not supported")
        }
        components = []
        for index in 0..<Int(body[5]) {
            let start = 6 + 3 * index
            let component = JPEGComponent(
                identifier: body[start], horizontal: Int(body[start + 1] >> 4), vertical: Int(body[start + 1] & 15),
                quantisation: Int(body[start + 2]))
            guard (1...4).contains(component.horizontal), (1...4).contains(component.vertical),
                component.quantisation < 4 || process == .lossless
            else { throw ImagingError(.corrupt, "a JPEG frame header declares an impossible component") }
            components.append(component)
        }
    }
}

extension JPEGScanHeader {
    init(_ body: Bytes, of frame: JPEGFrameHeader) throws(ImagingError) {
        guard let count = body.first.map(Int.init), body.count >= 4 + 2 * count else {
            throw ImagingError(.corrupt, "a JPEG scan header is too short")
        }
        guard (1...4).contains(count) else {
            throw ImagingError(.corrupt, "a JPEG scan header has \(count) components")
        }
        var components: [Component] = []
        for position in 0..<count {
            let identifier = body[1 + 2 * position]
            let selector = body[2 + 2 * position]
            // Some frames give all components the same identifier: each of them counts once in a scan.
            let index = frame.components.indices.first { index in
                frame.components[index].identifier == identifier && !components.contains { $0.index == index }
            }
            guard let index, selector >> 4 < 4, selector & 15 < 4 else {
                throw ImagingError(.corrupt, "a JPEG scan header names a component or table that cannot be")
            }
            components.append(Component(index: index, dc: Int(selector >> 4), ac: Int(selector & 15)))
        }
        self.components = components
        start = Int(body[1 + 2 * count])
        end = Int(body[2 + 2 * count])
        high = Int(body[3 + 2 * count] >> 4)
        low = Int(body[3 + 2 * count] & 15)
    }
}

extension JPEGTables {
    /// DHT (§B.2.4.2), which may hold several tables.
    mutating func readHuffmanCodes(_ body: Bytes) throws(ImagingError) {
        var offset = 0
        while offset < body.count {
            guard let counts = body.slice((offset + 1)..<(offset + 17)) else {
                throw ImagingError(.corrupt, "a DHT segment is too short")
            }
            let selector = body[offset]
            let total = counts.reduce(0) { $0 + Int($1) }
            guard let symbols = body.slice((offset + 17)..<(offset + 17 + total)) else {
                throw ImagingError(.corrupt, "a DHT segment is too short")
            }
            let code = try JPEGHuffmanCode(counts: counts.array, symbols: symbols.array)
            switch selector {
            case 0x00...0x03: dc[Int(selector)] = code
            case 0x10...0x13: ac[Int(selector & 15)] = code
            default: throw ImagingError(.corrupt, "a DHT segment defines a table that cannot be")
            }
            offset += 17 + total
        }
    }

    /// DQT (§B.2.4.1), which may hold several tables.
    mutating func readQuantisation(_ body: Bytes) throws(ImagingError) {
        var offset = 0
        while offset < body.count {
            let width = body[offset] >> 4 == 0 ? 1 : 2
            let number = Int(body[offset] & 15)
            guard body[offset] >> 4 < 2, number < 4 else {
                throw ImagingError(.corrupt, "a DQT segment defines a table that cannot be")
            }
            guard let steps = body.slice((offset + 1)..<(offset + 1 + 64 * width)) else {
                throw ImagingError(.corrupt, "a DQT segment is too short")
            }
            var table = [UInt16](repeating: 0, count: 64)
            for index in 0..<64 {
                let step = width == 1 ? Int(steps[index]) : steps.bigEndian16(at: 2 * index)
                table[JPEGZigzag.order[index]] = UInt16(truncatingIfNeeded: step)
            }
            quantisation[number] = table
            offset += 1 + 64 * width
        }
    }
}

extension Bytes {
    /// The 16-bit number at `offset`, big-endian. Traps out of range, as subscripting does.
    func bigEndian16(at offset: Int) -> Int { Int(self[offset]) << 8 | Int(self[offset + 1]) }
}
