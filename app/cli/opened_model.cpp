#include "app/cli/opened_model.h"

#include "core/exporter/verify.h"

namespace salient::cli {

OpenedModel openAny(const std::string& directory) {
    OpenedModel opened;
    opened.model = Model::open(directory, true);
    opened.is_quantized = opened.model->config.raw.contains("quantization_config");
    opened.blocks = opened.is_quantized ? storedBlocks(opened.model) : originalBlocks(opened.model);
    return opened;
}

}  // namespace salient::cli
