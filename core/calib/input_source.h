#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "core/calib/calibrate.h"

namespace salient {

/// Statistics of layers' inputs that come from a file instead of a pass over the model.
class InputSource {
public:
    virtual ~InputSource() = default;

    /// What it is, for reports: "captured inputs (acts.npz)".
    [[nodiscard]] virtual std::string description() const = 0;
    /// Whether of the Hessian the diagonal alone is known, and of the channels their mean square alone: an importance matrix.
    [[nodiscard]] virtual bool isDiagonal() const noexcept = 0;
    /// Statistics of the input of that layer; nothing where the file has none. Error{ShapeMismatch} naming the layer when it has another
    /// number of channels, Error{NonFinite} naming layer, token and channel, and what reading throws.
    [[nodiscard]] virtual std::optional<InputStatistics> read(const std::string& layer, Index in_features, bool with_hessian,
                                                              JobContext& job) const = 0;
};

/// Captured inputs: a .safetensors or .npz file with an array for each layer, called as the layer ("model.layers.0.self_attn.q_proj") or
/// so with ".input" behind it: [tokens, in], or with more axes before the last. Of layers that read one input a single one is enough.
/// Read a few thousand tokens at a time. Of a model, the arrays may all be called by another of its family's prefixes than its tensors
/// (Family::prefixes): a model loaded with another class calls its modules so, "transformer.h.0.attn.c_attn" for the checkpoint's
/// "h.0.attn.c_attn". The names of the checkpoint come first. Throws what opening throws.
[[nodiscard]] std::shared_ptr<const InputSource> openCapturedInputs(const std::filesystem::path& file, Compute compute,
                                                                    const Model* model = nullptr);

/// An importance matrix of llama.cpp (imatrix.h) for that model: entries are called as in the model's GGUF file. It holds mean squares, so
/// the Hessian is 2 · diag(mean x²), and AWQ's magnitude of a channel is its root mean square. Throws Error{Unsupported} for a family that
/// llama.cpp does not have.
[[nodiscard]] std::shared_ptr<const InputSource> openImatrixInputs(const std::filesystem::path& file, const Model& model);

/// Either, told apart by how the file begins.
[[nodiscard]] std::shared_ptr<const InputSource> openInputSource(const std::filesystem::path& file, const Model& model, Compute compute);

/// Statistics of the groups of one block (index: group) from a source, which is asked for each layer that reads a group's input until it
/// has one. Throws Error{InvalidOption} naming the layers of which it has none.
[[nodiscard]] std::vector<InputStatistics> gatherBlock(const Model& model, int block, const InputSource& source, bool with_hessians,
                                                       JobContext& job, int only_group = -1);

/// The same for the whole model: a calibration without samples (Calibration::source).
[[nodiscard]] Calibration calibrateFrom(std::shared_ptr<const Model> model, std::shared_ptr<const InputSource> source,
                                        const CalibrationOptions& options, JobContext& job);

}  // namespace salient
