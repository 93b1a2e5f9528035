import ByteIO
import CZlib
import Foundation

/// The content of one entry of an archive, inflated while it is read, never longer than it said.
final class ZIPEntryReader: InputReader {
    private let content: Bytes
    private let size: Int
    private var produced = 0
    private var inflater: Inflater?

    init(_ content: Bytes, isDeflated: Bool, size: Int) throws {
        self.content = content
        self.size = size
        inflater = isDeflated ? try Inflater() : nil
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        guard let inflater else {
            let chunk = content[clamping: produced..<(produced + buffer.count)]
            chunk.withUnsafeBytes { buffer.copyMemory(from: $0) }
            produced += chunk.count
            return chunk.count
        }
        let count = try inflater.inflate(content, into: buffer)
        produced += count
        guard produced <= size, count > 0 || produced == size else {
            throw ClientError("the archive's entry is not as long as it says")
        }
        return count
    }

    /// zlib, on a raw deflate stream.
    private final class Inflater {
        private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        private var consumed = 0
        private var isAtEnd = false

        init() throws {
            stream.initialize(to: z_stream())
            guard inflateInit2_(stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
                stream.deallocate()
                throw ClientError("zlib could not be started")
            }
        }

        deinit {
            inflateEnd(stream)
            stream.deallocate()
        }

        func inflate(_ content: Bytes, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
            guard !isAtEnd, buffer.count > 0 else { return 0 }
            let room = min(buffer.count, 1 << 30)
            stream.pointee.next_out = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
            stream.pointee.avail_out = UInt32(room)
            while stream.pointee.avail_out > 0, !isAtEnd {
                let input = content[clamping: consumed..<(consumed + (1 << 20))]
                let status = input.withUnsafeBytes { bytes in
                    stream.pointee.next_in = UnsafeMutablePointer(
                        mutating: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
                    stream.pointee.avail_in = UInt32(bytes.count)
                    return CZlib.inflate(stream, Z_NO_FLUSH)
                }
                consumed += input.count - Int(stream.pointee.avail_in)
                switch status {
                case Z_STREAM_END: isAtEnd = true
                case Z_OK: continue
                case Z_BUF_ERROR where !input.isEmpty && stream.pointee.avail_out == 0: continue
                default: throw ClientError("the archive's entry cannot be inflated")
                }
            }
            return room - Int(stream.pointee.avail_out)
        }
    }
}
