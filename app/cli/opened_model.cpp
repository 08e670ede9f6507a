#include "app/cli/opened_model.h"

#include "core/exporter/verify.h"

namespace salient::cli {

OpenedModel openAny(const std::string& directory) {
    OpenedModel opened;
    opened.model = Model::open(directory);
    opened.blocks = opened.model->packed ? storedBlocks(opened.model) : originalBlocks(opened.model);
    return opened;
}

}  // namespace salient::cli
