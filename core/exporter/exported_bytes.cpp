#include "core/exporter/checkpoint_layout.h"
#include "core/exporter/export_checkpoint.h"
#include "core/exporter/gguf/tensor_map.h"

namespace salient {

std::int64_t exportedWeightBytes(const Model& model, const MethodSpec& method, ExportFormat format, GgufWeights gguf_weights) {
    if (!exportObstacles(model, method, format, gguf_weights).empty()) return 0;
    if (format != ExportFormat::Gguf) return checkpointLayout(model, method, format, ExportOptions{}.shard_bytes).sizeBytes();
    std::int64_t bytes = 0;
    for (const GgufTensor& tensor : ggufTensorMap(model, method, gguf_weights)) bytes += tensor.layout.size_bytes;
    return bytes;
}

}  // namespace salient
