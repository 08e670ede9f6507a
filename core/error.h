#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace salient {

/// What kind of thing went wrong; lets a front end choose an icon or an exit status without reading the message.
enum class ErrorCode {
    Io,                   ///< a file is missing, unreadable, truncated or cannot be written
    Format,               ///< a file was read but breaks its own format
    Unsupported,          ///< well formed, but outside what Salient handles
    ShapeMismatch,        ///< two shapes that must agree do not
    InvalidOption,        ///< an option is out of its range or contradicts another
    NonFinite,            ///< NaN or infinity where a number is needed
    NotPositiveDefinite,  ///< a Hessian that no damping within reason makes factorizable
    OutOfMemory,          ///< the job would need more memory than it may use
};

/// A text on one line: every control character as \xNN. Messages quote names out of files, and a line break or a terminal's escape
/// sequence in a tensor's name must not forge a second message or reach the terminal.
[[nodiscard]] inline std::string onOneLine(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string line;
    line.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto byte = static_cast<unsigned char>(text[i]);
        // U+0080 to U+009F, the control characters beyond ASCII, are C2 and a byte from 80 to 9F.
        const bool is_wide = byte == 0xC2 && i + 1 < text.size() && (static_cast<unsigned char>(text[i + 1]) & 0xE0U) == 0x80U;
        if (is_wide) byte = static_cast<unsigned char>(text[++i]);
        if (is_wide || byte < 0x20 || byte == 0x7F) {
            line += {'\\', 'x', kDigits[byte >> 4U], kDigits[byte & 15U]};
        } else {
            line += static_cast<char>(byte);
        }
    }
    return line;
}

/// The one exception type of core for bad input and failed operations. The message reads
/// "operation: subject: expected …, found …" and is shown to the user as it is: on one line, without control characters.
class Error : public std::runtime_error {
public:
    /// layer: full module name of the layer of a model that it is about, where it is about one.
    Error(ErrorCode code, const std::string& message, const std::string& layer = {})
        : std::runtime_error(onOneLine(message)), code_(code), layer_(std::make_shared<const std::string>(layer)) {}
    [[nodiscard]] ErrorCode code() const noexcept { return code_; }
    [[nodiscard]] const std::string& layer() const noexcept { return *layer_; }

private:
    ErrorCode code_;
    std::shared_ptr<const std::string> layer_;  // shared: copying an exception must not throw
};

/// Thrown by JobContext::checkpoint() when the user asked to stop. Not an error: nothing went wrong.
class Cancelled : public std::exception {
public:
    Cancelled() = default;
    /// kept: what stays of the job, told behind "cancelled".
    explicit Cancelled(const std::string& kept) : message_(onOneLine("cancelled" + kept)) {}
    [[nodiscard]] const char* what() const noexcept override { return message_.c_str(); }

private:
    std::string message_ = "cancelled";
};

}  // namespace salient
