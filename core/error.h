#pragma once

#include <stdexcept>
#include <string>

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

/// The one exception type of core for bad input and failed operations. The message reads
/// "operation: subject: expected …, found …" on one line and is shown to the user as it is.
class Error : public std::runtime_error {
public:
    Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
    [[nodiscard]] ErrorCode code() const noexcept { return code_; }

private:
    ErrorCode code_;
};

/// Thrown by JobContext::checkpoint() when the user asked to stop. Not an error: nothing went wrong.
class Cancelled : public std::exception {
public:
    [[nodiscard]] const char* what() const noexcept override { return "cancelled"; }
};

}  // namespace salient
