import ByteIO
import DICOM

/// Headers of JPEG, JPEG-LS and JPEG 2000 code streams: the segments that hold no image.
enum CodeStream {
    enum Judgement {
        case clean
        /// Ranges of segments to take out, in order.
        case dirty([Range<Int>])
        case unreadable
    }

    /// Whether frames of this transfer syntax are code streams with such headers.
    static func isKnown(_ uid: String) -> Bool {
        uid.hasPrefix("1.2.840.10008.1.2.4.") && !isVideo(uid)
            && !["94", "95", "204", "205"].contains(uid.dropFirst(20))
    }

    /// MPEG-2, MPEG-4 and HEVC.
    static func isVideo(_ uid: String) -> Bool {
        guard uid.hasPrefix("1.2.840.10008.1.2.4."), let number = Int(uid.dropFirst(20).prefix(3)) else { return false }
        return (100...109).contains(number)
    }

    /// Start of image (JPEG, JPEG-LS) or start of code stream (JPEG 2000, also within a JP2 file as some write it).
    static func begins(_ bytes: Bytes) -> Bool {
        bytes.count >= 2
            && ((bytes[0] == 0xFF && (bytes[1] == 0xD8 || bytes[1] == 0x4F)) || (bytes[0] == 0 && bytes[1] == 0))
    }

    /// Looks through the segments before the first scan or tile.
    static func judge(_ bytes: Bytes, scrubber: TextScrubber) -> Judgement {
        guard bytes.count >= 4, bytes[0] == 0xFF else { return .unreadable }
        let is2000 = bytes[1] == 0x4F
        var dirty: [Range<Int>] = []
        var offset = 2
        while offset + 4 <= bytes.count {
            guard bytes[offset] == 0xFF else { return .unreadable }
            let marker = bytes[offset + 1]
            if marker == 0xFF {
                offset += 1
                continue
            }
            if marker == (is2000 ? 0x90 : 0xDA) { return dirty.isEmpty ? .clean : .dirty(dirty) }
            let count = Int(bytes[offset + 2]) << 8 | Int(bytes[offset + 3])
            guard count >= 2, offset + 2 + count <= bytes.count else { return .unreadable }
            let segment = offset..<(offset + 2 + count)
            let content = bytes[clamping: (offset + 4)..<segment.upperBound]
            if is2000
                ? marker == 0x64 && !isBenign(content.dropFirst(2), scrubber) : !isNeeded(marker, content, scrubber)
            {
                dirty.append(segment)
            }
            offset = segment.upperBound
        }
        return .unreadable
    }

    static func remove(_ segments: [Range<Int>], from bytes: Bytes) -> Bytes {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        var position = 0
        for segment in segments {
            out += bytes[clamping: position..<segment.lowerBound].array
            position = segment.upperBound
        }
        out += bytes[clamping: position..<bytes.count].array
        if !out.count.isMultiple(of: 2) { out.append(0) }
        return Bytes(out)
    }

    /// Offset behind the last end-of-image marker; `nil` where there is none.
    static func lastEnd(in bytes: Bytes) -> Int? {
        var index = bytes.count - 2
        while index >= 0 {
            if bytes[index] == 0xFF, bytes[index + 1] == 0xD9 { return index + 2 }
            index -= 1
        }
        return nil
    }

    /// JPEG: all but comments and application data, of which those stay that say how to read the colours.
    private static func isNeeded(_ marker: UInt8, _ content: Bytes, _ scrubber: TextScrubber) -> Bool {
        switch marker {
        case 0xFE: return isBenign(content[...], scrubber)
        case 0xE0: return content.count == 14 && content.starts(with: "JFIF\0".utf8)
        case 0xE8: return content.count <= 16 && content.starts(with: "mrfx".utf8)
        case 0xEE: return content.count == 12 && content.starts(with: "Adobe".utf8)
        case 0xE1...0xEF: return false
        default: return true
        }
    }

    /// A comment of an encoder, all of whose words are on the list ("Kakadu-v6.4" is not worth a rewrite).
    private static func isBenign(_ comment: Bytes.SubSequence, _ scrubber: TextScrubber) -> Bool {
        let bytes = comment.filter { $0 != 0 }
        guard bytes.count <= 256, bytes.allSatisfy({ (0x20...0x7E).contains($0) || $0 == 0x0A || $0 == 0x0D }) else {
            return false
        }
        return scrubber.scrub(String(decoding: bytes, as: UTF8.self), mode: .technical) == .unchanged
    }
}
