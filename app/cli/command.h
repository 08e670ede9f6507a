#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <optional>
#include <stdexcept>
#include <string>

#include "core/io/json_file.h"
#include "core/job.h"

namespace salient::cli {

enum ExitStatus { kDone = 0, kFailed = 1, kUsage = 2, kCancelled = 130 };

/// Options that every command has.
struct CommonOptions {
    bool json = false;  ///< one JSON document on standard output, nothing else there
    bool quiet = false;
    int threads = 0;                    ///< 0: all cores
    std::optional<std::uint64_t> seed;  ///< not given: 0, or what a recipe says
};

/// What a command works with.
struct Context {
    CommonOptions common;
    std::ostream& out;  ///< but for --json, control characters come out as \xNN; a name that may hold a line break: onOneLine()
    std::ostream& err;
    JobContext& job;

    /// Prints the one document of --json.
    void print(const Json& document) const;
    /// One line on standard error, control characters as \xNN, unless --quiet.
    void warn(const std::string& message) const;
};

/// What remains to be done once the command line was understood; returns the exit status.
using Action = std::function<int(Context&)>;

/// Options that were understood one by one but do not go together: exit status 2.
class UsageError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// Each adds its command to the program; when the user asks for it, `action` is set.
void addInfo(CLI::App& program, Action& action);
void addChannels(CLI::App& program, Action& action);
void addPerplexity(CLI::App& program, Action& action);
void addQuantize(CLI::App& program, Action& action);
void addCompare(CLI::App& program, Action& action);
void addLayer(CLI::App& program, Action& action);
void addLayers(CLI::App& program, Action& action);
void addVerify(CLI::App& program, Action& action);
void addRun(CLI::App& program, Action& action);
void addSensitivity(CLI::App& program, Action& action);
void addCalibration(CLI::App& program, Action& action);
void addFamilies(CLI::App& program, Action& action);
void addFormats(CLI::App& program, Action& action);

/// The whole program but for signals: parses, runs, reports errors in one line each. Standard streams are parameters, so that a
/// test can read them.
[[nodiscard]] int runProgram(int argc, const char* const* argv, std::ostream& out, std::ostream& err, bool err_is_terminal,
                             std::stop_token stop);

}  // namespace salient::cli
