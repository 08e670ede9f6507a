#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/exporter/export_checkpoint.h"

namespace salient {

/// What a job that did not end left beside its target, as a front end offers it.
struct UnfinishedSummary {
    std::filesystem::path place;
    int n_blocks_done = 0;
    int n_blocks = 0;
};
/// Nothing when there is none, or none with a finished block.
[[nodiscard]] std::optional<UnfinishedSummary> findUnfinished(const std::filesystem::path& target);
/// The same for who would go on with it or tell how: throws Error{InvalidOption} where a process is at work on it.
[[nodiscard]] std::optional<UnfinishedSummary> findUnfinishedAtRest(const std::filesystem::path& target);
/// Throws Error{InvalidOption} where there is one, naming it, or where a process is at work: its own lock is held meanwhile.
void refuseUnfinished(const std::filesystem::path& target);
/// Removes what is left of one where findUnfinished() has none and the target is complete; files of others stay.
void removeUnfinishedRest(const std::filesystem::path& target) noexcept;
/// "PLACE, 3 of 4 blocks done: go on with it (--resume), or remove that directory to begin anew".
[[nodiscard]] std::string inWords(const UnfinishedSummary& unfinished);

/// The state of one streamed export beside its target (resumable_directory.h), from which a later start goes on with the same bits:
///   job.json             identity, blocks done, what the checkpoint writer wrote, reports of the layers
///   hidden-N.safetensors hidden states that enter block N, with their checksum in job.json
/// A block counts once job.json says so, which is written last, after everything it speaks of is on the disk.
class UnfinishedJob {
public:
    /// Begins, or with `resume` goes on with what is there. Throws Error{InvalidOption} naming the directory when blocks are finished there
    /// and resume is not set, when another job began them, saying what differs, or when files of others lie where none is: they stay.
    UnfinishedJob(const std::filesystem::path& target, Json identity, int n_blocks, bool resume);

    [[nodiscard]] int blocksDone() const noexcept { return n_blocks_done_; }
    [[nodiscard]] UnfinishedSummary summary() const { return {directory_.place(), n_blocks_done_, n_blocks_}; }
    /// Of the layers of those blocks.
    [[nodiscard]] const std::vector<LayerReport>& layers() const noexcept { return layers_; }
    /// What CheckpointWriter goes on from; null: nothing.
    [[nodiscard]] const Json& written() const noexcept { return written_; }
    [[nodiscard]] ResumableDirectory& directory() noexcept { return directory_; }
    /// What entered the first block that is not done. Throws Error{Format} when it is not what was written.
    [[nodiscard]] HiddenStates hidden() const;

    /// Records one more block. The layers are those of all blocks so far. Cost: one write of the hidden states, flushed.
    void blockDone(const HiddenStates& hidden, Json written, const std::vector<LayerReport>& layers);

private:
    [[nodiscard]] std::filesystem::path hiddenFile(int block) const;
    void removeStale() const;

    ResumableDirectory directory_;
    Json identity_;
    int n_blocks_ = 0;
    int n_blocks_done_ = 0;
    Index seq_len_ = 0;
    std::string hidden_checksum_;
    Json written_ = nullptr;
    std::vector<LayerReport> layers_;
};

}  // namespace salient
