import ByteIO

/// JPEG by discrete cosine transform, sequential or progressive, Huffman coded (T.81 Annexes F and G): that of 12 bits
/// (Processes 4 and 12), and that of 8 bits which libjpeg does not read.
struct JPEGTransformCodestream: Codestream {
    let header: CodestreamHeader
    private let start: JPEGStart

    init(_ start: JPEGStart) {
        self.start = start
        header = CodestreamHeader(start)
    }

    func samples() throws(ImagingError) -> Bytes {
        try start.requireBlocks()
        let (components, count) = JPEGTransformComponent.all(of: start.frame)
        var coefficients = [Int16](repeating: 0, count: count)
        let steps = try decode(components, &coefficients)
        var planes: [JPEGPlane] = []
        for (index, component) in components.enumerated() {
            let plane = JPEGPlane(component, coefficients, steps[index], precision: header.precision)
            planes.append(plane.upsampled(from: component, to: start.frame))
        }
        return interleaved(planes)
    }

    /// All scans.
    /// - Returns: each component's quantisation table, as it was when the component's first scan began.
    private func decode(
        _ components: [JPEGTransformComponent], _ coefficients: inout [Int16]
    ) throws(ImagingError) -> [[UInt16]] {
        var segments = start.segments
        var next: JPEGScanHeader? = start.scan
        var steps = [[UInt16]](repeating: [], count: components.count)
        var progress = JPEGProgress(start)
        while let scan = next {
            try progress.admit(scan, at: segments.offset)
            for index in scan.components.map(\.index) where steps[index].isEmpty {
                guard let table = segments.tables.quantisation[components[index].quantisation] else {
                    throw ImagingError(.corrupt, at: segments.offset, "a JPEG component has no quantisation table")
                }
                steps[index] = table
            }
            var decoder = try JPEGTransformScan(scan, start.frame, components, segments.tables)
            segments.offset = try unsafe segments.data.withUnsafeBytes { (bytes) throws(ImagingError) -> Int in
                guard let base = bytes.baseAddress else { return 0 }
                var reader = unsafe JPEGBitReader(
                    base.assumingMemoryBound(to: UInt8.self), end: bytes.count, offset: segments.offset)
                try decoder.decode(&reader, &coefficients)
                return reader.offset
            }
            // What follows changes no sample: an EOI or not, or padding.
            if progress.isComplete { return steps }
            next = try segments.nextScan()
        }
        try progress.requireEnd(of: segments)
        return steps
    }

    /// Planes to colour by pixel.
    private func interleaved(_ planes: [JPEGPlane]) -> Bytes {
        let (rows, columns, count) = (header.rows, header.columns, planes.count)
        return unsafe Bytes(count: rows * columns * count * header.bytesPerSample) { target in
            guard let output = target.baseAddress else { return }
            for (place, plane) in planes.enumerated() {
                unsafe plane.samples.withUnsafeBufferPointer { source in
                    guard let input = source.baseAddress else { return }
                    // A plane has at least the frame's rows and columns, and the target all its samples.
                    for row in 0..<rows {
                        let first = unsafe input + row &* plane.stride
                        let start = row &* columns &* count &+ place
                        if header.bytesPerSample == 1 {
                            let line = unsafe output.assumingMemoryBound(to: UInt8.self) + start
                            for column in 0..<columns {
                                unsafe line[column &* count] = UInt8(truncatingIfNeeded: first[column])
                            }
                        } else {
                            let line = unsafe output.assumingMemoryBound(to: UInt16.self) + start
                            for column in 0..<columns { unsafe line[column &* count] = first[column] }
                        }
                    }
                }
            }
        }
    }
}
