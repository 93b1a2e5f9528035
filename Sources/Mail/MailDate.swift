internal import Foundation
internal import Glibc

/// Dates of mails, always in UTC; not Foundation's formatters, whose words depend on who runs the program.
enum MailDate {
    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// `Sat, 21 Nov 2026 10:47:10 +0000` (RFC 5322 §3.3).
    static func text(_ date: Date) -> String {
        let time = parts(date)
        let clock = [time.tm_hour, time.tm_min, time.tm_sec].map { pad(Int($0), 2) }.joined(separator: ":")
        return "\(days[Int(time.tm_wday) % 7]), \(pad(Int(time.tm_mday), 2)) \(months[Int(time.tm_mon) % 12]) "
            + "\(pad(Int(time.tm_year) + 1900, 4)) \(clock) +0000"
    }

    /// `20261121T104710Z`: sorts as it passes.
    static func compact(_ date: Date) -> String {
        let time = parts(date)
        let day = pad(Int(time.tm_year) + 1900, 4) + pad(Int(time.tm_mon) + 1, 2) + pad(Int(time.tm_mday), 2)
        return day + "T" + [time.tm_hour, time.tm_min, time.tm_sec].map { pad(Int($0), 2) }.joined() + "Z"
    }

    private static func parts(_ date: Date) -> tm {
        // Years with four digits: what is outside is no date of a mail.
        var seconds = time_t(max(0, min(date.timeIntervalSince1970, 253_402_300_799)))
        var parts = tm()
        gmtime_r(&seconds, &parts)
        return parts
    }

    private static func pad(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
