#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/recipe/run.h"
#include "core/recipe/saved_comparison.h"

namespace salient {

/// What a session is made of, as shared values that never change.
struct SessionContents {
    std::shared_ptr<const Model> model;
    Recipe recipe;
    std::shared_ptr<const Calibration> calibration;
    std::vector<std::shared_ptr<const RunResult>> runs;
    std::optional<PerplexityResult> full_precision;
    std::map<std::string, std::vector<LayerSensitivity>> sensitivities;
    std::shared_ptr<const CalibrationComparison> comparison;  ///< of the recipe's calibration text with another one
    Json window = Json::object();                             ///< see SavedSession
};

/// What a session spends disk space on.
struct SessionLimits {
    std::int64_t result_bytes = std::int64_t{2} << 30;     ///< a larger result keeps its numbers only
    std::int64_t hessian_bytes = std::int64_t{512} << 20;  ///< of a calibration; the rest is made again when it is needed
};

/// A session on the disk: session.json, and beside it a file for the calibration and one for each result. Those are written once;
/// session.json names them and is written last, so that at any moment the folder holds the state of the latest save() or the one before.
/// One object per folder at a time; not for several threads at once.
class SessionFolder {
public:
    explicit SessionFolder(std::filesystem::path folder, SessionLimits limits = {});

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return folder_; }
    /// Writes what is not there yet, then session.json, then removes what the session no longer names. Returns the names of results of
    /// which only the numbers were kept, of those written now. Throws Error{Io}, Cancelled; what was there before stays valid then.
    std::vector<std::string> save(const SessionContents& contents, JobContext& job);

    struct Opened {
        SessionContents contents;
        std::vector<std::string> left_out;  ///< one sentence for each part that could not be read
    };
    /// Opens the model and what is kept of it. A damaged calibration or comparison takes nothing along, a damaged result only itself.
    /// Throws what readSession() and Model::open() throw, and Error{InvalidOption} when the model is not the one the session was made with.
    [[nodiscard]] Opened open(JobContext& job);

private:
    struct Kept {
        std::string name;
        std::weak_ptr<const QuantizedModel> model;
        bool has_model = false;  ///< in memory, when it was saved
        std::string file;
    };
    [[nodiscard]] std::string newName(const std::string& kind);
    [[nodiscard]] const Kept* find(const RunResult& run) const;
    void removeUnnamed(const std::string& calibration) const;

    std::filesystem::path folder_;
    SessionLimits limits_;
    std::vector<Kept> kept_;
    std::weak_ptr<const Calibration> calibration_;
    std::string calibration_file_;
    std::set<std::string> damaged_;  ///< files that could not be read: put aside, not removed
};

}  // namespace salient
