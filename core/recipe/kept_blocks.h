#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "core/io/json_file.h"
#include "core/job.h"

namespace salient {

/// What a kept job is: what to call it, and what its bits depend on.
struct KeptJob {
    std::string title;
    Json identity;
    int n_blocks = 0;
};

/// The finished blocks of a job whose result stays in memory, a file each, so that after a crash, or a cancel, the same job goes on after
/// them with the same bits:
///   job.json             the job, and how many blocks it has
///   block-N.safetensors  what was made of block N (saved_block.h, saved_calibration.h); renamed to that name when complete
/// The folder belongs to one job at a time: the next one replaces what another left. Keeping must never cost the job: once a file cannot
/// be written, nothing more is kept, and failure() says why.
class KeptBlocks {
public:
    using Write = std::function<void(const std::filesystem::path& file, JobContext& job)>;
    using Read = std::function<void(const std::filesystem::path& file)>;

    /// Goes on with what the folder holds of that job, or begins anew.
    KeptBlocks(std::filesystem::path folder, const KeptJob& job);

    /// Reads block after block as far as they go. A file that cannot be read ends it: that block and those after it are made again, and
    /// failure() says why. Returns how many were read.
    int readAll(const Read& read, JobContext& job);
    /// Keeps the next block. Throws Cancelled; errors go to failure().
    void add(const Write& write, JobContext& job);
    /// Why something could not be kept or read; empty: nothing.
    [[nodiscard]] const std::string& failure() const noexcept { return failure_; }

private:
    [[nodiscard]] std::filesystem::path file(int block) const;

    std::filesystem::path folder_;
    int n_blocks_ = 0;
    int n_there_ = 0;
    bool is_keeping_ = true;
    std::string failure_;
};

/// What a folder of kept blocks holds, as a front end offers it.
struct KeptSummary {
    std::string title;
    int n_blocks_done = 0;
    int n_blocks = 0;

    [[nodiscard]] bool isComplete() const noexcept { return n_blocks_done == n_blocks; }
};
/// Nothing where there is none, none with a finished block, or none that can be read.
[[nodiscard]] std::optional<KeptSummary> findKept(const std::filesystem::path& folder);
/// Whether a folder holds files of a kept job and nothing else.
[[nodiscard]] bool isKeptFolder(const std::filesystem::path& folder) noexcept;
/// Removes the files of a kept job, and its folder if nothing else is in it. Never throws.
void removeKept(const std::filesystem::path& folder) noexcept;

}  // namespace salient
