#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/exporter/salient_record.h"
#include "core/exporter/verify.h"
#include "core/model/packed/stored_layer.h"

namespace salient {

/// The layer as the reader of packed ones names it.
[[nodiscard]] inline StoredShape storedShape(const LinearInfo& linear) { return {linear.name, linear.out_features, linear.in_features}; }

/// Adds to findings in the order in which they are found.
using Findings = std::vector<Finding>;

/// verifyCheckpoint() of a GGUF file, or of a directory that holds one.
[[nodiscard]] VerifyReport verifyGguf(const std::filesystem::path& path, const std::shared_ptr<const Model>& original, JobContext& job);

/// Files: stray and missing shards, index against headers, "format" in the metadata, tokenizer files (against the original's, if given).
[[nodiscard]] Findings checkFiles(const std::filesystem::path& directory, const Model* original);

/// config.json: keys that loaders cannot do without, agreement with quantize_config.json, keys that compressed-tensors refuses.
[[nodiscard]] Findings checkConfig(const std::filesystem::path& directory, const StoredScheme& scheme);

/// Tensor names: what no module has, a tied head written a second time, layers and a head stored otherwise than the config says, NaN in
/// what is not packed.
[[nodiscard]] Findings checkTensors(const Model& model, const StoredScheme& scheme, JobContext& job);

/// One quantized layer: scales, zero points, groups.
[[nodiscard]] Findings checkStoredLayer(const StoredLayer& layer, const StoredScheme& scheme, const std::string& name);

/// The head where it is packed, as lm_head is by some: its scales, zero points and groups.
[[nodiscard]] Findings checkPackedHead(const Model& model, const StoredScheme& scheme);

/// Layers that loaders fuse (those that share an input) must share bits, symmetry and g_idx.
[[nodiscard]] Findings checkSharedInputs(const Model& model, const StoredScheme& scheme);

/// The original's units: what the columns and rows of stored layers were multiplied with.
class UndoneScales {
public:
    /// Channel scales come from the record, under the names of the original; without one they are inferred from the norms, and for layers
    /// behind another layer from that layer's rows. Layers are paired by their place: names may have another prefix in each.
    UndoneScales(const Model& stored, const StoredScheme& scheme, const Model& original, const SalientRecord* record);

    /// s of the layer's input columns, [in]; empty: all 1.
    [[nodiscard]] const std::vector<float>& columns(const LinearInfo& linear) const;
    /// What the layer's rows were divided by, [out]; empty: all 1.
    [[nodiscard]] const std::vector<float>& rows(const LinearInfo& linear) const;

private:
    const Model& original_;
    std::map<std::pair<int, int>, std::vector<float>> by_group_;  // (block, group) → s
};

struct OriginalComparison {
    double relative_error = 0.0;  ///< ‖Ŵ − W‖ / ‖W‖ in the original's units
    double nearest_share = -1.0;  ///< of codes that the original's weights round to on the layer's own grid; −1: not counted
    bool is_scaled = false;       ///< inputs or outputs of the layer were multiplied
    Findings findings;
};

/// One layer's stored weight [out, in] against the original's. `layer` is null for a weight stored in floating point. file_rows: row r of
/// `stored` was read from row file_rows[r] of the file; empty: from row r.
[[nodiscard]] OriginalComparison compareWithOriginal(const Matrix& stored, const StoredLayer* layer, const LinearInfo& linear,
                                                     const Matrix& original, const UndoneScales& scales,
                                                     const std::vector<Index>& file_rows = {});

/// Tensors outside the layers' weights that take no scales (embeddings, head, biases, norms in front of no layer) against the original's,
/// of which they are copies, or rounded ones. Layers of both must be the same. Reads every one of them once.
[[nodiscard]] Findings compareFloats(const Model& stored, const Model& original, JobContext& job);

/// A layer that a quantized checkpoint leaves in floating point: the original's, scales undone, but for rounding. The layer has the same
/// name in both.
[[nodiscard]] Findings compareKeptLayer(const Model& stored, const LinearInfo& linear, const Model& original, const UndoneScales& scales);

}  // namespace salient
