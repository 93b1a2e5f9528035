import ByteIO
import Glibc

extension StoredFrame {
    /// Lends the samples as numbers of type `T`, whose width must be `bytesPerSample`.
    func withSamples<T: BitwiseCopyable, R, E: Error>(
        as type: T.Type, _ body: (UnsafePointer<T>) throws(E) -> R
    ) throws(E) -> R {
        try unsafe samples.withUnsafeBytes { (bytes) throws(E) -> R in
            if let base = bytes.baseAddress, Int(bitPattern: base) % MemoryLayout<T>.alignment == 0 {
                return try unsafe body(base.assumingMemoryBound(to: T.self))
            }
            // A slice of a file may begin anywhere.
            let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: max(bytes.count, 8), alignment: 8)
            defer { unsafe copy.deallocate() }
            unsafe copy.copyMemory(from: bytes)
            return try unsafe body(UnsafePointer(copy.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: T.self)))
        }
    }

    /// All samples as integers, those beyond `Int` clamped.
    func values() -> [Int] {
        switch (bytesPerSample, isSigned) {
        case (1, false): unsafe withSamples(as: UInt8.self) { unsafe Self.values($0, sampleCount) }
        case (1, true): unsafe withSamples(as: Int8.self) { unsafe Self.values($0, sampleCount) }
        case (2, false): unsafe withSamples(as: UInt16.self) { unsafe Self.values($0, sampleCount) }
        case (2, true): unsafe withSamples(as: Int16.self) { unsafe Self.values($0, sampleCount) }
        case (4, false): unsafe withSamples(as: UInt32.self) { unsafe Self.values($0, sampleCount) }
        case (4, true): unsafe withSamples(as: Int32.self) { unsafe Self.values($0, sampleCount) }
        case (_, false): unsafe withSamples(as: UInt64.self) { unsafe Self.values($0, sampleCount) }
        case (_, true): unsafe withSamples(as: Int64.self) { unsafe Self.values($0, sampleCount) }
        }
    }

    private static func values<T: FixedWidthInteger>(_ samples: UnsafePointer<T>, _ count: Int) -> [Int] {
        (0..<count).map { unsafe Int(clamping: samples[$0]) }
    }

    /// How many samples fall into each of `bins` bins, without those within `excluded`.
    func histogram(from lowest: Int, binWidth: Int, bins: Int, _ excluded: ClosedRange<Int>?) -> [Int] {
        let excluded = excluded ?? (Int.min...Int.min)
        func count<T: FixedWidthInteger>(_ samples: UnsafePointer<T>) -> [Int] {
            var counts = [Int](repeating: 0, count: bins)
            for index in 0..<sampleCount {
                let value = unsafe Int(clamping: samples[index])
                if value >= excluded.lowerBound, value <= excluded.upperBound { continue }
                counts[binWidth == 1 ? value &- lowest : (value &- lowest) / binWidth] &+= 1
            }
            return counts
        }
        switch (bytesPerSample, isSigned) {
        case (1, false): return unsafe withSamples(as: UInt8.self) { unsafe count($0) }
        case (1, true): return unsafe withSamples(as: Int8.self) { unsafe count($0) }
        case (2, false): return unsafe withSamples(as: UInt16.self) { unsafe count($0) }
        case (2, true): return unsafe withSamples(as: Int16.self) { unsafe count($0) }
        case (4, false): return unsafe withSamples(as: UInt32.self) { unsafe count($0) }
        case (4, true): return unsafe withSamples(as: Int32.self) { unsafe count($0) }
        case (_, false): return unsafe withSamples(as: UInt64.self) { unsafe count($0) }
        case (_, true): return unsafe withSamples(as: Int64.self) { unsafe count($0) }
        }
    }

    /// Smallest and largest sample, bits outside Bits Stored included.
    func extremes() -> ClosedRange<Int> {
        switch (bytesPerSample, isSigned) {
        case (1, false): unsafe withSamples(as: UInt8.self) { unsafe Self.extremes($0, sampleCount) }
        case (1, true): unsafe withSamples(as: Int8.self) { unsafe Self.extremes($0, sampleCount) }
        case (2, false): unsafe withSamples(as: UInt16.self) { unsafe Self.extremes($0, sampleCount) }
        case (2, true): unsafe withSamples(as: Int16.self) { unsafe Self.extremes($0, sampleCount) }
        case (4, false): unsafe withSamples(as: UInt32.self) { unsafe Self.extremes($0, sampleCount) }
        case (4, true): unsafe withSamples(as: Int32.self) { unsafe Self.extremes($0, sampleCount) }
        case (_, false): unsafe withSamples(as: UInt64.self) { unsafe Self.extremes($0, sampleCount) }
        case (_, true): unsafe withSamples(as: Int64.self) { unsafe Self.extremes($0, sampleCount) }
        }
    }

    private static func extremes<T: FixedWidthInteger>(_ samples: UnsafePointer<T>, _ count: Int) -> ClosedRange<Int> {
        guard count > 0 else { return 0...0 }
        var low = unsafe samples[0]
        var high = low
        for index in 0..<count {
            let sample = unsafe samples[index]
            low = min(low, sample)
            high = max(high, sample)
        }
        return Int(clamping: low)...Int(clamping: high)
    }

    /// What Bits Stored can hold.
    var storedRange: ClosedRange<Int> {
        if bitsStored >= 64 { return isSigned ? Int.min...Int.max : 0...Int.max }
        if bitsStored == 63, !isSigned { return 0...Int.max }
        return isSigned ? -(1 << (bitsStored - 1))...(1 << (bitsStored - 1)) - 1 : 0...(1 << bitsStored) - 1
    }

    /// The frame with every sample equal to its stored value: shifted down to bit 0 and, outside Bits Stored,
    /// sign-extended or zero. Old files keep overlays there, or leave the sign out (PS3.5 §8.1.1).
    func normalised() -> StoredFrame {
        guard !isFloat, highBit != bitsStored - 1 || bitsStored != bytesPerSample * 8 else { return self }
        if highBit == bitsStored - 1 {
            let found = extremes()
            if storedRange.contains(found.lowerBound), storedRange.contains(found.upperBound) { return self }
        }
        let bytes =
            switch (bytesPerSample, isSigned) {
            case (1, false): unsafe withSamples(as: UInt8.self) { unsafe selected($0) }
            case (1, true): unsafe withSamples(as: Int8.self) { unsafe selected($0) }
            case (2, false): unsafe withSamples(as: UInt16.self) { unsafe selected($0) }
            case (2, true): unsafe withSamples(as: Int16.self) { unsafe selected($0) }
            case (4, false): unsafe withSamples(as: UInt32.self) { unsafe selected($0) }
            case (4, true): unsafe withSamples(as: Int32.self) { unsafe selected($0) }
            case (_, false): unsafe withSamples(as: UInt64.self) { unsafe selected($0) }
            case (_, true): unsafe withSamples(as: Int64.self) { unsafe selected($0) }
            }
        return StoredFrame(self, highBit: bitsStored - 1, samples: bytes)
    }

    /// A signed `T` shifts arithmetically: that is the sign extension.
    private func selected<T: FixedWidthInteger>(_ samples: UnsafePointer<T>) -> Bytes {
        let up = T.bitWidth - 1 - highBit
        let down = T.bitWidth - bitsStored
        let count = sampleCount
        return unsafe Bytes(count: count * bytesPerSample) { target in
            guard let output = unsafe target.baseAddress?.assumingMemoryBound(to: T.self) else { return }
            for index in 0..<count {
                unsafe output[index] = (samples[index] &<< T(truncatingIfNeeded: up)) &>> T(truncatingIfNeeded: down)
            }
        }
    }
}
