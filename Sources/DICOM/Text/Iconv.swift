internal import CIconv
internal import Glibc

/// Conversion between encodings by the C library.
enum Iconv {
    /// `bytes` as text; what the encoding does not have becomes U+FFFD.
    static func decode(_ bytes: [UInt8], from encoding: String) -> String {
        guard let converted = convert(bytes, from: encoding, to: "UTF-8", replacement: [0xEF, 0xBF, 0xBD]) else {
            return String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
        }
        return String(decoding: converted, as: UTF8.self)
    }

    /// `text` in `encoding`; what it does not have becomes "?".
    static func encode(_ text: String, to encoding: String) -> [UInt8] {
        convert(Array(text.utf8), from: "UTF-8", to: encoding, replacement: [UInt8(ascii: "?")])
            ?? text.unicodeScalars.map { $0.isASCII ? UInt8(truncatingIfNeeded: $0.value) : UInt8(ascii: "?") }
    }

    /// `nil` where the C library lacks one of the encodings.
    private static func convert(
        _ bytes: [UInt8], from source: String, to target: String, replacement: [UInt8]
    ) -> [UInt8]? {
        guard let converter = unsafe iconv_open(target, source), Int(bitPattern: converter) != -1 else {
            return nil
        }
        defer { unsafe iconv_close(converter) }
        var input = bytes.map { CChar(bitPattern: $0) }
        let isUTF8 = source == "UTF-8"
        var output: [UInt8] = []
        var buffer = [CChar](repeating: 0, count: max(64, bytes.count * 4))
        unsafe input.withUnsafeMutableBufferPointer { input in
            unsafe buffer.withUnsafeMutableBufferPointer { buffer in
                var next = input.baseAddress
                var left = input.count
                while left > 0 {
                    var place = buffer.baseAddress
                    var room = buffer.count
                    let status = unsafe iconv(converter, &next, &left, &place, &room)
                    let produced = buffer.count - room
                    for index in 0..<produced { unsafe output.append(UInt8(bitPattern: buffer[index])) }
                    guard status == -1 else { break }
                    if errno == E2BIG, produced > 0 { continue }
                    output += replacement
                    // One character that cannot be converted: of UTF-8 all its bytes, of others one byte.
                    repeat {
                        unsafe next = next?.advanced(by: 1)
                        left -= 1
                    } while unsafe isUTF8 && left > 0 && UInt8(bitPattern: input[input.count - left]) & 0xC0 == 0x80
                }
            }
        }
        return output
    }
}
