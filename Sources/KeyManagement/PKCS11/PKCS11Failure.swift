internal import CPKCS11

/// What a module's codes mean for who runs Tarn.
enum PKCS11Failure {
    static func error(_ code: Int, opening place: PKCS11Key, message: String) -> KeyManagementError {
        let (token, pinFile) = (place.token, place.pinFile)
        return switch code {
        case TARN_PKCS11_NO_MODULE:
            KeyManagementError(.missing, "the PKCS#11 module cannot be loaded: \(message)")
        case TARN_PKCS11_NO_INTERFACE:
            KeyManagementError(.missing, "\(place.module) is no PKCS#11 module")
        case TARN_PKCS11_NO_TOKEN, 0xE0, 0xE1:
            KeyManagementError(
                .unreachable,
                "no token is called \(token): is the device connected, is its service running, does the module find "
                    + "its configuration?")
        case TARN_PKCS11_TWO_TOKENS:
            KeyManagementError(.invalid, "several tokens are called \(token): give each a label of its own")
        case TARN_PKCS11_LAST_TRY:
            KeyManagementError(
                .refused,
                "the token \(token) has one try left before its PIN locks, which is left to you: compare \(pinFile), "
                    + "and sign in once with the token's own tool")
        case TARN_PKCS11_LOCKED, 0xA4:
            KeyManagementError(.refused, "the PIN of the token \(token) is locked: its security officer unlocks it")
        case 0xA0, 0xA1, 0xA2:
            KeyManagementError(
                .refused,
                "the token \(token) refuses the PIN in \(pinFile): correct the file before the next start, for each "
                    + "try brings the token nearer to locking")
        case 0xA3: KeyManagementError(.refused, "the PIN of the token \(token) has expired: set another")
        case 0x102: KeyManagementError(.refused, "the token \(token) has no user PIN yet: set one")
        case 0x05, 0x06, 0x30, 0x31, 0x32:
            KeyManagementError(.unreachable, "the token \(token) does not work: \(hexadecimal(code))")
        default: other(code, place)
        }
    }

    static func error(_ code: Int, finding place: PKCS11Key) -> KeyManagementError {
        switch code {
        case TARN_PKCS11_NO_KEY:
            KeyManagementError(
                .missing, "the token \(place.token) holds no AES key called \(place.key): --make-key makes one")
        case TARN_PKCS11_TWO_KEYS:
            KeyManagementError(
                .invalid, "the token \(place.token) holds several AES keys called \(place.key): name one")
        default: other(code, place)
        }
    }

    static func error(_ code: Int, making place: PKCS11Key) -> KeyManagementError {
        KeyManagementError(.refused, "the token \(place.token) makes no key: \(hexadecimal(code))")
    }

    static func error(_ code: Int, wrapping place: PKCS11Key) -> KeyManagementError {
        switch code {
        case 0x70, 0x71:
            KeyManagementError(.refused, "\(place.place) does no AES-GCM as Tarn uses it: \(hexadecimal(code))")
        case 0x68: KeyManagementError(.refused, "\(place.place) may not encrypt")
        default: other(code, place)
        }
    }

    static func error(_ code: Int, unwrapping place: PKCS11Key) -> KeyManagementError {
        switch code {
        // 0x40 … 0x42 and 0xC0 are for this; several modules say that something failed in general.
        case 0, 0x05, 0x06, 0x20, 0x21, 0x40, 0x41, 0x42, 0xC0:
            KeyManagementError(
                .notAuthentic,
                "\(place.place) does not open it: another key wrapped it, or the file was changed. Put back the "
                    + "key file, or the key in the token, from a backup")
        case 0x68: KeyManagementError(.refused, "\(place.place) may not decrypt")
        default: error(code, wrapping: place)
        }
    }

    private static func other(_ code: Int, _ place: PKCS11Key) -> KeyManagementError {
        KeyManagementError(
            .unreachable, "the token \(place.token) failed: \(hexadecimal(code)), which its module's manual explains")
    }

    /// CKR_… by its number, as vendors' manuals list them.
    private static func hexadecimal(_ code: Int) -> String { "PKCS#11 error 0x" + String(code, radix: 16) }
}
