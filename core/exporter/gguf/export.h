#pragma once

#include <memory>

#include "core/exporter/export_checkpoint.h"

namespace salient {

inline constexpr const char* kGgufFileName = "model.gguf";

/// CheckpointWriter's work for ExportFormat::Gguf: a directory with model.gguf and salient.json. Tensors are written as blocks arrive.
class GgufExport {
public:
    /// For a method without obstacles (exportObstacles()). Throws Error{Io}.
    GgufExport(std::shared_ptr<const Model> model, const MethodSpec& method, const std::filesystem::path& target, ExportOptions options);
    /// In a directory that outlives the process; see CheckpointWriter.
    GgufExport(std::shared_ptr<const Model> model, const MethodSpec& method, ResumableDirectory& directory, ExportOptions options,
               const Json& done);
    ~GgufExport();
    void add(const QuantizedBlock& block);
    [[nodiscard]] Json flush();
    void finish(JobContext& job);
    /// Values that became 0 in their stored type so far.
    [[nodiscard]] WriteCounts counts() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace salient
